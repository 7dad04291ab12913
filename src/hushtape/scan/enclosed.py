"""Where YAML's lines are none of a block's: inside strings over several lines, and flow collections.

Lives here: which of these stand where in the file. Must not: read YAML (unfold does), look for anything.
Called by: unfold, look. There `name: text` at a line's beginning ends where the string or the member does,
not with the line: what goes on to its end takes a quote or bracket along, and the file is no YAML any more.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

_MOST = 400_000
"""What is kept of them: 16 bytes each. Older ones go."""
_MEMBER_END = re.compile(rb"[ \t]*(?:[,}\]]|\Z|\r?\n)")
_QUOTED = re.compile(rb"(?:[:,\[{]|\s[!&]\S{0,60})\s*[\"']\Z")
OPEN = (1 << 64) - 1


class Enclosed:
    """Spans of one kind, noted from left to right; the last may still be open."""

    __slots__ = ("_ends", "_folded", "_starts")

    def __init__(self) -> None:
        self._starts, self._ends, self._folded = array("Q"), array("Q"), True

    def begin(self, at: int) -> None:
        if not self._folded:  # the last stood on one line
            self._starts.pop()
            self._ends.pop()
        self._starts.append(at)
        self._ends.append(OPEN)
        self._folded = False

    def fold(self) -> None:
        """It goes on on another line."""
        self._folded = True

    def end(self, at: int) -> None:
        self._ends[-1] = at
        if len(self._ends) > _MOST:
            del self._starts[: _MOST // 2], self._ends[: _MOST // 2]

    def around(self, at: int) -> int:
        """Where the one ends that holds this place; -1: none does."""
        last = bisect_right(self._starts, at) - 1
        return self._ends[last] if last >= 0 and self._ends[last] > at else -1


def is_quoted(data: bytes, start: int) -> bool:
    """Whether a scalar in quotes begins here: behind words a quote is one of theirs."""
    return _QUOTED.search(data, max(0, start - 80), start) is not None


def member_end(data: bytes, start: int, end: int) -> int:
    """Where a scalar without quotes ends in a flow collection, `end` at the latest."""
    found = _MEMBER_END.search(data, start, end)
    return found.start() if found else end
