"""One layer of a writing, undone for a buffer that may end anywhere.

Lives here: percent, form, JSON and HTML escapes, base64 and hex, read as far as they go, and the way back
from a place in what was read. Must not: fail (what is no escape stays), or know values. Called by: cut_ends.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.expressions import lazily

Read = Callable[[bytes], bytes]

_UNIT: Final = lazily(
    rb"\\(?:u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL
)
_CONTROLS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _of_json(text: bytes) -> bytes:
    return _UNIT.sub(_sign, text)


def _sign(escape: re.Match[bytes]) -> bytes:
    """What an escape of JSON says (RFC 8259 7), as UTF-8."""
    high, low, unit, letter = escape.groups()
    if letter is not None:
        return _CONTROLS.get(letter, letter)
    code = int(unit, 16) if unit else 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
    return chr(code).encode("utf-8", "surrogatepass")


def _of_html(text: bytes) -> bytes:
    return html.unescape(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _of_form(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def of_base64(run: bytes) -> bytes:
    run = run[: len(run) - (len(run) % 4 == 1)].translate(_URL_SAFE)
    return b64decode(run + b"=" * (-len(run) % 4))


def of_hex(run: bytes) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2].decode())


def last_place(text: bytes, value: bytes, read: Read) -> int:
    """The last place from which on a text reads as the value."""
    first, last = 0, len(text)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if read(text[middle:]).endswith(value) else (first, middle)
    return first


_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
ESCAPES: Final[tuple[tuple[bytes, Read], ...]] = (
    (b"%", unquote_to_bytes),
    (b"+", _of_form),
    (b"\\", _of_json),
    (b"&", _of_html),
)
"""A letter without which there is none of these, and how they are undone."""
