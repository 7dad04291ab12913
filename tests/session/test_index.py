"""The index: recorded order within a key, each ordinal claimed once, whatever the threads do."""

from __future__ import annotations

import threading
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.session.index import Chains, Played


def build(keys: list[int]) -> tuple[Chains, Played]:
    chains = Chains()
    for ordinal, key in enumerate(keys):
        chains.add(key, ordinal)
    chains.seal()
    return chains, Played(len(keys))


@given(st.lists(st.integers(0, 5), max_size=60))
def test_each_key_gives_its_ordinals_in_recorded_order(keys: list[int]) -> None:
    chains, played = build(keys)
    for key in range(6):
        expected = [ordinal for ordinal, other in enumerate(keys) if other == key]
        found = []
        while (ordinal := next(chains.candidates(key, played), None)) is not None:
            assert played.claim(ordinal)
            found.append(ordinal)
        assert found == expected


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 64).map(lambda step: step << 20)))
def test_keys_that_fall_on_one_slot_are_told_apart(keys: list[int]) -> None:
    chains, played = build(keys)
    for key in keys:
        assert list(chains.candidates(key, played)) == [n for n, other in enumerate(keys) if other == key]
        assert key in chains
    assert all((key in chains) == (key in keys) for key in (0, 1, -1, 2**62, 5 << 20))


@pytest.mark.parametrize("different", [1, 10_000, 20_000])
def test_an_index_costs_at_most_60_bytes_an_interaction(different: int) -> None:
    keys = [hash(("GET", number % different)) for number in range(20_000)]
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        chains = Chains(len(keys))
        for ordinal, key in enumerate(keys):
            chains.add(key, ordinal)
        chains.seal()
        size = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert keys[-1] in chains
    assert size < 60 * 20_000


def test_a_candidate_that_is_passed_over_stays_for_the_next() -> None:
    chains, played = build([7, 7, 7])
    assert played.claim(1)
    assert list(chains.candidates(7, played)) == [0, 2]
    assert played.claim(0)
    assert list(chains.candidates(7, played)) == [2]
    assert list(played.unplayed()) == [2]


def test_an_unknown_key_has_no_candidates() -> None:
    chains, played = build([1, 2])
    assert list(chains.candidates(3, played)) == []


def test_the_last_of_many_equal_keys_costs_no_scan() -> None:
    chains, played = build([1] * 50_000)
    steps = 0
    for ordinal in range(50_000):
        for candidate in chains.candidates(1, played):
            steps += 1
            assert candidate == ordinal
            played.claim(candidate)
            break
    assert steps == 50_000


def test_threads_never_claim_one_ordinal_twice() -> None:
    chains, played = build([1] * 4_000)
    claimed: list[int] = []

    def work() -> None:
        while True:
            for ordinal in chains.candidates(1, played):
                if played.claim(ordinal):
                    claimed.append(ordinal)
                    break
            else:
                return

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == list(range(4_000))
    assert played.count == 4_000


@given(st.lists(st.integers(0, 3), max_size=30), st.data())
def test_a_group_is_told_in_recorded_order_whatever_of_it_was_played(
    keys: list[int], data: st.DataObject
) -> None:
    chains, played = build(keys)
    for ordinal in data.draw(st.lists(st.integers(0, max(len(keys) - 1, 0)), max_size=20)):
        if ordinal < len(keys):
            played.claim(ordinal)
        for key in range(4):
            own = [place for place, other in enumerate(keys) if other == key]
            assert list(chains.candidates(key, played)) == [place for place in own if not played[place]]
            assert list(chains.group(key)) == own
            assert chains.last(key) == (own[-1] if own else -1)
    assert played.unplayed_count == len(list(played.unplayed()))
    assert played.next == next(iter(played.unplayed()), None)


def test_a_used_up_group_of_any_length_is_given_again_at_once() -> None:
    chains, played = build([1] * 20_000)
    for _ in range(20_000):
        played.claim(next(chains.candidates(1, played)))
    assert list(chains.candidates(1, played)) == []
    asked: list[int] = []

    def matches(ordinal: int) -> bool:
        asked.append(ordinal)
        return True

    turns = [chains.next_turn(0, matches) for _ in range(20_005)]
    assert turns == [*range(20_000), 0, 1, 2, 3, 4]
    assert len(asked) <= 20_005 and next(chains.group(1)) == 0 and chains.last(1) == 19_999
