"""The head of an HTTP/1 message: where it ends, and which fields stand in it.

Lives here: plain functions over bytes and lines. Must not: keep state of a message, know clients.
Called by: the framer and the sending hook. It reads as http.client does: what matters is what the
watched client makes of the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hushtape.model import Headers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

Pairs = list[tuple[str, str]]

_names: dict[str, bool] = {}
"""Usable field names seen -> whether they tell a message's framing. Bounded: a server that invents names
can't make it grow for ever."""
_FRAMING = ("content-length", "transfer-encoding")


_status: dict[str, tuple[str, int, str]] = {}
"""Status lines seen -> version, code, reason. At most 64 short ones."""


class FramingError(Exception):
    """The bytes are not HTTP/1. `line` is what could not be read: 4,096 characters of it at most, since half
    a secret at its end would pass the scrub."""

    def __init__(self, what: str, line: str = "") -> None:
        super().__init__(what)
        self.line = line[:4096]


def usable(name: str) -> bool:
    """http.client's parser takes this for a field name."""
    if not (name.isascii() and name.isprintable() and " " not in name):
        return False
    if len(_names) < 4096:
        _names[name] = name.lower() in _FRAMING
    return True


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Index just past the empty line that ends a head; -1 if it is not there yet."""
    crlf = data.find(b"\r\n\r\n", start)
    bare = data.find(b"\n\n", start, crlf if crlf >= 0 else len(data))
    mixed = data.find(b"\n\r\n", start, crlf + 1 if crlf >= 0 else len(data))
    ends = [end for end in (crlf + 4 if crlf >= 0 else -1, bare + 2 if bare >= 0 else -1) if end > 0]
    if mixed >= 0:
        ends.append(mixed + 3)
    return min(ends) if ends else -1


def parse_fields(text: str) -> Pairs:
    """The header fields in `text`: all that follows the first line of a head.

    As the parser under http.client (email.feedparser) has them: a bare CR ends a line, too; an empty line
    or one without a name ends the fields; a line that begins with "From " is none. Only a folded line
    (RFC 9112 5.2) is joined with one space, where that parser keeps its line break in the value.
    """
    pairs: Pairs = []
    foldable = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line:
            break
        if line[0] in " \t":
            if foldable:
                pairs[-1] = _unfolded(pairs[-1], line.strip(" \t"))
            continue
        foldable = False
        if line.startswith("From "):
            continue
        name, colon, value = line.partition(":")
        if not colon or (name and name not in _names and not usable(name)):
            break
        if name:
            pairs.append((name, value.lstrip(" \t")))
            foldable = True
    return pairs


def _unfolded(pair: tuple[str, str], more: str) -> tuple[str, str]:
    name, value = pair
    return name, f"{value} {more}" if value and more else value or more


def plain_head(raw: bytes) -> tuple[str, Pairs, bool] | None:
    """First line and fields of a plain head, and whether a field tells the framing; None: not plain.

    Plain: lines end in CRLF and hold no other CR or LF, none is folded, every name was seen before.
    Servers repeat themselves, and `parse_fields`, which reads everything, takes three times as long.
    """
    if not raw.endswith(b"\r\n\r\n"):
        return None
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    if not raw.count(b"\n") == raw.count(b"\r") == len(lines) + 2:
        return None
    pairs: Pairs = []
    framed = False
    known = _names.get
    for line in lines:
        name, colon, value = line.partition(":")
        told = known(name)
        if told is None or not colon:
            return None
        if told:
            framed = True
        pairs.append((name, value.lstrip(" \t")))
    return first, pairs, framed


def status_line(line: str) -> tuple[str, int, str]:
    """Version, code and reason of a status line.

    Raises:
        FramingError: it is none.
    """
    found = _status.get(line)
    if found is not None:
        return found
    parts = line.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/"):
        raise FramingError("no status line", line)
    try:
        status = int(parts[1])
    except ValueError:
        status = 0
    if not 100 <= status <= 999:  # http.client's bounds, and its int(): "+200" is 200 to it
        raise FramingError("no status line", line)
    # A CR inside the reason is the one thing of a status line that no cassette may hold: it reads as a space.
    found = parts[0], status, parts[2].strip().replace("\r", " ") if len(parts) > 2 else ""
    if len(line) <= 64 and len(_status) < 64:
        _status[line] = found
    return found


def field(pairs: Sequence[tuple[str, str]], wanted: str) -> str | None:
    """The first value of a field, given its name in lower case."""
    size = len(wanted)
    for name, value in pairs:
        if len(name) == size and name.lower() == wanted:
            return value
    return None


def content_length(pairs: Sequence[tuple[str, str]]) -> int | None:
    """Content-Length as http.client takes it: `int()` of the first one, None for what it can't use."""
    value = field(pairs, "content-length")
    if not value:
        return None
    try:
        length = int(value)
    except ValueError:
        return None
    return length if length >= 0 else None


class RequestFields(Struct, frozen=True):
    """The fields of a request, and what they say of its body.

    Attributes:
        length: bytes of the body; -1: chunked.
        expects: the client waits for a 100 (RFC 9110 10.1.1).
    """

    headers: Headers
    length: int
    expects: bool


def request_fields(pairs: Pairs) -> RequestFields:
    """What a request's fields say."""
    coding = field(pairs, "transfer-encoding")
    chunked = coding is not None and coding.lower().rpartition(",")[2].strip() == "chunked"
    length = -1 if chunked else content_length(pairs) or 0
    return RequestFields(Headers(pairs), length, bool(field(pairs, "expect")))
