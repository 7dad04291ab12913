"""Lists and objects of Python and JavaScript go as JSON's do where a page, .NET or a form escapes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape, unescape
from typing import Any, Final
from urllib.parse import quote, unquote

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import RULES, scrubbed

SECRET: Final = "Zk93mP0qX7vL2"
FORM: Final = "application/x-www-form-urlencoded"


def page(text: str) -> str:
    left = scrubbed(f"<pre>{escape(text)}</pre>", "text/html")
    assert found(RULES[0], left.encode()) is None and left.startswith("<pre>") and left.endswith("</pre>")
    return unescape(left[5:-6])


def units(text: str) -> str:
    body = json.dumps({"m": text}).replace('\\"', "\\u0022").replace("'", "\\u0027")
    left = scrubbed(body)
    assert found(RULES[0], left.encode()) is None
    return str(json.loads(left)["m"])


def units_in_units(text: str) -> str:
    body = json.dumps({"m": text}).replace('\\"', "\\u0022").replace("'", "\\u0027")
    left = scrubbed(json.dumps({"in": body}))
    assert found(RULES[0], left.encode()) is None
    return str(json.loads(json.loads(left)["in"])["m"])


def apostrophes_alone(text: str) -> str:
    left = scrubbed(json.dumps({"m": text}).replace("'", "\\u0027"))
    assert found(RULES[0], left.encode()) is None
    return str(json.loads(left)["m"])


def form(text: str) -> str:
    left = scrubbed(f"m={quote(text)}&x=1", FORM)
    assert found(RULES[0], left.encode()) is None and left.startswith("m=") and left.endswith("&x=1")
    return unquote(left[2:-4])


def address(text: str) -> str:
    left = RULES[0].uri(f"https://h.example/?m={quote(text)}&x=1")
    assert RULES[0].audit_texts([left]) is None and left.endswith("&x=1")
    return unquote(left.partition("m=")[2][:-4])


def twice(text: str) -> str:
    left = scrubbed(f"m={quote(quote(text))}&x=1", FORM)
    assert found(RULES[0], left.encode()) is None
    return unquote(unquote(left[2:-4]))


Way = Callable[[str], str]
WAYS: Final = [page, units, units_in_units, apostrophes_alone, form, address, twice]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "value",
    [
        [SECRET],
        ["a]b", SECRET],
        ["it's", SECRET],
        ['a"]b', SECRET],
        ["'\"]", SECRET],
        [SECRET + "\\", "]"],
        {"a": SECRET, "b": [1, {"c": "}"}]},
        [[SECRET], [SECRET]],
    ],
)
def test_a_list_or_an_object_goes_and_what_stands_beside_it_stays(way: Way, value: Any) -> None:
    assert (
        way(repr({"a": [1], "token": value, "z": "kept]"})) == "{'a': [1], 'token': 'REDACTED', 'z': 'kept]'}"
    )


@pytest.mark.parametrize("way", WAYS)
def test_of_a_name_whose_objects_stay_a_list_of_strings_goes(way: Way) -> None:
    assert way(repr({"api_key": [SECRET, "a]"], "z": 1})) == "{'api_key': ['REDACTED'], 'z': 1}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "value",
    [[], {}, ["is too short"], {"type": "string"}, ["This field is required.", "Enter a valid value."]],
)
def test_what_holds_no_credential_stays(way: Way, value: Any) -> None:
    text = repr({"password": value, "z": 1})
    assert way(text) == text


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_chunks_make_no_difference(size: int) -> None:
    for text in (
        f"{{\\u0027token\\u0027: [\\u0027{'a]' * 900}{SECRET}\\u0027, 1], \\u0027z\\u0027: 1}}",
        f"m=%7B%27token%27%3A%20%5B%27{'a%5D' * 900}{SECRET}%27%5D%2C%20%27z%27%3A%201%7D&x=1",
    ):
        body, kind = (text, FORM) if text[0] == "m" else (f'{{"m": "{text}"}}', "application/json")
        scrubber = RULES[0].scrubber("request", kind)
        parts = [scrubber.feed(body[at : at + size].encode()) for at in range(0, len(body), size)]
        assert b"".join(parts) + scrubber.finish() == scrubbed(body, kind).encode()
        assert SECRET not in scrubbed(body, kind)
