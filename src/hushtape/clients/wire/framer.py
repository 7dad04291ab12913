"""Incremental HTTP/1 framing: where a message's head, body and end are, for bytes as they pass.

Lives here: the state machine for one message in either direction, and the parsing of its head.
Must not: know sockets or clients, buffer a body, or raise anything but FramingError.
Called by: the tee (responses) and the line (requests). It reads as http.client does, not as RFC 9112
wishes: what matters is what the watched client makes of the bytes.
"""

from __future__ import annotations

from hushtape.clients.wire.head import (
    FramingError,
    Pairs,
    content_length,
    field,
    head_end,
    parse_fields,
    plain_head,
    request_fields,
    status_line,
)
from hushtape.model import CHUNK, NO_HEADERS, Framing, Head, Headers
from hushtape.seam import Exchange

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

MAX_HEAD = 8 * 1024 * 1024
"""http.client reads at most 100 lines of 64 KiB, so a longer head fails there as well."""
MAX_LINE = 65536
MOST_MISSING = 1 << 62
"""Most missing bytes that a cassette can state: a Content-Length may be any number."""

HEAD, LENGTH, SIZE, DATA, GAP, TRAILER, CLOSE, DONE = range(8)

_COUNTED = (LENGTH, DATA)


class Framer:
    """One message, fed in pieces of any size. Subclasses say what a head means and where things go."""

    __slots__ = ("_buffer", "_left", "_state", "_trailers")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        self._state = HEAD
        self._trailers: list[str] = []

    @property
    def head_seen(self) -> bool:
        """The (final) head has been read."""
        return self._state != HEAD

    @property
    def done(self) -> bool:
        """The message is complete: what follows is not part of it."""
        return self._state == DONE

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes. Returns what lies beyond the message's end.

        Raises:
            FramingError: this is not HTTP/1.
        """
        while data and self._state != DONE:
            state = self._state
            if state in _COUNTED:
                data = self._counted(data)
            elif state == HEAD:
                data = self._head_bytes(data)
            elif state == CLOSE:
                self._pass(data)
                return b""
            elif state == GAP:
                data = self._gap(data)
            else:
                data = self._line(data)
        return data

    # -- what subclasses give ---------------------------------------------------------------------

    def _on_head(self, raw: bytes) -> None:
        """A head is complete: set what comes next with `_expect`."""
        raise NotImplementedError

    def _on_body(self, data: bytes) -> None:
        raise NotImplementedError

    def _on_end(self, trailers: Headers) -> None:
        raise NotImplementedError

    # -- states -----------------------------------------------------------------------------------

    def _expect(self, framing: Framing, length: int = 0) -> None:
        if framing == "chunked":
            self._state = SIZE
        elif framing == "close":
            self._state = CLOSE
        elif framing == "length" and length:
            self._state, self._left = LENGTH, length
        else:
            self._finish(NO_HEADERS)

    def _finish(self, trailers: Headers) -> None:
        self._state = DONE
        self._on_end(trailers)

    def _pass(self, data: bytes) -> None:
        if len(data) <= CHUNK:
            self._on_body(data)
            return
        for start in range(0, len(data), CHUNK):
            self._on_body(data[start : start + CHUNK])

    def _counted(self, data: bytes) -> bytes:
        left = self._left
        if len(data) < left:
            self._left = left - len(data)
            self._pass(data)
            return b""
        rest = data[left:]
        self._pass(data[:left])
        if self._state == DATA:
            self._state, self._left = GAP, 2
        else:
            self._finish(NO_HEADERS)
        return rest

    def _head_bytes(self, data: bytes) -> bytes:
        buffer = self._buffer
        if not buffer:
            end = head_end(data)
            if end > 0:
                self._on_head(data[:end])
                return data[end:]
        known = len(buffer)
        buffer += data
        end = head_end(buffer, max(0, known - 3))
        if end < 0:
            if len(buffer) > MAX_HEAD:
                raise FramingError("the head does not end")
            return b""
        self._buffer = bytearray()
        self._on_head(bytes(buffer[:end]))
        return bytes(buffer[end:])

    def _gap(self, data: bytes) -> bytes:
        """The two bytes after a chunk; http.client does not look at them either."""
        skipped = min(self._left, len(data))
        self._left -= skipped
        if not self._left:
            self._state = SIZE
        return data[skipped:]

    def _line(self, data: bytes) -> bytes:
        end = data.find(b"\n")
        self._buffer += data if end < 0 else data[:end]
        if len(self._buffer) > MAX_LINE:
            raise FramingError("a line does not end")
        if end < 0:
            return b""
        line = self._buffer.decode("latin-1").removesuffix("\r")
        self._buffer.clear()
        if self._state == SIZE:
            self._size(line)
        elif line:
            self._trailers.append(line)
            if len(self._trailers) > 1024:
                raise FramingError("the trailer section does not end")
        else:
            self._finish(self._trailer_fields())
        return data[end + 1 :]

    def _trailer_fields(self) -> Headers:
        return Headers(parse_fields("\n".join(self._trailers))) if self._trailers else NO_HEADERS

    def _size(self, line: str) -> None:
        try:
            size = int(line.partition(";")[0], 16)
        except ValueError:
            size = -1
        if size < 0:
            raise FramingError("no chunk size", line)
        if size:
            self._state, self._left = DATA, size
        else:
            self._state = TRAILER


class RequestFramer(Framer):
    """What a client sends. It stops after the head until the exchange is given with `attach`."""

    __slots__ = ("exchange", "method", "pairs", "raw", "target", "version")

    def __init__(self) -> None:
        super().__init__()
        self.exchange: Exchange | None = None
        self.method = self.target = ""
        self.version = "HTTP/1.1"
        self.pairs: Pairs = []
        self.raw = b""

    def take_head(self, data: bytes) -> bytes | None:
        """Feed until the head is complete: what follows it, or None while it is not.

        Raises:
            FramingError: not a request.
        """
        rest = self._head_bytes(data)
        return rest if self.raw else None

    def attach(self, exchange: Exchange) -> None:
        """Begin to tell `exchange` of the body. Ends the request at once if it has none."""
        self.begin_body(exchange, request_fields(self.pairs).length)

    def begin_body(self, exchange: Exchange, length: int) -> None:
        """As `attach`, for a head that is known already: `length` bytes follow, -1: chunks."""
        self.exchange = exchange
        self._expect("chunked" if length < 0 else "length", length)

    def _on_head(self, raw: bytes) -> None:
        first, _, rest = raw.decode("latin-1").partition("\n")
        parts = first.rstrip("\r").split(" ")
        if len(parts) < 3 or not parts[-1].startswith("HTTP/"):
            raise FramingError("no request line", first)
        self.method, self.target, self.version = parts[0], " ".join(parts[1:-1]), parts[-1]
        self.pairs = parse_fields(rest)
        self.raw = raw

    def _on_body(self, data: bytes) -> None:
        assert self.exchange is not None
        self.exchange.request_body(data)

    def _on_end(self, trailers: Headers) -> None:
        assert self.exchange is not None
        self.exchange.request_end(trailers)


class ResponseFramer(Framer):
    """What a server sends: tells the exchange of heads, body and end while the client reads."""

    __slots__ = ("_method", "exchange")

    def __init__(self, exchange: Exchange, method: str) -> None:
        super().__init__()
        self.exchange = exchange
        self._method = method

    def feed(self, data: bytes) -> bytes:
        if self._state != HEAD or self._buffer:
            return super().feed(data)
        rest = self._head_bytes(data)
        if self._state == LENGTH and len(rest) == self._left <= CHUNK:  # the small answer: all in one read
            self._state = DONE
            self.exchange.body(rest)
            self.exchange.end()
            return b""
        return super().feed(rest)

    def eof(self) -> None:
        """The server closed. Before any head nothing is told: the client's own error will be."""
        state = self._state
        if state == HEAD:
            if b"\n" not in self._buffer:
                return
            raw, self._buffer = bytes(self._buffer), bytearray()
            self._on_head(raw)  # http.client takes a head cut here for a whole one
            state = self._state
        if state == LENGTH:
            self._state = DONE
            self.exchange.short(min(self._left, MOST_MISSING))
        elif state == CLOSE:
            self._finish(NO_HEADERS)
        elif state == TRAILER:
            self._finish(self._trailer_fields())
        elif state != HEAD and state != DONE:
            self._state = DONE
            self.exchange.short(0)

    def _on_head(self, raw: bytes) -> None:
        plain = plain_head(raw)
        if plain is not None:
            first, pairs, framed = plain
        else:
            line, _, rest = raw.decode("latin-1").partition("\n")
            first, pairs, framed = line.rstrip("\r"), parse_fields(rest), True
        version, status, reason = status_line(first)
        head = Head(status, reason, Headers(pairs), version)
        if status == 100:  # http.client skips 100 alone; every other 1xx is an answer to it
            self.exchange.informational(head)
            return
        framing, length = self._framing(status, pairs if framed else [])
        self.exchange.head(head, framing)
        self._expect(framing, length)

    def _framing(self, status: int, pairs: Pairs) -> tuple[Framing, int]:
        if status < 200 or status == 204 or status == 304 or self._method == "HEAD":
            return "none", 0
        coding = field(pairs, "transfer-encoding")
        if coding and coding.lower() == "chunked":
            return "chunked", 0
        length = content_length(pairs)
        return ("close", 0) if length is None else ("length", length)

    def _on_body(self, data: bytes) -> None:
        self.exchange.body(data)

    def _on_end(self, trailers: Headers) -> None:
        self.exchange.end(trailers)
