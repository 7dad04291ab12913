"""What we know of one connection: where its request stands, and what is in its `sock`.

Lives here: the state of a connection, parking of real sockets, and giving them back. Must not: decide,
or keep anything of an exchange after its response has begun (then only the response's file holds it).
Called by: the sending, receiving and connecting hooks. A line hangs on its connection's `__dict__`, so
it lives exactly as long as the connection.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

from hushtape.clients.wire.failures import describe
from hushtape.clients.wire.fake_socket import FakeSocket
from hushtape.clients.wire.framer import RequestFramer, ResponseFramer
from hushtape.clients.wire.head import RequestFields
from hushtape.errors import TapeOrderError
from hushtape.model import Failure, Interaction, Tls
from hushtape.seam import Exchange, Session

KEY = "_hushtape_line"

IDLE, PASS, FORWARD, REPLAY, HOLD = range(5)
"""No request; one that no tape watches; forwarded; answered by the tape; bytes held back (NeedBody)."""

_lock = threading.Lock()
_watched: dict[int, weakref.ref[Any]] = {}
"""Connections that have a line: `restore` gives them back what is theirs. Their lines go, too: one that
was left in the middle of a request would let the next request pass, past the next tape."""


class Line:
    """One connection's state. Not thread-safe, as the connection itself is not.

    Attributes:
        method, fields: of the request's head, once it is known.
        framer: where its body is; None before the head has begun, and where nothing (more) is to be read.
        answer: what the client reads instead of the server's answer (seam.Drain); None: that answer.
        due: when the answer may come (seam.Replay).
        held: what was held back, in pieces; None: nothing. held_size: its length, of what the tape holds.
    """

    __slots__ = (
        "answer",
        "connecting",
        "due",
        "exchange",
        "fake",
        "fields",
        "framer",
        "glimpsed",
        "held",
        "held_size",
        "interaction",
        "method",
        "parked",
        "peer",
        "send_failure",
        "sent",
        "session",
        "state",
    )

    def __init__(self) -> None:
        self.connecting = False
        self.fake: FakeSocket | None = None
        self.parked: tuple[Any, bool] | None = None
        self.peer: Tls | None = None
        self.exchange: Exchange | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the request: its response, if there is one, goes on by itself."""
        self.state = IDLE
        self.exchange = None
        self.answer: Callable[[], Interaction] | None = None
        self.session: Session | None = None
        self.method = ""
        self.fields: RequestFields | None = None
        self.framer: RequestFramer | None = None
        self.glimpsed: ResponseFramer | None = None
        self.interaction: Interaction | None = None
        self.due = 0.0
        self.send_failure: Failure | None = None
        self.held: list[bytes] | None = None
        self.held_size = 0
        self.sent = 0

    # -- the end of an exchange that has no response ----------------------------------------------

    def failed(self, stage: Any, error: BaseException) -> None:
        """The client's call ended in this exception."""
        exchange = self.exchange
        if exchange is not None:
            tell(exchange, stage, error)
        self.reset()

    def abandon(self) -> None:
        """The client gave the request up: closed the connection, or dropped it."""
        exchange, failure = self.exchange, self.send_failure
        forwarded = self.state == FORWARD
        self.reset()
        if exchange is None or not forwarded:
            return
        if failure is not None:
            exchange.fail(failure)
        else:
            exchange.cut()

    def closed(self) -> None:
        """The client closes its connection: the parked socket is part of it."""
        self.abandon()
        self.peer = None
        parked, self.parked = self.parked, None
        if parked is not None:
            parked[0].close()

    def __del__(self) -> None:
        if self.exchange is not None:
            self.abandon()

    def tape_closed(self, connection: Any) -> None:
        """No tape is open any more: the real socket comes back, unless a request waits for its answer.

        That request was sent nowhere, so the client is told so when it reads: an answer that came over the
        real socket would never come.
        """
        fake = self.fake
        if self.held or (self.state in (REPLAY, HOLD) and fake is not None and connection.sock is fake):
            waiting = self.put_fake(connection)
            self.closed()
            waiting.close()
            waiting.refusal = TapeOrderError(
                "read the answer to a request that was sent inside a tape",
                "the tape has been closed meanwhile",
                "Read answers before the tape closes, or close it later",
            )
        else:
            self.put_real(connection)

    # -- sockets ----------------------------------------------------------------------------------

    def put_fake(self, connection: Any) -> FakeSocket:
        """The fake socket takes the place of the real one, which is parked."""
        fake = self.fake
        if fake is None:
            tls = getattr(connection, "default_port", 80) == 443
            fake = self.fake = FakeSocket(connection.timeout, tls=tls)
        sock = connection.sock
        if sock is not fake:
            if sock is not None:
                self.parked = (sock, bool(getattr(connection, "is_verified", False)))
            connection.sock = fake
        return fake

    def put_real(self, connection: Any) -> None:
        """What was there before the fake socket, or nothing: then the client connects."""
        if self.fake is not None and connection.sock is self.fake:
            parked, self.parked = self.parked, None
            connection.sock = parked[0] if parked is not None else None
            if parked is not None and hasattr(connection, "is_verified"):
                connection.is_verified = parked[1]


def line_of(connection: Any) -> Line:
    """The connection's line, made if need be."""
    line: Line | None = connection.__dict__.get(KEY)
    if line is None:
        line = connection.__dict__[KEY] = Line()
        _remember(connection)
    return line


def tell(exchange: Exchange, stage: Any, error: BaseException) -> None:
    """Tell an exchange of an exception: a failure if it is the client's, else the call was cut."""
    chain = describe(error)
    if chain:
        exchange.fail(Failure(stage, chain))
    else:
        exchange.cut()


def _remember(connection: Any) -> None:
    number = id(connection)
    _watched[number] = weakref.KeyedRef(connection, _forget, number)


def _forget(reference: weakref.ref[Any]) -> None:
    _watched.pop(reference.key, None)  # type: ignore[attr-defined]  # a KeyedRef: _remember makes no other


def restore() -> None:
    """Give parked sockets back and drop the fake ones: no tape is open any more."""
    with _lock:
        references = list(_watched.values())
        _watched.clear()
    for reference in references:
        connection = reference()
        line = connection.__dict__.pop(KEY, None) if connection is not None else None
        if line is not None:
            line.tape_closed(connection)
