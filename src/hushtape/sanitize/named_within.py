"""Named values that hold or overlap each other: in portions of which none touches another of its own.

Lives here: `holding`. Must not: look into bodies, build rulesets. Called by: ruleset, for its watches.
Of two values that share letters only one is met once the other was replaced, so each portion is looked for
by itself.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from msgspec import structs

from hushtape.sanitize.matcher import NAMED
from hushtape.sanitize.otherwise import fragments, is_key, lines_of_key, octets, texts
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.spans import TEXT
from hushtape.sanitize.torn import spans_of
from hushtape.sanitize.words import is_phrase

LEVELS = 16
"""Portions: named values within named values that are told apart."""

LEAST = 4
"""Signs of what is worth more than words."""

LONGEST = 5
"""Digits of a short number."""

FEW = 12
"""Values of which one letter in common counts where one goes on as the other. Of more, two: by chance one
pair in 31 has one in common, and each portion is an audit more of the stretches around."""

ROUNDS = 2
"""Layers of escapes and base64 that are undone: a document in base64 has JSON's escapes."""

_WITHIN = structs.replace(TEXT, window=True)
_LETTER = re.compile(rb"[A-Za-z0-9\x80-\xff]")
_ESCAPE = re.compile(r"(?:\\u([0-9a-fA-F]{4}))+|\\[^u]")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_SAYS = re.compile(r"\s|://|[\"']\s*[:=]|\w=[^=]")
"""In a document, a URL, a pair: not in a password."""
_SCHEMES = frozenset(("http", "https", "www"))
_BETWEEN = re.compile(r"[\s{}\[\]\"':,;=/&?._@\\-]+")


def may_hold(rules: Iterable[Rule]) -> bool:
    """Whether `holding` has to be asked: not of one value of which no part is known by itself."""
    values = _values(rules)
    return len(values) > 1 or any(fragments(value) or octets(value) for value in values)


def holding(rules: Iterable[Rule], engine: str) -> tuple[tuple[SecretRule, ...], ...]:
    """Rules of named values of which those of others take a part, or their own (stretches that are known by
    themselves), or that begin or end as another one ends or begins; in portions of which none touches
    another of its own: a value is not met any more once a part of it was replaced.

    What takes a part is told by the rules themselves, run over each value: they find it in more writings
    than a look at the texts did. `engine`: theirs.
    """
    rules = tuple(rules)
    values = _values(rules)
    plan = Plan([SecretRule(value, name=str(number)) for number, value in enumerate(values)], engine)
    joint = _joint(values)
    holders: set[str] = set()
    apart: dict[str, set[str]] = {}
    for number, value in enumerate(values):
        touching = {values[one] for one in _takers(plan, number, values)} | joint.get(value, set())
        if touching:
            holders.add(value)
        for other in touching - {value}:
            apart.setdefault(value, set()).add(other)
            apart.setdefault(other, set()).add(value)
    levels: dict[str, int] = {}
    for number, value in enumerate(values):
        if value in holders and is_key(value):
            levels[value] = LEVELS + 1 + number  # each by itself, see `key_lines`
            continue
        taken = {levels[other] for other in apart.get(value, ()) if other in levels}
        first = 1 if value in holders else 0
        levels[value] = next((level for level in range(first, LEVELS) if level not in taken), LEVELS)
    whole = [
        structs.replace(rule, whole=True) for rule in rules if isinstance(rule, SecretRule) and rule.value
    ]
    return tuple(
        tuple(rule for rule in whole if levels[rule.value] == level)
        for level in sorted(set(levels.values()) - {0})
    )


def key_of(rules: Iterable[SecretRule]) -> bytes:
    """The letters of the private key that is all of these rules' values; none: they are something else."""
    values = {rule.value for rule in rules}
    return "".join(lines_of_key(*values)).encode() if len(values) == 1 else b""


def _values(rules: Iterable[Rule]) -> list[str]:
    return sorted({rule.value for rule in rules if isinstance(rule, SecretRule) and rule.value}, key=len)


def _takers(plan: Plan, number: int, values: list[str]) -> set[int]:
    """The values of which a rule takes a part of this one, itself among them; none of a reading of it, where
    that is a document of which nothing is left then that tells more."""
    value, takers = values[number], set[int]()
    for text in _undone(value) | set(texts(value, whole=True)):
        data, by = text.encode("utf-8", "surrogatepass"), set[int]()
        rest = bytearray(data)
        for start, end, name, _, kind in spans_of(plan, data, _WITHIN):
            taker = {int(name)} if kind == NAMED else set(range(len(values)))  # spelled out: by one of all
            if taker != {number}:
                rest[start:end] = b" " * (end - start)
            if taker != {number} or not _is_all(data, start, end):
                by |= taker
        # The stretches of a value that is no document are all of it, but not where it was wrapped anew.
        stretches = is_key(value) or (number in by and _SAYS.search(text) is None)
        if by and (stretches or _tells_more(text, rest.decode("utf-8", "replace"))):
            takers |= by | {number} if stretches else by
    return takers


def _is_all(data: bytes, start: int, end: int) -> bool:
    return _LETTER.search(data, 0, start) is None and _LETTER.search(data, end) is None


def _joint(values: list[str]) -> dict[str, set[str]]:
    """Values of which one ends as the other begins, by each of the two."""
    least = 1 if len(values) <= FEW else 2
    begin: dict[str, list[str]] = {}
    for value in values:
        begin.setdefault(value[:least], []).append(value)
    found: dict[str, set[str]] = {}
    for value in values:
        for at in range(1, len(value) - least + 1):
            for other in begin.get(value[at : at + least], ()):
                if other.startswith(value[at:]) and len(other) > len(value) - at and other != value:
                    found.setdefault(value, set()).add(other)
                    found.setdefault(other, set()).add(value)
    return found


def _tells_more(text: str, rest: str) -> bool:
    """Whether something is in a text besides what is taken: of a document, URL or the like what is no word or
    short number. One that holds nothing but names around a token is repeated by each answer that brings the
    token under its name. `rest`: the text with spaces for what is taken."""
    if _SAYS.search(text) is None:
        return len(rest.replace(" ", "")) >= LEAST
    parts = (part for part in _BETWEEN.split(rest) if part)
    return sum(len(part) for part in parts if not _is_word(part)) >= LEAST


def _is_word(part: str) -> bool:
    return (part.isdigit() and len(part) <= LONGEST) or (
        part.isalpha() and (is_phrase(part) or part in _SCHEMES)
    )


def _undone(value: str) -> set[str]:
    """The value, and what it says once its percent, JSON and HTML escapes are undone, or its base64."""
    texts = {value}
    for _ in range(ROUNDS):
        for text in tuple(texts):
            texts |= {unquote(text), unescape(text), _ESCAPE.sub(_character, text), _decoded(text)}
    return texts


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return _SIGNS.get(found[0][1], found[0][1])
    units = bytes.fromhex(found[0].replace("\\u", ""))
    return units.decode("utf-16-be", "replace")


def _decoded(value: str) -> str:
    try:
        return b64decode(value + "==", altchars=b"-_" if "-" in value or "_" in value else None).decode()
    except ValueError:
        return ""
