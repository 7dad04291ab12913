"""The send hook: finds requests in what a connection sends, asks the tape, forwards or holds back.

Lives here: the request's half of an exchange. Must not: read responses. Called by: http_client.
Heads reach `HTTPConnection.send` in one piece from http.client, urllib3 and botocore; a head in several
pieces is held back until it is whole, since the tape must be asked before anything leaves.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from io import TextIOBase
from typing import Any

from hushtape.clients.wire.connecting import apply_tls, connect_now, raise_at_connect
from hushtape.clients.wire.failures import describe, revive
from hushtape.clients.wire.framer import RequestFramer
from hushtape.clients.wire.head import FramingError, field
from hushtape.clients.wire.line import FORWARD, HOLD, IDLE, KEY, PASS, REPLAY, Line, line_of
from hushtape.clients.wire.playback import failing_reader, open_reader
from hushtape.clients.wire.target import locate
from hushtape.errors import BodyTooLargeError
from hushtape.model import CHUNK, Failure, Headers, Interaction, Request
from hushtape.seam import Decision, Forward, NeedBody, Refuse, Replay, Router

Send = Callable[[Any, Any], Any]

_SWALLOWED = (errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE)
"""urllib3 reads the response nevertheless: the server may have answered before it closed."""


def make_send(router: Router) -> Callable[[Send], Send]:
    """What replaces `HTTPConnection.send`."""

    def make(original: Send) -> Send:
        def send(connection: Any, data: Any) -> Any:
            line = connection.__dict__.get(KEY) or line_of(connection)
            state = line.state
            if state == PASS or line.connecting:
                return original(connection, data)
            if state == IDLE:
                return _begin(connection, line, data, original, router)
            for piece in _pieces(connection, data):
                _carry(connection, line, piece, original)
            return None

        return send

    return make


def _pieces(connection: Any, data: Any) -> Iterable[Any]:
    """What http.client's send would hand to the socket, one by one."""
    if isinstance(data, bytes | str):
        return (data,)
    if hasattr(data, "read"):
        return _blocks(connection, data)
    try:
        memoryview(data)
    except TypeError:
        return data if isinstance(data, Iterable) else (data,)
    return (data,)


def _blocks(connection: Any, file: Any) -> Iterator[bytes]:
    encode = isinstance(file, TextIOBase)
    while block := file.read(connection.blocksize):
        yield block.encode("iso-8859-1") if encode else block


def _begin(connection: Any, line: Line, data: Any, original: Send, router: Router) -> Any:
    if connection.sock is None and not connection.auto_open:
        return original(connection, data)  # NotConnected, as http.client says it
    framer = line.framer or RequestFramer()
    try:
        rest = framer.take_head(data if type(data) is bytes else bytes(memoryview(data)))
    except (FramingError, TypeError):
        return _pass(connection, line, data, original)
    if rest is None:
        line.framer = framer
        line.held.append(bytes(data))
        return None
    if line.held:
        data = b"".join((*line.held, data))
        line.held = []
    uri, host, port = locate(connection, framer.target)
    session = None if framer.method == "CONNECT" else router(host, port)
    if session is None:
        return _pass(connection, line, data, original)
    request = Request(framer.method, uri, Headers(framer.pairs), None, framer.version)
    exchange = session.open(request)
    line.session, line.exchange, line.framer = session, exchange, framer
    try:
        _take(connection, line, exchange.decide())
        framer.attach(exchange)
    except BaseException:
        line.reset()
        raise
    if line.state == HOLD:
        _expecting(line, framer)
    return _first(connection, line, data, rest, original)


def _first(connection: Any, line: Line, data: bytes, rest: bytes, original: Send) -> None:
    """The head, and what came with it (botocore sends small bodies in the same piece)."""
    if rest:
        _feed(line, rest)
    if line.state == FORWARD:
        _transmit(connection, line, data, original)
        return
    if line.state == HOLD:
        _hold(line, data)
    _advance(connection, line, original)


def _pass(connection: Any, line: Line, data: Any, original: Send) -> Any:
    """No tape watches: untouched until the response."""
    held = line.held
    line.reset()
    line.state = PASS
    line.put_real(connection)
    for piece in held:
        original(connection, piece)
    return original(connection, data)


def _take(connection: Any, line: Line, decision: Decision) -> None:
    """Set the line to what the tape has decided.

    Raises:
        HushtapeError: the tape refuses.
    """
    if isinstance(decision, Forward):
        line.state = FORWARD
        line.put_real(connection)
        return
    if isinstance(decision, Refuse):
        raise decision.error
    fake = line.put_fake(connection)
    if isinstance(decision, NeedBody):
        line.state = HOLD
        return
    assert isinstance(decision, Replay)
    line.state = REPLAY
    line.interaction = decision.interaction
    apply_tls(connection, line, decision.interaction.tls)
    framer = line.framer
    if framer is not None and field(framer.pairs, "expect"):
        early = _answered_early(decision.interaction, framer)
        fake.continues = not early
        if early:
            fake.reader = open_reader(decision.interaction)


