"""What requests may differ in: parameters, header fields, form fields and JSON values that are left out.

Lives here: the ignore lists of a tape, and what they leave out of one request. Must not: read options (the
session does), compare. Called by: plan, parts (URI and headers), compare_body (forms and JSON).

Each request is reduced by the lists that hold for its own host and path, and only then compared: so whether
two match does not depend on which of them is the live one, and what is ignored is no part of the index key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from msgspec import Struct

from hushtape.matching.where import EVERYWHERE, Where, wildcard

Kind = Literal["query", "headers", "form", "json"]
Selector = str | int | None
"""A member's name, an element's index, or None for all of them."""
Step = tuple[tuple[Selector, ...], bool]
"""One step of a JSON path; True: at any depth below (`..`)."""
Path = tuple[Step, ...]


class Rule(Struct, frozen=True):
    """One ignore list. `names`: * stands for any text; `paths`: for kind "json" only."""

    kind: Kind
    names: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    where: Where = EVERYWHERE


class Names:
    """Names to be left out. Header fields are asked for in lower case."""

    __slots__ = ("_exact", "_patterns")

    def __init__(self, names: Iterable[str] = ()) -> None:
        names = set(names)
        self._exact = frozenset(name for name in names if "*" not in name)
        self._patterns: tuple[Callable[[str], object], ...] = tuple(
            wildcard(name) for name in sorted(names - self._exact)
        )

    def __bool__(self) -> bool:
        return bool(self._exact or self._patterns)

    def __contains__(self, name: object) -> bool:
        return name in self._exact or any(pattern(str(name)) for pattern in self._patterns)


class LeftOut:
    """What is left out of one request."""

    __slots__ = ("form", "headers", "json", "query")

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        rules = tuple(rules)
        self.query = Names(name for rule in rules if rule.kind == "query" for name in rule.names)
        self.headers = Names(name.lower() for rule in rules if rule.kind == "headers" for name in rule.names)
        self.form = Names(name for rule in rules if rule.kind == "form" for name in rule.names)
        self.json = tuple(dict.fromkeys(path for rule in rules for path in rule.paths))


NOTHING: Final = LeftOut()
MOST_KEPT: Final = 256


class Ignored:
    """All ignore lists of a tape. Immutable; shared by threads."""

    __slots__ = ("_everywhere", "_kept", "_somewhere", "rules")

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._somewhere = tuple([rule for rule in self.rules if rule.where != EVERYWHERE])
        self._everywhere = LeftOut(rule for rule in self.rules if rule.where == EVERYWHERE)
        self._kept: dict[tuple[bool, ...], LeftOut] = {}

    def __bool__(self) -> bool:
        return bool(self.rules)

    def at(self, host: str, port: str, path: str) -> LeftOut:
        """What is left out of a request to this place."""
        if not self._somewhere:
            return self._everywhere
        hits = tuple([rule.where.covers(host, port, path) for rule in self._somewhere])
        found = self._kept.get(hits)
        if found is None:
            held = [rule for rule in self.rules if rule.where == EVERYWHERE]
            found = LeftOut(held + [rule for rule, hit in zip(self._somewhere, hits, strict=True) if hit])
            if len(self._kept) < MOST_KEPT:
                self._kept[hits] = found
        return found

    def plus(self, rules: Iterable[Rule]) -> Ignored:
        """These lists and more."""
        return Ignored((*self.rules, *rules))


NONE: Final = Ignored()


class _Gone:
    """Stands in a list where an element was left out, so that the others keep their places."""

    def __repr__(self) -> str:
        return "ignored"


GONE: Final = _Gone()


def without(value: Any, paths: tuple[Path, ...]) -> Any:
    """A parsed JSON value without what the paths lead to; the same object if they lead nowhere in it.

    Members go. Elements leave `GONE` behind, but for those at a list's end: a list of ignored elements
    is an empty one, however many there were.
    """
    if not paths:
        return value
    return GONE if () in paths else _without(value, paths)


def _without(value: Any, paths: tuple[Path, ...]) -> Any:
    if isinstance(value, dict):
        kept = {}
        for name, one in value.items():
            below, gone = _down(paths, name)
            if not gone:
                kept[name] = _without(one, below) if below else one
        return kept
    if isinstance(value, list):
        return _elements(value, paths)
    return value


def _elements(value: list[Any], paths: tuple[Path, ...]) -> list[Any]:
    kept = []
    for place, one in enumerate(value):
        below, gone = _down(paths, place)
        kept.append(GONE if gone else _without(one, below) if below else one)
    while kept and kept[-1] is GONE:
        kept.pop()
    return kept


def _down(paths: tuple[Path, ...], key: str | int) -> tuple[tuple[Path, ...], bool]:
    """The paths that go on below this member or element, and whether one ends here."""
    below: dict[Path, None] = {}
    for path in paths:
        selectors, descend = path[0]
        if None in selectors or key in selectors:
            if len(path) == 1:
                return (), True
            below[path[1:]] = None
        if descend:
            below[path] = None
    return tuple(below), False
