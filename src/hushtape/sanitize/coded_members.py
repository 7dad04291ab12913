"""Members of JSON's objects whose quotes are escaped: `\\u0022` (.NET, PHP), `%22` (forms), `&quot;` (pages).

Lives here: the walk over those that such an object, or list of objects, begins with. Must not: know names or
rules; members in plain quotes are `members`'. Called by: insides.
A string is passed over by what ends it there (`value_ends`), a list or object by an expression whose parts
are possessive, so that a hostile one costs its length once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.members import MOST
from hushtape.sanitize.value_ends import string

_BS: Final = rb"(?:\\|%(?:25){0,8}5[cC])"
_QUOTE: Final = (
    rb"(?:"
    + _BS
    + rb"{0,63}%(?:25){0,8}22|"
    + _BS
    + rb"{1,63}u0022|(?:\\{0,8}&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|#34|#[xX]22);)"
)
_S: Final = rb"(?:\s|\+|%(?:25){0,8}(?:20|0[aAdD9])|" + _BS + rb"{1,15}(?:[nrt]|u00(?:0[9aAdD]|20))){0,64}+"
_NAME = lazily(
    _S
    + rb"("
    + _QUOTE
    + rb")((?:[^\t\r\n\"'\\<>&%]|%(?:25){0,8}+(?!22|5[cC])[0-9a-fA-F]{2}){1,64}?)\1"
    + _S
    + rb"(?::|%(?:25){0,8}3[aA]|\\{1,63}u003[aA])"
    + _S
)
_FIRST = lazily(rb"(" + _QUOTE + rb")|[\[{]|%(?:25){0,8}[57][bB]")
_SCALAR = lazily(rb"(?:[\w.-]|\+(?=\d)|%(?:25){0,8}2[bB]){1,40}+")
_COMMA = lazily(_S + rb"(?:,|%(?:25){0,8}2[cC])" + _S)
_OBJECT = lazily(rb"\{|%(?:25){0,8}7[bB]")
_OPENS: Final = rb"(?:[\[{]|%(?:25){0,8}[57][bB])"
_OPENING = lazily(_OPENS)
_DEEPEST: Final = 6
_BLANK = lazily(_S)


def opens(data: bytes, at: int) -> bool:
    """Whether an object begins at `at`."""
    return _OBJECT.match(data, at) is not None


def members(data: bytes, at: int, limit: int) -> Iterator[tuple[bytes, int]]:
    """(name in lower case, where its value begins) of each member of the object that opens at `at`."""
    opening = _OPENING.match(data, at, limit)
    for _ in range(MOST):
        name = _NAME.match(data, opening.end(), limit) if opening is not None else None
        if name is None:
            return
        yield name[2].lower(), name.end()
        opening = _COMMA.match(data, _behind(data, name.end(), limit, name[1]), limit)


def elements(data: bytes, at: int, limit: int, quote: bytes) -> Iterator[int]:
    """Where each element of the list begins that opens at `at`; `quote`: one around its names."""
    opening = _OPENING.match(data, at, limit)
    for _ in range(MOST):
        blank = _BLANK.match(data, opening.end(), limit) if opening is not None else None
        if blank is None:
            return
        yield blank.end()
        opening = _COMMA.match(data, _behind(data, blank.end(), limit, quote), limit)


def _behind(data: bytes, at: int, limit: int, quote: bytes) -> int:
    """Where what stands behind the value begins that begins at `at`, or the limit."""
    first = _FIRST.match(data, at, limit)
    if first is None:
        scalar = _SCALAR.match(data, at, limit)
        return limit if scalar is None else scalar.end()
    if first[1] is not None:
        end, _ = string(first[1]).seek(data[first.end() : limit], 0, final=True)
        return min(limit, first.end() + end + len(first[1]))
    container = _container(quote).match(data, at, limit)
    return limit if container is None else container.end()


@lru_cache(maxsize=64)
def _container(quote: bytes) -> re.Pattern[bytes]:
    """A list or object with these quotes around its strings, within which up to six stand in each other."""
    same = rb"(?i:" + re.escape(quote) + rb")"
    sign = rb"(?!" + _QUOTE + rb")(?:" + _BS + rb"++|[%&])"
    string = same + rb"(?:[^\\%&\"<>]|" + sign + rb"|(?!" + same + rb")" + _QUOTE + rb"){0,3300}+" + same
    plain = rb"[^\\%&\"<>{}\[\]]|(?!%(?:25){0,8}[57][bBdD])" + sign
    nested = rb"(?!)"
    for _ in range(_DEEPEST):
        inside = rb"(?:" + plain + rb"|" + string + rb"|" + nested + rb"){0,3300}+"
        nested = _OPENS + inside + rb"(?:[\]}]|%(?:25){0,8}[57][dD])"
    return re.compile(nested)
