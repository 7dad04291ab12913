"""Which recorded requests come nearest to one that nothing answered.

Lives here: the cheap score, the full comparison of the likeliest, their order. Must not: word the report,
read the cassette. Called by: session, when a request is unmatched (so never on the hot path).

Bounds: at most `EXAMINED` candidates are looked at (about 8 µs each), at most `COMPARED` of them are compared
in full, so an unmatched request costs some 10 ms however long the cassette is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest
from itertools import islice
from typing import Final

from msgspec import Struct, structs

from hushtape.matching.parts import View, pairs
from hushtape.matching.plan import Mismatch, Plan
from hushtape.model import Request

EXAMINED: Final = 1_000
COMPARED: Final = 20

WEIGHTS: Final = {"host": 8, "method": 4, "scheme": 3, "port": 3, "path": 3}
"""What a difference in one matcher counts; every other line counts 1. A wrong host is another service."""


class Ranked(Struct, frozen=True):
    """A recorded request that was compared.

    Attributes:
        ordinal: its place in the cassette, from 0. played: this tape has played it.
        mismatches: what differs; empty if it would have matched. distance: their weight.
        twins: how many more of the same method, URI and differences stand behind it.
    """

    ordinal: int
    request: Request
    played: bool
    mismatches: tuple[Mismatch, ...]
    distance: int
    twins: int = 0


def nearest(
    plan: Plan,
    live: Request,
    candidates: Iterable[tuple[int, Request]],
    *,
    played: Callable[[int], object] = lambda ordinal: False,
    placeholders: Iterable[str] = (),
    limit: int = 3,
    is_late: Callable[[], bool] = lambda: False,
) -> tuple[Ranked, ...]:
    """The recorded requests nearest to `live`, the nearest first, at most `limit`.

    Args:
        plan: the tape's matchers.
        live: the request, scrubbed.
        candidates: ordinals and recorded requests, scrubbed; of more than `EXAMINED`, the first count, so
            the likelier ones (by their sketches, or near the last one played) should come first.
        played: whether the interaction of this ordinal was played already.
        placeholders: those of the cassette: what they hide is no difference.
        is_late: asked before each full comparison; after `limit` of them it ends the search.
    """
    view, values = View(live), _values(live)
    scored = [
        (_cheap_distance(view, values, request), place, ordinal, request)
        for place, (ordinal, request) in enumerate(islice(candidates, EXAMINED))
    ]
    likely = nsmallest(COMPARED, scored, key=lambda each: each[:2])
    compared: list[Ranked] = []
    for _, _, ordinal, request in likely:
        if len(compared) >= limit and is_late():
            break
        found = plan.mismatches(live, request, placeholders)
        distance = sum(WEIGHTS.get(each.matcher, 1) for each in found)
        compared.append(Ranked(ordinal, request, bool(played(ordinal)), found, distance))
    compared.sort(key=lambda one: (one.distance, one.played, one.ordinal))
    return _without_twins(compared)[:limit]


def _cheap_distance(live: View, values: set[tuple[str, str]], recorded: Request) -> int:
    """A guess at the distance from URI and method alone."""
    other = View(recorded)
    distance = 0 if live.request.method == recorded.method else WEIGHTS["method"]
    if (live.host, live.port) != (other.host, other.port):
        distance += WEIGHTS["host"]
    if live.path != other.path:
        ours, theirs = live.path.split("/"), other.path.split("/")
        wrong = sum(one != two for one, two in zip(ours, theirs, strict=False))
        distance += WEIGHTS["path"] * (wrong + abs(len(ours) - len(theirs)))
    if live.query != other.query:
        distance += len({name for name, _ in values ^ _values(recorded)})
    return distance


def _values(request: Request) -> set[tuple[str, str]]:
    query = request.uri.partition("?")[2]
    return set(pairs(query)) if query else set()


def _without_twins(compared: list[Ranked]) -> tuple[Ranked, ...]:
    """One of each: the same request recorded many times (polling) would fill the report."""
    kept: dict[tuple[str, str, tuple[Mismatch, ...]], Ranked] = {}
    for one in compared:
        same = (one.request.method, one.request.uri, one.mismatches)
        first = kept.setdefault(same, one)
        if first is not one:
            kept[same] = structs.replace(first, twins=first.twins + 1)
    return tuple(kept.values())
