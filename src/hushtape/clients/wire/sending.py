"""The send hook: finds requests in what a connection sends, asks the tape, forwards or holds back.

Lives here: the request's half of an exchange. Must not: read responses. Called by: http_client.
Heads reach `HTTPConnection.send` in one piece from http.client, urllib3 and botocore; a head in several
pieces is held back until it is whole, since the tape must be asked before anything leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import TextIOBase
from typing import Any

from hushtape.clients.wire.connecting import connect_now
from hushtape.clients.wire.deciding import advance, begin
from hushtape.clients.wire.forwarding import Send, feed, hold, transmit, watch
from hushtape.clients.wire.framer import RequestFramer
from hushtape.clients.wire.head import FramingError, RequestFields, request_fields
from hushtape.clients.wire.line import FORWARD, HOLD, IDLE, KEY, PASS, REPLAY, Line, line_of
from hushtape.clients.wire.target import locate
from hushtape.model import Request
from hushtape.seam import Router

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

MOST_HEADS = 32
"""Requests of one program differ in their first line, rarely in the fields below it; 32 x 4 KiB at most."""

Known = dict[bytes, RequestFields]
"""What stood below the first line of earlier requests -> their fields. They may hold secrets, so it lives
with the hook and is never more than the last few."""


def make_send(router: Router) -> Callable[[Send], Send]:
    """What replaces `HTTPConnection.send`."""

    def make(original: Send) -> Send:
        known: Known = {}

        def send(connection: Any, data: Any) -> Any:
            line = connection.__dict__.get(KEY) or line_of(connection)
            state = line.state
            if state == PASS or line.connecting:
                return original(connection, data)
            if state == IDLE:
                if connection.sock is None and not connection.auto_open:
                    return original(connection, data)  # NotConnected, as http.client says it
                end = data.find(b"\n") if type(data) is bytes and line.framer is None else -1
                fields = known.get(data[end:]) if end > 0 else None
                if fields is not None:
                    parts = data[:end].decode("latin-1").rstrip("\r").split(" ")
                    if len(parts) == 3 and parts[2][:5] == "HTTP/":
                        return _ask(connection, line, parts, fields, data, b"", original, router)
                return _begin(connection, line, data, original, router, known)
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


def _begin(connection: Any, line: Line, data: Any, original: Send, router: Router, known: Known) -> Any:
    """A head that has not been seen before, or its next piece."""
    framer = line.framer or RequestFramer()
    try:
        rest = framer.take_head(data if type(data) is bytes else bytes(memoryview(data)))
    except (FramingError, TypeError):
        return _pass(connection, line, data, original)
    held = line.held or []
    if rest is None:
        line.framer = framer
        held.append(bytes(data))
        line.held = held
        return None
    line.framer = None
    if held:
        data = b"".join((*held, data))
        line.held = None
    fields = request_fields(framer.pairs)
    if not rest and type(data) is bytes and len(data) <= 4096:
        if len(known) >= MOST_HEADS:
            known.clear()
        known[data[data.find(b"\n") :]] = fields
    parts = [framer.method, framer.target, framer.version]
    return _ask(connection, line, parts, fields, data, rest, original, router)


def _ask(
    connection: Any,
    line: Line,
    parts: list[str],
    fields: RequestFields,
    data: bytes,
    rest: bytes,
    original: Send,
    router: Router,
) -> Any:
    """Ask the tape, and do with the head (and `rest`, what came with it) what it says."""
    method, target, version = parts
    uri, host, port = locate(connection, target)
    session = None if method == "CONNECT" else router(host, port)
    if session is None:
        return _pass(connection, line, data, original)
    line.method, line.fields = method, fields
    begin(connection, line, session, Request(method, uri, fields.headers, None, version))
    if line.state == FORWARD:
        if rest:  # botocore sends small bodies in the same piece
            watch(connection, line, rest)
        transmit(connection, line, data, original)
        return None
    if rest:
        feed(line, rest)
    if line.state == HOLD:
        hold(line, data)
    elif line.interaction is not None and line.interaction.response is not None:
        return None
    return advance(connection, line, original)


def _pass(connection: Any, line: Line, data: Any, original: Send) -> Any:
    """No tape watches: untouched until the response."""
    held = line.held or ()
    line.reset()
    line.put_real(connection)
    if connection.sock is None:
        connect_now(connection, line)  # as `send` would; that begins the line anew
    line.state = PASS
    for piece in held:
        original(connection, piece)
    return original(connection, data)


def _carry(connection: Any, line: Line, piece: Any, original: Send) -> None:
    """One piece of a body."""
    state = line.state
    if state == FORWARD:
        watch(connection, line, piece)
        transmit(connection, line, piece, original)
    elif state in (REPLAY, HOLD):
        feed(line, piece)
        if state == HOLD:
            hold(line, piece)
        advance(connection, line, original)
    else:
        original(connection, piece)
