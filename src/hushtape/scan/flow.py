"""Flow collections of YAML (`{...}`, `[...]`): which signs open a string, fold a line or end the collection.

Lives here: the walk over what stands between strings. Must not: read strings, keep text. Called by: unfold.
A quote opens a string only where a scalar may begin: elsewhere it is an apostrophe, or a word in quotes.
"""

from __future__ import annotations

import re

from hushtape.scan.scalars import FOLD

_SIGN = re.compile(
    rb"(?P<fold>"
    + FOLD
    + rb")|(?P<blank>[ \t]++)|(?P<quote>[\"'])|(?P<up>[{\[])|(?P<down>[}\]])|(?P<comma>,)"
    rb"|(?P<piece>[^\s\"'{}\[\],]++)|."
)


class Flow:
    """One collection, behind its first bracket. `parent`: the column that its lines stand deeper than."""

    __slots__ = ("_depth", "_parent", "fresh")

    def __init__(self, parent: int) -> None:
        self._parent, self._depth, self.fresh = parent, 1, True
        """`fresh`: a scalar may begin here."""

    def next(self, data: bytes, at: int, cut: int) -> tuple[str, int]:
        """What stands at `at`, and where it ends: "open" (a string begins behind it), "fold" (a line's end),
        "end" or "" (neither)."""
        found = _SIGN.match(data, at, cut)
        if found is None:
            return "", cut
        kind, end = found.lastgroup, found.end()
        if kind == "quote":
            opens, self.fresh = self.fresh, False
            return "open" if opens else "", end
        if kind == "down":
            self._depth, self.fresh = self._depth - 1, False
            return "end" if self._depth <= 0 else "", end
        if kind == "up":
            self._depth += 1
        if kind in ("up", "comma"):
            self.fresh = True
        elif kind == "piece":
            return "", self._piece(data, at, end, cut)
        return "fold" if kind == "fold" else "", end

    def _piece(self, data: bytes, at: int, end: int, cut: int) -> int:
        if data[at] == 35 and data[at - 1 : at] in (b" ", b"\t", b"\n", b""):  # a remark, to its line's end
            stop = data.find(b"\n", at, cut)
            return cut if stop < 0 else stop
        self.fresh = data[end - 1] == 58 or (self.fresh and data[at : at + 1] in (b"!", b"&", b"?"))
        return end

    def folds(self, data: bytes, end: int) -> bool:
        """Whether the line's end that stands before `end` is one within a plain scalar."""
        return not self.fresh and data[end : end + 1] not in b",:#]}"

    def left(self, data: bytes, at: int, end: int) -> bool:
        """Whether the next line is none of the collection's: a bracket may be text that nothing closes."""
        column = end - data.rfind(b"\n", at, end) - 1
        return column <= self._parent and data[end : end + 1] not in b"}]"
