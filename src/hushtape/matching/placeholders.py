"""Placeholders in recorded values, and the text that may stand in their place.

Lives here: telling whether a value holds a placeholder, and whether a live value fits around it.
Must not: know where the value stood, scrub. Called by: shape, compare, documents, where.

The look-up is linear and uses no regular expression with repetitions, so that no value can make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

_RESERVED = re.compile(r"[^A-Za-z0-9._~-]").search


class Placeholders:
    """The placeholders of one tape, in every spelling a URI may hold them in.

    A placeholder that is a plain lower-case word ("token", the old default of a query sanitizer) is
    common text too, so it counts only as a whole value, and never in a path: "/oauth/token" stays
    what it says.
    """

    __slots__ = ("_split", "octets", "spellings", "unreserved", "words")

    def __init__(self, texts: Iterable[str]) -> None:
        given = {text for text in texts if text}
        self.words = frozenset(text for text in given if text.isalpha() and text.islower())
        self.spellings = tuple(sorted(_spellings(given - self.words), key=lambda text: (-len(text), text)))
        self.octets = tuple(
            [text.encode("utf-8", "surrogatepass") for text in (*self.words, *self.spellings)]
        )
        # Such text reads the same in a URI, whoever encoded it (RFC 3986 2.3).
        self.unreserved = not any(map(_RESERVED, self.spellings))
        self._split = re.compile("|".join(map(re.escape, self.spellings))) if self.spellings else None

    def __bool__(self) -> bool:
        return bool(self.words or self.spellings)

    def within(self, text: str) -> bool:
        """A distinctive placeholder stands somewhere in `text`."""
        return any(spelling in text for spelling in self.spellings)

    def holds(self, value: str) -> bool:
        """A placeholder is this value, or part of it."""
        return value in self.words or self.within(value)

    def is_whole(self, value: str) -> bool:
        """The value is nothing but a placeholder."""
        return value in self.words or value in self.spellings

    def fits(self, recorded: str, live: str) -> bool:
        """`live` reads as `recorded` with any text where the placeholders stand."""
        if recorded in self.words:
            return True
        if self._split is None:
            return recorded == live
        return fits_around(self._split.split(recorded), live)

    def ends(self, recorded: str) -> tuple[int, int]:
        """How many characters stand before the first placeholder, and behind the last."""
        literals = self._split.split(recorded) if self._split is not None else [recorded]
        return len(literals[0]), len(literals[-1])

    def literal_length(self, recorded: str) -> int:
        """How many characters of a recorded value have to be met exactly."""
        if recorded in self.words or self._split is None:
            return 0
        return sum(map(len, self._split.split(recorded)))


def fits_around(literals: list[str], live: str) -> bool:
    """The first literal begins `live`, the last ends it, the others follow in order between them."""
    if len(literals) == 1:
        return literals[0] == live
    first, *middle, last = literals
    if len(live) < len(first) + len(last) or not live.startswith(first) or not live.endswith(last):
        return False
    position, end = len(first), len(live) - len(last)
    for literal in middle:  # the earliest find leaves the most room: no backtracking is needed
        found = live.find(literal, position, end)
        if found < 0:
            return False
        position = found + len(literal)
    return True


def _spellings(texts: Iterable[str]) -> set[str]:
    found = set()
    for text in texts:
        found.add(text)
        data = text.encode("utf-8", "surrogatepass")  # a foreign cassette may hold lone surrogates
        for encoded in (quote(data, safe=""), quote(data, safe="/"), quote_plus(data)):
            found.add(encoded)
            found.add(re.sub("%[0-9A-F]{2}", lambda hex_pair: hex_pair[0].lower(), encoded))
    return found


@lru_cache(maxsize=64)
def _compiled(texts: frozenset[str]) -> Placeholders:
    return Placeholders(texts)


def compiled(texts: Iterable[str]) -> Placeholders:
    """The placeholders of a tape, made ready once per set."""
    return _compiled(texts if isinstance(texts, frozenset) else frozenset(texts))


def segments(path: str) -> list[str]:
    """A path's segments, "%2F" kept apart from "/": split first, decoded after."""
    if "%" not in path:
        return path.split("/")
    return [unquote(segment, "utf-8", "surrogateescape") for segment in path.split("/")]
