"""Secrets spelled out: every letter of theirs an escape, in any nesting.

Lives here: anchors that tell escaped letters and digits, which nobody has to escape, and the verifier that
reads what they spell. Must not: look for values whose letters stand as they are (`exact` does), or decode
base64. Called by: plan.
One set of anchors serves all secrets: a set for each would double the automaton.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.encoded import encoded
from hushtape.sanitize.escapes import LONG, expression
from hushtape.sanitize.otherwise import fragments, texts
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import SPELLED, Context, Found, Verifier

_BACK = 256
_WINDOW = 2048
_PER_CHARACTER = 14
"""`%26%23104%3B`: a reference inside a URL."""

_ROUNDS = 6
_LEAST = 12
_SURE = 5
_WORDS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DEEPER = re.compile(rb"%(?:25){1,2}(?:3[0-9]|[46][1-9a-f]|[57][0-9a])%", re.IGNORECASE)
"""A letter or digit, percent-encoded two or three times, and another escape."""

_SPELLING = b"%&#;\\0123456789abcdefABCDEFuxXUampAMP"
_JSON = re.compile(rb"(?:\\+u[0-9a-fA-F]{4})+|\\+(?:x[0-9a-fA-F]{2}|[nrtbf\"'/])")
_LETTERS = {110: b"\n", 114: b"\r", 116: b"\t", 98: b"\b", 102: b"\f"}
_HTML = re.compile(rb"&(?:amp;)*#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")


def spelled_anchors(rules: list[tuple[SecretRule, int]]) -> Iterator[tuple[bytes, Verifier]]:
    """Anchors for these secrets (with their places in the list); none without secrets."""
    if not rules:
        return
    longest = max(len(rule.value) for rule, _ in rules)
    ahead = max(_WINDOW, _PER_CHARACTER * longest)
    spelling = Verifier(_Spelled(rules, ahead), rules[-1][1], "secret, spelled out", SPELLED, _BACK, ahead)
    yield from ((b"u00%d" % digit, spelling) for digit in (4, 5, 6, 7))
    yield from ((b"u003%d" % digit, spelling) for digit in range(10))
    yield from ((b"\\x%d" % digit, spelling) for digit in (3, 4, 5, 6, 7))
    # Side by side, since a word holds one at most. With anchors of three bytes, `%71` in place of `%71%`,
    # hyperscan takes one and a half times as long for rows of text (measured: 25 and 17 ms for 50 MB).
    yield from ((b"%%%02x%%" % byte, spelling) for byte in _WORDS)
    deeper = spelling._replace(guard=_DEEPER)
    yield from ((level + b"%d" % half, deeper) for level in (b"%25", b"%2525") for half in range(3, 8))
    for joint in (
        b";%",
        b";&#",
        b";&amp;#",
        b";\\u0026#",
        b";\\\\u0026#",
        b"3b%26%23",
        b"3b%2526%2523",
        b"3b%5cu0026%23",
    ):
        yield joint, spelling
    yield b"3b%26amp%3b%23", spelling


class _Spelled:
    """Reads the stretch of escapes around a hit, and tells which secrets it spells and where."""

    __slots__ = ("_ahead", "_rules", "_searches", "_told")

    def __init__(self, rules: list[tuple[SecretRule, int]], ahead: int) -> None:
        self._rules = rules
        self._ahead = ahead
        self._searches: dict[str, re.Pattern[bytes]] = {}
        self._told: Callable[[bytes], list[int]] | None = None
        """Which rules have a needle in a text, by their places; compiled when something is spelled out."""

    def __call__(
        self, data: bytes, start: int, end: int, limit: int, context: Context
    ) -> tuple[Found, ...] | None:
        if data[start] in b"uU" and data[start - 1 : start] not in (b"\\", b"c", b"C", b";"):
            return None
        low, limit = max(0, start - _BACK), min(limit, start + self._ahead)
        first = low + len(data[low:start].rstrip(_SPELLING))
        stop = limit - len(data[start:limit].lstrip(_SPELLING))
        # A stretch that goes on beyond the window is looked at again from its middle: what begins there
        # is left for that look.
        looked = stop if stop < limit else start + (limit - start) // 2
        found = [Found(start, looked, None)]
        if stop - first >= _LEAST:
            cut = first == start - _BACK or stop == start + self._ahead
            found += [one for one in self._spans(data, first, stop, cut) if one.start < looked]
        return tuple(found)

    def _spans(self, data: bytes, first: int, stop: int, cut: bool) -> Iterator[Found]:
        """`cut`: the stretch goes on. Then only what is found exactly is replaced: of base64 that is spelled
        out a part would go, and the rest be no value to the audit, which else fails the recording.
        """
        if self._told is None:
            self._told = _teller(self._rules)
        for place in self._told(b"\0".join(_readings(data[first:stop]))):
            rule = self._rules[place][0]
            found = list(self._search(rule.value).finditer(data, first, stop))
            spans = [one.span() for one in found] or ([] if cut else [(first, stop)])
            yield from (Found(*span, rule.placeholder.encode()) for span in spans)

    def _search(self, value: str) -> re.Pattern[bytes]:
        search = self._searches.get(value)
        if search is None:
            # Of a long value an expression takes letters as they are: then all of the stretch goes.
            search = re.compile(expression(value) if len(value) <= LONG else rb"(?!)", re.DOTALL)
            self._searches[value] = search
        return search


def _teller(rules: list[tuple[SecretRule, int]]) -> Callable[[bytes], list[int]]:
    """One automaton for all: thirty values have over a thousand needles, and each look read on for each."""
    owners: dict[bytes, set[int]] = {}
    for place, (rule, order) in enumerate(rules):
        for needle in _needles(rule, order):
            owners.setdefault(needle, set()).add(place)
    library, needles = import_module("ahocorasick_rs"), list(owners)
    kind = library.Implementation.ContiguousNFA
    find = library.BytesAhoCorasick(needles, library.MatchKind.Standard, kind).find_matches_as_indexes

    def told(said: bytes) -> list[int]:
        met = {number for number, _, _ in find(said, overlapping=True)}
        return sorted({place for number in met for place in owners[needles[number]]})

    return told


def _needles(rule: SecretRule, order: int) -> tuple[bytes, ...]:
    """What to look for in a reading: the value, and what it is anchored on inside base64 and hex."""
    value, whole = rule.value, rule.whole
    needles = [value, *texts(value, whole=whole), *fragments(value, whole=whole)]
    packed = [anchor for anchor, _ in encoded(rule, order) if len(anchor) >= _SURE]
    return (*(one.encode("utf-8", "surrogatepass") for one in needles), *packed, *map(bytes.upper, packed))


def _readings(data: bytes) -> Iterator[bytes]:
    """What the stretch says after each round of unescaping."""
    for _ in range(_ROUNDS):
        before = data
        for undo in (unquote_to_bytes, _unescape, _dereference):
            text = undo(data)
            if text != data:
                yield text
            data = text
        if data == before:
            return


def _unescape(data: bytes) -> bytes:
    return _JSON.sub(_units, data) if b"\\" in data else data


def _units(found: re.Match[bytes]) -> bytes:
    text = found[0].replace(b"\\", b"")
    if text[0] == 120:
        return bytes((int(text[1:], 16),))
    if len(text) == 1:
        return _LETTERS.get(text[0], text)
    units = bytes.fromhex(text.replace(b"u", b"").decode())
    return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _dereference(data: bytes) -> bytes:
    return _HTML.sub(_character, data) if b"&" in data else data


def _character(found: re.Match[bytes]) -> bytes:
    number = int(found[1]) if found[1] else int(found[2], 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else found[0]
