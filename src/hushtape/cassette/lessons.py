"""Lessons in the journal: which interactions were not searched for a secret that was learned late.

Lives here: the payload of lesson records, and what recovery reads out of them. Must not: know a secret (none
is ever written), search. Called by: journal (writes), recovery.
A record without a payload opens a lesson: nothing that stands before it in the journal was searched. One with
a payload closes it: ranges of sequence numbers that were left out, `[]` where all was searched.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

Range = tuple[int, int]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Range]).decode


def closing(sequences: Iterable[int]) -> bytes:
    """The payload of a record that closes a lesson; `sequences`: in order, those that were not searched."""
    ranges: list[Range] = []
    for number in sequences:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return _encode(ranges)


class Unsearched:
    """Gathers lessons while a journal is read."""

    __slots__ = ("_left", "_open")

    def __init__(self) -> None:
        self._open: dict[int, int] = {}
        """By lesson: how many entries stood before it."""
        self._left: dict[int, list[Range]] = {}

    def opened(self, lesson: int, entries: int) -> None:
        """A lesson began behind so many entries."""
        self._open[lesson] = entries

    def closed(self, lesson: int, payload: bytes) -> None:
        """It ended."""
        self._open.pop(lesson, None)
        self._left[lesson] = _decode(payload)

    @property
    def entries(self) -> int:
        """Entries from the first on that were not searched, because the process died over it."""
        return max(self._open.values(), default=0)

    def holds(self, sequence: int) -> bool:
        """Whether the interaction of this number was left out of a search."""
        return any(first <= sequence <= last for ranges in self._left.values() for first, last in ranges)
