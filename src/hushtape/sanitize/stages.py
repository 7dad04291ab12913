"""What runs behind the compiled pass over a body: JSON paths, then users' patterns.

Lives here: the stages that `further` rules ask for, and the chain of stages one body passes.
Must not: match. Called by: further, ruleset. A body costs the compiled pass alone where no such rule exists.
They come behind the pass, so that none breaks a secret into what is no longer found, and what the pass
redacts is learned all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

from hushtape.sanitize.field_names import spellings
from hushtape.sanitize.fields import is_password
from hushtape.sanitize.jsonpath import ELEMENT, Route, Step, Target, parse
from hushtape.sanitize.jsonstates import States
from hushtape.sanitize.jsonwalk import JsonWalk
from hushtape.sanitize.patterns import Patterns
from hushtape.sanitize.patterns_body import PatternScrubber
from hushtape.sanitize.rules import FieldRule, JsonPathRule, PatternRule, Rule, UrlPatternRule

TOP_ARRAYS = 3
"""Arrays in arrays around an object that still is the top level: `[[{...}]]` (keboola.vcr: any number)."""


class BodyScrubber(Protocol):
    """Scrubs one body: bytes in, final bytes out. `changed`: a rule matched."""

    @property
    def changed(self) -> bool: ...
    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""

    def finish(self) -> bytes:
        """The rest."""


class Chain:
    """Several stages in a row. Not shared between threads."""

    __slots__ = ("_stages",)

    def __init__(self, stages: Iterable[BodyScrubber]) -> None:
        self._stages = tuple(stages)

    @property
    def changed(self) -> bool:
        """A rule of any stage matched."""
        return any(stage.changed for stage in self._stages)

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        for stage in self._stages:
            if not data:
                break
            data = stage.feed(data)
        return data

    def finish(self) -> bytes:
        """The rest."""
        data = b""
        for stage in self._stages:
            data = (stage.feed(data) if data else b"") + stage.finish()
        return data


class Stages:
    """The further stages that one phase's rules ask for. Immutable, shared by threads."""

    __slots__ = ("_states", "patterns")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        routes = tuple(_routes(rules))
        self._states = States(routes) if routes else None
        patterns = [rule for rule in rules if isinstance(rule, PatternRule | UrlPatternRule)]
        self.patterns = Patterns(patterns) if patterns else None

    def behind(
        self, scrubber: BodyScrubber, again: Callable[[], BodyScrubber], content_type: str
    ) -> BodyScrubber:
        """The compiled pass with the further stages behind it. `again`: makes the pass that follows a
        pattern, whose replacement may have made something new."""
        found = [scrubber]
        if self._states is not None:
            kind = content_type.lower()
            found.append(JsonWalk(self._states, "json" in kind or "javascript" in kind))
        if self.patterns is not None and self.patterns.body:
            found += (PatternScrubber(self.patterns.body), again())
        return Chain(found) if len(found) > 1 else scrubber

    def alone(self) -> BodyScrubber:
        """The further stages for what the pass has not gone over, of an unknown content type."""
        walk = [JsonWalk(self._states, False)] if self._states is not None else []
        body = self.patterns.body if self.patterns is not None else ()
        return Chain((*walk, PatternScrubber(body))) if body else Chain(walk)


@lru_cache(maxsize=16)
def compiled(rules: tuple[Rule, ...]) -> Stages:
    """The stages of these rules, which all need one."""
    return Stages(rules)


def _routes(rules: Iterable[Rule]) -> Iterator[Route]:
    for order, rule in enumerate(rules):
        if isinstance(rule, JsonPathRule):
            target = Target(b'"%s"' % rule.placeholder.encode(), True, order)
            yield from (Route(parse(path), target) for path in rule.paths)
        elif isinstance(rule, FieldRule):
            for name in rule.names:
                names = tuple(sorted(one.encode() for one in spellings(name)))
                target = Target(b'"%s"' % rule.placeholder.encode(), rule.numbers or is_password(name), order)
                for arrays in range(TOP_ARRAYS + 1):
                    yield Route((*[Step((ELEMENT,))] * arrays, Step(names)), target, fold=True)
