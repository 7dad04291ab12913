"""Where two windows of the audit meet: whether what stands there may be so long that they have to share more.

Lives here: one question about a window's last bytes, by how they are written. Must not: scan, or keep them.
Called by: audit. What windows share commonly holds a value that takes six times its letters as it is written;
forty letters under three escapes take 8,640 bytes.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.audit_runs import decode_base64, decode_hex, has_run, runs

DENSE: Final = 12
"""One escape in so many bytes, or one byte beside hex digits: a text that is spelled out as a whole."""

MOSTLY: Final = 2
"""One byte in so many of a run of base64 or hex: a text that is coded as a whole."""

LAYERS: Final = 3
"""Of coded text (base64, hex) that are undone to see whether escapes stand below."""

ALIGNMENTS: Final = 7
"""Of base64's four alignments, hex's two, and what stands between them, one says something."""

_WIDE: Final = 2
_WIDER: Final = 5
"""Bytes for each one that is no NUL: of UTF-16, and of more than UTF-32 alone."""

_EMPTY: Final = 100
"""Of so many bytes one is no NUL: of UTF-32 three times over one in 64 is."""

_SPELLING: Final = (b"\\u", b"u00", b"%", b"&#", b";#", b"amp;", b"\\x", b"\\0", b"\\1")
"""How escapes begin, or are escaped: JSON's, percent, HTML's, JavaScript's, octal."""

_QUOTED: Final = tuple(b"=%X" % digit for digit in range(16))
"""Those of quoted-printable."""

_HEX: Final = b"0123456789abcdefABCDEF"


def tells_of_more(tail: bytes) -> bool:
    """Whether a window's last bytes may be a part of what takes more than six bytes for each letter: letters
    spelled out, hex, NUL bytes between them, coded text in coded text."""
    if len(tail.translate(None, _HEX)) * DENSE <= len(tail):
        return True
    below, least = False, DENSE
    for _ in range(LAYERS):
        if 0 in tail:
            text = tail.replace(b"\0", b"")
            if _is_most(tail, text, _WIDE if below else _WIDER):
                return True
            below = below or _is_most(tail, text, _WIDE)
            tail = text
        if _is_spelled(tail, least):
            return True
        if not has_run(tail):
            return False
        found, digits = runs(tail, dull=False)
        if below and sum(map(len, found)) * MOSTLY * least >= len(tail) * DENSE:
            return True
        tail, below, least = decode_base64(found) + decode_hex(found, digits), True, least * ALIGNMENTS
    return False


def _is_most(data: bytes, text: bytes, width: int) -> bool:
    """Whether NUL bytes are most of some data, `text` the rest: of `width` bytes all but one. Nothing but
    NULs is no text."""
    return len(text) * width <= len(data) + width and len(text) * _EMPTY >= len(data)


def _is_spelled(text: bytes, least: int) -> bool:
    """Whether one byte in so many begins an escape."""
    missing = len(text) - least * sum([text.count(sign) for sign in _SPELLING])
    if missing > 0 and text.count(b"=") * least >= missing:
        missing -= least * sum([text.count(sign) for sign in _QUOTED])
    return missing <= 0 < len(text)
