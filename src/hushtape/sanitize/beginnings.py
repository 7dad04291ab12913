"""What counts as the beginning of a value: enough of its letters to tell of it.

Lives here: that question. Must not: look for beginnings (cut_ends does), or know rules. Called by: cut_ends.
One counts from `LEAST` letters on and a quarter of the value; words and a URL's from its half on, for bodies
that are complete end so, too.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.words import is_phrase

LEAST: Final = 6
"""Letters of a value that tell of it, where the rest is cut off."""
MOST: Final = 16
"""So many tell of any value, however long it is."""
GROUPED: Final = 256
"""Bytes of a value up to which it may be a password with signs, or one of groups of letters."""

_MADE: Final = lazily(rb"[0-9][A-Za-z]|[A-Za-z][0-9]|[\x80-\xff\x00-\x08]")
_HUMP: Final = lazily(rb"[a-z][A-Z]")
"""What no word and no number holds, and what a name in camel case has more seldom than letters by chance."""
_RUN: Final = lazily(rb"(?!\d+(?![A-Za-z0-9+/]))[A-Za-z0-9+/]{6,}")
_GROUP: Final = lazily(rb"[A-Za-z]{3,}")
_LICENCE: Final = lazily(rb"[A-Za-z0-9]{2,8}(?:[-_. ][A-Za-z0-9]{2,8}){2,}")
_JOINTS: Final = lazily(rb"[-_. ]")
_SIGNS: Final = lazily(rb"[!#$%^&*()<>?\[\]{}|~]")
_ONE_WORD: Final = lazily(rb"(?![\[{].*[\]}]\Z)\S+")
_LETTERS: Final = lazily(rb"[A-Za-z0-9+/]+")
_CASED: Final = lazily(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def counts(rest: bytes, value: bytes) -> bool:
    """Whether this is a beginning of the value that tells of it."""
    if len(rest) < min(MOST, max(LEAST, len(value) // 4)) or not value.startswith(rest):
        return False
    if 2 * len(rest) >= len(value):
        return True
    if b"://" in rest:
        return False
    if _MADE.search(rest) or 6 * len(_HUMP.findall(rest)) >= len(rest):
        return True
    if any(_is_made(value, *run.span(), len(rest)) for run in _RUN.finditer(value, 0, len(rest))):
        return True
    if len(value) > GROUPED:
        return False
    if _SIGNS.search(rest) and _ONE_WORD.fullmatch(value):
        return True  # a password
    if _is_licence(value) or _is_password(value):
        return True
    groups = _GROUP.findall(value)  # `kqzv wxbf jhrt mnpd`
    words = sum(is_phrase(group.decode()) for group in groups)
    return 2 * words < len(groups)


def _is_licence(value: bytes) -> bool:
    """Groups of as many letters each, which words seldom are: `UPYA-OTIV-LY4L`, `kq-77-vx-92`, `padv tohj
    bzem aprr`."""
    if _LICENCE.fullmatch(value) is None:
        return False
    groups = _JOINTS.split(value)
    return len({len(group) for group in groups}) == 1 and not all(group.isdigit() for group in groups)


def _is_password(value: bytes) -> bool:
    """One word of letters of both cases, digits and signs of four kinds: `yt@DIR,2,LaP-T:jB5.u`."""
    text = value.decode("latin-1")
    kinds = {sign for sign in text if not sign.isalnum()}
    return (
        len(kinds) > 3
        and not any(map(str.isspace, text))
        and all(any(map(kind, text)) for kind in (str.isupper, str.islower, str.isdigit))
    )


def _is_made(value: bytes, start: int, end: int, shown: int) -> bool:
    """Whether a run of letters that a beginning shows is neither words (of three letters, but the last) nor a
    name (`AccountKey=`)."""
    whole = _LETTERS.match(value, start)
    after = whole.end() if whole is not None else end
    if value[after : after + 1] in (b"=", b":") and value[after:].strip(b"="):
        return False
    run = value[start:end]
    words = _CASED.findall(run)
    return not is_phrase(run.decode("latin-1")) or any(
        len(word) < 3 for word in words[: -1 if end == shown else None]
    )
