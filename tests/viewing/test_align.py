"""The alignment keeps what is equal, in order, and finds what was inserted, removed or moved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hushtape.viewing.align import align

few = st.lists(st.integers(0, 4), max_size=30)


def by_value(left: list[int], right: list[int]) -> list[tuple[int | None, int | None]]:
    return align([(left, right)])[0]


@given(few, few)
def test_each_place_stands_once_and_both_sides_rise(left: list[int], right: list[int]) -> None:
    pairs = by_value(left, right)
    assert [a for a, _ in pairs if a is not None] == list(range(len(left)))
    assert [b for _, b in pairs if b is not None] == list(range(len(right)))
    assert all(left[a] == right[b] for a, b in pairs if a is not None and b is not None)


@given(few, st.integers(0, 30), few)
def test_what_was_inserted_at_one_place_leaves_all_others_paired(
    left: list[int], at: int, inserted: list[int]
) -> None:
    right = left[:at] + inserted + left[at:]
    paired = [pair for pair in by_value(left, right) if None not in pair]
    assert len(paired) == len(left)
    paired = [pair for pair in by_value(right, left) if None not in pair]
    assert len(paired) == len(left)


def test_one_more_poll_is_one_more_and_changes_no_other() -> None:
    waiting, done = 1, 2
    assert by_value([waiting, done], [waiting, waiting, done]) == [(0, 0), (None, 1), (1, 2)]


def test_a_coarser_level_looks_into_the_gaps_only() -> None:
    whole = [1, 2, 3], [1, 9, 3]
    request = [1, 5, 3], [1, 5, 3]
    assert align([whole, request]) == ([(0, 0), (1, 1), (2, 2)], [])


def test_what_was_moved_is_told_as_moved() -> None:
    pairs, moved = align([([1, 2, 3, 4], [4, 1, 2, 3])])
    assert pairs == [(None, 0), (0, 1), (1, 2), (2, 3), (3, None)]
    assert moved == [(3, 0)]


def test_a_hundred_thousand_equal_ones_are_aligned_like_any_other() -> None:
    pairs, moved = align([([7] * 100_000, [7] * 100_001)])
    assert len(pairs) == 100_001 and not moved
    pairs, _ = align([([7, 8] * 50_000, [8, 7] * 50_000)])
    assert sum(None not in pair for pair in pairs) >= 99_000
