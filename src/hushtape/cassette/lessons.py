"""Lessons in the journal: which interactions were not searched for a secret that was learned late.

Lives here: the payload of lesson records, and what recovery reads out of them. Must not: know a secret (none
is ever written), search. Called by: journal (writes), recovery.
A record without a payload opens a lesson: nothing that stands before it in the journal was searched. One with
a payload closes it: ranges of sequence numbers that were left out, `[]` where all was searched.
"""

from __future__ import annotations

from array import array
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
    """Gathers lessons while a journal is read, record by record."""

    __slots__ = ("_left", "_open", "_seen")

    def __init__(self) -> None:
        self._seen = array("q")
        self._open: dict[int, int] = {}
        """By lesson: how many ends stood before it."""
        self._left: dict[int, list[Range]] = {}

    def ended(self, sequence: int) -> None:
        """The end of an interaction, also one that was taken back: what replaced it stands further on."""
        self._seen.append(sequence)

    def opened(self, lesson: int) -> None:
        """A lesson began here."""
        self._open[lesson] = len(self._seen)

    def closed(self, lesson: int, payload: bytes) -> None:
        """It ended."""
        self._open.pop(lesson, None)
        self._left[lesson] = _decode(payload)

    def places(self, sequences: Iterable[int]) -> tuple[int, ...]:
        """Places in a cassette, from 1, of interactions that were not searched; `sequences`: in its order."""
        early = set(self._seen[: max(self._open.values(), default=0)])
        left = [one for ranges in self._left.values() for one in ranges]
        return tuple(
            place
            for place, number in enumerate(sequences, 1)
            if number in early or any(first <= number <= last for first, last in left)
        )
