"""What is replaced takes whole escapes along, at both ends: JSON stays JSON, however deep."""

from __future__ import annotations

import base64
import json
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.portions import scrubbed_by

from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset


@lru_cache(maxsize=256)
def ruleset(value: str, engine: str = "ahocorasick") -> Ruleset:
    return build(secrets={"#key": value}, engine=engine).ruleset


def scrub(rules: Ruleset, body: str, size: int = 1 << 16) -> str:
    data, scrubber = body.encode(), rules.scrubber("response", "application/json")
    return scrubbed_by(scrubber, data, size).decode()


def nested(text: str, depth: int, slashes: bool) -> str:
    body = text
    for _ in range(depth):
        body = json.dumps({"a": body, "z": 1})
        body = body.replace("/", "\\/") if slashes else body
    return body


def innermost(body: str, depth: int) -> str:
    for _ in range(depth):
        loaded = json.loads(body)
        assert list(loaded) == ["a", "z"] and loaded["z"] == 1
        body = loaded["a"]
    return body


WRITTEN = {
    "a slash, escaped": ("/aB3xK9zQm+T4Lp2w=", '{"a": "\\/aB3xK9zQm+T4Lp2w="}'),
    "a quote": ('"K7xq9mZt4', json.dumps({"a": '"K7xq9mZt4'})),
    "a backslash at the end": ("K7xq9mZt4\\", json.dumps({"a": "K7xq9mZt4\\"})),
    "a backslash first": ("\\K7xq9mZt4", json.dumps({"a": "\\K7xq9mZt4"})),
    "a percent sign at the end": ("K7xq9mZt4%", '{"a": "K7xq9mZt4%25"}'),
    "an ampersand at the end": ("K7xq9mZt4&", '{"a": "K7xq9mZt4&amp;"}'),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_an_escape_of_the_first_or_last_sign_goes_with_it(written: str) -> None:
    value, body = WRITTEN[written]
    assert scrub(ruleset(value), body) == '{"a": "REDACTED"}'


def test_a_letter_that_ends_an_escape_begins_no_value() -> None:
    assert scrub(ruleset("nrf7xq"), json.dumps({"a": "line\nrf7xq"})) == '{"a": "lineREDACTED"}'
    assert scrub(ruleset("bob42xq"), json.dumps({"a": "C:\bob42xq"})) == '{"a": "C:REDACTED"}'


def test_quotes_of_a_value_that_are_those_of_a_string_stay() -> None:
    for value in ('"K7xq9mZt4"', '"K7xq9mZt4', 'K7xq9mZt4"', '"K7!q9(x)4"'):
        text = value.strip('"')
        assert scrub(ruleset(value), json.dumps({"a": text})) == '{"a": "REDACTED"}'
        assert scrub(ruleset(value), json.dumps({text: 1})) == '{"REDACTED": 1}'
        assert scrub(ruleset(value), json.dumps({"a": value})) == '{"a": "REDACTED"}'


EDGES = st.text(alphabet="\\\\\"'/nrtbu&%!", max_size=4)


@given(EDGES, EDGES, st.booleans(), EDGES, EDGES, st.integers(1, 4), st.booleans())
def test_json_stays_json_whatever_a_value_begins_and_ends_with(
    first: str, last: str, telling: bool, before: str, after: str, depth: int, slashes: bool
) -> None:
    value = first + ("K7xq9mZt4" if telling else "K7!q9(x)4") + last
    depth = depth if telling else min(depth, 3)
    text = f"x {before}{value}{after} y" if before or after else value
    body = nested(text, depth, slashes)
    left = scrub(ruleset(value), body)
    found = innermost(left, depth)
    assert value not in found
    assert "REDACTED" in found
    for size in (1, 7):
        assert scrub(ruleset(value), body, size) == left
    assert scrub(ruleset(value), left) == left


@given(
    st.sampled_from(["nK7xq9mZt4", "t!4(x)9", "bob42xq", "u00e9xK7q"]),
    st.integers(1, 4),
    st.text("\\ab\n\t\b", max_size=5),
)
def test_line_ends_before_a_letter_stay_json(value: str, depth: int, before: str) -> None:
    control = {"n": "\n", "t": "\t", "b": "\b", "u": "\x01"}[value[0]]
    body = nested(before + control + value[1:] + " " + before + value, depth, False)
    assert "REDACTED" in innermost(scrub(ruleset(value), body), depth)


@given(EDGES, EDGES, st.integers(1, 3))
def test_both_engines_cut_the_same(first: str, last: str, depth: int) -> None:
    value = first + "K7xq9mZt4" + last
    body = nested(f"x {value}", depth, True)
    assert scrub(ruleset(value, "hyperscan"), body) == scrub(ruleset(value), body)


@given(st.binary(min_size=0, max_size=70), st.binary(max_size=9))
def test_lines_of_base64_in_json_stay_json(before: bytes, after: bytes) -> None:
    value = "K7xq9mZt4-Lp2w"
    coded = base64.encodebytes(before + value.encode() + after).decode()
    for slashes in (False, True):
        body = nested(coded, 2, slashes)
        innermost(scrub(ruleset(value), body), 2)


@pytest.mark.parametrize("value", ["K7xq9mZt4\\", "K7xq9mZt4\\\\", "K7xq9mZt4"])
def test_json_in_a_string_whose_quotes_are_escaped_as_units_stays_json(value: str) -> None:
    inner = json.dumps({"k": value, "z": 1})
    written = "".join({'"': "\\u0022", "\\": "\\\\"}.get(char, char) for char in inner)
    body = f'{{"a": "{written}"}}'
    scrubber = build(secrets={"#key": value}).ruleset.scrubber("response", "application/json")
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert json.loads(json.loads(left)["a"]) == {"k": "REDACTED", "z": 1}
