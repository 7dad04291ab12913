"""What a list of rules says as a whole.

Lives here: which rules a phase has, the placeholders that they may leave, how far windows of the audit
overlap. Must not: compile or match. Called by: ruleset.
"""

from __future__ import annotations

from hushtape.sanitize.audit import OVERLAP, WINDOW
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.rules import PatternRule, Phase, Rule, SecretRule, UrlParamsRule, UrlPatternRule


def of_phase(rules: tuple[Rule, ...], phase: Phase) -> tuple[Rule, ...]:
    """The rules of a phase. Parameters are stripped from responses only."""
    return tuple(
        rule
        for rule in rules
        if phase in getattr(rule, "phases", (phase,))
        and not (phase == "request" and isinstance(rule, UrlParamsRule))
    )


def overlap(rules: tuple[Rule, ...]) -> int:
    """Bytes that two windows of the audit share."""
    longest = max((len(rule.value) for rule in rules if isinstance(rule, SecretRule)), default=0)
    return max(OVERLAP, 6 * longest)


def reach(rules: tuple[Rule, ...]) -> int:
    """Bytes on either side of a span in which a value may stand of which it took a part: three writings in
    each other take 24 for one (hex of hex of `\\u0041`)."""
    longest = max((len(rule.value) for rule in rules if isinstance(rule, SecretRule)), default=0)
    return min(max(OVERLAP, 24 * longest), WINDOW // 2)


def placeholders(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The texts that these rules may leave in place of what they redact."""
    texts = {
        rule.placeholder
        for rule in rules
        if not isinstance(rule, UrlPatternRule | UrlParamsRule | PatternRule)
    }
    replacements = {rule.replacement for rule in rules if isinstance(rule, UrlPatternRule | PatternRule)}
    texts |= {text for text in replacements if "\\" not in text}
    secrets = {rule.placeholder for rule in rules if isinstance(rule, SecretRule)}
    texts |= {filler(text).decode() for text in secrets for filler in (base64_filler, hex_filler)}
    return frozenset(texts - {""})
