"""Numbers of JSON that hold a secret: all of one becomes a string, so that the text stays JSON.

Lives here: where such a number begins and ends, and the quote that its place asks for. Must not: find
secrets, know rules. Called by: exact, for a secret that a number may hold.
A number stands behind a name (`"n": -12.5e3`) or a string (`["a", 7]`), numbers of an array between them.
How that is quoted tells how deep in strings of JSON the number stands, and under which escapes (`%22`,
`&quot;`); where there is none within reach (`[1, 2]` alone), nothing tells, and a quote too many would break
what is around it.
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.values import belonging

_MAY_HOLD: Final = lazily(r"[-+.0-9eE]*[0-9][-+.0-9eE]*")
_DIGITS: Final = b"-+.0123456789eE"
_NUMBER: Final = lazily(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE](?:[-+]|%(?:25){0,8}2[bB])?[0-9]+)?")
_LONGEST: Final = 64
"""Characters of a number on either side of the secret."""

_PER: Final = rb"%(?:25){0,8}"
_ESCAPE: Final = rb"(?:\\|" + _PER + rb"5[cC])"
_GAP: Final = rb"(?:\s|" + _ESCAPE + rb"{1,16}[nrt]|\+|" + _PER + rb"(?:20|0[aAdD9]|2[bB]))"
_SIGN: Final = rb"(?:[:,]|" + _PER + rb"(?:3[aA]|2[cC]))"
_LIST: Final = rb"(?:[\[\]{}]|" + _PER + rb"[57][bBdD]|null|true|false)"
_QUOTE: Final = (
    _ESCAPE
    + rb"{0,16}+(?:\"|"
    + _PER
    + rb"22)|"
    + _ESCAPE
    + rb"{1,16}+u0022|&(?:amp;){0,8}(?:quot|#0{0,4}34|#[xX]22);"
)
_BETWEEN: Final = _GAP + rb"|" + _SIGN + rb"|" + _LIST + rb"|[0-9.eE-]"
_BEFORE: Final = lazily(
    rb"(" + _QUOTE + rb")" + _GAP + rb"{0,8}+" + _SIGN + rb"(?:" + _BETWEEN + rb"){0,200}+\Z"
)
_OPENED: Final = lazily(
    rb"(?:[\s:,\[{(\\+]|" + _PER + rb"(?:20|2[bBcC]|3[aA]|5[bBcC]|7[bB]|0[aAdD9])|" + _ESCAPE + rb"[nrt])\Z"
)
"""The quote behind a name or a string closes it; one that opens a string has a sign or a space before it."""
_APART: Final = lazily(rb"(?:" + _BETWEEN + rb")++")
"""What stands between two strings; the quote behind it opens one, whatever is in that."""
_QUOTES: Final = lazily(_QUOTE)
_AFTER: Final = lazily(_GAP + rb"{0,64}(?:[,}\]]|" + _PER + rb"(?:2[cC]|[57][dD]))")
_SPACE: Final = lazily(rb"\++|(?:25){0,8}(?:20|09)")
"""What stands before a number in a form and looks like digits of its own."""
_REACH: Final = 224

BACK: Final = _LONGEST + _REACH
AHEAD: Final = 2 * _LONGEST
"""Bytes before and behind a secret that are looked at."""


def may_hold(value: str) -> bool:
    """Whether a number of JSON could hold the value."""
    return _MAY_HOLD.fullmatch(value) is not None


def whole(data: bytes, start: int, end: int) -> tuple[int, int, bytes] | None:
    """The number around a secret: where it begins and ends, and the quote that a string in its place has.
    None: it is no number of JSON."""
    head = data[max(0, start - _LONGEST) : start]
    first = start - len(head) + len(head.rstrip(_DIGITS))
    space = _SPACE.match(data, first, start)
    if space is not None and (space[0][:1] == b"+" or data[first - 1 : first] == b"%"):
        first = space.end()
    elif first and data[first - 1] in _DIGITS:
        return None
    number = _NUMBER.match(data, first, end + _LONGEST)
    if number is None or number.end() < end or _AFTER.match(data, number.end()) is None:
        return None
    before = _BEFORE.search(data, max(0, first - _REACH), first)
    if before is None or _opens(data, first, before):
        return None
    return first, number.end(), _own(before[1])


def _opens(data: bytes, first: int, quote: re.Match[bytes]) -> bool:
    """Whether the quote before a number opens a string, in which the number stands. A name may end as what
    stands before an opening one does (`"Total: "`): the quote before that tells, where one is seen."""
    if _OPENED.search(data, max(0, quote.start() - 24), quote.start()) is None:
        return False
    *_, before = (None, *_QUOTES.finditer(data, max(0, first - _REACH), quote.start()))
    return before is None or _APART.fullmatch(data, before.end(), quote.start()) is not None


def _own(quote: bytes) -> bytes:
    """A quote without the backslashes that are the last ones of the name it ends."""
    sign = quote.lstrip(b"\\")
    return b"\\" * belonging(len(quote) - len(sign)) + sign if sign == b'"' else quote
