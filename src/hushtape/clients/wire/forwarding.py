"""Bytes of a request on their way: told to the tape, held back, or sent on.

Lives here: what happens to one piece of a request, once its head is known. Must not: decide which of
the three it is, parse heads, read responses. Called by: the sending hook and deciding.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from hushtape.clients.wire.connecting import connect_now
from hushtape.clients.wire.failures import describe
from hushtape.clients.wire.head import FramingError
from hushtape.clients.wire.line import Line
from hushtape.clients.wire.playback import failing_reader
from hushtape.errors import BodyTooLargeError, HushtapeError, throw
from hushtape.model import CHUNK, Failure

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

Send = Callable[[Any, Any], Any]

_SWALLOWED = (errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE)
"""urllib3 reads the response nevertheless: the server may have answered before it closed."""


def feed(line: Line, piece: Any) -> None:
    """Tell the tape of a piece of a body."""
    framer = line.framer
    if framer is None or framer.done:
        return
    try:
        if type(piece) is bytes:
            line.sent += len(piece)
            framer.feed(piece)
            return
        view = memoryview(piece).cast("B")
        line.sent += len(view)
        for start in range(0, len(view), CHUNK):
            framer.feed(bytes(view[start : start + CHUNK]))
        return
    except FramingError:  # chunks that are none: what was told is all that can be told
        line.framer = None
    if line.exchange is not None:
        line.exchange.request_end()


def watch(connection: Any, line: Line, piece: Any) -> None:
    """As `feed`, for what is sent on whatever it is: the program wins.

    Raises:
        HushtapeError: the tape refuses to let the piece go (seam.Drain). What was sent of the request is
            given up with the connection: the server never gets a whole one.
    """
    try:
        feed(line, piece)
    except HushtapeError:
        connection.close()
        raise
    except Exception:  # noqa: BLE001 - not HTTP/1 or a fault of ours: it sends what it wants to send
        line.framer = None


def hold(line: Line, piece: Any) -> None:
    """Keep bytes that may have to be forwarded after all."""
    session = line.session
    if session is None or session.offline:
        return
    data = bytes(piece)
    if line.held is None:
        line.held = []
    line.held.append(data)
    line.held_size += len(data)
    if line.held_size > session.max_held_body:
        limit = session.max_held_body
        line.reset()
        throw(
            BodyTooLargeError(
                "compare a request's body with the tape before it is sent",
                f"the body is larger than {limit} bytes, the most that is held back",
                "Raise max_callback_body, or match on something else than the body",
                option="max_callback_body",
                limit=limit,
            )
        )


def transmit(connection: Any, line: Line, piece: Any, original: Send) -> None:
    """Send a piece, through a real connection, made if need be."""
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
