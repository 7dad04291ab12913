"""Words: telling a word, a sentence or a name of something from a credential, by its letters alone.

Lives here: guesses, stated so that they can be checked. Must not: know fields or rules. Called by: lessons,
beginnings, refusals, stand_ins. Wrong one way, a weak password stays where it stands as a word; wrong the
other way, a word is redacted in every URL and key, and the recording can't be replayed. Nothing with a
digit is a word.
"""

from __future__ import annotations

import re

from hushtape.sanitize.expressions import lazily

LONGEST = 20
"""Letters of the longest word: longer runs of letters are keys."""

_LETTERS = lazily(r"[^\W\d_]+")
_SENTENCE = lazily(r"[/#.'\"(]{0,2}[^\W\d_]+(?:[\s_.:;/,'\"()!?-]{1,3}[^\W\d_]+)*[.!?)\"']{0,3}")
_PARTS = lazily(r"[A-Z]?[a-z]+|[A-Z]+")
_UNSPEAKABLE = lazily(
    r"(?i)[bcdfghjklmnpqrstvwxz]{5}|[aeiou]{4}|^(?:[bcdfgkptv][bcdfgjkmnpqtvxz]|[lmnr][b-df-hj-np-tv-z])"
    r"|q(?!u)|j[^aeiou]|[^aeioudnb]j|v[^aeiouvyr]|[^aeiouny]x|x[bdfgjkmnqrsvwxz]|[^aeiouyztnlr]z|z[^aeiouyzltm]"
    r"|w[gjmpqvxz]|[fgjpqvwxz]k|k[cgjqvxz]|h[bcdfghjkpqvxz]|[bfgjkmpqvxz]c|[cjkqvwxz]g|g[bcdfjkpqvwxz]"
    r"|[cgjkqvwxz]b|b[fghkpqwz]|[cgjkqvwxz]d|d[cfkpqtxz]|c[bdfgjmpvwxz]|p[bdgjkqvwxz]|[bcdgjkmpqvwz]f|f[bcdgjhkmnpqvwxz]"
    r"|m[dghjkqrvwxz]|[bcfghjkmpqvwx]v|t[dgjkpqvx]|[bcdfgjkqvz]p|[cfjqvxzw]m"
)
"""Five consonants or four vowels in a row, and pairs of letters that no word of the languages of most APIs
holds, or begins with."""
_VOWEL = lazily(r"(?i)[aeiouy]")


_ONE_WORD = lazily(r"[A-Za-z0-9+/=_.~:!@#$%^&*|-]+")
_REFERENCE = lazily(
    r"[a-z][a-z0-9+.-]*://.*|(?:arn|urn):.*|[^@]+@[^@]+\.[A-Za-z]{2,}|/.*|[a-z0-9-]+(?:/[a-z0-9._-]+)+"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,6}|\d{4}-\d\d-\d\d.*|[vV]?\d+\.\d+.*"
)
"""Addresses, paths, hosts, media types, dates, versions."""
_SIGNS = lazily(r"\d+|[^A-Za-z0-9]+")
"""A number, or a mask."""

_JOINTS = lazily(r"[-_.:/]+")
_NUMBERED = lazily(r"([A-Za-z]*?)\d{0,4}")


def looks_made(text: str) -> bool:
    """Whether a value looks as if a machine had made it: letters and digits in one word, or a long mixture of
    small letters and capitals; no name of something (`project-12`, `text/html`, `2026-01-01`, `en-US`)."""
    if _ONE_WORD.fullmatch(text) is None or _REFERENCE.fullmatch(text) or _SIGNS.fullmatch(text):
        return False
    letters = re.sub(r"[^A-Za-z]", "", text)
    if len(letters) == len(text) and (len(text) < LONGEST or text.islower() or text.isupper()):
        return False
    return not letters or not all(map(_is_numbered, _JOINTS.split(text)))


def _is_numbered(part: str) -> bool:
    """A word, a small number, or both: `oauth2`."""
    found = _NUMBERED.fullmatch(part)
    return found is not None and (len(found[1]) < 3 or is_phrase(found[1]))


def is_word(text: str) -> bool:
    """One word in lower, upper or title case: `customer`."""
    cased = text.islower() or text.isupper() or text.istitle()
    return cased and _LETTERS.fullmatch(text) is not None and _speakable(text)


def is_phrase(text: str) -> bool:
    """Words, however joined: `is required`, `invalid_grant`, `passwordTooShort`."""
    return _SENTENCE.fullmatch(text) is not None and all(map(_is_name, _LETTERS.findall(text)))


def _is_name(run: str) -> bool:
    """A word, or words in camel case; not one that is cut too often for that."""
    parts = _PARTS.findall(run) if run.isascii() else [run]
    return (len(run) < 4 or 3 * len(parts) <= len(run)) and all(map(_speakable, parts))


def _speakable(run: str) -> bool:
    """Of letters that could be a word: at most 20, a vowel among each four or so, none of the stretches of
    consonants or vowels that no common word has. Other alphabets than ASCII's: only the length counts."""
    if len(run) > LONGEST:
        return False
    if not run.isascii():
        return True
    return len(run) < 3 or (5 * len(_VOWEL.findall(run)) >= len(run) and _UNSPEAKABLE.search(run) is None)
