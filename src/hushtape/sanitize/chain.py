"""From what the user gave to what a tape runs: one ruleset, and the callbacks.

Lives here: composing the default chain, telling rules from code. Must not: scrub, or let a value into an
error or a repr; read secrets (named_secrets does). Called by: session, when a tape opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from hushtape.errors import SanitizerError
from hushtape.sanitize.credential_names import joined
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.listed_names import SENSITIVE_FIELDS
from hushtape.sanitize.named_secrets import Secrets, checked, secret_rules
from hushtape.sanitize.rules import (
    REDACTED,
    CredentialNamesRule,
    FieldRule,
    PatternRule,
    Rule,
    SecretRule,
    UrlParamsRule,
    UrlPatternRule,
)
from hushtape.sanitize.sanitizers import DefaultSanitizer
from hushtape.sanitize.sanitizers_base import (
    BaseSanitizer,
    Declarative,
    brings_code,
    dedup_sanitizers,
    refuse_unheard,
    what_it_is,
)
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer

if TYPE_CHECKING:
    from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


DEEP = 50
"""Composites in one another that are opened."""


class Reading(Struct, frozen=True, repr_omit_defaults=True):
    """What runs over a response before the program reads it: the sanitizers with `scrub_before_read`.

    Attributes:
        ruleset: their rules alone, compiled. callbacks: those of them that bring code of their own.
        placeholders: what they may leave in a response -> the names of their classes.
        fillers: those placeholders that stand for a secret inside base64 or hex digits.
    """

    ruleset: Ruleset
    callbacks: tuple[BaseSanitizer, ...]
    placeholders: dict[str, tuple[str, ...]]
    fillers: frozenset[str]

    def __repr__(self) -> str:
        return f"<Reading with {len(self.callbacks)} callbacks>"


class Chain(Struct, frozen=True, repr_omit_defaults=True):
    """What a tape runs over every exchange.

    Attributes:
        ruleset: all rules, compiled.
        callbacks: users' subclasses and CallbackSanitizers, in the order given; they need whole bodies.
        unknown: names of secrets whose value is not known here (empty or None).
        reading: what the sanitizers with `scrub_before_read` do before the program reads; None: no such.
    """

    ruleset: Ruleset
    callbacks: tuple[BaseSanitizer, ...] = ()
    unknown: tuple[str, ...] = ()
    reading: Reading | None = None

    def __repr__(self) -> str:
        return f"<Chain with {len(self.callbacks)} callbacks>"


def build(
    sanitizers: Iterable[BaseSanitizer] | None = None,
    secrets: Secrets = None,
    default_sanitizer: bool = True,
    *,
    keep_fields: Iterable[str] = (),
    drop_short: bool = False,
    engine: str = "auto",
) -> Chain:
    """Compile what the user gave.

    Args:
        sanitizers: they run beside the default chain, after it: on a tie theirs wins.
        secrets: mapping of names to values, or values. Redacted even without the default sanitizer. A
            value of None or "" says that a secret stood here and is not known now.
        default_sanitizer: whether DefaultSanitizer's rules, and the one about names that say by themselves
            that they hold a credential, are in the chain.
        keep_fields: names that these rules leave alone, in any spelling.
        drop_short: leave values under 3 bytes out, with a warning, instead of refusing them.
        engine: "auto", "ahocorasick" or "hyperscan".

    Raises:
        SanitizerError: a sanitizer or a secret can't be used; its name is told, never its value.
    """
    from hushtape.sanitize.ruleset import Ruleset

    known, unknown = secret_rules(secrets)
    rules: list[Rule] = [*_default_rules(keep_fields)] if default_sanitizer else []
    rules.extend(known)
    callbacks: list[BaseSanitizer] = []
    united = dedup_sanitizers(_flat(sanitizers))
    for sanitizer in united:
        if isinstance(sanitizer, Declarative):
            rules.extend(_rules_of(sanitizer))
        if _is_callback(sanitizer):
            callbacks.append(sanitizer)
    usable = checked(rules, drop_short)
    flagged = [sanitizer for sanitizer in united if sanitizer.scrub_before_read]
    reading = _reading(flagged, known, usable, engine) if flagged else None
    return Chain(Ruleset.compile(usable, engine=engine), tuple(callbacks), unknown, reading)


def _default_rules(keep: Iterable[str]) -> Iterator[Rule]:
    """DefaultSanitizer's rules, and one about what no list names; both without the names to keep."""
    kept = frozenset(map(joined, keep))
    for rule in DefaultSanitizer().rules():
        if kept and isinstance(rule, FieldRule):
            rule = structs.replace(
                rule, names=tuple([name for name in rule.names if joined(name) not in kept])
            )
        yield rule
    listed = frozenset(map(joined, SENSITIVE_FIELDS)) - {"code", "clientid"}
    yield CredentialNamesRule(keep=kept | {"code", "clientid"}, listed=listed - kept)


