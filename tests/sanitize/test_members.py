"""The walk over an object's members: names and places, whatever the values are."""

from __future__ import annotations

import json

import pytest

from hushtape.sanitize.members import MOST, members

OBJECT = {
    "id": 7,
    "quotes": 'a "b" {c] \\',
    "none": None,
    "list": [1, "]", ["x", {"y": "}"}]],
    "deep": {"a": {"b": "{"}},
    "@type": "it's",
    "last": "x",
}


@pytest.mark.parametrize("indent", [None, 2])
def test_each_member_is_told_by_its_name(indent: int | None) -> None:
    text = json.dumps(OBJECT, indent=indent)
    assert [name.decode() for name, _ in members(text.encode(), 0, len(text))] == list(OBJECT)


@pytest.mark.parametrize("text", [json.dumps(json.dumps(OBJECT)), json.dumps([json.dumps(OBJECT, indent=1)])])
def test_in_a_string_of_json(text: str) -> None:
    at = text.index("{")
    assert [name.decode() for name, _ in members(text.encode(), at, len(text))] == list(OBJECT)


def test_as_python_shows_it() -> None:
    text = repr(OBJECT)
    assert [name.decode() for name, _ in members(text.encode(), 0, len(text))] == list(OBJECT)


def test_the_place_is_that_of_the_value() -> None:
    text = b'{"a": 1, "b": {"c": 2}, "d" : "x"}'
    assert [text[at : at + 1] for _, at in members(text, 0, len(text))] == [b"1", b"{", b'"']


def test_it_ends_with_the_object_the_window_and_after_enough_of_them() -> None:
    assert [name for name, _ in members(b'{"a": 1}, "b": 2}', 0, 17)] == [b"a"]
    assert [name for name, _ in members(b'{"a": "xxxxxxxx", "b": 2}', 0, 12)] == [b"a"]
    many = json.dumps({str(number): number for number in range(100)}).encode()
    assert len(list(members(many, 0, len(many)))) == MOST
