"""Several sanitizers as one, used alone: neighbours that state rules read a body together.

Lives here: CompositeSanitizer. Must not: scrub; on a tape `chain` opens it. Called by: users.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import structs

from hushtape.errors import SanitizerError
from hushtape.sanitize.rules import HeaderRule, PatternRule, Rule
from hushtape.sanitize.sanitizers_base import BaseSanitizer, Declarative, brings_code
from hushtape.sanitize.sanitizers_values import bad_argument

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

_MOST_KEPT = 8
"""Compiled rulesets that one keeps: users change the list, or what stands in it."""


class CompositeSanitizer(BaseSanitizer):
    """Several sanitizers as one, applied in order. Attributes: sanitizers (list).

    Declarative ones that stand side by side cost one pass over a body. A PatternSanitizer runs behind what
    stands before it, and before what stands behind it.
    """

    def __init__(self, sanitizers: Iterable[BaseSanitizer], scrub_before_read: bool = False) -> None:
        super().__init__(scrub_before_read)
        self.sanitizers = _listed(sanitizers)
        for sanitizer in self.sanitizers:
            if not isinstance(sanitizer, BaseSanitizer):
                raise SanitizerError(
                    "build CompositeSanitizer",
                    f"an item is a {type(sanitizer).__name__}, no sanitizer",
                    "Give instances of sanitizer classes.",
                    sanitizer="CompositeSanitizer",
                )

    def before_record_request(self, request: Any) -> Any:
        for sanitizer in self._steps():
            if request is None:
                return None
            request = sanitizer.before_record_request(request)
        return request

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        for sanitizer in self._steps():
            response = sanitizer.before_record_response(response)
        return response

    def __getstate__(self) -> dict[str, Any]:
        """What pickles and copies carry: not what was compiled."""
        return {name: value for name, value in self.__dict__.items() if name != "_compiled"}

    def __eq__(self, other: object) -> bool:
        """The same sanitizers in the same order and phase. Subclasses of users may hold more: each equals
        itself only."""
        if self is other:
            return True
        if not (type(self) is type(other) is CompositeSanitizer and isinstance(other, CompositeSanitizer)):
            return NotImplemented
        return (self.scrub_before_read, self.sanitizers) == (other.scrub_before_read, other.sanitizers)

    def __hash__(self) -> int:
        """By class: the list may be changed."""
        return hash(CompositeSanitizer) if type(self) is CompositeSanitizer else id(self)

    def _steps(self) -> Iterator[BaseSanitizer]:
        run: list[Declarative] = []
        rules: list[Rule] = []
        for sanitizer in self.sanitizers:
            if not isinstance(sanitizer, Declarative) or brings_code(sanitizer):
                yield from self._joint(run, rules)
                yield sanitizer
                run, rules = [], []
                continue
            stated = sanitizer.rules_here()
            if _patterns(rules) and not _patterns(stated):
                yield from self._joint(run, rules)
                run, rules = [], []
            run.append(sanitizer)
            rules.extend(stated)
        yield from self._joint(run, rules)

    def _joint(self, run: list[Declarative], rules: list[Rule]) -> Iterable[BaseSanitizer]:
        """One sanitizer in place of several; where their rules can't be united, each by itself."""
        if len(run) < 2:
            return run
        united = _in_order(rules)
        known: dict[tuple[Rule, ...], _Joint | None] = self.__dict__.setdefault("_compiled", {})
        if united not in known:
            while len(known) >= _MOST_KEPT:
                known.pop(next(iter(known)), None)
            known[united] = _compiled(united)
        joint = known[united]
        return run if joint is None else (joint,)


class _Joint(Declarative):
    """The rules of several."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__()
        self._rules = rules

    def rules(self) -> tuple[Rule, ...]:
        return self._rules


def _compiled(rules: tuple[Rule, ...]) -> _Joint | None:
    """None: one's replacement text is another's secret, say, or one can't be used, which it tells itself."""
    joint = _Joint(rules)
    try:
        joint.compiled()
    except SanitizerError:
        return None
    return joint


def _patterns(rules: Iterable[Rule]) -> bool:
    return any(isinstance(rule, PatternRule) for rule in rules)


def _in_order(rules: list[Rule]) -> tuple[Rule, ...]:
    """Distinct rules. Lists of fields to keep, one after the other: what all keep, where a ruleset keeps
    what any does."""
    lists = [rule.keep for rule in rules if isinstance(rule, HeaderRule) and rule.keep is not None]
    if len(set(lists)) > 1:
        keep = frozenset.intersection(*(frozenset(name.lower() for name in names) for names in lists))
        rules = [structs.replace(rule, keep=keep) if isinstance(rule, HeaderRule) else rule for rule in rules]
    return tuple(dict.fromkeys(rules))


def _listed(sanitizers: object) -> list[Any]:
    if isinstance(sanitizers, (str, bytes, Mapping)) or not isinstance(sanitizers, Iterable):
        found = f"it is a {type(sanitizers).__name__}"
        raise bad_argument("CompositeSanitizer", "sanitizers", found, "Give a list of sanitizers.")
    return list(sanitizers)
