"""Bytes that a program took for something else: a compressed file for the characters of latin-1, a form's
plus signs for themselves, UTF-16 and UTF-32 for bytes.

Lives here: reading them anew. Must not: look for escapes (audit_escapes does), unpack, or scan. Called by:
audit_views. Each answers b"" at once where nothing of its kind stands.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.audit_escapes import WIDE, every_html, every_json
from hushtape.sanitize.audit_runs import GAP

_LATIN: Final = (b"\x1f\xc2\x8b\x08", b"BZh", b"\xc3\xbd7zXZ", b"PK\x03\x04", b"x\xc2\x9c", b"x\xc3\x9a")
"""How compressed files begin once a program took their bytes for the characters of latin-1."""


MOST: Final = 8
"""Beginnings of each kind that are read: a program writes down one file, or a few."""


def as_latin(data: bytes) -> bytes:
    """The bytes that a text's characters stand for, where a compressed file was taken for latin-1, as they
    are and with JSON's and HTML's escapes undone; else b""."""
    if data.isascii():
        return b""
    found: list[bytes] = []
    for magic in _LATIN:
        at = data.find(magic)
        for _ in range(MOST):
            if at < 0:
                break
            found += _latin_bytes(data[at:])
            at = data.find(magic, at + 1)
    return GAP.join(found)


def _latin_bytes(data: bytes) -> list[bytes]:
    """Of the UTF-8 that stands there, up to what is none."""
    text = data[: _end(data)]
    views = dict.fromkeys((text, every_html(every_json(text, runs=True), runs=True)))
    return [view.decode("utf-8", "ignore").encode("latin-1", "ignore") for view in views]


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


_FORM: Final = re.compile(
    rb"%(?:25)*(?:1[Ff]%(?:25)*8[Bb]|[Ff][Dd]7zXZ|03%(?:25)*04|(?:0[AaDd]|5[Cc][nr])\+\+"
    rb"|5[Cc](?:u00|x)(?:1[Ff]|9[Cc]|[Dd][Aa]|[Ff][Dd]))|BZh|x%(?:25)*(?:9[Cc]|[Dd][Aa])|\+%(?:25)*0[AaDd]"
)


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
    codings = [("utf-16-le", 2), ("utf-16-be", 2)]
    if data.find(b"\0\0\0") >= 0:
        codings += [("utf-32-le", 4), ("utf-32-be", 4)]
    return GAP.join(
        data[start : len(data) - (len(data) - start) % size]
        .decode(coding, "ignore")
        .encode("utf-8", "ignore")
        for coding, size in codings
        for start in range(size)
    )
