"""The automaton of JSON paths: what the routes say about one container.

Lives here: states and moves, and the expressions that pass over members without interest in one step of
C. Must not: hold a position in a body. Called by: jsonwalk, stages. Immutable once built, shared by threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from hushtape.errors import SanitizerError
from hushtape.sanitize.jsonpath import ELEMENT, Route, Selector, Target

MOST_STATES: Final = 512
"""States of one ruleset. Only paths such as `$..a.*.*.*.*.*.*.*.*.*.*.*.*` could make more."""

BLANK: Final = rb"[ \t\r\n]*+"
STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
SCALAR: Final = rb'[^ \t\r\n"{}\[\],:]++'
_DEEP = 3
"""Levels of containers that one expression passes over; what is deeper takes a step a bracket."""


def _any_container() -> bytes:
    """An object or array whatever is in it. Brackets are counted, not paired: broken JSON stays broken."""
    inside = rb'[^"{}\[\]]++|' + STRING
    container = rb"[\[{](?:" + inside + rb")*+[\]}]"
    for _ in range(_DEEP):
        container = rb"[\[{](?:" + inside + rb"|" + container + rb")*+[\]}]"
    return container


CONTAINER: Final = _any_container()
_ANY = rb"(?:" + STRING + rb"|" + SCALAR + rb"|" + CONTAINER + rb")"
_LEAF = rb"(?:" + STRING + rb"|" + SCALAR + rb")"
_NEXT = BLANK + rb",?+" + BLANK
_END = rb"(?=" + BLANK + rb"[,}\]])"


class Move(NamedTuple):
    """What stands below a key or an element: the state if it is a container (None: nothing of interest),
    the target if its whole value goes."""

    state: State | None
    target: Target | None


NOWHERE: Final = Move(None, None)
Places = frozenset[tuple[int, int]]
"""(route, its step that comes next) of every route that is still under way."""


class State:
    """One container. `last`: the greatest index that a path names, -1 if none does. `members`, `items`:
    expressions over a run of members (elements) without interest; None: each has to be looked at. `arrays`,
    `objects`: whether there can be anything of interest in one."""

    __slots__ = (
        "_folded",
        "_indexes",
        "_names",
        "arrays",
        "element",
        "items",
        "last",
        "members",
        "objects",
        "other",
    )

    def __init__(self) -> None:
        self._names: dict[bytes, Move] = {}
        self._folded: dict[bytes, Move] = {}
        self._indexes: dict[int, Move] = {}
        self.other = self.element = NOWHERE
        self.last = -1
        self.arrays = self.objects = True
        self.members: re.Pattern[bytes] | None = None
        self.items: re.Pattern[bytes] | None = None

    def key(self, name: bytes) -> Move:
        """Below this key."""
        found = self._names.get(name)
        if found is None and self._folded:
            found = self._folded.get(name.lower())
        return found or self.other

    def at(self, index: int) -> Move:
        """Below the element with this index."""
        return self._indexes.get(index, self.element)

    def fill(self, states: States, places: Places) -> None:
        """Work out where everything leads."""
        steps = [(states.routes[route], step) for route, step in places]
        names = {one for route, step in steps for one in route.steps[step].selectors}
        folding = any(route.fold for route, _ in steps)
        for name in names:
            if name == ELEMENT:
                continue
            if isinstance(name, int):
                self._indexes[name] = states.move(places, name)
            elif name is not None:
                self._names[name] = states.move(places, name)
                if folding:
                    self._folded[name.lower()] = states.move(places, name.lower(), folded=True)
        self.last = max(self._indexes, default=-1)
        self.other = states.move(places, b"", other=True)
        self.element = states.move(places, ELEMENT)
        self.arrays = bool(self._indexes) or self.element != NOWHERE
        self.objects = bool(self._names) or self.other != NOWHERE

    def express(self) -> None:
        """The expressions; when all states are filled."""
        self.members = self._members()
        self.items = self._items()

    def _everywhere(self) -> bool:
        """`$..name`: the same holds in all that is inside."""
        return self.other.state is self and self.element == self.other and not self._indexes

    def _dull_key(self) -> bytes:
        """A key that no path names; one with an escape counts as named, until it is read."""
        named = b"|".join(map(re.escape, sorted(self._names)))
        folded = b"|".join(map(re.escape, sorted(self._folded)))
        named = b"|".join(part for part in (named, folded and b"(?i:" + folded + b")") if part)
        return b'"' + (b"(?!(?:" + named + b')")' if named else b"") + rb'[^"\\]*+"'

    def _members(self) -> re.Pattern[bytes] | None:
        if self.other.target is not None:
            return None
        key = self._dull_key() + BLANK + b":" + BLANK
        value = _ANY
        if self._everywhere():
            value = _leaves(key)
        elif self.other.state is not None:
            value = _dull(self.other.state)
        return re.compile(b"(?:" + _NEXT + key + value + _END + b")*+", re.DOTALL)

    def _items(self) -> re.Pattern[bytes] | None:
        if self.element.target is not None:
            return None
        value = _ANY
        if self._everywhere():
            value = _leaves(self._dull_key() + BLANK + b":" + BLANK)
        elif self.element.state is not None:
            value = _dull(self.element.state)
        return re.compile(b"(?:" + _NEXT + value + _END + b")*+", re.DOTALL)


def _dull(state: State) -> bytes:
    """Values in which this state finds nothing: scalars, and containers of a kind that no path enters."""
    first = (b"" if state.objects else rb"\{") + (b"" if state.arrays else rb"\[")
    return rb"(?:" + _LEAF + (rb"|(?=[" + first + rb"])" + CONTAINER if first else b"") + rb")"


def _leaves(key: bytes) -> bytes:
    """A value in which no key is named, two containers deep."""
    value = _LEAF
    for _ in range(2):
        members = rb"\{" + BLANK + rb"(?:" + key + value + _NEXT + rb")*+\}"
        items = rb"\[" + BLANK + rb"(?:" + value + _NEXT + rb")*+\]"
        value = rb"(?:" + _LEAF + rb"|" + members + rb"|" + items + rb")"
    return value


class States:
    """All routes of one phase as an automaton; `root` is what holds for a whole document."""

    __slots__ = ("_known", "_todo", "root", "routes")

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._known: dict[Places, State] = {}
        self._todo: list[tuple[State, Places]] = []
        whole = [route.target for route in self.routes if not route.steps]
        places = frozenset((number, 0) for number, route in enumerate(self.routes) if route.steps)
        self.root = self._arrive(places, whole)
        while self._todo:
            state, places = self._todo.pop()
            state.fill(self, places)
        for state in self._known.values():
            state.express()

    def move(
        self, places: Places, selector: bytes | int, *, folded: bool = False, other: bool = False
    ) -> Move:
        """Where a key or an index leads. `folded`: a key that only ignoring case makes one of the named;
        `other`: one that none names."""
        ahead: set[tuple[int, int]] = set()
        targets: list[Target] = []
        for number, at in places:
            route = self.routes[number]
            step = route.steps[at]
            if step.descend:
                ahead.add((number, at))
            if _selects(step.selectors, selector, route.fold, folded, other):
                if at + 1 == len(route.steps):
                    targets.append(route.target)
                else:
                    ahead.add((number, at + 1))
        return self._arrive(frozenset(ahead), targets)

    def _arrive(self, places: Places, targets: list[Target]) -> Move:
        if targets:
            return Move(None, max(targets, key=lambda target: target.order))
        return Move(self._state(places), None) if places else NOWHERE

    def _state(self, places: Places) -> State:
        known = self._known.get(places)
        if known is None:
            if len(self._known) >= MOST_STATES:
                raise SanitizerError(
                    "use these JSON paths",
                    f"together they make more than {MOST_STATES:,} states",
                    "Use fewer stars behind `..`",
                    sanitizer="JsonPathSanitizer",
                )
            known = self._known[places] = State()
            self._todo.append((known, places))
        return known


def _selects(
    selectors: tuple[Selector, ...], selector: bytes | int, fold: bool, folded: bool, other: bool
) -> bool:
    if None in selectors or (isinstance(selector, int) and ELEMENT in selectors):
        return True
    if other or (folded and not fold):
        return False
    if fold and isinstance(selector, bytes):
        selector = selector.lower()
    return selector in selectors
