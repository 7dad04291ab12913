"""The option `exhausted`: what a request gets whose recorded answers were all played.

Lives here: the policies, which of them a place has, and their checks. Must not: look anything up on a tape
(player), read places (matching.where), know a record mode. Called by: options (once), answers (only where
the answers to a request are used up).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from hushtape.errors import OptionError
from hushtape.matching import where
from hushtape.matching.parts import split
from hushtape.matching.where import EVERYWHERE, Where

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Policy = Literal["error", "first", "last", "cycle"]
"""`error`: it is unmatched. `first`, `last`: the first (last) of its answers again. `cycle`: all of them
again, from the first on."""
POLICIES: Final[tuple[str, ...]] = get_args(Policy)
HOW: Final = 'write exhausted="last", or exhausted={"api.example.com/jobs/*": "last", "*": "error"}'


class Rule(Struct, frozen=True):
    """One line of the mapping."""

    where: Where
    policy: Policy


class Exhausted(Struct, frozen=True):
    """The option, taken apart: of its rules the first that fits decides."""

    rules: tuple[Rule, ...] = ()

    def policy(self, uri: str) -> Policy | None:
        """What was set for requests to `uri`; None: nothing was."""
        rules = self.rules
        if not rules:
            return None
        _, host, port, path, _ = split(uri)
        return next((rule.policy for rule in rules if rule.where.covers(host, port, path)), None)


def parse(value: Any) -> Exhausted:
    """The option as it was given: a policy, a mapping of patterns to policies, or None.

    Raises:
        OptionError: no such policy, or a pattern that no request could fit.
    """
    if value is None or isinstance(value, Exhausted):
        return value or Exhausted()
    if not isinstance(value, Mapping):
        return Exhausted((Rule(EVERYWHERE, _policy(value)),))
    rules: list[Rule] = []
    for pattern, policy in value.items():
        if any(rule.where == EVERYWHERE for rule in rules):
            raise _wrong(f"{pattern!r} stands behind '*', which fits every request", 'move "*" to the end')
        rules.append(_rule(pattern, policy))
    return Exhausted(tuple(rules))


def _policy(value: Any) -> Policy:
    if value not in POLICIES:
        given = repr(value) if isinstance(value, str) else type(value).__name__
        raise _wrong(f"there is no policy {given}; there are {', '.join(POLICIES)}", HOW)
    return value  # type: ignore[no-any-return]  # one of the literals, by the line above


def _rule(pattern: Any, policy: Any) -> Rule:
    if not isinstance(pattern, str) or not pattern:
        raise _wrong("a pattern is a text", HOW)
    try:
        place = where.parse(pattern)
    except ValueError as error:
        raise _wrong(f"{pattern[:200]!r} names no place: {error}", f"Places are {where.SYNTAX}") from None
    return Rule(place, _policy(policy))


def _wrong(found: str, remedy: str) -> OptionError:
    return OptionError("use option 'exhausted'", found, remedy, option="exhausted", value=None)
