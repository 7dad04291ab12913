"""Finding the interactions of a canonical cassette without parsing it.

Lives here: the scan for separator lines. Must not: parse JSON, accept what it is not sure of. Called by:
reader. Strings hold no raw line break, so a separator can't stand inside one. Whatever deviates from the
canonical layout yields None, and the streaming parser decides (stream.py).
"""

from __future__ import annotations

from array import array

from msgspec import Struct

from hushtape.cassette import layout
from hushtape.cassette.bodies import Pinned

_PIECE = 256 * 1024
_SEPARATOR = b"\n  },\n  {\n"
_KEY = b'"request"'
_BODY = b'\n    "body": '
_SHORT = 400  # bytes a line, on average, up to which one search for separators is faster than line by line
_STRIDE, _SAMPLE = 8192, 256
_START = b'{\n "version": 1,\n "hushtape": {\n'
_HEAD_MOST = 1024 * 1024


Spans = tuple[tuple[int, int], ...]


class Found(Struct, frozen=True):
    """Where things stand in a cassette.

    Attributes:
        head: the file's head, as a JSON object.
        starts, ends: of the interactions. canonical: they are laid out as hushtape does.
        parts: where the members of the head stand, each from its key to the end of its value.
        reaches: for each interaction, how many bytes from its start hold all of its request, up to the end of
            the request's object; 0: not known, or something of it stands further down. The pass over the
            requests fills it in.
        recalled: remembered, not found just now.
    """

    head: bytes
    starts: array[int]
    ends: array[int]
    canonical: bool
    parts: Spans = ()
    reaches: array[int] = array("I")
    recalled: bool = False


def head_of(file: Pinned, parts: Spans) -> bytes:
    """The head that stands in these places."""
    return b"{%b}" % b",".join([file.read(start, end - start) for start, end in parts])


def find_lines(file: Pinned) -> Found | None:
    """The interactions of a canonical file; None if it is not one."""
    head = _head(file)
    if head is None:
        return None
    first = len(head) + len(layout.HEAD_END)
    parts = ((1, len(head)),)
    starts, ends = array("Q"), array("Q")
    if file.size == first + 4 and file.read(first, 4) == b"]\n}\n":
        return Found(head + b"}", starts, ends, True, parts)
    last = file.size - len(layout.TAIL)
    if last - 4 <= first or file.read(last - 4, 4 + len(layout.TAIL)) != b"\n  }" + layout.TAIL:
        return None
    if file.read(first, 1 + len(layout.START)) != b"\n" + layout.START:
        return None
    starts.append(first + 1)
    requests = _separators(file, first, last, starts, ends)
    ends.append(last)
    # A key "request" more than there are separators: a hand has laid out some interaction differently.
    return Found(head + b"}", starts, ends, True, parts) if requests == len(starts) else None


def canonical_frame(file: Pinned) -> tuple[Spans, int, int]:
    """The parts of a canonical file's head, where its first interaction begins and where its last one ends.

    Of a file that is not canonical: no parts."""
    head = _head(file) or b""
    return (
        (((1, len(head)),) if head else ()),
        len(head) + len(layout.HEAD_END) + 1,
        file.size - len(layout.TAIL),
    )


def _head(file: Pinned) -> bytes | None:
    size = min(_PIECE, file.size)
    while True:
        head = file.read(0, size)
        if not head.startswith(_START):
            return None
        end = head.find(layout.HEAD_END)
        if end >= 0:
            return head[:end]
        if size >= min(file.size, _HEAD_MOST):
            return None
        size = min(size * 2, file.size)


def _separators(file: Pinned, first: int, last: int, starts: array[int], ends: array[int]) -> int:
    """Fill in starts and ends; returns how often the key "request" stands there, bodies left out."""
    position, requests = first, 0
    before, in_body = b"", False
    while position < last:
        piece = file.read(position, min(_PIECE, last - position))
        window = before + piece
        base = position - len(before)
        # The carried bytes are one fewer than each needle, or a needle in them would count twice.
        counted = max(0, len(before) - len(_KEY) + 1)
        if _is_dense(window):
            at, in_body = window.find(_SEPARATOR), False
            while at >= 0:
                ends.append(base + at + 4)
                starts.append(base + at + 6)
                at = window.find(_SEPARATOR, at + 5)
            requests += window.count(_KEY, counted)
        else:
            found, in_body = _long_lines(window, base, counted, in_body, starts, ends)
            requests += found
        before = window[1 - len(_SEPARATOR) :]
        position += len(piece)
    return requests


def _is_dense(window: bytes) -> bool:
    """Its lines are short, as far as samples tell (counting all of them costs more than the search)."""
    size = len(window)
    lines = sum([window.count(b"\n", start, start + _SAMPLE) for start in range(0, size, _STRIDE)])
    return lines * _SHORT > size // _STRIDE * _SAMPLE


def _long_lines(
    window: bytes, base: int, counted: int, in_body: bool, starts: array[int], ends: array[int]
) -> tuple[int, bool]:
    """The same for a window of long bodies, line by line: memchr passes them 10 times as fast."""
    requests = 0
    at = window.find(b"\n")
    while at >= 0:
        if in_body:
            counted, in_body = max(counted, at), False
        if window.startswith(_SEPARATOR, at):
            ends.append(base + at + 4)
            starts.append(base + at + 6)
        elif window.startswith(_BODY, at):
            requests += window.count(_KEY, counted, at)
            counted, in_body = at, True
        at = window.find(b"\n", at + 1)
    return requests + (0 if in_body else window.count(_KEY, counted)), in_body
