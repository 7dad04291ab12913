"""The secrets that the user named: rules of the values that are known.

Lives here: reading the option `secrets`, and which secrets can be used. Must not: compose the chain, or let
a value into an error, a warning or a repr. Called by: chain.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtape.errors import SanitizerError
from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.sanitizers_values import bare, leaves, text_of, with_parts

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

TOO_SHORT = 3
"""Values under so many bytes are refused: they stand everywhere (SANITIZING.md, short secrets)."""

SHORT = 6
"""Values under so many bytes are found as whole words only, and warned about."""

Secrets = Mapping[str, Any] | Iterable[str | None] | None


class ShortSecretWarning(UserWarning):
    """A secret is so short that it is redacted only where it stands as a word of its own."""


def secret_rules(secrets: Secrets) -> tuple[list[SecretRule], tuple[str, ...]]:
    """Rules of the values that are known, names of those that are not."""
    rules: list[SecretRule] = []
    unknown: list[str] = []
    for name, value in _named(secrets):
        if value is None or value in ("", b""):
            unknown.append(name)
            continue
        parts = with_parts(name, bare(_text(name, value)))
        rules.extend([SecretRule(bare(part), name=place) for place, part in parts])
    return rules, tuple(unknown)


def _named(secrets: Secrets) -> Iterator[tuple[str, object]]:
    if secrets is None:
        return iter(())
    if isinstance(secrets, Mapping):
        return leaves(secrets)
    if isinstance(secrets, (str, bytes)) or not isinstance(secrets, Iterable):
        raise _unusable(
            "secrets", f"it is a {type(secrets).__name__}", "Give a mapping of names to values, or a list."
        )
    return leaves(list(secrets), "secrets")


def _text(name: str, value: object) -> str:
    if isinstance(value, (str, bytes)):
        return text_of(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _unusable(name, f"its value is a {type(value).__name__}", "Give the secret's text.")


def _unusable(name: str, found: str, remedy: str) -> SanitizerError:
    return SanitizerError(f"use the secret {name!r}", found, remedy, sanitizer=name)


def checked(rules: list[Rule], drop_short: bool) -> list[Rule]:
    """The rules without duplicates and unusable secrets; warns about short ones, once a name."""
    kept: list[Rule] = []
    placeholders = {getattr(rule, "placeholder", "") for rule in rules}
    for rule in dict.fromkeys(rules):
        if isinstance(rule, SecretRule) and not _usable(rule, placeholders, drop_short):
            continue
        kept.append(rule)
    return kept


def _usable(rule: SecretRule, placeholders: set[str], drop_short: bool) -> bool:
    name = rule.name or "without a name"
    size = len(rule.value.encode("utf-8", "surrogatepass"))
    if size < TOO_SHORT:
        if not drop_short:
            remedy = "Leave it out, or name the field that holds it with BodyFieldSanitizer."
            raise _unusable(
                name, f"it is shorter than {TOO_SHORT} bytes and would be found everywhere", remedy
            )
        _warn(f"the secret {name!r} is shorter than {TOO_SHORT} bytes: it is left to the rules about fields")
        return False
    if any(rule.value.lower() in text.lower() for text in placeholders):
        remedy = "Choose another replacement, or leave this value out."
        raise _unusable(
            name, "it stands in a replacement text, which would be redacted again for ever", remedy
        )
    if size < SHORT:
        _warn(f"the secret {name!r} is shorter than {SHORT} bytes: it is redacted only as a word of its own")
    return True


def _warn(message: str) -> None:
    warnings.warn(message, ShortSecretWarning, stacklevel=2)