def _reading(
    flagged: list[BaseSanitizer], known: list[SecretRule], usable: list[Rule], engine: str
) -> Reading:
    """What these sanitizers do before the program reads. `usable`: the rules that can be used. `known`: the
    tape's secrets; a DefaultSanitizer hides them, too: it stands for the default chain, which has them."""
    from hushtape.sanitize.ruleset import Ruleset

    rules: list[Rule] = []
    named: dict[str, list[str]] = {}
    fillers: set[str] = set()
    for sanitizer in flagged:
        stated = _rules_of(sanitizer) if isinstance(sanitizer, Declarative) else ()
        if isinstance(sanitizer, DefaultSanitizer):
            stated = (*known, *stated)
        texts = {text for rule in stated for text in _left_by(rule, fillers)}
        if _is_callback(sanitizer):
            own = getattr(sanitizer, "replacement", REDACTED)
            texts |= {own} if isinstance(own, str) else set()
        for text in sorted(texts - {""}):
            named.setdefault(text, []).append(type(sanitizer).__name__)
        rules += [rule for rule in stated if rule in usable]
    return Reading(
        Ruleset.compile(dict.fromkeys(rules), engine=engine),
        tuple(filter(_is_callback, flagged)),
        {text: tuple(dict.fromkeys(names)) for text, names in named.items()},
        frozenset(fillers),
    )


def _left_by(rule: Rule, fillers: set[str]) -> set[str]:
    """The texts that a rule may leave in a response; those inside base64 and hex go to `fillers`, too."""
    if isinstance(rule, UrlPatternRule | UrlParamsRule):
        return set()
    if isinstance(rule, PatternRule):  # one that takes groups over leaves no text that could be told
        return set() if "\\" in rule.replacement else {rule.replacement}
    texts = {rule.placeholder}
    if isinstance(rule, SecretRule) and rule.placeholder:
        inside = {filler(rule.placeholder).decode() for filler in (base64_filler, hex_filler)}
        fillers |= inside
        texts |= inside
    return texts


# --- sanitizers ----------------------------------------------------------------------------------


def _rules_of(sanitizer: Declarative) -> tuple[Rule, ...]:
    refuse_unheard(sanitizer)
    try:
        return tuple(sanitizer.rules())
    except SanitizerError:
        raise
    except Exception as error:  # noqa: BLE001 - a user's subclass may raise anything
        kind = type(error).__name__
    # Outside the handler: `__context__` would lead to a text that may hold a value.
    name = type(sanitizer).__name__
    found, remedy = f"its rules() raised {kind}", "Call super().__init__() in its __init__."
    raise SanitizerError(f"use {name} as a sanitizer", found, remedy, sanitizer=name)


def _flat(sanitizers: Iterable[BaseSanitizer] | None) -> list[BaseSanitizer]:
    """Sanitizers in order, composites opened; each checked."""
    flat: list[BaseSanitizer] = []
    todo: list[tuple[Any, int]] = [(one, 0) for one in reversed(_list(sanitizers))]
    while todo:
        sanitizer, depth = todo.pop()
        if isinstance(sanitizer, CompositeSanitizer) and not brings_code(sanitizer):
            name = type(sanitizer).__name__
            if depth > DEEP:
                found = f"it stands more than {DEEP} deep in others, or in itself"
                raise SanitizerError(f"use {name}", found, "Give a flat list.", sanitizer=name)
            inner = list(sanitizer.sanitizers)
            opened = [_flagged(one) for one in inner] if sanitizer.scrub_before_read else inner
            todo.extend((one, depth + 1) for one in reversed(opened))
            continue
        _check_sanitizer(sanitizer)
        flat.append(sanitizer)
    return flat


def _flagged(sanitizer: Any) -> Any:
    """As it is, but for reading too: what a composite asks for, its parts do."""
    twin = copy(sanitizer)
    twin.scrub_before_read = True
    return twin


def _list(sanitizers: Any) -> list[Any]:
    if sanitizers is None:
        return []
    if isinstance(sanitizers, BaseSanitizer):
        return [sanitizers]
    if isinstance(sanitizers, (str, bytes, Mapping)) or not isinstance(sanitizers, Iterable):
        kind = type(sanitizers).__name__
        raise SanitizerError(
            "use sanitizers", f"it is a {kind}", "Give a list of sanitizers.", sanitizer=kind
        )
    return list(sanitizers)


def _check_sanitizer(sanitizer: object) -> None:
    name = sanitizer.__name__ if isinstance(sanitizer, type) else type(sanitizer).__name__
    if not isinstance(sanitizer, BaseSanitizer):
        found = f"it is {what_it_is(sanitizer)}"
        remedy = "Give an instance; wrap functions in CallbackSanitizer."
        raise SanitizerError(f"use {name} as a sanitizer", found, remedy, sanitizer=name)


def _is_callback(sanitizer: BaseSanitizer) -> bool:
    """Whether it brings code of its own: a class that states no rules, or overrides what ours does."""
    if not isinstance(sanitizer, Declarative):
        return True
    return brings_code(sanitizer)
