"""Where a field's name begins: the look back from the last words of a name, as it is written there.

Lives here: the letters of a name, as they are and as JSON and percent escapes write those beyond ASCII and
the signs `#`, `$`, `@`; the name with these undone. Must not: know the words (`credential_names`) or rules,
look at values. Called by: credential_fields.
`#password` is `%23password` in a form, `clé_api_key` is `cl\\u00e9_api_key` in JSON: the quote before such a
name stands further away than the nearest sign.
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.sanitize.escapes import COLOUR
from hushtape.sanitize.expressions import lazily

LETTERS: Final = 112
"""Letters before an anchor that may belong to its name: 80, a word of its ending (`authentication_`), and
what looks like letters of the escape before (`u0022`, `252522`)."""

LONGEST: Final = 2048
"""Bytes that they may take: one in four strings of JSON takes 21, its backslashes doubled in each."""

_UTF8: Final = 4 * LETTERS

_IN_NAMES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.#$@" + bytes(range(128, 256))
WORDLIKE: Final = frozenset(_IN_NAMES)

_PERCENT = lazily(rb"(?:25){0,8}(?:5[cC]u[0-9a-fA-F]{4}|[0-9a-fA-F]{2})")
_BACKSLASH = lazily(rb"(?:u[0-9a-fA-F]{2}|x)[0-9a-fA-F]{2}|[nrtbf]")
_COLOUR = lazily(COLOUR)
_IN_COLOURS = frozenset((b"[", b";", b":"))

_BACKWARDS = lazily(
    rb"(?:(?:(?![0-9a-fA-F][0-7]00)[0-9a-fA-F]{4}|[34]200|0400)u(?:\\|[cC]5(?:52){0,8}%%){1,64}+"
    rb"|(?:[0-9a-fA-F][89abAB](?:52){0,8}%%){1,3}+[0-9a-fA-F][c-fC-F](?:52){0,8}%%"
    rb"|(?:[0-9a-fA-F][89a-fA-F]|[34]2|04)(?:52){0,8}%%|[%b]){0,%d}+" % (re.escape(_IN_NAMES), LETTERS + 1)
)
"""A name's letters in bytes that were turned round, since an expression can't go backwards: `\\u00e9` is
`9e00u\\` there, `%25C3` is `3C52%`. The two to four bytes of one in UTF-8 count once."""
_ESCAPED = lazily(rb"(?:\\|%(?:25){0,8}5[cC])++u([0-9a-fA-F]{4})|%(?:25){0,8}([0-9a-fA-F]{2})")


def first(data: bytes, start: int) -> int:
    """Where the name begins that holds what stands at `start`; -1 if that is too far away."""
    if start == 0 or data[start - 1] not in WORDLIKE:
        return start
    nearest = _nearest(data, start)
    if nearest > 0 and data[nearest - 1] in WORDLIKE and (further := _further(data, start)) >= 0:
        return further  # an escape stood there
    return nearest


def behind_fragment(data: bytes, begins: int, start: int) -> int:
    """Where a name that begins with a sign stands behind the `#` of an address: `cb#_token`; -1: it doesn't.
    Any other `#` is a letter of a name (`#password`)."""
    at = data.rfind(b"#", begins, start) + 1
    return at if at > begins + 1 and data[at] in b"_-" else -1


def plain(name: bytes) -> str | None:
    """A name with the escapes of its letters undone; None: it is no text."""
    undone = _ESCAPED.sub(_letter, name) if b"\\" in name or b"%" in name else name
    try:
        return undone.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # `motp%E4sse`: the form of a page in latin-1 or another old charset
        return undone.decode("latin-1") if name.isascii() else None


def _letter(escape: re.Match[bytes]) -> bytes:
    if escape[1] is None:
        return bytes([int(escape[2], 16)])
    return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")


def _nearest(data: bytes, start: int) -> int:
    """The same of letters that nothing escapes."""
    low = start - LETTERS - 1
    at = max(0, low) + len(data[max(0, low) : start].rstrip(_IN_NAMES))
    if at == low:  # of letters beyond ASCII each takes two to four bytes
        low = max(0, start - _UTF8)
        at = low + len(data[low:start].rstrip(_IN_NAMES))
        if len(data[at:start].decode("utf-8", "ignore")) > LETTERS or (at == low and at > 0):
            return -1
    return _behind_escape(data, at, start)


def _further(data: bytes, start: int) -> int:
    """The same with letters that are escaped."""
    run = _BACKWARDS.match(data[max(0, start - LONGEST) : start][::-1])
    at = start - run.end() if run is not None else start
    if at and (data[at - 1] in WORDLIKE or start - at == LONGEST):
        return -1
    return _behind_escape(data, at, start)


def _behind_escape(data: bytes, at: int, start: int) -> int:
    """Where the name begins of whose run of letters the first may be the rest of an escape."""
    sign = data[at - 1 : at]
    escape = {b"%": _PERCENT, b"\\": _BACKSLASH}.get(sign)
    if escape is not None and (found := escape.match(data, at, start)) is not None:
        return found.end()
    if sign in _IN_COLOURS:
        return max([at, *[one.end() for one in _COLOUR.finditer(data, max(0, at - 40), start)]])
    return at
