"""Placeholders: which replacement texts are refused.

Lives here: the check that a ruleset leaves its own placeholders alone, so that scrubbing twice changes
nothing (cassettes are scrubbed again when they are indexed). Must not: scrub. Called by: ruleset.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hushtape.errors import SanitizerError
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import (
    CredentialNamesRule,
    FieldRule,
    HeaderRule,
    JsonPathRule,
    Rule,
    SecretRule,
    ShapeRule,
    UrlSecretsRule,
)

MAX = 256
Scrub = Callable[[bytes, bool], bytes]
_STATED = (
    SecretRule | FieldRule | HeaderRule | ShapeRule | UrlSecretsRule | JsonPathRule | CredentialNamesRule
)
_BREAKS = lazily(r"[\x00-\x1f\x7f\"\\]")


def refuse_unstable(rules: tuple[Rule, ...], scrub: Scrub) -> None:
    """Scrub every placeholder where it may come to stand.

    Raises:
        SanitizerError: a rule matches one, or it holds what would end a string (a quote, a backslash,
            a control character) or a value (`&`), or it is longer than 256 characters.
    """
    seen: set[tuple[str, bool, bool]] = set()
    named = tuple(dict.fromkeys(filter(None, map(_field_name, rules))))[:4]
    secrets = [rule for rule in rules if isinstance(rule, SecretRule) and rule.value]
    for rule in rules:
        if isinstance(rule, _STATED):
            text = rule.placeholder
            what = (text, isinstance(rule, SecretRule), _field_name(rule) is not None)
            if what not in seen:
                seen.add(what)
                _check(text, rule, scrub, secrets)
                if text and any(_ends_inside(text, name, scrub) for name in named):
                    raise _refusal(text, "a value would end inside it where a field's rule meets it", rule)


def _field_name(rule: Rule) -> str | None:
    """A name under which the rule looks for values; None: it goes by no name."""
    if isinstance(rule, FieldRule):
        return rule.names[0] if rule.names else None
    return "sig" if isinstance(rule, UrlSecretsRule) else None


def _ends_inside(text: str, name: str, scrub: Scrub) -> bool:
    """Whether a field's rule would take the placeholder of another rule for half a value."""
    probe = f"https://x.example/?{name}={text}&{name}={text}".encode()
    whole = b"=" + text.encode()
    # The rest of the probe may change: a secret may be the word `example`, or a part of the name.
    clean = [scrub(probe, form) for form in (False, True)]
    return not all(one.endswith(whole) and whole + b"&" in one for one in clean)


def _check(text: str, rule: Rule, scrub: Scrub, secrets: list[SecretRule]) -> None:
    why = ""
    if len(text) > MAX or not text.isprintable() or _BREAKS.search(text):
        why = f"it is longer than {MAX} characters, or holds a quote, a backslash or a control character"
    fillers = (base64_filler(text), hex_filler(text)) if isinstance(rule, SecretRule) else ()
    if not why and any(secret.value in text for secret in secrets):
        why = "it holds a secret"
        text = "(withheld)"
    if not why and any(scrub(probe, False) != probe for probe in (text.encode(), *fillers) if probe):
        why = "the rules match it, so scrubbing twice would not give the same"
    if not why and isinstance(rule, FieldRule | UrlSecretsRule):
        name = _field_name(rule) or "x"
        probe = f"https://x.example/?{name}={text}&{name}={text}".encode()
        first = scrub(probe, False)
        if first != scrub(first, False) or b"&" in text.encode() or re.search(r"[\s'<>#%]", text):
            why = "a value would end inside it: it holds white space, or one of & ' < > # %"
    if why:
        raise _refusal(text, why, rule)


def _refusal(text: str, why: str, rule: Rule) -> SanitizerError:
    return SanitizerError(
        f"use the replacement text {text!r}", why, "Choose a plain word.", sanitizer=type(rule).__name__
    )
