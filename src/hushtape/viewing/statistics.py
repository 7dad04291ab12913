"""Figures of a cassette: how much there is of what.

Lives here: one pass over the interactions, and what it counts. Must not: print, know the clock. Called by:
cli/stats. Memory: two digests and a float an interaction; of hosts, methods and the like 1,000 names.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from hushtape.cassette import Reader
from hushtape.cassette.bodies import FileBody
from hushtape.matching.parts import split
from hushtape.model import Body, Interaction
from hushtape.viewing.digest import Rules, request_digest, whole_digest
from hushtape.viewing.lens import Lens, decoded
from hushtape.viewing.summary import size

LARGEST: Final = 5
MOST_NAMES: Final = 1_000
OTHERS: Final = "(others)"

RULES: Final = Rules()


class Tally(Struct):
    """How many interactions, and the bytes of their bodies."""

    count: int = 0
    bytes: int = 0


class Large(Struct, frozen=True, order=True):
    """A large body. `side`: "request" or "response"."""

    bytes: int
    number: int
    side: str
    method: str
    uri: str


class Latency(Struct, frozen=True):
    """Seconds from a request to its answer's head, over the interactions that state it."""

    minimum: float
    median: float
    p90: float
    maximum: float


class Statistics(Struct):
    """What a cassette holds.

    Attributes:
        hosts, methods, statuses: by name; a call without an answer has the status "failed".
        failures: by the exception's type. endings: answers that the server or the program cut.
        largest: bodies, the largest first. body_files: files beside the cassette, and their bytes.
        repeated_requests: those that were asked before. duplicates: those that got the same answer, too.
        oldest, newest: when recorded, ISO 8601; "" where nothing states it.
    """

    interactions: Tally
    request_bytes: int
    response_bytes: int
    hosts: dict[str, Tally]
    methods: dict[str, Tally]
    statuses: dict[str, Tally]
    failures: dict[str, int]
    endings: dict[str, int]
    largest: list[Large]
    body_files: Tally
    repeated_requests: int
    duplicates: Tally
    oldest: str
    newest: str
    latency: Latency | None


def gather(reader: Reader, lens: Lens, step: Callable[[], None]) -> Statistics:
    """The figures, by one pass; `step` is called after each interaction."""
    found = Statistics(
        Tally(), 0, 0, {}, {}, {}, {}, {}, [], Tally(), 0, Tally(), "", "", None
    )  # fmt: skip
    asked: set[int] = set()
    whole: set[int] = set()
    files: set[str] = set()
    elapsed = array("d")
    for number in range(len(reader)):
        stored = reader.read(number)
        sizes = size(stored.request.body), size(None if stored.response is None else stored.response.body)
        _count(found, stored, sizes)
        _largest(found, number, stored, sizes, lens)
        _files(found, stored, files)
        _times(found, stored, elapsed)
        _repeats(found, decoded(stored), sizes[1], asked, whole)
        step()
    found.largest.sort(reverse=True)
    found.latency = _latency(elapsed)
    return found


def _count(found: Statistics, stored: Interaction, sizes: tuple[int, int]) -> None:
    response, failure = stored.response, stored.failure
    found.request_bytes += sizes[0]
    found.response_bytes += sizes[1]
    code = "failed" if response is None else str(response.head.status)
    for tallies, name in (
        (found.hosts, split(stored.request.uri)[1]),
        (found.methods, stored.request.method),
        (found.statuses, code),
    ):
        _add(tallies.setdefault(_name(tallies, name), Tally()), sum(sizes))
    _add(found.interactions, sum(sizes))
    if failure is not None:
        kind = _name(found.failures, failure.chain[0].type if failure.chain else "unknown")
        found.failures[kind] = found.failures.get(kind, 0) + 1
    if response is not None and response.ending != "complete":
        found.endings[response.ending] = found.endings.get(response.ending, 0) + 1


def _name(known: dict[str, Tally] | dict[str, int], name: str) -> str:
    return name if name in known or len(known) < MOST_NAMES else OTHERS


def _add(tally: Tally, amount: int) -> None:
    tally.count += 1
    tally.bytes += amount


def _largest(found: Statistics, number: int, stored: Interaction, sizes: tuple[int, int], lens: Lens) -> None:
    request = stored.request
    for side, amount in zip(("request", "response"), sizes, strict=True):
        full = len(found.largest) >= LARGEST
        if amount and (not full or amount > found.largest[0].bytes):
            one = Large(amount, number, side, request.method, lens.uri(request.uri))
            (heapq.heappushpop if full else heapq.heappush)(found.largest, one)


def _files(found: Statistics, stored: Interaction, files: set[str]) -> None:
    bodies: list[Body | None] = [stored.request.body]
    if stored.response is not None:
        bodies.append(stored.response.body)
    for body in bodies:
        if isinstance(body, FileBody) and body.path.name not in files:
            files.add(body.path.name)
            _add(found.body_files, body.size)


def _times(found: Statistics, stored: Interaction, elapsed: array[float]) -> None:
    at = stored.recorded_at
    if at:
        found.oldest = min(found.oldest or at, at)
        found.newest = max(found.newest, at)
    if stored.elapsed > 0 and stored.response is not None:
        elapsed.append(stored.elapsed)


def _repeats(found: Statistics, one: Interaction, amount: int, asked: set[int], whole: set[int]) -> None:
    request = request_digest(one.request, RULES)
    if request not in asked:
        asked.add(request)
        whole.add(whole_digest(one, RULES, request))
        return
    found.repeated_requests += 1
    digest = whole_digest(one, RULES, request)
    if digest in whole:
        _add(found.duplicates, amount)
    whole.add(digest)


def _latency(elapsed: array[float]) -> Latency | None:
    if not elapsed:
        return None
    ranked = array("d", sorted(elapsed))
    last = len(ranked) - 1
    return Latency(ranked[0], ranked[last // 2], ranked[last * 9 // 10], ranked[last])
