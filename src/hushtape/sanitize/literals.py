"""Objects and lists as Python and JavaScript write them: strings in apostrophes or quotes.

Lives here: the seeker for their end. Must not: know names or rules. Called by: member_values, for a name in
apostrophes. JSON's containers, whose strings have one kind of quotes, are `values.Container`.
"""

from __future__ import annotations

from typing import ClassVar, Final

from hushtape.sanitize.around import Around
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.values import TAIL, Step, backslashes, belonging, closes, ended

_BACK: Final = 24
_TOKEN = lazily(rb"[\"'\[\]{}]")
_AROUND = lazily(rb"[\"'\[\]{}]|u0022")
_QUOTES = lazily(rb"[\"']|u0022")
"""The same where a string around it may end: outside of its own strings, and inside."""
_BEGINS = lazily(rb"[\[{(,:=+\"'](?:\s|\\{1,8}[nrt])*(?<![\w'\"])[bBrRuUfF]{0,2}\\{0,8}\Z")
"""What stands before a string; elsewhere an apostrophe is one of a remark (`# don't`)."""


class Literal:
    """A container, its first bracket included. `depth`: strings of JSON around it. `within`: it has begun
    already, and its closing bracket does not belong to the value. `own`: backslashes before its apostrophes,
    where all of it stands in a string of a script."""

    __slots__ = ("_around", "_before", "_depth", "_nesting", "_own", "_quote", "_within")
    again: ClassVar[bool] = False

    def __init__(
        self, depth: int, *, within: bool = False, around: Around | None = None, own: int = 0
    ) -> None:
        self._own = own
        self._depth, self._nesting, self._within = depth, int(within), within
        self._quote, self._before = b"", b"["
        self._around = around

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit:
            place = self._next(data, at, limit)
            if place < 0:
                break
            at, sign = place + 1, data[place : place + 1]
            count = backslashes(data, place)
            if sign == b'"' and 0 <= ended(count, self._depth, quote=True) < self._depth:
                return max(start, place - belonging(count)), 0  # the string around us ends
            over = self._around.ends(data, place, final) if self._around and sign in (b'"', b"u") else -1
            if over >= 0:
                return max(start, over), 0
            if sign == b"u" or (self._quote and self._quote != sign):
                continue
            if self._quote:
                even = closes(count, self._depth) if sign == b'"' else self._ends(count)
                self._quote = b"" if even else sign
            elif sign in (b'"', b"'"):
                self._quote = sign if self._begins(data, start, place) else b""
            else:
                self._nesting += 1 if sign in b"[{" else -1
                if self._nesting <= 0:
                    return (place if self._within else at), 0
        if final:
            return len(data), 0
        at = max(at, limit)
        self._before = (self._before + data[start:at])[-_BACK:]
        return -1, at

    def _ends(self, count: int) -> bool:
        """Whether an apostrophe behind so many backslashes ends a string."""
        return count <= self._own if self._own else (count >> self._depth) % 2 == 0

    def _next(self, data: bytes, at: int, limit: int) -> int:
        if self._around is not None:
            found = (_QUOTES if self._quote else _AROUND).search(data, at, limit)
            return -1 if found is None else found.start()
        if self._quote == b"'":  # what is around ends it, too
            places = [one for one in (data.find(b"'", at, limit), self._outer(data, at, limit)) if one >= 0]
            return min(places, default=-1)
        if self._quote:
            return data.find(self._quote, at, limit)
        found = _TOKEN.search(data, at, limit)
        return -1 if found is None else found.start()

    def _outer(self, data: bytes, at: int, limit: int) -> int:
        """A quote that may be that of a string around us."""
        if self._depth == 0:
            return data.find(b'"', at, limit)
        while (at := data.find(b'"', at, limit)) >= 0:
            if 0 <= ended(backslashes(data, at), self._depth, quote=True) < self._depth:
                return at
            at += 1
        return -1

    def _begins(self, data: bytes, start: int, place: int) -> bool:
        before = (
            (self._before + data[start:place])[-_BACK:]
            if place - start < _BACK
            else data[place - _BACK : place]
        )
        return _BEGINS.search(before) is not None
