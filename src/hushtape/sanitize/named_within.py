"""Named values that hold or overlap each other: in portions of which none touches another of its own.

Lives here: `holding`. Must not: look for values, build rulesets. Called by: ruleset, for its watches.
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

from hushtape.sanitize.otherwise import fragments
from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.words import is_phrase

LEVELS = 16
"""Portions: named values within named values that are told apart."""

LEAST = 4
"""Signs of what is worth more than words."""

PEM = "-----BEGIN "
"""A key's lines are known by themselves, and nothing else is in it."""

LONGEST = 5
"""Digits of a short number."""

FEW = 12
"""Values of which one letter in common counts where one goes on as the other. Of more, two: by chance one
pair in 31 has one in common, and each portion is an audit more of the stretches around."""

ROUNDS = 2
"""Layers of escapes and base64 that are undone: a document in base64 has JSON's escapes."""

_ESCAPE = re.compile(r"(?:\\u([0-9a-fA-F]{4}))+|\\[^u]")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_SAYS = re.compile(r"\s|://|[\"']\s*[:=]|\w=")
"""In a document, a URL, a pair: not in a password."""
_SCHEMES = frozenset(("http", "https", "www"))
_BETWEEN = re.compile(r"[\s{}\[\]\"':,;=/&?._@\\-]+")


def holding(rules: Iterable[Rule]) -> tuple[tuple[SecretRule, ...], ...]:
    """Rules of named values that hold others (as they are, in escapes or in base64) or stretches that are
    known by themselves, or begin or end as another one ends or begins; in portions of which none touches
    another of its own: a value is not met any more once a part of it was replaced."""
    named = [rule for rule in rules if isinstance(rule, SecretRule) and rule.value]
    values = sorted({rule.value for rule in named}, key=len)
    joint = _joint(values)
    levels: dict[str, int] = {}
    for value in values:
        texts = _undone(value)
        held = [other for other in levels if any(other in text for text in texts)]
        holding = [text for text in texts if any(other in text for other in held)]
        if not all(_tells_more(text, held) for text in holding):
            held = []
        pieces = () if value.startswith(PEM) else fragments(value)
        broken = bool(pieces) and _tells_more(value, pieces)
        taken = {levels[other] for other in (*held, *joint.get(value, ())) if other in levels}
        free = next(level for level in range(len(taken) + 2) if level not in taken and (level or not taken))
        levels[value] = min(max(free, 1 if value in joint or broken else 0), LEVELS)
    whole = [structs.replace(rule, whole=True) for rule in named]
    portions = (
        tuple(rule for rule in whole if levels[rule.value] == level) for level in range(1, LEVELS + 1)
    )
    return tuple(filter(None, portions))


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


def _tells_more(text: str, held: Iterable[str]) -> bool:
    """Whether something is in it besides the values: of a document, URL or the like what is no word or short
    number. One that holds nothing but names around a token is repeated by each answer that brings the token
    under its name."""
    says = _SAYS.search(text) is not None
    for other in sorted(held, key=len, reverse=True):
        text = text.replace(other, " ")
    if not says:
        return len(text.replace(" ", "")) >= LEAST
    parts = (part for part in _BETWEEN.split(text) if part)
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
