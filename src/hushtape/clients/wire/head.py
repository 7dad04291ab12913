"""The head of an HTTP/1 message: where it ends, and which fields stand in it.

Lives here: plain functions over bytes and lines. Must not: keep state of a message, know clients.
Called by: the framer and the sending hook. It reads as http.client does: what matters is what the
watched client makes of the bytes.
"""

from __future__ import annotations

Pairs = list[tuple[str, str]]

_names: set[str] = set()
"""Usable field names seen. Bounded: a server that invents names can't make it grow for ever."""


class FramingError(Exception):
    """The bytes are not HTTP/1. `line` is what could not be read (at most 128 characters)."""

    def __init__(self, what: str, line: str = "") -> None:
        super().__init__(what)
        self.line = line[:128]


def usable(name: str) -> bool:
    """http.client's parser takes this for a field name."""
    if not (name.isascii() and name.isprintable() and " " not in name):
        return False
    if len(_names) < 4096:
        _names.add(name)
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


def parse_fields(lines: list[str]) -> Pairs:
    """Header fields of these lines. Like the parser under http.client it stops at a line without a name.

    A folded line (RFC 9112 5.2) is joined with one space.
    """
    pairs: Pairs = []
    for line in lines:
        line = line.removesuffix("\r")
        if not line:
            continue
        if line[0] in " \t":
            if pairs:
                name, value = pairs[-1]
                pairs[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if not colon or (name and name not in _names and not usable(name)):
            break
        if name:
            pairs.append((name, value.lstrip(" \t")))
    return pairs


def field(pairs: Pairs, wanted: str) -> str | None:
    """The first value of a field, given its name in lower case."""
    size = len(wanted)
    for name, value in pairs:
        if len(name) == size and name.lower() == wanted:
            return value
    return None


def content_length(pairs: Pairs) -> int | None:
    """Content-Length as http.client takes it: `int()` of the first one, None for what it can't use."""
    value = field(pairs, "content-length")
    if not value:
        return None
    try:
        length = int(value)
    except ValueError:
        return None
    return length if length >= 0 else None