def _expecting(line: Line, framer: RequestFramer) -> None:
    """The tape needs the body, and the client waits for a 100 before it gives it: so it gets one."""
    if line.fake is not None and field(framer.pairs, "expect"):
        line.fake.continues = True


def _answered_early(interaction: Interaction, framer: RequestFramer) -> bool:
    """The recorded server gave its final answer instead of a 100."""
    response, body = interaction.response, interaction.request.body
    if response is None or any(head.status == 100 for head in response.informational):
        return False
    return bool(_announces_body(framer)) and (body is None or not body.size)


def _announces_body(framer: RequestFramer) -> bool:
    return field(framer.pairs, "transfer-encoding") is not None or (
        field(framer.pairs, "content-length") not in (None, "0")
    )


def _carry(connection: Any, line: Line, piece: Any, original: Send) -> None:
    """One piece of a body."""
    state = line.state
    if state == FORWARD:
        try:
            _feed(line, piece)
        except Exception:  # noqa: BLE001 - the program wins: it sends what it wants to send
            line.framer = None
        _transmit(connection, line, piece, original)
    elif state in (REPLAY, HOLD):
        _feed(line, piece)
        if state == HOLD:
            _hold(line, piece)
        _advance(connection, line, original)
    else:
        original(connection, piece)


def _feed(line: Line, piece: Any) -> None:
    framer = line.framer
    if framer is None or framer.done:
        return
    if type(piece) is bytes:
        line.sent += len(piece)
        framer.feed(piece)
        return
    view = memoryview(piece).cast("B")
    line.sent += len(view)
    for start in range(0, len(view), CHUNK):
        framer.feed(bytes(view[start : start + CHUNK]))


def _hold(line: Line, piece: Any) -> None:
    """Keep bytes that may have to be forwarded after all."""
    session = line.session
    if session is None or session.offline:
        return
    data = bytes(piece)
    line.held.append(data)
    line.held_size += len(data)
    if line.held_size > session.max_held_body:
        limit = session.max_held_body
        line.reset()
        raise BodyTooLargeError(
            "compare a request's body with the tape before it is sent",
            f"the body is larger than {limit} bytes, the most that is held back",
            "Raise max_callback_body, or match on something else than the body",
            option="max_callback_body",
            limit=limit,
        )


def _advance(connection: Any, line: Line, original: Send) -> None:
    """After bytes that went nowhere: ask again once the body is whole; raise what is to be raised."""
    framer = line.framer
    if line.state == HOLD and framer is not None and framer.done:
        settle(connection, line, original)
    interaction = line.interaction
    failure = interaction.failure if interaction is not None else None
    if interaction is None or failure is None or interaction.response is not None:
        return
    if failure.stage == "connect":
        _fail_connect(connection, line, failure)
    elif failure.stage == "send":
        body = interaction.request.body
        if (framer is None or framer.done) or line.sent > (body.size if body is not None else 0):
            _fail_now(connection, line, revive(failure))


def _fail_connect(connection: Any, line: Line, failure: Failure) -> None:
    sent, fake = line.interaction, line.fake
    line.interaction = None  # told once
    raised = False
    try:
        raise_at_connect(connection, line, failure)
    except BaseException:
        raised = True
        line.reset()
        raise
    finally:
        if not raised and fake is not None and sent is not None:
            line.reset()
            line.state = REPLAY
            line.interaction = sent


def _fail_now(connection: Any, line: Line, error: BaseException) -> None:
    line.reset()
    if line.fake is not None:
        line.fake.reader = failing_reader(error)
    raise error


def settle(connection: Any, line: Line, original: Send) -> None:
    """The second question, with the whole body told: forward what was held, or answer."""
    exchange = line.exchange
    assert exchange is not None
    if line.framer is not None and not line.framer.done:
        exchange.request_end()  # the client reads before it has sent all: there will be no more
    try:
        _take(connection, line, exchange.decide())
    except BaseException:
        line.reset()
        raise
    held, line.held, line.held_size = line.held, [], 0
    if line.state == FORWARD:
        for piece in held:
            _transmit(connection, line, piece, original)


def _transmit(connection: Any, line: Line, piece: Any, original: Send) -> None:
    if connection.sock is None:
        try:
            connect_now(connection, line)
        except BaseException as error:
            line.failed("connect", error)
            if line.fake is not None and getattr(error, "errno", None) in _SWALLOWED:
                # this client connects before it sends, and does not expect such an error from `send`
                line.put_fake(connection).reader = failing_reader(error)
            raise
    try:
        original(connection, piece)
    except BaseException as error:
        if getattr(error, "errno", None) in _SWALLOWED:
            line.send_failure = line.send_failure or Failure("send", describe(error))
        else:
            line.failed("send", error)
        raise
