"""Answers against a naive model: any interleaving of requests, each policy, in order or not.

The model keeps a list and looks through all of it each time. Two threads of a program are an interleaving.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from hushtape.cassette import CassetteInfo, CassetteReader
from hushtape.matching import MatchRequest, compile_matchers
from hushtape.model import BytesBody, Interaction, Request
from hushtape.sanitize import build
from hushtape.session.answers import Answers
from hushtape.session.exhausted import POLICIES, Policy, parse
from hushtape.session.player import Player

HOST = "https://api.example.com"
PLAIN = ("method", "path")
Asked = tuple[str, str]
asked = st.tuples(st.sampled_from(["a", "b", "REDACTED"]), st.sampled_from(["", "x", "y"]))
live = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x", "y"]))


class MemoryReader:
    """Stands in for a cassette: requests and no responses; `reads` counts."""

    info = CassetteInfo(format=1, placeholders=("REDACTED",))

    def __init__(self, requests: list[Request]) -> None:
        self.interactions = [Interaction(request) for request in requests]
        self.reads = 0

    def __len__(self) -> int:
        return len(self.interactions)

    def requests(self) -> Iterator[Request]:
        return (interaction.request for interaction in self.interactions)

    def read(self, ordinal: int) -> Interaction:
        self.reads += 1
        return self.interactions[ordinal]


def request(one: Asked) -> Request:
    return Request("GET", f"{HOST}/{one[0]}", body=BytesBody(one[1].encode()) if one[1] else None)


def same_body(live: MatchRequest, recorded: MatchRequest) -> bool:
    """A matcher that the index key knows nothing of."""
    return (live.body or b"") == (recorded.body or b"")


class Model:
    """What should happen, found the slow way."""

    def __init__(self, tape: list[Asked], policy: Policy | None, *, look: bool, ordered: bool) -> None:
        self.tape, self.policy, self.look, self.ordered = tape, policy, look, ordered
        self.played: list[int] = []
        self.turns: Counter[tuple[int, ...]] = Counter()

    def fitting(self, one: Asked) -> list[int]:
        """What answers `one`; placeholders are asked where nothing is exactly this path only."""
        exact = any(path == one[0] for path, _ in self.tape)
        return [
            ordinal
            for ordinal, (path, body) in enumerate(self.tape)
            if path == (one[0] if exact else "REDACTED") and (not self.look or body == one[1])
        ]

    def find(self, one: Asked) -> int | None:
        fitting = self.fitting(one)
        left = [ordinal for ordinal in range(len(self.tape)) if ordinal not in self.played]
        free = [ordinal for ordinal in fitting if ordinal in left]
        if self.ordered:
            # In order, the next one may also be met through its placeholder.
            if left and self.meets(one, self.tape[left[0]]):
                self.played.append(left[0])
                return left[0]
        elif free:
            self.played.append(free[0])
            return free[0]
        if free or not fitting or self.policy in (None, "error"):
            return None
        if self.policy == "cycle":
            turn = self.turns[tuple(fitting)]
            self.turns[tuple(fitting)] += 1
            return fitting[turn % len(fitting)]
        return fitting[0] if self.policy == "first" else fitting[-1]

    def meets(self, one: Asked, recorded: Asked) -> bool:
        return recorded[0] in (one[0], "REDACTED") and (not self.look or recorded[1] == one[1])


def answers(tape: list[Asked], policy: Policy | None, *, look: bool, ordered: bool) -> Answers:
    plan = compile_matchers((*PLAIN, same_body) if look else PLAIN)
    reader: Any = MemoryReader([request(one) for one in tape])
    player = Player(cast(CassetteReader, reader), plan, build((), (), True))
    return Answers(player, parse(policy), ordered=ordered)


@given(
    st.lists(asked, max_size=12),
    st.lists(live, max_size=40),
    st.sampled_from([None, *POLICIES]),
    st.booleans(),
    st.booleans(),
)
def test_each_request_gets_what_the_naive_model_gives_it(
    tape: list[Asked], lives: list[Asked], policy: Policy | None, look: bool, ordered: bool
) -> None:
    model = Model(tape, policy, look=look, ordered=ordered)
    made = answers(tape, policy, look=look, ordered=ordered)
    player = made._player
    order = {id(interaction): place for place, interaction in enumerate(player.reader.interactions)}  # type: ignore[attr-defined]  # MemoryReader's
    for one in lives:
        found = made.find(request(one))
        assert (None if found is None else order[id(found)]) == model.find(one)
    assert player.played.count == len(model.played)
    left = [place for place in range(len(tape)) if place not in model.played]
    assert list(player.played.unplayed()) == left and player.played.unplayed_count == len(left)
    if policy in ("first", "last", "cycle") and not ordered:
        for one in lives:
            assert (made.find(request(one)) is None) is (not model.fitting(one))


def test_the_cost_of_giving_an_interaction_again_does_not_grow_with_the_tape() -> None:
    for policy, most in (("first", 1), ("last", 1), ("cycle", 3)):
        made = answers([("a", "")] * 3_000, cast(Policy, policy), look=False, ordered=False)
        reader: Any = made._player.reader
        for _ in range(3_000):
            made.find(request(("a", "")))
        reader.reads = 0
        for _ in range(50):
            assert made.find(request(("a", ""))) is not None
        assert reader.reads <= 50 * most, policy


def filed_apart() -> tuple[MemoryReader, Player]:
    """One request that interactions in two shapes of placeholders answer, in turn."""
    queries = ["k=REDACTED&t=1", "k=1&t=REDACTED"] * 2
    reader = MemoryReader([Request("GET", f"{HOST}/x?{query}") for query in queries])
    return reader, Player(cast(Any, reader), compile_matchers(("method", "query")), build((), None, False))


def test_the_recorded_order_holds_across_shapes_of_placeholders() -> None:
    live = Request("GET", f"{HOST}/x?k=1&t=1")
    for policy, then in (("first", [0, 0]), ("last", [3, 3]), ("cycle", [0, 2, 0])):
        reader, player = filed_apart()
        answers = Answers(player, parse(policy), ordered=False)
        given = [answers.find(live) for _ in range(4 + len(then))]
        assert [reader.interactions.index(one) for one in given[:2] if one is not None] == [0, 1]
        assert [id(one) for one in given] == [id(reader.interactions[place]) for place in [0, 1, 2, 3, *then]]
    _, player = filed_apart()
    assert list(player.candidates(live)) == [0, 1, 2, 3]


def test_raw_bodies_with_placeholders_are_found_by_the_text_around_them() -> None:
    """All of them would share one key: 100,000 were a search of seconds a request."""

    def soap(number: int, token: str) -> Request:
        body = f"<a>{'-' * (number % 90)}<t>{token}</t><id>{number}</id></a>"
        return Request("POST", f"{HOST}/soap", body=BytesBody(body.encode()))

    reader = MemoryReader([soap(number, "REDACTED") for number in range(1_000)])
    plan = compile_matchers(("method", "body"))
    player = Player(cast(Any, reader), plan, build((), None, False))
    answers = Answers(player, parse(None), ordered=False)
    reader.reads = 0
    for number in reversed(range(1_000)):
        found = answers.find(soap(number, f"secret{number}"))
        assert found is reader.interactions[number]
    assert reader.reads < 3_000
