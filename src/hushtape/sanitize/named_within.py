"""Named values that hold or overlap each other: in portions of which none touches another of its own.

Lives here: `holding`. Must not: look for values, build rulesets. Called by: ruleset, for its watches.
Of two values that share letters only one is met once the other was replaced, so each portion is looked for
by itself.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from urllib.parse import unquote

from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.words import is_phrase

LEVELS = 4
"""Named values within named values that are told apart."""

LEAST = 6
"""Signs of what is worth more than words."""

JOINT = 4
"""Letters that two values have in common where one goes on as the other."""

_BETWEEN = re.compile(r"[\s{}\[\]\"':,;=/&?._@\\-]+")


def holding(rules: Iterable[Rule]) -> tuple[tuple[SecretRule, ...], ...]:
    """Rules of named values that hold others (as they are, in percent escapes or in base64), or begin or end
    as another one ends or begins; in portions of which none holds another of its own: a value is not met any
    more once a part of it was replaced."""
    named = [rule for rule in rules if isinstance(rule, SecretRule) and rule.value]
    values = sorted({rule.value for rule in named}, key=len)
    joint = _joint(values)
    levels: dict[str, int] = {}
    for value in values:
        texts = {value, unquote(value), _decoded(value)}
        held = [other for other in levels if any(other in text for text in texts)]
        if held and not any(_tells_more(text, held) for text in texts):
            held = []
        taken = {levels[other] for other in (*held, *joint.get(value, ())) if other in levels}
        free = next(level for level in range(len(taken) + 2) if level not in taken and (level or not taken))
        levels[value] = min(max(free, 1 if value in joint else 0), LEVELS)
    portions = (
        tuple(rule for rule in named if levels[rule.value] == level) for level in range(1, LEVELS + 1)
    )
    return tuple(filter(None, portions))


def _joint(values: Iterable[str]) -> dict[str, set[str]]:
    """Values of which one ends as the other begins, by each of the two."""
    begin: dict[str, list[str]] = {}
    for value in values:
        begin.setdefault(value[:JOINT], []).append(value)
    found: dict[str, set[str]] = {}
    for value in values:
        for at in range(1, len(value) - JOINT + 1):
            for other in begin.get(value[at : at + JOINT], ()):
                if other.startswith(value[at:]) and len(other) > len(value) - at:
                    found.setdefault(value, set()).add(other)
                    found.setdefault(other, set()).add(value)
    return found


def _tells_more(text: str, held: Iterable[str]) -> bool:
    """Whether something is in it besides the values, words and short numbers. A document that holds nothing
    but names around a token is repeated by each answer that brings the token under its name."""
    for other in sorted(held, key=len, reverse=True):
        text = text.replace(other, " ")
    parts = (part for part in _BETWEEN.split(text) if part)
    return sum(len(part) for part in parts if not _is_word(part)) >= LEAST


def _is_word(part: str) -> bool:
    return (part.isdigit() and len(part) < LEAST) or (part.isalpha() and is_phrase(part))


def _decoded(value: str) -> str:
    try:
        return b64decode(value + "==", altchars=b"-_" if "-" in value or "_" in value else None).decode()
    except ValueError:
        return ""
