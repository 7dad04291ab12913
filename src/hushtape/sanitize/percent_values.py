"""Where a value ends in JSON that stands in percent escapes: a form's `payload=%7B...`, a request line.

Lives here: the seekers of that writing, with quotes as `%22` and as `%5Cu0022`. Must not: know names or
rules. Called by: value_ends. What ends a parameter ends the value, too.
Backslashes before a quote are escaped as often as it is, or fewer times: browsers, Node and httpx leave them
as they are in a query (the URL standard of WHATWG, its query percent-encode set): `\\%22`.
"""

from __future__ import annotations

import re
from typing import ClassVar

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.values import TAIL, Step, backslashes, belonging, closes, ended, levels

_RUN = 64
_UNIT = b"u0022"
_SIGN = lazily(rb"%(?:25)*22\Z|u0022\Z")


def _level(quote: bytes) -> int:
    """How often a quote is escaped once more."""
    return quote.rsplit(b"%", 1)[-1].count(b"25")


def before(data: bytes, at: int, level: int) -> list[int]:
    """Where each of the backslashes begins that stand right before `at`, up to `_RUN`, the nearest first."""
    begins: list[int] = []
    while at and len(begins) < _RUN:
        at -= 1
        if data[at] != 92:
            if data[max(0, at - 1) : at + 1].lower() != b"5c":
                break
            at -= 1
            least = at - 2 * level
            while at > least and data[at - 2 : at] == b"25":
                at -= 2
            at -= 1
            if at < 0 or data[at] != 37:
                break
        begins.append(at)
    return begins


def _first(at: int, begins: list[int], own: int) -> int:
    """Where the last `own` of these backslashes begin, before what stands at `at`."""
    return begins[own - 1] if own else at


def is_opened(data: bytes, start: int, quote: bytes) -> bool:
    """Whether a quote like this one stands right before `start`: as many backslashes, escaped or not."""
    if data[max(0, start - len(quote)) : start].lower() == quote.lower():
        return True
    sign = _SIGN.search(quote)
    if sign is None or data[max(0, start - len(sign[0])) : start].lower() != sign[0]:
        return False
    level, size = _level(quote), len(sign[0])
    count = len(before(quote, len(quote) - size, level))
    return len(before(data, start - size, level)) == count and count > 0


def _opened(quote: bytes, sign: bytes) -> int:
    """How many backslashes stand before the sign that this quote ends with."""
    return len(before(quote, len(quote) - len(sign), _level(quote)))


class PercentString:
    """A string whose quotes are written `%22`; `quote` is the first."""

    __slots__ = ("_depth", "_level", "_token")
    again: ClassVar[bool] = True

    def __init__(self, quote: bytes) -> None:
        self._level = _level(quote)
        sign = b"%" + b"25" * self._level + b"22"
        self._depth = (_opened(quote, sign) + 1).bit_length() - 1
        self._token = lazily(sign + rb"|[&\s\"<>]")

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            if len(found[0]) == 1:
                return max(start, found.start() - backslashes(data, found.start())), 0
            begins = before(data, found.start(), self._level)
            if closes(len(begins), self._depth):
                return max(start, _first(found.start(), begins, belonging(len(begins)))), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class Percent:
    """An object or array in JSON in percent escapes, `quote` around its names; its brackets may be
    escaped fewer times. What ends a parameter ends it, too. `within`: see `Container`."""

    __slots__ = ("_depth", "_inside", "_level", "_nesting", "_token", "_within")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, *, within: bool = False) -> None:
        self._level = _level(quote)
        sign = b"%" + b"25" * self._level + b"22"
        self._depth = (_opened(quote, sign) + 1).bit_length() - 1
        escaped = rb"%%(?:25){0,%d}" % self._level
        self._token = lazily(rb"(%b)|%b(?:(5[bB]|7[bB])|5[dD]|7[dD])|[\[\]{}]|[&\s\"<>]" % (sign, escaped))
        self._nesting, self._inside, self._within = int(within), False, within

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            token = found[0]
            if found[1]:
                begins = before(data, found.start(), self._level)
                level = ended(len(begins), self._depth, quote=True)
                if 0 <= level < self._depth:  # the string around us ends
                    return _first(found.start(), begins, belonging(len(begins))), 0
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
    """A string whose quotes are written `\\u0022`; `quote` is the first."""

    __slots__ = ("_depth", "_level", "_token")
    again: ClassVar[bool] = True

    def __init__(self, quote: bytes) -> None:
        self._level = _level(quote)
        self._depth = levels(_opened(quote, _UNIT))
        self._token = lazily(rb"u0022|%b22|[&\s\"<>]" % (b"%" + b"25" * self._level))

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            if len(found[0]) == 1:
                return found.start(), 0
            begins = before(data, found.start(), self._level)
            level = ended(len(begins), self._depth, quote=found[0] != _UNIT)
            if level >= 0:
                return max(start, _first(found.start(), begins, len(begins) % (2 << level))), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class PercentCoded:
    """An object or array with such quotes around its names. `within`: see `Container`."""

    __slots__ = ("_count", "_depth", "_inside", "_level", "_nesting", "_token", "_within")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, *, within: bool = False) -> None:
        self._nesting, self._inside, self._within = int(within), False, within
        self._level, self._count = _level(quote), _opened(quote, _UNIT)
        self._depth = levels(self._count)
        sign, escaped = b"%" + b"25" * self._level, rb"%%(?:25){0,%d}" % self._level
        self._token = lazily(
            rb"(u0022|%b22)|%b(?:(5b|7b)|5d|7d)|[\[\]{}]|[&\s\"<>]" % (sign, escaped), re.IGNORECASE
        )

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            token = found[0]
            if found[1]:
                begins = before(data, found.start(), self._level)
                level = self._ended(len(begins), unit=token[0] != 37)
                if 0 <= level < self._depth:  # the string around us ends
                    return _first(found.start(), begins, len(begins) % (2 << level)), 0
                if level >= 0:
                    self._inside = not self._inside
            elif len(token) == 1 and token not in b"[]{}":
                return found.start(), 0
            elif not self._inside:
                self._nesting += 1 if found[2] or token in b"[{" else -1
                if self._nesting <= 0:
                    return (found.start() if self._within else at), 0
        return (len(data), 0) if final else (-1, max(at, limit))

    def _ended(self, count: int, *, unit: bool) -> int:
        """See `ended`: the depth where it opens or closes one of the strings."""
        level = ended(count, self._depth, quote=not unit)
        if level == self._depth and not (self._inside and unit):
            return level if unit and count == self._count else -1
        return level
