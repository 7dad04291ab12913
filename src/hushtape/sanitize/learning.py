"""Learned secrets: the exact rules that joined a ruleset while it was in use, and their own automata.

Lives here: the plans of learned values, and when they are compiled together. Must not: know which values
are worth learning (`lessons` does), change a plan. Called by: ruleset. Immutable, as rulesets are.
Compiling a value takes 0.45 ms (measured), so the thousandth must not compile 999 others anew: the
newest few share a plan that is made again each time, older ones are joined four plans at a time.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.audit_odd import is_odd
from hushtape.sanitize.engine import for_little
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.rules import SecretRule

NEWEST: Final = 8
"""Values of the plan that is compiled anew with every value. Nearly all tapes learn fewer."""

JOINED: Final = 4
"""So many plans of about one size become one. A value is compiled anew NEWEST / 2 times while its plan is the
newest one, then once a size: 4 sizes, and at most a dozen plans to scan with, for 1,000 values."""


class Learned:
    """Learned rules, and the plans that find them."""

    __slots__ = ("_parts", "odd", "rules")

    def __init__(
        self, parts: tuple[tuple[tuple[SecretRule, ...], Plan], ...] = (), odd: bool = False
    ) -> None:
        self._parts = parts
        self.odd = odd
        """The audit has to look for one of them in ways of its own (`OddSecrets`)."""
        self.rules = tuple(rule for rules, _ in parts for rule in rules)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """One or a few: each is a scan more."""
        return tuple(plan for _, plan in self._parts)

    def add(self, rules: tuple[SecretRule, ...], engine: str) -> Learned:
        """These and the present ones; what was compiled before is kept where it is large."""
        parts = list(self._parts)
        odd = self.odd or any(map(is_odd, rules))
        if parts and len(parts[-1][0]) < NEWEST:
            rules = parts.pop()[0] + rules
        while len(rules) >= NEWEST and len(alike := _alike(parts, len(rules))) == JOINED - 1:
            rules = tuple(rule for part in alike for rule in part) + rules
            del parts[-len(alike) :]
        engine = for_little(engine)
        # Below all others: where a field's own rule matches the same bytes, its placeholder stays.
        return Learned((*parts, (rules, Plan(rules, engine, order=-1))), odd)


def _alike(parts: list[tuple[tuple[SecretRule, ...], Plan]], size: int) -> list[tuple[SecretRule, ...]]:
    """The last plans' rules, if they are no larger than `size` is, by a factor of JOINED."""
    last = [rules for rules, _ in parts[1 - JOINED :]]
    return last if all(len(rules) < size * JOINED for rules in last) else []
