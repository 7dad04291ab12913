"""Noise: what stands in base64 or in binary data by chance and looks like a token or a field.

Lives here: the two questions. Must not: know a rule, or decide what a match means. Called by: shapes, fields,
audit_views. Three letters and a boundary stand once in 56 MB of base64, four bytes of a short name once in
500 MB of noise: a match there would change a picture, or fail the recording of an archive.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final

from hushtape.sanitize.audit_lines import joined
from hushtape.sanitize.expressions import lazily

REACH: Final = 256
"""Bytes before a token that are looked at: three lines of mail with their ends, which JSON may escape."""

AHEAD: Final = 256
"""Bytes from a token's beginning on that are looked at: its line, and the next two."""

_LETTERS: Final = 48
_CHANGES: Final = 14
"""Of 47 neighbours in base64 thirty differ in kind (capital, small, digit, sign), in words few do."""

_SIGNS: Final = b"+/-_"
_kinds = bytearray(b" " * 256)
for _name, _of in ((b"A", range(65, 91)), (b"a", range(97, 123)), (b"0", range(48, 58)), (b"+", _SIGNS)):
    for _byte in _of:
        _kinds[_byte] = _name[0]
_KINDS: Final = bytes(_kinds)

TEXT: Final = lazily(
    rb"[\x80-\xbf]{0,3}(?:[\t\n\r -~]|[\xc2-\xf4][\x80-\xbf]{1,3})*(?:[\xc2-\xf4][\x80-\xbf]{0,2})?"
)
"""UTF-8, which may be cut at both ends."""

_BEFORE: Final = 12
_BEHIND: Final = lazily(rb"[!-~]{0,5}(?:[!-~]|\s|\Z)")
"""A value's first bytes. Three of a thousand pieces of noise look so, one in ten thousand like `_BEFORE`."""


_END: Final = rb"(?:\r?\n|(?:\\r)?\\n)"
_BREAK: Final = lazily(_END)
_ROW: Final = lazily(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{56,80}\Z")
"""Lines of base64: of 60 letters (what GitHub answers), 64 (RFC 7468 2), 76 (RFC 2045 6.8)."""

_BOTH: Final = lazily(rb"(?=.*[A-Z]).*[a-z]")
_MANY: Final = 4
"""Lines around of the same length that no list of tokens has which begin otherwise."""

_BRIEF: Final = 3
_NUMBER: Final = 12
"""Letters by which tokens of one maker begin, and those of a number behind them, which may have zeros."""

_SAME: Final = (b"AAAA", b"//")
"""The same bytes in a row, which binary data is full of, and names are not."""

_FIRST: Final = 63
_FEWEST: Final = 20
"""Letters of a token's first 63 that are different: chance makes 38 of 62, and under 26 in no million."""


def in_base64(data: bytes, start: int, limit: int) -> bool:
    """Whether `start` is inside base64, behind one of its signs, or where one of its lines begins: no token
    begins there."""
    if start < _LETTERS:
        return False
    if data[start - 1] in _SIGNS:
        return _is_coded(joined(data[max(0, start - REACH) : start])[-_LETTERS:])
    return data[start - 1] in b"\nn" and _in_lines(data, start, limit)


def is_table(data: bytes, start: int) -> bool:
    """Whether the letters of what may be a long token of base64's are too few: `EAAQABAAEAAQ...`."""
    return len(set(data[start : start + _FIRST])) < _FEWEST


def _in_lines(data: bytes, start: int, limit: int) -> bool:
    """Whether the lines around are as long as this one, and are base64. Tokens stand in lists, too, one a
    line: of these none has a sign in it, or zeros, or they begin alike."""
    *above, before = _BREAK.split(data[max(0, start - REACH) : start].replace(b"\\/", b"/"))
    this, *below = _BREAK.split(data[start : min(start + AHEAD, limit)].replace(b"\\/", b"/"))
    if before or not below or _ROW.match(this) is None:
        return False
    last = _as_long(above[::-1], len(this))
    if not last:
        return False
    around = last + _as_long(below, len(this))
    unlike = [row for row in around if row[:_BRIEF] != this[:_BRIEF]]
    alike = [row[_NUMBER:] for row in (this, *around) if row[:_BRIEF] == this[:_BRIEF]]
    rows = b"\n".join(unlike + alike)
    if _is_coded(last[0][-_LETTERS:]) and any(sign in rows for sign in (b"+", b"/", *_SAME)):
        return True
    return len(unlike) >= _MANY and all(map(_BOTH.match, unlike))


def _as_long(lines: Sequence[bytes], size: int) -> list[bytes]:
    """The lines of so many letters, up to the first that is none."""
    rows = (row[0] if (row := _ROW.search(line)) else b"" for line in lines)
    return list(takewhile(lambda row: len(row) == size, rows))


def _is_coded(before: bytes) -> bool:
    """Whether these letters are of base64: of kinds that change as words don't change them, of binary data's
    rows, or of small numbers, which are capitals for the most part."""
    kinds = before.translate(_KINDS)
    if len(kinds) < _LETTERS or 32 in kinds:
        return False
    changes = sum(one != two and 43 not in (one, two) for one, two in pairwise(kinds))
    if changes >= _CHANGES:
        return True
    if b"A" not in kinds or b"a" not in kinds:
        return False
    small = changes >= _CHANGES // 2 and kinds.count(b"A") >= _LETTERS // 2
    return any(same in before for same in _SAME) or (small and (b"0" in kinds or b"AAA" in before))


def amid_bytes(data: bytes, start: int, at: int) -> bool:
    """Whether neither what stands before a name at `start` nor its value at `at` is text."""
    before = data[max(0, start - _BEFORE) : start]
    return TEXT.fullmatch(before) is None and _BEHIND.fullmatch(data, at, at + 6) is None
