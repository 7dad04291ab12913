"""From what YAML's scalars say back to the file.

Lives here: which offset of the said text stands where, how it is quoted there, and where its scalar ends.
Must not: read YAML. Called by: unfold, which notes it, and look, which asks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

_MOST_BREAKS = 400_000
"""What is known of the way back: 17 bytes each. Older ones go, and what begins there can't be redacted."""


class WayBack:
    """What was noted from left to right."""

    __slots__ = ("_begins", "_ends", "_gone", "_here", "_styles", "_there")

    def __init__(self) -> None:
        self._here, self._there, self._styles = array("Q", [0]), array("Q", [0]), bytearray(b" ")
        self._begins, self._ends = array("Q"), array("Q")
        self._gone = 0

    def start(self, offset: int) -> int:
        """Where in the file what stands here begins; -1: that is not known any more."""
        if offset < self._gone:
            return -1
        at = bisect_right(self._here, offset) - 1
        return self._there[at] + offset - self._here[at]

    def end(self, offset: int) -> int:
        """Where in the file what goes up to here ends."""
        at = bisect_left(self._here, offset)
        if at < len(self._here) and self._here[at] == offset:
            return self._there[at]
        return self._there[at - 1] + offset - self._here[at - 1] if at else 0

    def scalar_end(self, offset: int) -> int:
        """Where the scalar ends that goes on at this offset; beyond the text if it is open, or none does."""
        at = bisect_right(self._ends, offset)
        return self._ends[at] if at < len(self._ends) and self._begins[at] <= offset else 1 << 62

    def quoted_end(self, offset: int) -> int:
        """Where the scalar in quotes ends that begins at this offset; -1: none does that has ended."""
        at = bisect_right(self._ends, offset)
        if at == len(self._ends) or self._begins[at] != offset or not self.is_quoted(offset):
            return -1
        return self._ends[at]

    def is_quoted(self, offset: int) -> bool:
        """Whether what stands here does in quotes."""
        return self._styles[bisect_right(self._here, offset) - 1] in b"'\""

    def written(self, offset: int, text: bytes) -> bytes:
        """How this is written in the scalar that stands here."""
        style = self._styles[bisect_right(self._here, offset) - 1]
        if style == 34:
            return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        return text.replace(b"'", b"''") if style == 39 else text

    def note(self, here: int, there: int, style: int = 0) -> None:
        """What stands from `here` on, stands from `there` on in the file. `style`: the quote of the scalar
        here, or a space; 0: as before."""
        self._here.append(here)
        self._there.append(there)
        self._styles.append(style or self._styles[-1])

    def scalar(self, begin: int, end: int) -> None:
        """A scalar or a member of a flow collection that has ended."""
        self._begins.append(begin)
        self._ends.append(end)

    def forget(self) -> None:
        """Keep no more than there is room for."""
        if len(self._ends) > _MOST_BREAKS:
            drop = len(self._ends) // 2
            del self._begins[:drop], self._ends[:drop]
        if len(self._here) > _MOST_BREAKS:
            drop = len(self._here) // 2
            self._gone = self._here[drop]
            del self._here[:drop], self._there[:drop], self._styles[:drop]
            ended = bisect_left(self._ends, self._gone)
            del self._begins[:ended], self._ends[:ended]
