"""A long text as it may be written: found by walking along it, character by character.

Lives here: `Written`, which tells where a text ends, or begins, in any nesting of escapes. Must not: know
rules, anchors or spans. Called by: exact.
The expression of a private key, 3,000 characters, takes 0.7 s to compile (measured), and a job may hold
twenty; here the expressions are those of single characters, which all texts share.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from hushtape.sanitize.escapes import LONG, doubled, expression, ways
from hushtape.sanitize.expressions import lazily

_STEP: Final = 32
_TOKENS: Final = lazily(r"\\+[^\\]?|[A-Za-z0-9]+|[^\\]", re.DOTALL)

_NESTING: Final = ("&", "%")
"""Their escapes begin with the character itself, so each is read in as many ways as it has levels."""

_MANY: Final = 16
"""Tokens of a text for which it is noted how far a walk came."""

Notes = dict[object, object]

_SIGNS: Final = lazily(rb"[%\\&]")
_SPAN: Final = 16

MOST_WAYS: Final = 24
"""Readings that are followed at once."""

_WIDEST: Final = 160
"""Bytes that one character may take: nine levels of percent-encoding around a reference."""


class Written:
    """One text. Letters and digits of one beyond `LONG` are looked for as they are, as in `expression`."""

    __slots__ = ("_again", "_plain", "_raw", "_tokens")

    def __init__(self, text: str, *, plain: bool) -> None:
        self._plain = plain or len(text) > LONG
        self._again: list[int] | None = None
        """For each token, how many from it on are the text's first ones again; made when it is asked for."""
        octets = text.encode("utf-8", "surrogatepass")
        # As it stands it is read in one way only, unless an escape may begin with one of its characters.
        self._raw = None if _SIGNS.search(octets) else octets
        self._tokens = [(token, token.isascii() and token.isalnum()) for token in _TOKENS.findall(text)]

    def after(self, data: bytes, at: int, limit: int, notes: Notes | None = None) -> int:
        """Where the text ends if it begins at `at`; -1: it does not stand there. `notes`: see `Context`."""
        raw = self._raw
        if raw is not None:
            if data.startswith(raw, at):
                return at + len(raw) if at + len(raw) <= limit else -1
            if self._plain and len(self._tokens) == 1:
                return -1
        if notes is None or len(self._tokens) < _MANY:
            return self._walk(data, [at], 0, limit)
        trail, first = self._seen_before(data, at, notes)
        notes[self] = data, trail, first
        return self._walk(data, trail, first, limit)

    def _walk(self, data: bytes, trail: list[int], first: int, limit: int) -> int:
        """`trail`, from `first` on: where the tokens end that were read. It grows as long as each can be read
        in one way only."""
        places, only = trail[-1:], True
        tokens = self._tokens
        for number in range(len(trail) - 1 - first, len(tokens)):  # no copy of them: there may be 40,000
            token, letters = tokens[number]
            found: list[int] = []
            for place in places:
                if letters:
                    end = _letters(token, data, place, limit, self._plain)
                    if 0 <= end <= limit:
                        found.append(end)
                else:
                    _ends(token, data, place, limit, found)
            if not found:
                return -1
            places = _few(found)
            only = only and len(places) == 1
            if only:
                trail.append(places[0])
        return max(places)

    def _seen_before(self, data: bytes, at: int, notes: Notes) -> tuple[list[int], int]:
        """Where the text's first tokens end, as far as the last walk tells: it came by here, and from here on
        the text may say the same. A text that repeats itself has a hit at each repetition; walking all the
        way from each took a minute for 20 KB."""
        known = notes.get(self)
        if not isinstance(known, tuple) or known[0] is not data:
            return [at], 0
        trail: list[int] = known[1]
        first = bisect_left(trail, at, known[2])
        if first >= len(trail) - 1 or trail[first] != at:
            return [at], 0
        if self._again is None:
            self._again = _repeats(self._tokens)
        same = self._again[first - known[2]]
        if first + same + 1 >= len(trail):
            return trail, first
        return trail[first : first + same + 1], 0

    def before(self, data: bytes, at: int, low: int) -> int:
        """Where the text begins if it ends at `at`, not before `low`; -1: it does not stand there."""
        places = [at]
        for token, letters in reversed(self._tokens):
            found: list[int] = []
            for place in places:
                if letters:
                    found += _letters_before(token, data, place, low, self._plain)
                else:
                    first = max(low, place - _WIDEST * len(token))
                    for way in _ending(token):
                        if one := way.search(data, first, place):
                            found.append(one.start())
            if not found:
                return -1
            places = _few(found)
        return min(places)


