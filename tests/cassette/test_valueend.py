"""A value's end is found where it is, or not at all: never early, never behind it."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.cassette import valueend
from hushtape.cassette.valueend import TRUNCATED, UNKNOWN, string_end, value_end

_texts = st.text(st.characters(exclude_categories=["Cs"]))
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)
_spaces = st.text(" \t\r\n", max_size=5).map(str.encode)


@given(
    _values, st.booleans(), st.binary(max_size=9), _spaces, st.sampled_from([b",", b"}", b"]", b'"', b":"])
)
def test_the_end_of_a_value_is_found(
    value: object, plain: bool, before: bytes, after: bytes, then: bytes
) -> None:
    text = json.dumps(value, ensure_ascii=plain).encode()
    assert value_end(before + text + after + then, len(before)) == len(before) + len(text)


@given(_values, _spaces)
def test_what_the_buffer_ends_in_is_found_only_if_it_can_not_go_on(value: object, after: bytes) -> None:
    text = json.dumps(value).encode()
    ends = bool(after) or text[-1:] in b'}]"'
    assert value_end(text + after, 0) == (len(text) if ends else TRUNCATED)


@given(_values)
def test_a_cut_value_has_no_end(value: object) -> None:
    text = json.dumps(value).encode()
    for cut in range(1, len(text)):
        assert value_end(text[:cut], 0) in (TRUNCATED, UNKNOWN)


@given(_texts, st.integers(0, 60))
def test_the_end_of_a_string_is_found_from_its_middle(text: str, at: int) -> None:
    front, back = json.dumps(text[:at]).encode()[:-1], json.dumps(text[at:]).encode()[1:]
    assert string_end(front + back + b', "a": 1}', len(front)) == len(front) + len(back)


@pytest.mark.parametrize(
    "text",
    [b"[1,]", b'"a\nb" ', b'"\\q" ', b"{'a'}", b'{"a" 1}', b"[" * 100_000 + b"]" * 100_000, b"\xff,", b","],
)
def test_what_is_malformed_is_left_to_the_slow_way(text: bytes) -> None:
    assert value_end(text, 0) == UNKNOWN


def test_another_wording_of_msgspec_is_left_to_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def speaks_otherwise(data: memoryview) -> None:
        raise msgspec.DecodeError("extra bytes at 5")

    monkeypatch.setattr(valueend, "_decode", speaks_otherwise)
    assert value_end(b"[1], 2", 0) == UNKNOWN
