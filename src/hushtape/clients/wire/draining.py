"""An answer that is read to its end before the client sees any of it, and then read from the session.

Lives here: what stands in `connection.sock` while http.client makes its file after the session has said
Drain. Must not: decide, scrub, or hand a byte of the server's to the client. Called by: receiving, botocore.
The client's own parser reads the session's answer, as at replay; the connection stays the client's, and
is free for the next request, since nothing of this answer is left in it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from hushtape.clients.wire.failures import describe
from hushtape.clients.wire.fake_socket import Glimpse
from hushtape.clients.wire.framer import ResponseFramer
from hushtape.clients.wire.head import FramingError
from hushtape.clients.wire.playback import SWITCHING, Answer, ReplayRaw, open_reader
from hushtape.clients.wire.render import render_continue, render_head
from hushtape.model import CHUNK, ErrorLink, Failure, Interaction
from hushtape.seam import Exchange

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire


class DrainFramer(ResponseFramer):
    """A response's framer that also holds what the client is to read.

    Attributes:
        answer: asks the session for it. reader: the file over it, once it is there.
        continued: a 100 has come.
    """

    __slots__ = ("answer", "continued", "reader")

    def __init__(self, exchange: Exchange, method: str, answer: Callable[[], Interaction]) -> None:
        super().__init__(exchange, method)
        self.answer = answer
        self.reader: Any = None
        self.continued = False

    def _on_head(self, raw: bytes) -> None:
        super()._on_head(raw)
        self.continued |= not self.head_seen

    def ended(self) -> None:
        """The server closed. Open a reader that ends as bare: where nothing came, with nothing."""
        self.eof()
        if self.done:
            return
        if self._buffer:  # a piece of a status line: no more of it is shown than its kind
            self.broken(FramingError("the head does not end"))
        else:
            self.reader = Answer()

    def broken(self, error: FramingError) -> None:
        """These bytes are not HTTP/1: the client meets what http.client makes of such."""
        if self.head_seen:
            self.exchange.fail(Failure("body", (ErrorLink("InvalidChunk", error.line),)))
        else:
            self.exchange.fail(Failure("head", (ErrorLink("http.client.BadStatusLine", error.line),)))
        self.reader = open_reader(self.answer())


class DrainSocket:
    """Stands in `connection.sock` while http.client makes the response's file from it, no longer."""

    def __init__(self, sock: Any, framer: DrainFramer, *, shared: bool = False) -> None:
        self._sock = sock
        self._framer = framer
        self._shared = shared

    def makefile(self, *_: Any, **__: Any) -> Any:
        """The file over the session's answer; with `shared`, an unbuffered view that may be closed.

        Raises:
            HushtapeError: the session can't let the program see this answer.
        """
        framer = self._framer
        if framer.reader is None:
            try:
                _drain(self._sock.makefile("rb", buffering=0), framer, until_continue=self._shared)
            except BaseException:
                framer.exchange.cut()
                raise
        if framer.reader is None:
            return Glimpse(io.BytesIO(render_continue()))
        framer.reader.raw._sock = self._sock  # where programs look for it
        return Glimpse(framer.reader) if self._shared else framer.reader

    def __getattr__(self, name: str) -> Any:
        if name == "_sock":
            raise AttributeError(name)
        return getattr(self._sock, name)


def _drain(file: Any, framer: DrainFramer, *, until_continue: bool) -> None:
    """Read the answer to its end; `until_continue`: or to a 100, if that comes first."""
    rest = b""
    while not framer.done and framer.reader is None:
        if until_continue and framer.continued:
            file.close()
            return
        data, met = _read(file)
        if met is not None:
            _tell(framer, met)
            break
        broken: FramingError | None = None
        try:
            if data:
                rest = framer.feed(data)
            else:
                framer.ended()
        except FramingError as error:
            broken = error.with_traceback(None)
        if broken is not None:  # outside the handler: it holds what came, and the session may raise
            framer.broken(broken)
    if framer.reader is None:
        _open(file, framer, rest)
    else:
        file.close()


def _read(file: Any) -> tuple[bytes, Exception | None]:
    """The next bytes; or what the client's own socket raises, where that is the answer's end."""
    try:
        return file.read(CHUNK), None
    except Exception as error:  # any that the client's socket raises: what is not its own goes on
        if not describe(error):
            raise
        return b"", error.with_traceback(None)


def _tell(framer: DrainFramer, error: Exception) -> None:
    """Tell the session of the client's own error, which comes where the bytes end."""
    framer.exchange.fail(Failure("body" if framer.head_seen else "head", describe(error)))
    # It is raised again where the client reads on. What was being handled here is no part of it:
    # urllib3 1.26 calls getresponse while it handles a TypeError of its own.
    error.__context__ = None
    framer.reader = open_reader(framer.answer(), error)


def _open(file: Any, framer: DrainFramer, rest: bytes) -> None:
    interaction = framer.answer()
    response = interaction.response
    if response is None or response.head.status != SWITCHING:
        framer.reader = open_reader(interaction)
        file.close()
        return
    # Another protocol follows a 101 (RFC 9110 15.2.2), of which the session knows nothing.
    pieces = chain((render_head(response), rest), iter(partial(file.read, CHUNK), b""))
    framer.reader = io.BufferedReader(ReplayRaw(pieces, None))
