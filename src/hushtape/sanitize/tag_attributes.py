"""Tags: the value of a name that stands in another attribute, quoted or not, in either order.

Lives here: `<input type=hidden name=csrf_token value=...>`, `<meta content="..." name=csrf-token>`.
Must not: know names (who calls does). Called by: loose_fields. Source: the HTML standard 13.1.2.3.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from hushtape.sanitize.around import within
from hushtape.sanitize.expressions import lazily

_ATTRIBUTE = lazily(
    rb"([A-Za-z_][\w:.-]{0,64}+)\s{0,4}+=\s{0,4}+(?:(\\{0,8}[\"'])([^<>]{0,2048}?)\2"
    rb"|([^\s\"'<>\\]{1,2048}?)(?=[\s\"'<>\\]|/>|\Z))"
)
_NAMED = lazily(
    rb"(?:name|id|key|property|itemprop)\s{0,4}=\s{0,4}(?:\\{0,8}[\"'])?[\w.:$\[\]-]{0,64}\Z", re.IGNORECASE
)
_NAMES: Final = frozenset((b"name", b"id", b"key", b"property", b"itemprop"))
_VALUES: Final = frozenset((b"value", b"content"))
_NO_VALUE = lazily(rb"(?i)\d{0,6}|true|false|null|none|on|off|.*\s.*", re.DOTALL)
"""Settings, and sentences."""
_CLOSE = lazily(rb"[<>]")
_MOST: Final = 24
"""Attributes of one tag that are looked at."""

_BACK: Final = 1400
"""Bytes before a name in which its tag opens."""


def value_in_tag(data: bytes, start: int, end: int, limit: int) -> tuple[int, int] | None:
    """Where the value of the name that an anchor ends stands, if both are attributes of one tag."""
    if (
        data.rfind(b"=", max(0, start - 80), start) < 0
        or _NAMED.search(data, max(0, start - 100), start) is None
    ):
        return None
    low = data.rfind(b"<", max(0, start - _BACK), start)
    if low < 0 or data.find(b">", low, start) >= 0:
        return None
    close = _CLOSE.search(data, end, limit)
    named, value = False, None
    for one in islice(_ATTRIBUTE.finditer(data, low, close.end() if close else limit), _MOST):
        first, last = one.span(4 if one[2] is None else 3)
        key = one[1].lower()
        if key in _NAMES:
            named = named or first <= start < end <= last
        elif key in _VALUES and value is None:
            value = first, last
    if not named or value is None or _NO_VALUE.fullmatch(data, *value):
        return None
    return value[0], within(data, *value)
