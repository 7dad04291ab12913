"""Noise: what stands in base64 or in binary data by chance and looks like a token or a field.

Lives here: the two questions. Must not: know a rule, or decide what a match means. Called by: shapes, fields,
audit_views. Three letters and a boundary stand once in 56 MB of base64, four bytes of a short name once in
500 MB of noise: a match there would change a picture, or fail the recording of an archive.
"""

from __future__ import annotations

import re
from operator import ne
from typing import Final

from hushtape.sanitize.audit_lines import joined

REACH: Final = 88
"""Bytes before a token that are looked at: a line of mail with its ends, which JSON may escape."""

_LETTERS: Final = 48
_CHANGES: Final = 14
"""Of 47 neighbours in base64 thirty differ in kind (capital, small, digit, sign), in words few do."""

_SIGNS: Final = b"+/-_"
_kinds = bytearray(b" " * 256)
for _name, _of in ((b"A", range(65, 91)), (b"a", range(97, 123)), (b"0", range(48, 58)), (b"+", _SIGNS)):
    for _byte in _of:
        _kinds[_byte] = _name[0]
_KINDS: Final = bytes(_kinds)

TEXT: Final = re.compile(
    rb"[\x80-\xbf]{0,3}(?:[\t\n\r -~]|[\xc2-\xf4][\x80-\xbf]{1,3})*(?:[\xc2-\xf4][\x80-\xbf]{0,2})?"
)
"""UTF-8, which may be cut at both ends."""

_BEFORE: Final = 12
_BEHIND: Final = re.compile(rb"[!-~]{0,5}(?:[!-~]|\s|\Z)")
"""A value's first bytes. Three of a thousand pieces of noise look so, one in ten thousand like `_BEFORE`."""


_END: Final = rb"(?:\r?\n|(?:\\r)?\\n)"
_LINE: Final = re.compile(_END + rb"([A-Za-z0-9+/]{64}(?:[A-Za-z0-9+/]{12})?)" + _END + rb"\Z")
"""A line of base64 (64 letters: RFC 7468 2; 76: RFC 2045 6.8)."""


def in_base64(data: bytes, start: int) -> bool:
    """Whether `start` is inside base64, behind one of its signs, or where a line begins behind a line of
    base64 that has a sign: no token begins there."""
    if start < _LETTERS:
        return False
    if data[start - 1] in _SIGNS:
        return _is_mixed(joined(data[max(0, start - REACH) : start]))
    if data[start - 1] not in b"\nn":
        return False
    line = _LINE.search(data, max(0, start - REACH), start)
    # Tokens stand in lists, too, one a line: of these no line has such a sign in it.
    return line is not None and (43 in line[1] or 47 in line[1]) and _is_mixed(line[1])


def _is_mixed(before: bytes) -> bool:
    kinds = before[-_LETTERS:].translate(_KINDS)
    return len(kinds) == _LETTERS and 32 not in kinds and sum(map(ne, kinds, kinds[1:])) >= _CHANGES


def amid_bytes(data: bytes, start: int, at: int) -> bool:
    """Whether neither what stands before a name at `start` nor its value at `at` is text."""
    before = data[max(0, start - _BEFORE) : start]
    return TEXT.fullmatch(before) is None and _BEHIND.fullmatch(data, at, at + 6) is None
