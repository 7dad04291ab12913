"""A recorded interaction as the file that a client reads its answer from.

Lives here: the lazy reader, and what stands past the last recorded byte (end, error, or a refusal).
Must not: decide, touch a socket, or hold more of a body than one piece. Called by: the fake socket's
owners. A small complete answer is one buffer in C: 2 KB bodies are what replay's cost is made of.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from typing import Any

from hushtape.clients.wire.failures import revive
from hushtape.clients.wire.render import framing_of, render_body, render_head
from hushtape.errors import CutBodyError
from hushtape.model import CHUNK, BytesBody, Failure, Interaction, Response

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

SWITCHING = 101


class _SocketFile:
    """What programs ask of a socket's file: `fp.name`, `fp.mode`, `fp.raw._sock`, its descriptor."""

    __slots__ = ()
    _sock: Any
    mode = "rb"

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return False

    def fileno(self) -> int:
        return int(self._sock.fileno())

    @property
    def name(self) -> int:
        return self.fileno()


class ReplayRaw(_SocketFile, io.RawIOBase):
    """Gives the pieces one after the other, then `error`; without one, the end."""

    def __init__(self, pieces: Iterator[bytes], error: BaseException | None) -> None:
        self._pieces = pieces
        self._piece = b""
        self._at = 0
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return self._past_the_end()
            self._piece, self._at = piece, 0
        count = min(len(buffer), len(self._piece) - self._at)
        buffer[:count] = self._piece[self._at : self._at + count]
        self._at += count
        return count

    def _past_the_end(self) -> int:
        error = self._error
        if error is None:
            return 0
        if isinstance(error, TimeoutError):  # what socket.SocketIO answers after a timeout
            self._error = OSError("cannot read from timed out object")
        raise error

    def close(self) -> None:
        self._pieces = iter(())
        self._piece = b""
        super().close()


class Answer(_SocketFile, io.BytesIO):
    """A small answer, whole: what `socket.makefile("rb")` gives, as far as a client can tell.

    A buffered reader costs 8 KiB and two calls more for each line and read.
    """

    __slots__ = ("_sock",)

    def peek(self, size: int = 0) -> bytes:
        return bytes(self.getbuffer()[super().tell() :])

    def head_text(self, most: int) -> str | None:
        """What stands from here to the next empty line; None if there is none within `most` bytes."""
        at = super().tell()
        with self.getbuffer() as view:
            data = bytes(view[at : at + most])
        end = data.find(b"\r\n\r\n")
        return data[:end].decode("latin-1") if end > 0 else None

    @property
    def raw(self) -> Answer:
        return self


def open_reader(interaction: Interaction, genuine: BaseException | None = None) -> io.BufferedIOBase:
    """The file from which the client reads this answer, from its status line to its end.

    Args:
        genuine: the exception that the interaction's failure was told of, where it is still at hand.
    """
    response, failure = interaction.response, interaction.failure
    if response is None:
        error = genuine or (_head_error(failure) if failure is not None else _cut(interaction))
        return io.BufferedReader(ReplayRaw(iter(()), error))
    if response.head.status == SWITCHING:
        return io.BufferedReader(ReplayRaw(iter((render_head(response),)), switched(interaction)))
    if failure is None and response.ending != "cut":
        return _to_the_end(response)
    error = genuine or (revive(failure) if failure is not None else _cut(interaction))
    last = _broken_chunk(failure) if framing_of(response) == "chunked" else ()
    pieces = chain((render_head(response, True),), render_body(response), last)
    return io.BufferedReader(ReplayRaw(pieces, error))


def _to_the_end(response: Response) -> io.BufferedIOBase:
    head, body = render_head(response), response.body
    if type(body) is BytesBody and response.framing == "length" and not response.coding:
        return Answer(head + body.data)
    if body is None or body.size <= CHUNK:
        return Answer(b"".join((head, *render_body(response))))
    return io.BufferedReader(ReplayRaw(chain((head,), render_body(response)), None))


def _head_error(failure: Failure) -> BaseException | None:
    """None where the client makes the error itself out of a closed connection."""
    if failure.chain and failure.chain[-1].type == "http.client.RemoteDisconnected":
        return None
    return revive(failure)


def _broken_chunk(failure: Failure | None) -> tuple[bytes, ...]:
    """A chunk size that no client can read: each makes its own error of it."""
    if failure is None or not failure.chain or failure.chain[-1].type != "InvalidChunk":
        return ()
    line = failure.chain[-1].message.partition("\n")[0]
    return (line.encode("latin-1", "replace") + b"\r\n",)


def _cut(interaction: Interaction) -> CutBodyError:
    response = interaction.response
    available = response.body.size if response is not None and response.body is not None else 0
    return CutBodyError(
        f"read more of the answer to {interaction.request.method} {interaction.request.uri}",
        f"the recorded program stopped reading after {available} bytes, so there is no more on the tape",
        "Record it again with a program that reads on",
        uri=interaction.request.uri,
        available=available,
    )


def switched(interaction: Interaction) -> CutBodyError:
    """What stands past a 101: another protocol (RFC 9110 15.2.2), which no cassette holds."""
    return CutBodyError(
        f"use the connection that {interaction.request.uri} has switched to another protocol",
        "what passed on it after the 101 is not HTTP, so it is not on the tape",
        "Let this host through with ignore_hosts",
        uri=interaction.request.uri,
        available=0,
    )


def failing_reader(error: BaseException) -> io.BufferedReader:
    """A file that gives nothing but this error."""
    return io.BufferedReader(ReplayRaw(iter(()), error))
