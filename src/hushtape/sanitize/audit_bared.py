"""A buffer without its escapes: those of signs taken out, those of letters and digits undone, one layer.

Lives here: `bared`. Must not: tell what an escape of a sign stood for (audit_escapes undoes them exactly),
scan, or know rules. Called by: audit_letters, for the stretches in which a part of a value was met.
Sources: RFC 3986 2.1, RFC 8259 7, YAML 1.2 5.7, Python's and JavaScript's string literals, the HTML standard
13.2.5.72 and 13.5, RFC 2045 6.7, ECMA-48 5.4 (colours of a terminal), RFC 4515 3.
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.sanitize.expressions import lazily

EQUALS: Final = 61

_SIGN = rb"(?!3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])[0-9A-Fa-f]{2}"
_LETTER = rb"(3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])"
_PERCENT: Final = rb"%(?:25)*+(?:u00)?"
_BACKSLASH: Final = rb"\\++(?:u00|x|U000000|u\{0{0,4}+)"
_AMPERSAND: Final = rb"&(?:amp;|#38;|#x26;)*+#"
_LETTERS_BY_NUMBER: Final = rb"(4[89]|5[0-7]|6[5-9]|7\d|8\d|90|9[7-9]|1[01]\d|12[0-2])"

# (what must stand there, escapes of signs, escapes of letters)
_ESCAPES: Final = (
    (
        92,
        lazily(
            _BACKSLASH + _SIGN + rb"\}?|\\++(?:u(?!00|\{)[0-9A-Fa-f]{4}|U(?!000000)[0-9A-Fa-f]{8}"
            rb"|u\{[0-9A-Fa-f]{3,6}\}|N\{[^{}]{1,80}\}|[0-3][0-7]{2}|[0abefnrtvNLP])"
            # Octal of two digits, and hex as LDAP (RFC 4515 3) and CSS write it.
            rb"|\\++(?:(?:[45][0-7]|7[2-7])(?![0-7])|(?=[2-7])" + _SIGN + rb")"
        ),
        lazily(_BACKSLASH + _LETTER + rb"\}?"),
    ),
    (
        37,
        # Last the percent sign's own, where no other follows it.
        lazily(_PERCENT + _SIGN + rb"|%(?:25)*+u(?!00)[0-9A-Fa-f]{4}|%(?:25)++(?!(?:u00)?[0-9A-Fa-f]{2})"),
        lazily(_PERCENT + _LETTER),
    ),
    (
        38,
        lazily(
            _AMPERSAND
            + rb"(?:0*+(?!"
            + _LETTERS_BY_NUMBER
            + rb"(?!\d))\d{1,8};?|[xX]0*+(?!"
            + _LETTER
            + rb"(?![0-9A-Fa-f]))[0-9A-Fa-f]{1,8};?)|&(?:amp;|#38;|#x26;)*+(?:[A-Za-z][A-Za-z0-9]{1,30};"
            rb"|amp|lt|gt|quot|nbsp)|&(?:amp;|#38;|#x26;)++"
        ),
        lazily(_AMPERSAND + rb"(?:[xX]0*+" + _LETTER + rb"|0*+" + _LETTERS_BY_NUMBER + rb");?"),
    ),
    (EQUALS, lazily(rb"=" + _SIGN.replace(b"a-f", b"")), lazily(rb"=" + _LETTER.replace(b"a-f", b""))),
)


def _letter(found: re.Match[bytes]) -> bytes:
    code, number = found[1], found[2] if found.re.groups > 1 else None
    return bytes((int(number) if number is not None else int(code, 16),))


_TAG: Final = lazily(
    rb"(?:<|\\++(?:u003|x3)[cC]|&(?:amp;)*+lt;|%(?:25)*+3[cC])/?[A-Za-z][^<>&%]{0,80}?"
    rb"(?:>|\\++(?:u003|x3)[eE]|&(?:amp;)*+gt;|%(?:25)*+3[eE])"
)
"""An element's beginning or end, its signs as they are or escaped: `<br>` between lines."""


_COLOUR: Final = lazily(
    rb"(?:\x1b|\\++(?:u001[bB]|x1[bB]|0?33|e)|%(?:25)*+1[bB])(?:\[|%(?:25)*+5[bB])[0-9;:]*[A-Za-z]"
)
"""A terminal's (ECMA-48 5.4), its ESC as it is or escaped."""


def bared(data: bytes, *, mail: bool = True, tags: bool = True) -> bytes:
    """The buffer without escapes of signs, those of letters and digits undone, one layer; the same object if
    it holds none. What reads as an escape by chance goes, too: as it is the buffer is looked at elsewhere.
    `mail`: also those of quoted-printable, as which `=03` in `v=0323` reads. `tags`: also the tags of
    elements, which take the value of an attribute with them."""
    data = _COLOUR.sub(b"", _TAG.sub(b"", data) if tags else data)
    for byte, signs, letters in _ESCAPES:
        if byte not in data or (byte == EQUALS and not mail):
            continue
        data = signs.sub(b"", data)
        if letters is not None:
            data = letters.sub(_letter, data)
    return data


def has_tag(data: bytes) -> bool:
    """Whether an element begins or ends in it."""
    return _TAG.search(data) is not None
