"""Bytes that a program took for something else: a compressed file for the characters of latin-1, a form's
plus signs for themselves, UTF-16 and UTF-32 for bytes.

Lives here: reading them anew. Must not: look for escapes (audit_escapes does), unpack, or scan. Called by:
audit_views. Each answers b"" at once where nothing of its kind stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.audit_escapes import WIDE, every_html, every_json
from hushtape.sanitize.audit_runs import GAP
from hushtape.sanitize.expressions import lazily

_LATIN: Final = (
    b"\x1f\xc2\x8b\x08",
    b"BZh",
    b"\xc3\xbd7zXZ",
    b"PK\x03\x04",
    b"x\x01",
    b"x^",
    b"x\xc2\x9c",
    b"x\xc3\x9a",
    b"]\0\0",
    b"(\xc2\xb5/\xc3\xbd",
    b"\x1f\x8b\x08",
    b"x\x9c",
)
"""How compressed files begin once a program took their bytes for the characters of latin-1; the last two as
Python's `repr` writes them, which escapes the controls (`\\x8b`) and leaves the others."""

_BEYOND: Final = lazily("[^\0-\xff\udc80-\udcff]+")
_STRAY: Final = frozenset((*range(0x80, 0xA1), 0xAD))
"""Characters that `repr` escapes: undone they are bytes among the UTF-8 of the others."""
_STRAYED_LEAST: Final = 24
"""Noise passes for such bytes one time in 60,000; zlib of eight letters takes more."""
_STRAYED: Final = lazily(rb"(?:[\0-\xa0\xad]|[\xc2\xc3][\x80-\xbf])*+")


MOST: Final = 8
"""Beginnings of each kind that are read: a program writes down one file, or a few."""

_LEAST: Final = 12
"""Bytes of the shortest of them: an empty gzip file has 20, zlib's few letters take so many."""


def as_latin(data: bytes) -> bytes:
    """The bytes that a text's characters stand for, where a compressed file was taken for latin-1, as they
    are and with JSON's and HTML's escapes undone; else b"". At most twice as many as the text has."""
    if data.isascii():
        return b""
    found: list[bytes] = []
    left = len(data)
    for at in sorted(at for magic in _LATIN for at in _places(data, magic)):
        text = data[at : at + _end_of_latin(data[at:])]
        if len(text) >= _LEAST and not text.isascii():
            found += _latin_bytes(text)
            left -= len(text)
        if left < 0:
            break
    return GAP.join(found)


def _places(data: bytes, magic: bytes) -> Iterator[int]:
    at = data.find(magic)
    for _ in range(MOST):
        if at < 0:
            return
        yield at
        at = data.find(magic, at + 1)


def _latin_bytes(data: bytes) -> list[bytes]:
    views = dict.fromkeys((data, every_html(every_json(data, runs=True), runs=True)))
    return [_as_bytes(view.decode("utf-8", "surrogateescape")) for view in views]


def _as_bytes(text: str) -> bytes:
    """Characters beyond latin-1 are left out; bytes that were no UTF-8 stay."""
    return _BEYOND.sub("", text).encode("latin-1", "surrogateescape")


def _end_of_latin(data: bytes) -> int:
    """How much of it is UTF-8, or bytes that stand for themselves among such."""
    end = _end(data)
    if end == len(data) or data[end] not in _STRAY:
        return end
    found = _STRAYED.match(data)
    return end if found is None or found.end() < _STRAYED_LEAST else max(end, found.end())


def _end(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def is_text(data: bytes) -> bool:
    """Whether it is UTF-8; a window may cut its first and its last character. Noise fails at once."""
    start = 0
    while start < 3 and len(data) > start and data[start] & 0xC0 == 0x80:
        start += 1
    return start + _end(data[start:]) > len(data) - 4


_FORM: Final = lazily(
    rb"%(?:25)*(?:1[Ff]%(?:25)*(?:[Cc]2%(?:25)*)?8[Bb]|(?:[Ff]|[Cc]3%(?:25)*[Bb])[Dd]7zXZ|03%(?:25)*04"
    rb"|[Bb]5(?:/|%(?:25)*2[Ff])%(?:25)*(?:[Ff]|[Cc]3%(?:25)*[Bb])[Dd]"
    rb"|5[Dd]%(?:25)*00%(?:25)*00|(?:0[AaDd]|5[Cc][nr])\+\+"
    rb"|5[Cc](?:u00|x)(?:01|1[Ff]|9[Cc]|[Dd][Aa]|[Ff][Dd]))"
    rb"|BZh|x%(?:25)*(?:01|5[Ee]|(?:[Cc]2%(?:25)*)?9[Cc]|[Dd][Aa]|[Cc]3%(?:25)*9[Aa])|\+%(?:25)*0[AaDd]"
)
"""How a compressed file begins in a form, also one that was taken for latin-1; indented lines."""


def as_form(data: bytes) -> bytes:
    """A form's value undone that holds a compressed file, or indented lines: there a plus sign is a space's
    byte; else b""."""
    if 43 not in data or 37 not in data or _FORM.search(data) is None:
        return b""
    return unquote_to_bytes(data.replace(b"+", b" "))


def as_wide(data: bytes) -> bytes:
    """What UTF-16 and UTF-32 say beyond ASCII, from any byte on, in either order; b"": there is none."""
    if 0 not in data or WIDE.search(data) is None:
        return b""
    near = _wide_stretches(data)
    views = [near[start:].decode(way, "ignore") for way in ("utf-16-le", "utf-16-be") for start in (0, 1)]
    if near.find(b"\0\0\0") >= 0:
        views += [_narrowed(near[start:]) for start in range(4)]
    return GAP.join([view.encode("utf-8", "ignore") for view in views])


def _wide_stretches(data: bytes) -> bytes:
    """What stands around letters of more bytes than one; each begins where it would at a multiple of four."""
    spans: list[tuple[int, int]] = []
    for found in WIDE.finditer(data):
        start, end = max(0, found.start() - _AROUND) & ~3, found.end() + _AROUND
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return GAP.join([data[start : end & ~3] for start, end in spans])


_AROUND: Final = 256
"""Bytes to each side: a value beyond ASCII that stands between six letters of ASCII and six more."""


def _narrowed(data: bytes) -> str:
    """UTF-32 in either order, up to U+FFFF: two bytes of each four. Python's own decoder takes a microsecond
    for each unit that is none."""
    size = len(data) // 4
    low, high = bytearray(2 * size), bytearray(2 * size)
    low[0::2], low[1::2] = data[0 : 4 * size : 4], data[1 : 4 * size : 4]
    high[0::2], high[1::2] = data[2 : 4 * size : 4], data[3 : 4 * size : 4]
    return low.decode("utf-16-le", "ignore") + "\0" * 16 + high.decode("utf-16-be", "ignore")
