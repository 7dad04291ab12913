"""What a tape's decision means for a connection: forward, answer, hold back, raise.

Lives here: the question and its consequences. Must not: decide, parse heads, read responses.
Called by: the sending hook (a head has come, a piece has come), the receiving hook (the client reads).
"""

from __future__ import annotations

from typing import Any

from hushtape.clients.wire.connecting import apply_tls, raise_at_connect, seem_connected
from hushtape.clients.wire.failures import revive
from hushtape.clients.wire.forwarding import Send, transmit
from hushtape.clients.wire.framer import RequestFramer
from hushtape.clients.wire.latency import wait
from hushtape.clients.wire.line import FORWARD, HOLD, REPLAY, Line
from hushtape.clients.wire.playback import failing_reader, open_reader
from hushtape.errors import throw
from hushtape.model import Failure, Interaction, Request
from hushtape.seam import FORWARD as FORWARDED
from hushtape.seam import Decision, Drain, Forward, NeedBody, Refuse, Replay, Session

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire


def begin(connection: Any, line: Line, session: Session, request: Request) -> None:
    """Begin the exchange, and the telling of its body.

    Raises:
        HushtapeError: the tape refuses.
    """
    exchange = session.open(request)
    line.session, line.exchange = session, exchange
    fields = line.fields
    assert fields is not None
    try:
        _take(connection, line, exchange.decide())
        if fields.length:
            framer = line.framer = RequestFramer()
            framer.begin_body(exchange, fields.length)
        else:
            exchange.request_end()
    except BaseException:
        line.reset()
        raise
    if line.state == HOLD and fields.expects and line.fake is not None:
        line.fake.continues = True  # the tape needs the body, and the client waits for a 100 before it


def _take(connection: Any, line: Line, decision: Decision) -> None:
    """Set the line to what the tape has decided.

    Raises:
        HushtapeError: the tape refuses.
    """
    if isinstance(decision, Drain):
        line.answer = decision.answer
        decision = FORWARDED
    if isinstance(decision, Forward):
        line.state = FORWARD
        if line.fake is not None:
            line.put_real(connection)
        return
    if isinstance(decision, Refuse):
        throw(decision.error)
    fake = line.put_fake(connection)
    if isinstance(decision, NeedBody):
        line.state = HOLD
        return
    assert isinstance(decision, Replay)
    line.state = REPLAY
    seem_connected(connection)  # to a proxy for http, urllib3 does not connect before it sends
    line.interaction, line.due = decision.interaction, decision.due
    apply_tls(connection, line, decision.interaction.tls)
    if line.fields is not None and line.fields.expects:
        early = bool(line.fields.length) and _answered_early(decision.interaction)
        fake.continues = not early
        if early:
            fake.reader = open_reader(decision.interaction)


def _answered_early(interaction: Interaction) -> bool:
    """The recorded server gave its final answer instead of a 100."""
    response, body = interaction.response, interaction.request.body
    if response is None or any(head.status == 100 for head in response.informational):
        return False
    return body is None or not body.size


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
    held, line.held, line.held_size = line.held, None, 0
    if line.state == FORWARD:
        for piece in held or ():
            transmit(connection, line, piece, original)


def advance(connection: Any, line: Line, original: Send) -> None:
    """After bytes that went nowhere: ask again once the body is whole; raise what is to be raised."""
    framer = line.framer
    if line.state == HOLD and (framer is None or framer.done):
        settle(connection, line, original)
    interaction = line.interaction
    failure = interaction.failure if interaction is not None else None
    if interaction is None or failure is None or interaction.response is not None:
        return
    if failure.stage == "connect":
        wait(line.due, line.fake)
        _fail_connect(connection, line, failure)
    elif failure.stage == "send":
        body = interaction.request.body
        if (framer is None or framer.done) or line.sent > (body.size if body is not None else 0):
            _fail_now(connection, line, wait(line.due, line.fake) or revive(failure))


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
    throw(error)
