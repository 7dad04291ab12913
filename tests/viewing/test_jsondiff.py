"""Differences of JSON by pointer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from hushtape.matching.documents import ABSENT
from hushtape.viewing.jsondiff import MOST_ALIGNED, json_differences
from tests.viewing.test_pretty import values


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        (1, 1.0, []),
        (1, True, [("", 1, True)]),
        ({"a": {"b/c": 1}}, {"a": {"b/c": 2}}, [("/a/b~1c", 1, 2)]),
        ({"a": 1}, {}, [("/a", 1, ABSENT)]),
        ({}, {"~": None}, [("/~0", ABSENT, None)]),
        ([1, 2, 3], [0, 1, 2, 3], [("/0", ABSENT, 0)]),
        ([1, 2, 3], [1, 3], [("/1", 2, ABSENT)]),
        ([1, 2], [1, 9], [("/1", 2, 9)]),
        ([{"id": 1, "n": 1}, {"id": 2, "n": 1}], [{"id": 0}, {"id": 1, "n": 1}, {"id": 2, "n": 5}],
         [("/0", ABSENT, {"id": 0}), ("/1/n", 1, 5)]),
        ([], {}, [("", [], {})]),
    ],
)  # fmt: skip
def test_each_place_that_differs_is_told_once(left: Any, right: Any, told: list[Any]) -> None:
    assert list(json_differences(left, right)) == told


@given(values)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(json_differences(value, value)) == []


@given(values, values)
def test_different_values_differ_somewhere(left: Any, right: Any) -> None:
    assert bool(list(json_differences([left], [right]))) is (repr(left) != repr(right)) or left == right


def test_lists_that_are_too_long_to_align_are_compared_place_by_place() -> None:
    left = [0] * (MOST_ALIGNED + 1)
    told = list(json_differences(left, [*left[:5], 9, *left[6:], 1]))
    assert told == [("/5", 0, 9), (f"/{MOST_ALIGNED + 1}", ABSENT, 1)]
