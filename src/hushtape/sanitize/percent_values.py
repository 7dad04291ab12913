"""Where a value ends in JSON that stands in percent escapes: a form's `payload=%7B...`, a request line.

Lives here: the seekers of that writing, with quotes as `%22` and as `%5Cu0022`. Must not: know names or
rules. Called by: value_ends. What ends a parameter ends the value, too.
"""

from __future__ import annotations

import re
from typing import ClassVar

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.values import TAIL, Step, backslashes, belonging, ended, levels, written_before


class Percent:
    """An object or array in JSON in percent escapes, `quote` around its names; its brackets may be
    escaped fewer times. What ends a parameter ends it, too. `within`: see `Container`."""

    __slots__ = ("_depth", "_inside", "_nesting", "_token", "_unit", "_within")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, *, within: bool = False) -> None:
        level = quote.rsplit(b"%", 1)[-1].count(b"25")
        sign = b"%" + b"25" * level
        self._unit = sign + b"5c"
        self._depth = (quote.lower().count(self._unit) + quote.count(b"\\") + 1).bit_length() - 1
        escaped = rb"%%(?:25){0,%d}" % level
        self._token = lazily(rb"(%b22)|%b(?:(5[bB]|7[bB])|5[dD]|7[dD])|[\[\]{}]|[&\s\"<>]" % (sign, escaped))
        self._nesting, self._inside, self._within = int(within), False, within

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            token = found[0]
            if found[1]:
                unit = written_before(data, found.start(), self._unit)
                count = backslashes(data, found.start(), unit)
                level = ended(count, self._depth, quote=True)
                if 0 <= level < self._depth:
                    return found.start() - belonging(count) * len(unit), 0  # the string around us ends
                if not self._inside or level >= 0:
                    self._inside = not self._inside
            elif len(token) == 1 and token not in b"[]{}":
                return max(start, found.start() - backslashes(data, found.start())), 0
            elif not self._inside:
                self._nesting += 1 if found[2] or token in b"[{" else -1
                if self._nesting <= 0:
                    return (found.start() if self._within else at), 0
        return (len(data), 0) if final else (-1, max(at, limit))


class PercentUnits:
    """A string whose quotes are written `\\u0022`; `quote` is the first, `unit` the backslash before it."""

    __slots__ = ("_depth", "_token", "_unit")
    again: ClassVar[bool] = True

    def __init__(self, quote: bytes, unit: bytes) -> None:
        self._depth, self._unit = levels((len(quote) - len(b"u0022")) // len(unit)), unit
        self._token = lazily(rb"u0022|%b22|[&\s\"<>]" % unit[:-2])

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at, size = start, len(self._unit)
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            if len(found[0]) == 1:
                return found.start(), 0
            count = backslashes(data, found.start(), self._unit)
            level = ended(count, self._depth, quote=found[0] != b"u0022")
            if level >= 0:
                return max(start, found.start() - size * (count % (2 << level))), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class PercentCoded:
    """An object or array with such quotes around its names. `within`: see `Container`."""

    __slots__ = ("_depth", "_inside", "_nesting", "_quote", "_token", "_unit", "_within")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, unit: bytes, *, within: bool = False) -> None:
        self._quote, self._unit = quote.lower(), unit
        self._nesting, self._inside, self._within = int(within), False, within
        self._depth = levels((len(quote) - len(b"u0022")) // len(unit))
        sign = unit[:-2]
        escaped = rb"%%(?:25){0,%d}" % sign.count(b"25")
        self._token = lazily(
            rb"(?:%b){0,64}(u0022|%b22)|%b(?:(5b|7b)|5d|7d)|[\[\]{}]|[&\s\"<>]" % (unit, sign, escaped),
            re.IGNORECASE,
        )

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            token = found[0]
            if found[1]:
                level, count = self._ended(token)
                if 0 <= level < self._depth:
                    own = count % (2 << level)
                    return found.start(1) - own * len(self._unit), 0  # the string around us ends
                if level >= 0:
                    self._inside = not self._inside
            elif len(token) == 1 and token not in b"[]{}":
                return found.start(), 0
            elif not self._inside:
                self._nesting += 1 if found[2] or token in b"[{" else -1
                if self._nesting <= 0:
                    return (found.start() if self._within else at), 0
        return (len(data), 0) if final else (-1, max(at, limit))

    def _ended(self, token: bytes) -> tuple[int, int]:
        """(see `ended`, the backslashes before it): the depth where it opens or closes one of the strings."""
        unit = token.endswith(b"u0022")
        count = (len(token) - len(b"u0022" if unit else self._unit)) // len(self._unit)
        level = ended(count, self._depth, quote=not unit)
        if level == self._depth and not (self._inside and unit):
            level = level if token.lower() == self._quote else -1
        return level, count
