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
_START = b'{\n "version": 1,\n "hushtape": {\n'
_HEAD_MOST = 1024 * 1024


class Found(Struct, frozen=True):
    """The file's head as a JSON object, and where each interaction begins and ends."""

    head: bytes
    starts: array[int]
    ends: array[int]
    canonical: bool


def find_lines(file: Pinned) -> Found | None:
    """The interactions of a canonical file; None if it is not one."""
    head = _head(file)
    if head is None:
        return None
    first = len(head) + len(layout.HEAD_END)
    starts, ends = array("Q"), array("Q")
    if file.size == first + 4 and file.read(first, 4) == b"]\n}\n":
        return Found(head + b"}", starts, ends, True)
    last = file.size - len(layout.TAIL)
    if last - 4 <= first or file.read(last - 4, 4 + len(layout.TAIL)) != b"\n  }" + layout.TAIL:
        return None
    if file.read(first, 1 + len(layout.START)) != b"\n" + layout.START:
        return None
    starts.append(first + 1)
    requests = _separators(file, first, last, starts, ends)
    ends.append(last)
    # A key "request" more than there are separators: a hand has laid out some interaction differently.
    return Found(head + b"}", starts, ends, True) if requests == len(starts) else None


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
    """Fill in starts and ends; returns how often the key "request" stands there."""
    carry = len(_SEPARATOR) - 1
    position, requests = first, 0
    before = b""
    while position < last:
        piece = file.read(position, min(_PIECE, last - position))
        window = before + piece
        base = position - len(before)
        at = window.find(_SEPARATOR)
        while at >= 0:
            ends.append(base + at + 4)
            starts.append(base + at + 6)
            at = window.find(_SEPARATOR, at + 5)
        # The carried bytes are one fewer than each needle, or a needle in them would count twice.
        requests += window.count(_KEY, max(0, len(before) - len(_KEY) + 1))
        before = window[-carry:]
        position += len(piece)
    return requests
