"""Bodies are compared as what they are: JSON, forms, bytes."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching import compile_matchers
from hushtape.matching.documents import MAX_DEPTH, json_key, parse_json
from tests.matching.support import ask, form_request, json_request

JSON = compile_matchers(["json_body"])
BODY = compile_matchers(["body"])
FORM = compile_matchers(["form_body"])

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, "", "a", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab/~"), inner, max_size=3),
    max_leaves=8,
)


def shuffled(value: object, rng: random.Random) -> object:
    if isinstance(value, dict):
        names = list(value)
        rng.shuffle(names)
        return {name: shuffled(value[name], rng) for name in names}
    return [shuffled(one, rng) for one in value] if isinstance(value, list) else value


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_json_keys_does_not_count(value: object, rng: random.Random) -> None:
    one, other = json_request(json.dumps(value)), json_request(json.dumps(shuffled(value, rng), indent=1))
    for plan in (JSON, BODY):
        assert plan.mismatches(one, other) == ()
        assert plan.key(one) == plan.key(other)


@given(VALUES, VALUES)
def test_json_that_matches_has_one_key_and_other_json_has_reasons(one: object, other: object) -> None:
    live, recorded = json_request(json.dumps(one)), json_request(json.dumps(other))
    found = JSON.mismatches(live, recorded)
    # Compared before they are hashed: hash(-1) == hash(-2) in CPython, and the matchers settle such ties.
    assert bool(found) == (_unhashed(one) != _unhashed(other))
    assert found or JSON.key(live) == JSON.key(recorded)


def _unhashed(value: object) -> object:
    parsed = parse_json(json.dumps(value).encode())
    assert parsed is not None
    return json_key(parsed[0], frozenset())


@pytest.mark.parametrize(
    ("live", "recorded", "line"),
    [
        ('{"a": 1}', '{"a": 2}', "body /a: asked 1, recorded 2"),
        ('{"a": true}', '{"a": 1}', "body /a: asked true, recorded 1"),
        ('{"a": null}', "{}", "body /a: asked null, not recorded"),
        ("{}", '{"a/b": {"~": 0}}', 'body /a~1b: not asked, recorded {"~":0}'),
        ("[1, 2]", "[1]", "body /1: asked 2, not recorded"),
        ("[]", "{}", "body (whole): asked [], recorded {}"),
        ('{"a": "x\\u001b[2J"}', '{"a": "y"}', 'body /a: asked "x\\u001b[2J", recorded "y"'),
        ("0.10000000000000000000000000001", "0.1", None),
    ],
)
def test_a_json_difference_has_its_pointer_and_both_values(
    live: str, recorded: str, line: str | None
) -> None:
    found = [each.line for each in JSON.mismatches(json_request(live), json_request(recorded))]
    assert len(found) == 1
    assert line is None or found == [line]


@pytest.mark.parametrize(
    "text", ["{", "", "[" * 100_000, "1" * 5_000, "nan", "[" * 250 + "]" * 250, '"\\ud800"']
)
def test_what_is_no_json_is_compared_as_bytes(text: str) -> None:
    assert JSON.mismatches(json_request(text), json_request(text)) == ()
    assert JSON.key(json_request(text)) == JSON.key(json_request(text))
    assert JSON.mismatches(json_request(text), json_request(text + " 1")) != ()


def test_a_document_at_the_depth_bound_is_still_read_as_json() -> None:
    deep = "[" * (MAX_DEPTH - 1) + '{"a":1,"b":2}'.replace(" ", "") + "]" * (MAX_DEPTH - 1)
    assert len(JSON.mismatches(json_request(deep), json_request(deep.replace("1", "3")))) == 1


def test_huge_numbers_are_told_apart() -> None:
    assert JSON.mismatches(json_request("1E400"), json_request("1E401")) != ()
    assert JSON.mismatches(json_request("1.0"), json_request("1")) == ()
    assert JSON.key(json_request("1.0")) == JSON.key(json_request("1"))


def test_the_order_of_form_fields_does_not_count() -> None:
    one, other = form_request("a=1&b=2&a=0"), form_request("b=2&a=0&a=1")
    for plan in (FORM, BODY):
        assert plan.mismatches(one, other) == ()
        assert plan.key(one) == plan.key(other)
    found = [each.line for each in FORM.mismatches(form_request("a=1"), form_request("a=2&c"))]
    assert found == ["form field a: asked '1', recorded '2'", "form field c: not asked, recorded ''"]


def test_raw_bodies_that_differ_show_where() -> None:
    plan = compile_matchers(["raw_body"])
    one, other = ask(body=b"x" * 1_000 + b"\x1b1"), ask(body=b"x" * 1_000 + b"\x002")
    (found,) = plan.mismatches(one, other)
    assert "from byte 1,000 on" in found.line
    assert found.line.isprintable()


def test_a_body_over_the_bound_is_compared_by_digest() -> None:
    plan = compile_matchers(["json_body"], max_parsed_body=10)
    long = '{"a": 1, "b": 2}'
    assert plan.mismatches(json_request(long), json_request(long)) == ()
    assert plan.mismatches(json_request(long), json_request('{"b": 2, "a": 1}'))[0].line == (
        "body: asked 16 bytes, recorded 16 bytes, but other bytes (longer than max_callback_body, so their "
        "digests were compared)"
    )


def test_no_body_is_an_empty_body() -> None:
    for name in ("body", "raw_body", "json_body", "form_body"):
        plan = compile_matchers([name])
        assert plan.mismatches(ask(body=b""), ask()) == ()
        assert plan.key(ask(body=b"")) == plan.key(ask())


def test_many_differences_are_cut_and_said_so() -> None:
    one, other = json_request(json.dumps(list(range(500)))), json_request(json.dumps([0] * 500))
    found = JSON.mismatches(one, other)
    assert len(found) == 11
    assert found[-1].line == "body: more differences follow"
