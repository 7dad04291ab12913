"""Lines around one that hides a secret: which of them are speech, and which may be more of the same data?

Lives here: how far the lines reach that are withheld with it, and which words are speech. Must not: audit,
know rules. Called by: messages.
A second value may begin in the lines that hide the first, or the first one in those before; of half a value
the audit finds nothing. So all lines beside them go, up to one that speaks.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.words import is_phrase

_THREE: Final = lazily(
    r"(?:^|(?<=\s))[(\"']?[A-Za-z]?[a-z]{2,16},? [a-z]{2,16},? [a-z]{3,16}(?=[\s.,:;!?)]|$)"
)
"""Three words beside each other. Groups of a key have a capital or a digit in twelve letters."""

_DATE: Final = lazily(r"[\[(]?(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d)[\dTZ:.,+-]*[\])]?")
_QUOTES: Final = "()[]\"'.,:;!?"
_SMALL_WORDS: Final = (
    "a an as at be by can't do don't for he I if in is isn't it its no of on or so to up us was we won't "
    "GET HEAD POST PUT PATCH DELETE OPTIONS HTTP HTTPS URL DEBUG INFO WARNING ERROR CRITICAL"
)
_SMALL: Final = frozenset(_SMALL_WORDS.split())
"""Words that are no piece of anything, however short they are, or in capitals, as base32 is."""


def is_speech(word: str) -> bool:
    """Whether this is a word of a sentence, and no piece of data: nothing with a digit, none in capitals."""
    bare = word.strip(_QUOTES)
    if not word or bare in _SMALL or bare[:1].lower() + bare[1:] in _SMALL:
        return True
    return len(bare) > 2 and (bare.islower() or bare.istitle()) and bare.isalpha() and is_phrase(bare)


def neighbours(
    lines: list[str], shown: list[str | None], first: int, last: int, before: tuple[int, int] = (-1, -1)
) -> tuple[int, int]:
    """Withhold (None) what may go on from these lines. `lines`: as they were. `before`: what this gave for
    those withheld before these: from there on the way is the same, and is not gone twice."""
    above, below = before
    number = first
    while number > max(0, above) and _is_open(lines[number], 0):
        number -= 1
        if not _withhold(lines, shown, number, -1):
            break
    if last < below:
        return last, below
    number = last
    while number + 1 < len(lines) and _is_open(lines[number], -1):
        number += 1
        if not _withhold(lines, shown, number, 0):
            break
    return last, number


def _withhold(lines: list[str], shown: list[str | None], number: int, side: int) -> bool:
    """Withhold a line, unless it speaks and nothing of the other one can end in it; whether to go on. `side`:
    the word next to the other one, the first (0) or the last (-1)."""
    speaks = _speaks(lines[number])
    if speaks and not _is_open(lines[number], side, least=1):
        return False
    shown[number] = None
    return not speaks


def _is_open(line: str, side: int, least: int = 3) -> bool:
    """Whether something may go on over this edge of a line: its first (0) or last (-1) word is none. `least`:
    letters of a word; single ones may be spaced."""
    words = line.split()
    return not words or not _is_plain(words[side], least)


def _is_plain(word: str, least: int = 3) -> bool:
    bare = word.strip(_QUOTES)
    return (len(bare) >= least and bare.isalpha() and is_phrase(bare)) or _DATE.fullmatch(word) is not None


def _speaks(line: str) -> bool:
    words = line.split()
    return _THREE.search(line) is not None or (len(words) > 0 and all(map(_is_plain, words)))
