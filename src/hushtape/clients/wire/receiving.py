"""The getresponse hook: the tee below a real response, or the tape's answer in a fake socket.

Lives here: the response's half of an exchange. Must not: send. Called by: http_client and botocore.
The line forgets the exchange before the response is made: from then on only the response's file holds
it, so a dropped response frees it, and a connection that is kept keeps nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from hushtape.clients.wire.deciding import settle
from hushtape.clients.wire.draining import DrainFramer, DrainSocket
from hushtape.clients.wire.framer import ResponseFramer
from hushtape.clients.wire.latency import wait
from hushtape.clients.wire.line import FORWARD, HOLD, KEY, REPLAY, Line, tell
from hushtape.clients.wire.playback import SWITCHING, failing_reader, open_reader, switched
from hushtape.clients.wire.tee import SocketTee
from hushtape.errors import HushtapeError
from hushtape.model import Tls

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

GetResponse = Callable[..., Any]


def make_getresponse(send: Callable[[Any, Any], Any]) -> Callable[[GetResponse], GetResponse]:
    """What replaces `HTTPConnection.getresponse`. `send` is the original one, for held bytes."""

    def make(original: GetResponse) -> GetResponse:
        def getresponse(connection: Any, *args: Any, **kwargs: Any) -> Any:
            line: Line | None = connection.__dict__.get(KEY)
            if line is None or args or kwargs:
                return original(connection, *args, **kwargs)
            if line.state == HOLD:
                settle(connection, line, send)
            if line.state == FORWARD and connection.sock is not None:
                return _watched(connection, line, original)
            if line.state == REPLAY:
                return _replayed(connection, line, original)
            line.abandon()
            return original(connection)

        return getresponse

    return make


def _replayed(connection: Any, line: Line, original: GetResponse) -> Any:
    interaction = line.interaction
    failure = interaction.failure if interaction is not None else None
    _answer(line)
    if failure is None or failure.stage != "connect":
        return original(connection)
    connected = getattr(connection, "_has_connected_to_proxy", None)
    try:
        return original(connection)
    except BaseException:
        # http.client has closed the connection, and so went what urllib3 tells its proxy's errors by. Where
        # the tunnel failed for real, nobody had closed it.
        if connected:
            connection._has_connected_to_proxy = True
        raise


def _answer(line: Line) -> None:
    interaction, fake, due = line.interaction, line.fake, line.due
    line.reset()
    late = wait(due, fake)
    if late is not None and fake is not None:
        fake.reader = failing_reader(late)
    elif interaction is not None and fake is not None and fake.reader is None:
        fake.reader = open_reader(interaction)
        response = interaction.response
        if response is not None and response.head.status == SWITCHING:
            fake.refusal = switched(interaction)


def _watched(connection: Any, line: Line, original: GetResponse) -> Any:
    sock = connection.sock
    framer = response_framer(connection, line)
    line.reset()
    tee = stand_in(sock, framer)
    connection.sock = tee
    try:
        return original(connection)
    except BaseException as error:
        if not framer.head_seen:
            tell(framer.exchange, "head", error)
        if isinstance(error, HushtapeError):
            connection.close()  # what the server still has to say is no answer to the next request
        raise
    finally:
        if connection.sock is tee:
            connection.sock = sock


def response_framer(connection: Any, line: Line) -> ResponseFramer:
    """The framer of the response to come; begun already where botocore has looked for a 100."""
    if line.glimpsed is not None:
        return line.glimpsed
    exchange = line.exchange
    assert exchange is not None
    if line.peer is None:
        line.peer = _peer(connection)
    if line.peer is not None:
        exchange.tls(line.peer)
    if line.answer is not None:
        return DrainFramer(exchange, line.method, line.answer)
    return ResponseFramer(exchange, line.method)


def stand_in(sock: Any, framer: ResponseFramer, *, shared: bool = False) -> Any:
    """What stands in `connection.sock` while the client makes its file. `shared`: a look for a 100 only."""
    if isinstance(framer, DrainFramer):
        return DrainSocket(sock, framer, shared=shared)
    return SocketTee(sock, framer, shared=shared)


def _peer(connection: Any) -> Tls | None:
    """What the client knows of its peer; None without TLS. Asked once a connection."""
    sock = connection.sock
    getpeercert = getattr(sock, "getpeercert", None)
    if getpeercert is None:
        return None
    try:
        certificate = getpeercert(binary_form=True)
    except Exception:  # noqa: BLE001 - any TLS library may stand here; none may harm the program
        certificate = None
    verified = getattr(connection, "is_verified", None)
    if verified is None:
        context = getattr(sock, "context", None)
        verified = context is not None and context.verify_mode == ssl.CERT_REQUIRED
    return Tls(bool(verified), certificate)
