"""The walk over an object's members whose quotes are escaped: names and places, whatever the values are."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from tests.sanitize.test_members import OBJECT

from hushtape.sanitize.coded_members import elements, members

TEXT = json.dumps(OBJECT)
WRITINGS: dict[str, Callable[[str], str]] = {
    ".NET": lambda text: json.dumps(text)[1:-1].replace('\\"', "\\u0022"),
    "a form": quote_plus,
    "a browser": lambda text: quote(text, safe="{}[]:,"),
    "JSON in a form": lambda text: quote_plus(json.dumps(text)[1:-1]),
    ".NET in a form": lambda text: quote_plus(json.dumps(text)[1:-1].replace('\\"', "\\u0022")),
    "a page": escape,
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("indent", [None, 1])
def test_each_member_is_told_by_its_name(writing: str, indent: int | None) -> None:
    text = WRITINGS[writing](json.dumps(OBJECT, indent=indent)).encode()
    names = [name.decode() for name, _ in members(text, 0, len(text))]
    assert [name.replace("%40", "@") for name in names] == list(OBJECT)


def test_the_place_is_that_of_the_value() -> None:
    text = quote_plus('{"a": 1, "b": {"c": 2}, "d" : "x"}').encode()
    assert [text[at : at + 3] for _, at in members(text, 0, len(text))] == [b"1%2", b"%7B", b"%22"]


def test_each_element_of_a_list() -> None:
    text = quote_plus('[{"a": "]"}, 7, "x,", {"b": 2}]').encode()
    firsts = [text[at : at + 3] for at in elements(text, 0, len(text), b"%22")]
    assert firsts == [b"%7B", b"7%2", b"%22", b"%7B"]


def test_what_the_window_cuts_ends_the_walk() -> None:
    text = quote_plus(TEXT).encode()
    for limit in range(len(text)):
        assert len([*members(text, 0, limit)]) <= len(OBJECT)
