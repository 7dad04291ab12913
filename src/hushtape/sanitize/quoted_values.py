"""What ends a value in apostrophes or in three quotes, and where it stands in a parameter.

Lives here: those seekers. Must not: know names or rules, look back for the string that a name stands in
(`quotes` does, and says how deep it is). Called by: quotes.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from msgspec import structs

from hushtape.sanitize.around import BACK, Around, Loose
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.literals import Literal
from hushtape.sanitize.spans import Context, Found, Seeker
from hushtape.sanitize.value_ends import URLS_OF_FIELDS
from hushtape.sanitize.values import (
    TAIL,
    Coded,
    Container,
    Step,
    String,
    Units,
    Until,
    backslashes,
    belonging,
    closes,
)

PERCENT_QUOTE: Final = lazily(rb"(%(?:25){0,8})(?:22|5[cC]u0022)\Z")
"""A quote in percent escapes; the group: how often they are escaped."""
_NEAR: Final = 64
_SHELL = rb"''|'\\''|'\"'\"'|'"
_OVER: Final = frozenset((b"''", b"'\\''", b"'\"'\"'"))
"""How YAML, SQL and a shell write an apostrophe within apostrophes."""
_QUOTES: Final = frozenset((b'"', b"u0022"))


class Single:
    """A value in apostrophes, `depth` strings of JSON deep; -1: in none. Where it is in one,
    that one's end is its end at the latest. `own`: backslashes before the apostrophe that opened it."""

    __slots__ = ("_around", "_depth", "_own")
    again: ClassVar[bool] = False
    _sign = lazily(_SHELL + rb"|\"|u0022")

    def __init__(self, depth: int, own: int = 0, around: Around | None = None) -> None:
        self._depth, self._own, self._around = depth, own, around

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._sign.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            count = backslashes(data, found.start())
            if found[0] in _QUOTES:
                if self._depth >= 0 and found[0] == b'"' and closes(count, self._depth):
                    return max(start, found.start() - belonging(count)), 0
                over = -1 if self._around is None else self._around.ends(data, found.start(), final)
                if over >= 0:
                    return max(start, over), 0
            elif self._own:
                if count <= self._own:
                    return max(start, found.start() - count), 0
            elif (count >> (self._depth + 1)) % 2 == 0:
                if found[0] not in _OVER or found.start() == start:
                    return found.start(), 0
            else:
                at = found.start() + 1
        return (len(data), 0) if final else (-1, max(at, limit))


class Block:
    """A value in three quotes (GraphQL, Python, TOML): to the next three, and no further than the string of
    JSON around it, if one is seen, or a parameter in percent escapes. `depth`: strings of JSON around that
    one; -1: around none."""

    __slots__ = ("_around", "_depth", "_sign", "_unit")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, depth: int, around: Around | None = None) -> None:
        self._around = around
        self._unit, sign, hard = b"\\", b'"', b"(?!)"
        if (coded := PERCENT_QUOTE.search(quote)) is not None:
            self._unit, sign, hard = coded[1] + b"5c", re.escape(coded[1]) + b"22", rb"[&\s\"<>]"
        elif quote.endswith(b";"):
            sign, hard = re.escape(quote.lstrip(b"\\")), rb"[\"<>]"
        signs = rb"(%b)|(%b)|%b%b" % (re.escape(quote * 3), hard, sign, b"|u0022" if around else b"")
        self._sign, self._depth = re.compile(signs, re.IGNORECASE), depth

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._sign.search(data, at)) is not None and found.start() < limit:
            if found[1]:
                return found.start(), 0
            count = backslashes(data, found.start(), self._unit)
            if found[2]:
                return max(start, found.start() - backslashes(data, found.start())), 0
            if self._depth >= 0 and found[0] != b"u0022" and closes(count, self._depth):
                return max(start, found.start() - belonging(count) * len(self._unit)), 0
            over = -1 if self._around is None else self._around.ends(data, found.start(), final)
            if over >= 0:
                return max(start, over), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class Parameter:
    """A value that a bare quote opens in a parameter: it ends with that parameter
    (`token%3A%20'abc&next=1`). `stop`: what ends it."""

    __slots__ = ("_inner", "_stop")
    again: ClassVar[bool] = True

    def __init__(self, inner: Seeker, stop: re.Pattern[bytes]) -> None:
        self._inner, self._stop = inner, stop

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        end, at = self._inner.seek(data, start, final)
        stop = self._stop.search(data, start, end if end >= 0 else at)
        return (end, at) if stop is None else (stop.start(), 0)


class Bounds:
    """Where the parameters of an address or a form end, and with them each value in one. `stop`: what ends
    them; `form`: JSON and texts are sent as forms, too, which have none."""

    __slots__ = ("_form", "_stop")
    _uncoded = lazily(rb"[\s{\[\"<]")

    def __init__(self, stop: re.Pattern[bytes], *, form: bool = False) -> None:
        self._stop, self._form = stop, form

    def of(self, data: bytes, found: Found) -> Found:
        """The same, no further than its parameter."""
        if isinstance(found.seeker, Until) and b"&" in found.seeker.stop.pattern:
            return found  # and it may be asked to go on behind its end
        if self._form and self._uncoded.search(data, max(0, found.start - _NEAR), found.start):
            return found
        if found.end < 0 and found.seeker is not None:
            return structs.replace(found, seeker=Parameter(found.seeker, self._stop))
        stop = self._stop.search(data, found.start, found.end)
        return found if stop is None else structs.replace(found, end=stop.start(), seeker=Until(self._stop))


_BOUNDS: Final = {
    "uri": Bounds(lazily(rb"[&#]")),
    "form": Bounds(lazily(rb"&"), form=True),
    **{url: Bounds(end.stop) for url, end in URLS_OF_FIELDS.items()},
}


def bounds_of(context: Context) -> Bounds | None:
    """None: there are no parameters, or nobody knows where they stand."""
    return _BOUNDS.get("uri" if context.uri else "form" if context.form else context.url)


CERTAIN: Final = frozenset((String, Units, Container))
"""Seekers that end where JSON does. Any other may run out of a string of JSON that is cut, and end in the
middle of a later one."""
_KNOWING: Final = frozenset((Single, Block, Literal, Loose))
_UNIT: Final = b"u0022"


def with_string(data: bytes, start: int, seeker: Seeker) -> Seeker:
    """A seeker that is not certain, ended by the string of JSON around the value at `start`, where that may
    have quotes like `\\u0022`. Others it is told of by the quotes, or made with it."""
    if type(seeker) in _KNOWING or (isinstance(seeker, Coded) and seeker.of_units):
        return seeker
    near = start < BACK and data.rfind(_UNIT, 0, start) < 0
    return seeker if near else Loose(seeker, Around())
