"""What a component logs and prints, without its secrets: `***` in their places.

Lives here: the rules of such texts, and what is masked after them. Must not: choose values (secrets does),
know a tape, print. Called by: recorder, scaffold_printed, component_run.
Rules go first, over the text as it was. A value that is masked before them tears another one that holds it (a
user in a key) wherever that one is percent-encoded, and hides from the rules what they look for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from msgspec import structs

from hushtape.errors import SanitizerError
from hushtape.keboola.log_capture import MASK, SHORTEST_MASKED
from hushtape.sanitize import Ruleset
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.messages import tell
from hushtape.sanitize.named_secrets import TOO_SHORT, secret_rules
from hushtape.sanitize.rules import REDACTED, SecretRule
from hushtape.sanitize.sanitizers_values import longest_first

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_FILLERS = frozenset(code(text).decode() for text in (REDACTED, MASK) for code in (base64_filler, hex_filler))


def masking(ruleset: Ruleset, values: Iterable[str], also: Iterable[str] = ()) -> Callable[[str], str]:
    """What makes a text safe to show. The text has to be whole (see `messages.tell`).

    Args:
        ruleset: what runs over it; it may know the values or not.
        values: secrets, masked in all writings.
        also: other texts, masked last, where they stand as they are. So are values that no rule can take.
    """
    secrets = [value for value in dict.fromkeys(values) if len(value) >= SHORTEST_MASKED]
    last = longest_first([*secrets, *(text for text in also if len(text) >= SHORTEST_MASKED)])

    @cache
    def rules() -> Ruleset:
        return _with_mask(ruleset, secrets)

    def clean(text: str) -> str:
        told = tell(rules(), text) if text else text
        for value in last:
            told = told.replace(value, MASK)
        return told

    return clean


def alike(text: str) -> str:
    """The text as it is compared: whether a value was masked or redacted depends on who knew it, when."""
    for left in (*_FILLERS, REDACTED):
        text = text.replace(left, MASK)
    return text


def _with_mask(ruleset: Ruleset, values: list[str]) -> Ruleset:
    """The ruleset with the values beside its own, and `***` in place of all of them; what it has learned
    leaves what it did."""
    learned = [rule for rule in ruleset.learned.rules if isinstance(rule, SecretRule)]
    known = ruleset.rules[: len(ruleset.rules) - len(learned)]
    mine = _rules_of(values, ruleset.placeholders | _FILLERS | {MASK})
    hidden = {rule.value for rule in mine}
    shown = [
        structs.replace(rule, placeholder=MASK)
        if isinstance(rule, SecretRule) and rule.value in hidden
        else rule
        for rule in known
    ]
    try:
        made = Ruleset.compile([*shown, *mine], engine=ruleset.engine)
    except SanitizerError:  # a rule of the user's takes `***` for something
        plain = [structs.replace(rule, placeholder=REDACTED) for rule in mine]
        made = Ruleset.compile([*known, *plain], engine=ruleset.engine)
    return made.with_secrets(learned)


def _rules_of(values: list[str], placeholders: frozenset[str]) -> list[SecretRule]:
    """Rules of the values, and of what is secret in them, but for those that stand in a placeholder."""
    within, _ = secret_rules(values)
    texts = [text.lower() for text in placeholders]
    found = dict.fromkeys([*(rule.value for rule in within), *values])
    return [
        SecretRule(value, placeholder=MASK)
        for value in found
        if len(value.encode("utf-8", "surrogatepass")) >= TOO_SHORT
        and not any(value.lower() in text for text in texts)
    ]
