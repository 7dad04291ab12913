"""The string of JSON around a value, where its beginning is not seen, or its quotes are odd ones.

Lives here: where such a string ends, told by how JSON goes on behind it, and what ends with it. Must not:
know names or rules. Called by: what seeks ends that a cut text may lead astray (quoted_values,
literals, quotes, elements), matcher.
A log line that was cut in the middle of `password='abc` stands in a string of JSON: the value ends there.
"""

from __future__ import annotations

from typing import ClassVar

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.spans import Seeker
from hushtape.sanitize.values import RUN, TAIL, Step, backslashes, belonging, levels

BACK = 2048
"""Bytes before a name that are looked at for the string it stands in."""

_QUOTE = lazily(rb"\"|u0022")


class Around:
    """The string of JSON around a value, where its beginning is not seen: does this quote end it? Those of a
    value before it are escaped more often, unless the value is JSON itself."""

    __slots__ = ("_least",)
    _member = lazily(
        rb"(\\{0,15}+(?:\"|u0022))(?:\s|\\{1,8}[nrt]){0,24}(?:,(?:\s|\\{1,8}[nrt]){0,32}"
        rb"(?:\1[^\"'\\:,]{1,48}\1(?:\s|\\{1,8}[nrt]){0,16}[:,\]]|[\[{])|[}\]](?:\s|\\{1,8}[nrt]){0,32}"
        rb"[,}\]])|\\{1,15}+(?:\"|u0022)(?:\s|\\{1,8}[nrt]){0,24}[}\]](?:\s|\\{1,8}[nrt]){0,32}\\{0,7}+(?:\"|u0022)"
    )
    _last = lazily(rb"\\{0,15}+(?:\"|u0022)(?:\s|\\{1,8}[nrt]){0,24}[}\]]\s{0,8}\Z")

    def __init__(self) -> None:
        self._least = RUN

    def ends(self, data: bytes, at: int, final: bool) -> int:
        """Where, with its backslashes; -1: it does not. `at`: the quote, or `u0022`."""
        count = backslashes(data, at)
        if data[at] == 34:
            own, least = belonging(count), count
            first = at - own
        elif count:
            own = least = 2 ** levels(count) - 1
            first = at - count
        else:
            return -1
        if own >= self._least:
            return -1
        if self._member.match(data, first, at + TAIL) or (final and self._last.match(data, first)):
            return first
        self._least = least
        return -1


def unseen(data: bytes, start: int, *, seen: bool = False) -> Around | None:
    """The string around `start`, if there may be one, of which no beginning is seen. `seen`: that of one
    whose quotes are written as they are; one in it may have others (`\\u0022`)."""
    units = data.rfind(b"u0022", max(0, start - BACK), start) >= 0
    return Around() if units or (not seen and (start >= BACK or b'"' in data[:start])) else None


def within(data: bytes, start: int, end: int) -> int:
    """Where a value ends that was taken to end at `end`: with the string of JSON around it at the latest."""
    around = Around()
    for found in _QUOTE.finditer(data, start, end):
        over = around.ends(data, found.start(), final=True)
        if over >= 0:
            return max(start, over)
        if found[0] == b'"' and not backslashes(data, found.start()):
            break
    return end


class Loose:
    """A value that may run out of the string of JSON around it, where that was cut: it ends with that string
    at the latest."""

    __slots__ = ("_around", "_inner")
    again: ClassVar[bool] = False

    def __init__(self, inner: Seeker, around: Around) -> None:
        self._inner, self._around = inner, around

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        end, at = self._inner.seek(data, start, final)
        limit = len(data) if final else len(data) - TAIL
        for found in _QUOTE.finditer(data, start, max(start, min(limit, end if end >= 0 else at))):
            over = self._around.ends(data, found.start(), final)
            if over >= 0:
                return max(start, over), 0
        return end, at
