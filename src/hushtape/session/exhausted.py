"""The option `exhausted`: what a request gets whose recorded answers were all played.

Lives here: the policies, the patterns that choose one by host and path, and their checks. Must not: look
anything up on a tape (player), know a record mode. Called by: options (once), replayer (only where the
answers to a request are used up).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from hushtape.errors import OptionError

Policy = Literal["error", "first", "last", "cycle"]
"""`error`: it is unmatched. `first`, `last`: the first (last) of its answers again. `cycle`: all of them
again, from the first on."""
POLICIES: Final[tuple[str, ...]] = get_args(Policy)
HOW: Final = 'write exhausted="last", or exhausted={"api.example.com/jobs/*": "last", "*": "error"}'


class Rule(Struct, frozen=True):
    """One line of the mapping: `host` "" is any; ``*.name`` the subdomains; `path` None is any."""

    host: str
    path: re.Pattern[str] | None
    policy: Policy

    def fits(self, host: str, path: str) -> bool:
        """This rule speaks of such a request."""
        if self.host.startswith("*."):
            if not host.endswith(self.host[1:]):
                return False
        elif self.host and self.host != host:
            return False
        return self.path is None or self.path.fullmatch(path) is not None


class Exhausted(Struct, frozen=True):
    """The option, taken apart: of its rules the first that fits decides."""

    rules: tuple[Rule, ...] = ()

    def policy(self, uri: str) -> Policy | None:
        """What was set for requests to `uri`; None: nothing was."""
        rules = self.rules
        if not rules:
            return None
        parts = urlsplit(uri)
        host, path = (parts.hostname or "").rstrip("."), parts.path or "/"
        return next((rule.policy for rule in rules if rule.fits(host, path)), None)


def parse(value: Any) -> Exhausted:
    """The option as it was given: a policy, a mapping of patterns to policies, or None.

    Raises:
        OptionError: no such policy, or a pattern that no request could fit.
    """
    if value is None or isinstance(value, Exhausted):
        return value or Exhausted()
    if not isinstance(value, Mapping):
        return Exhausted((Rule("", None, _policy(value)),))
    rules: list[Rule] = []
    for pattern, policy in value.items():
        if any(not rule.host and rule.path is None for rule in rules):
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
    host, slash, rest = pattern.partition("/")
    path = re.compile(".*".join(map(re.escape, ("/" + rest).split("*")))) if slash else None
    return Rule(_host(host, pattern), path, _policy(policy))


def _host(host: str, pattern: str) -> str:
    """The pattern's host as requests' hosts are compared with it."""
    if "?" in pattern or "#" in pattern:
        raise _wrong(f"{pattern!r} names a query, and patterns are of hosts and paths", HOW)
    plain = host.lower().rstrip(".")
    if plain.startswith("[") and plain.endswith("]"):
        return plain[1:-1]
    if ":" in plain:
        raise _wrong(f"{pattern!r} holds a scheme or a port, which are no part of a pattern", HOW)
    if "*" in plain.removeprefix("*.") and plain != "*":
        raise _wrong(f"{pattern!r}: in a host, '*' stands for all of it or for subdomains ('*.name')", HOW)
    return "" if plain == "*" else plain


def _wrong(found: str, remedy: str) -> OptionError:
    return OptionError("use option 'exhausted'", found, remedy, option="exhausted", value=None)
