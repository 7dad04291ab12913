"""Sketches of requests: 128 bits that tell how much two of them differ, without reading either again.

Lives here: making one, the nearest of many. Must not: read a cassette, be made on the hot path. Called by:
session (nearby), once a request went unmatched.
Each part of a request (a query value, a path segment, a JSON leaf) flips a bit of its field. What two have in
common cancels out, so the bits left count what differs, however long the requests are: 16 bytes an
interaction. Bits that fall together make it a guess: the likeliest are read and compared in full.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import islice
from typing import Any, Final

from hushtape.matching import bodies, compare_body
from hushtape.matching.parts import View, pairs
from hushtape.matching.plan import Plan
from hushtape.model import Request

PLACE: Final = 0xFF
"""Host and port."""
METHOD: Final = 0xF00
PATH: Final = 0xFF000
PLACED: Final = PLACE | METHOD | PATH
VALUES: Final = (1 << 64) - 1 & ~PLACED
PATH_FIRST: Final = 12
REST: Final = 20
REST_BITS: Final = 44
MORE_BITS: Final = 64
"""The second word. With both, of 2,800 other values one is taken for the same."""
Sketch = tuple[int, int]
MOST_LEAVES: Final = 2_000
"""JSON leaves of one body that are taken in."""


def sketch(plan: Plan, request: Request) -> Sketch:
    """The sketch of a request, as far as the plan's matchers look at it. Valid in this process only."""
    view = View(request, plan.ignored)
    found = hash((view.host, view.port)) & PLACE | hash(request.method) << 8 & METHOD
    for part in enumerate(view.path.split("/")):
        found ^= 1 << PATH_FIRST + hash(part) % 8
    more = 0
    for leaf in _parts(plan, view):
        bits = hash(leaf)
        found ^= 1 << REST + bits % REST_BITS
        more ^= 1 << bits // REST_BITS % MORE_BITS
    return found, more


class Sketches:
    """Sketches of many requests, in flat arrays."""

    __slots__ = ("_first", "_second")

    def __init__(self, sketches: Iterable[Sketch] = ()) -> None:
        self._first, self._second = array("Q"), array("Q")
        for one in sketches:
            self.add(one)

    def __len__(self) -> int:
        return len(self._first)

    def add(self, one: Sketch) -> None:
        self._first.append(one[0])
        self._second.append(one[1])

    def nearest(self, live: Sketch, around: int, most: int) -> list[int]:
        """The places of up to `most` of them that differ least from `live`, the nearest first; of equally
        near ones those from `around` on come first: programs ask in much the order of the recording."""
        first, second = live
        distances = [
            (one & VALUES).bit_count() + other.bit_count() + (_placed(one) if one & PLACED else 0)
            for one, other in zip(
                [word ^ first for word in self._first], [word ^ second for word in self._second], strict=True
            )
        ]
        size = len(distances)
        around = min(max(around, 0), size)
        places = [*range(around, size), *range(around)]
        return nsmallest(most, places, key=distances.__getitem__)


def _placed(differing: int) -> int:
    """What a difference in host, port, method and path counts; each value counts about 4."""
    place = 40 if differing & PLACE else 0
    return place + (12 if differing & METHOD else 0) + 8 * (differing & PATH).bit_count()


def _parts(plan: Plan, view: View) -> Iterator[object]:
    if view.query:
        yield from pairs(view.query)
    if "headers" in plan.matchers:
        yield from ((name.lower(), value) for name, value in view.headers.pairs)
    if plan.needs_body and view.request.body is not None and view.request.body.size:
        yield from islice(_body(plan, view), MOST_LEAVES)


def _body(plan: Plan, view: View) -> Iterator[object]:
    document = compare_body.read("body", view, plan.limit)
    if document.reading in compare_body.TREES:
        yield from _leaves(document.value)
    elif document.reading == "form":
        yield from document.value
    else:
        yield bodies.digest(view.request.body).digest


def _leaves(value: Any) -> Iterator[object]:
    """Each leaf with the path to it; list items by their place."""
    stack: list[tuple[Any, Any]] = [((), value)]
    while stack:
        at, one = stack.pop()
        if isinstance(one, dict) and one:
            stack.extend([((at, name), below) for name, below in one.items()])
        elif isinstance(one, list) and one:
            stack.extend([((at, place), below) for place, below in enumerate(one)])
        else:
            yield at, one if one is None or isinstance(one, (str, bool)) else str(one)
