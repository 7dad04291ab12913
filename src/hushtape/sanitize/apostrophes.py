"""Lists and objects in apostrophes that a page, .NET's JSON or a form escapes: `{%27token%27: [%27x%27]}`.

Lives here: where such a container ends, what of it goes, and its beginning as a program wrote it. Must not:
know names, or take what is no list or object (`fields` does). Called by: fields.
Python's and JavaScript's objects: strings in quotes may stand beside those in apostrophes.
"""

from __future__ import annotations

import re
from html import unescape
from typing import ClassVar, Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.percent_values import before
from hushtape.sanitize.spans import Found
from hushtape.sanitize.values import TAIL, Step, belonging, ended, levels

LONGEST: Final = 640
"""Bytes of a container that tell whether it stays."""

_BACKSLASHES = lazily(rb"(?:\\|%(?:25){0,8}5[cC])*+")
_BEGINS = lazily(rb"([\[{]|%(?:25){0,8}[57][bB])(?![\]}]|%(?:25){0,8}[57][dD])")
_SPACE = lazily(rb"(?:\s|\+|\\{1,8}[nrt]|%(?:25){0,8}(?:20|0[aAdD9])){0,64}+")
_UNIT = lazily(rb"\\+u00([0-7][0-9a-fA-F])")
_LIST: Final = (b"[", b"5B", b"5b")


class Apostrophes:
    """An object or array whose strings stand in apostrophes that are all written as `quote`, or in quotes of
    that writing. `within`: it has begun already, and its closing bracket does not belong to the value."""

    __slots__ = ("_inside", "_level", "_nesting", "_own", "_token", "_within")
    again: ClassVar[bool] = False

    def __init__(self, quote: bytes, *, within: bool) -> None:
        self._within, self._nesting, self._inside = within, int(within), b""
        lead = _BACKSLASHES.match(quote)
        core = quote[lead.end() :] if lead is not None else quote
        self._level = quote.rsplit(b"%", 1)[-1].count(b"25")
        self._own = len(before(quote, len(quote) - len(core), self._level))
        sign = rb"%%(?:25){%d}" % self._level
        brackets = rb"([\[{])|([\]}])"
        if core.endswith(b";"):
            quoted, hard = rb"(?:&|u0026)(?:amp;){0,4}(?:quot|#34|#[xX]22);", rb"[\"<]"
        elif b"%" not in quote:
            quoted, hard = rb"u0022", rb"\""
        else:
            quoted, hard = (sign + rb"22") if core[:1] == b"%" else rb"u0022", rb"[&\s\"<>]"
            escaped = rb"%%(?:25){0,%d}" % self._level
            brackets = rb"([\[{]|%b[57][bB])|([\]}]|%b[57][dD])" % (escaped, escaped)
        self._token = re.compile(rb"(%b)|(%b)|%b|(%b)" % (re.escape(core), quoted, brackets, hard))

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            if found[3] or found[4]:
                if not self._inside:
                    self._nesting += 1 if found[3] else -1
                    if self._nesting <= 0:
                        return (found.start() if self._within else at), 0
                continue
            begins = before(data, found.start(), self._level)
            own = self._hard(found[0], len(begins)) if found[5] else self._quoted(found, len(begins))
            if own >= 0:
                return max(start, begins[own - 1] if own else found.start()), 0
        return (len(data), 0) if final else (-1, max(at, limit))

    def _quoted(self, found: re.Match[bytes], count: int) -> int:
        """See `_hard`, of a quote in this writing: it opens or closes a string, or stands in one."""
        kind = b"'" if found[1] else b'"'
        if count < self._own:
            return count
        if not self._inside:
            self._inside = kind if count == self._own else b""
        elif self._inside == kind and (count - self._own) // max(1, 2 * self._own) % 2 == 0:
            self._inside = b""
        return -1

    def _hard(self, sign: bytes, count: int) -> int:
        """How many of the backslashes before it belong to the sign that ends what is around; -1: it ends
        nothing. JSON in which apostrophes alone are escaped (PHP's) has raw quotes."""
        if sign != b'"' or not self._own or self._level:
            return count
        depth = levels(self._own)
        level = ended(count, depth, quote=True)
        if 0 <= level < depth:
            return belonging(count)
        if level == depth and self._inside != b"'":
            self._inside = b"" if self._inside else b'"'
        return -1


def of_container(data: bytes, at: int, limit: int, quote: bytes, text: bytes, *, whole: bool) -> Found | None:
    """The list or object that begins at `at`, under a name in these apostrophes; of a list, where `whole` is
    not asked for, what it holds."""
    begun = _BEGINS.match(data, at, limit)
    if begun is None:
        return None
    if whole:
        return Found(at, -1, quote + text + quote, Apostrophes(quote, within=False))
    space = _SPACE.match(data, begun.end(), limit)
    first = space.end() if space is not None else begun.end()
    if not begun[1].endswith(_LIST) or not data.startswith(quote, first):
        return None
    return Found(first, -1, quote + text + quote, Apostrophes(quote, within=True))


def as_written(data: bytes, at: int, limit: int, quote: bytes) -> bytes:
    """What begins at `at`, up to `LONGEST` bytes of it, without the escapes of this writing; as JSON where
    all its strings stand in apostrophes."""
    text = data[at : min(limit, at + LONGEST)].partition(b'"')[0]
    if not text.startswith((b"{", b"%")):  # a list: to its first bracket, or nothing that could tell
        text = text[: text.find(b"]") + 1] or b"["
    if b"%" in quote:
        for _ in range(quote.rsplit(b"%", 1)[-1].count(b"25") + 1):
            text = unquote_to_bytes(text.replace(b"+", b" "))
    text = _UNIT.sub(lambda unit: bytes((int(unit[1], 16),)), text)
    if quote.endswith(b";"):
        text = unescape(text.decode("latin-1")).encode("latin-1", "replace")
    return text if b'"' in text else text.replace(b"'", b'"')
