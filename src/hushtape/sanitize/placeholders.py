"""Placeholders: which replacement texts are refused.

Lives here: the check that a ruleset leaves its own placeholders alone, so that scrubbing twice changes
nothing (cassettes are scrubbed again when they are indexed). Must not: scrub. Called by: ruleset.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hushtape.errors import SanitizerError
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.rules import (
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
_BREAKS = re.compile(r"[\x00-\x1f\x7f\"\\]")


def refuse_unstable(rules: tuple[Rule, ...], scrub: Scrub) -> None:
    """Scrub every placeholder where it may come to stand.

    Raises:
        SanitizerError: a rule matches one, or it holds what would end a string (a quote, a backslash,
            a control character) or a value (`&`), or it is longer than 256 characters.
    """
    seen: set[str] = set()
    secrets = [rule for rule in rules if isinstance(rule, SecretRule) and rule.value]
    for rule in rules:
        if isinstance(rule, SecretRule | FieldRule | HeaderRule | ShapeRule | UrlSecretsRule | JsonPathRule):
            text = rule.placeholder
            if text not in seen:
                seen.add(text)
                _check(text, rule, scrub, secrets)


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
        name = (rule.names[:1] or ("x",))[0] if isinstance(rule, FieldRule) else "sig"
        probe = f"https://x.example/?{name}={text}&{name}={text}".encode()
        first = scrub(probe, False)
        if first != scrub(first, False) or b"&" in text.encode() or re.search(r"[\s'<>#%]", text):
            why = "a value would end inside it: it holds white space, or one of & ' < > # %"
    if why:
        raise SanitizerError(
            f"use the replacement text {text!r}", why, "Choose a plain word.", sanitizer=type(rule).__name__
        )