def _repeats(tokens: Sequence[object]) -> list[int]:
    """The Z-function: for each place, how long what begins there is what the whole begins with."""
    size, found = len(tokens), [0] * len(tokens)
    found[0] = size
    low = high = 0
    for place in range(1, size):
        same = min(high - place, found[place - low]) if place < high else 0
        while place + same < size and tokens[same] == tokens[place + same]:
            same += 1
        found[place] = same
        if place + same > high:
            low, high = place, place + same
    return found


def _few(found: list[int]) -> list[int]:
    return found if len(found) == 1 else list(dict.fromkeys(found))[:MOST_WAYS]


def _ends(token: str, data: bytes, at: int, limit: int, ends: list[int]) -> None:
    """Appends where the character at `at` ends; of one in `_NESTING`, also if its escape is a shorter one."""
    every = token in _NESTING
    for way in _ways(token):
        found = way.match(data, at, limit)
        while found is not None:
            ends.append(end := found.end())
            found = way.match(data, at, end - 1) if every else None


def _letters(run: str, data: bytes, at: int, limit: int, plain: bool) -> int:
    """Where a run of letters and digits ends; -1: it is not there. Escapes of them begin with none."""
    raw = run.encode()
    if plain:
        return at + len(raw) if data.startswith(raw, at) else -1
    done = 0
    while done < len(raw):
        step = raw[done : done + _STEP]
        if data.startswith(step, at):
            at, done = at + len(step), done + len(step)
        elif data.startswith(step[:1], at):
            at, done = at + 1, done + 1
        elif found := _ways(run[done])[0].match(data, at, limit):
            at, done = found.end(), done + 1
        else:
            return -1
    return at


def _letters_before(run: str, data: bytes, at: int, low: int, plain: bool) -> list[int]:
    """Where a run may begin that ends at `at`. The end of `%39` may be a letter's own, or an escape's."""
    raw = run.encode()
    whole = at - len(raw)
    found = [whole] if data.endswith(raw, low, at) else []
    if plain or _SIGNS.search(data, max(low, whole - _SPAN), at) is None:
        return found
    places = [at]
    for char in reversed(run):
        octet, nearer = ord(char), []
        for end in places:
            if end > low and data[end - 1] == octet:
                nearer.append(end - 1)
            if escaped := _ending(char)[0].search(data, max(low, end - _WIDEST), end):
                nearer.append(escaped.start())
        places = list(dict.fromkeys(nearer))[:MOST_WAYS]
    return found + [place for place in places if place != whole]


@lru_cache(maxsize=1024)
def _ways(token: str) -> tuple[re.Pattern[bytes], ...]:
    """How a character may be written; backslashes together with the character that follows."""
    if token[0] == "\\":
        twice = doubled(token[-1])  # both are tried: `\\''` may be a doubled quote, or two
        apart = rb"(?<!\\)\\{%d}(?:%b)" % (len(token) - 1, twice) if twice else b""
        return tuple(re.compile(way, re.DOTALL) for way in (expression(token), apart) if way)
    if token.isascii() and token.isalnum():
        return (re.compile(b"|".join(ways(token)), re.DOTALL),)
    if token in _NESTING:
        return tuple(re.compile(way, re.DOTALL) for way in ways(token))
    *escaped, raw = ways(token)
    return re.compile(b"|".join(escaped), re.DOTALL), re.compile(raw, re.DOTALL)


@lru_cache(maxsize=1024)
def _ending(token: str) -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(b"(?:%b)\\Z" % way.pattern, re.DOTALL) for way in _ways(token))
