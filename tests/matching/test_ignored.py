"""What is on an ignore list is no difference, and no part of the key."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching import DEFAULT_MATCH_ON, Ignored, compile_matchers, where
from hushtape.matching.ignored import GONE, Names, without
from hushtape.model import Request
from hushtape.session import ignoring
from tests.matching.support import BASE, ask, form_request, json_request


def meets(live: Request, recorded: Request, *match_on: str, **options: Any) -> bool:
    """By the matchers, both ways, and then by the key, too."""
    rules = sum((ignoring.rules(name, value) for name, value in options.items()), ())
    plan = compile_matchers(match_on or DEFAULT_MATCH_ON, ignored=Ignored(rules))
    found = not plan.mismatches(live, recorded)
    assert found == (not plan.mismatches(recorded, live))
    assert not found or plan.key(live) == plan.key(recorded)
    return found


@pytest.mark.parametrize("match_on", [DEFAULT_MATCH_ON, ("method", "uri")])
@pytest.mark.parametrize(
    ("live", "recorded", "names", "match"),
    [
        ("/a?x=1&ts=5", "/a?x=1&ts=6", {"ts"}, True),
        ("/a?x=1&ts=5", "/a?x=1", {"ts"}, True),
        ("/a?ts=5", "/a", "ts", True),
        ("/a?ts=5&ts=6", "/a?ts", ["ts"], True),
        ("/a?t%73=5", "/a?ts=6", {"ts"}, True),
        ("/a?utm_source=x&x=1", "/a?x=1&utm_medium=y", {"utm_*"}, True),
        ("/a?x=1", "/a?y=2", {"*"}, True),
        ("/a?x=1&ts=5", "/a?x=2&ts=5", {"ts"}, False),
        ("/a?TS=5", "/a?TS=6", {"ts"}, False),
        ("/a?ts=5", "/b?ts=6", {"ts"}, False),
        ("/a?tsx=5", "/a?tsx=6", {"ts"}, False),
    ],
)
def test_parameters_on_the_list_do_not_count(
    live: str, recorded: str, names: Any, match: bool, match_on: tuple[str, ...]
) -> None:
    assert meets(ask(BASE + live), ask(BASE + recorded), *match_on, ignore_query=names) is match


def test_header_fields_on_the_list_do_not_count() -> None:
    one, other = ask(X_Request_Id="1", Accept="a"), ask(x_request_id="2", Accept="a")
    assert not meets(one, other, "headers")
    assert meets(one, other, "headers", ignore_headers={"X-Request-ID"})
    assert meets(one, ask(Accept="a"), "headers", ignore_headers={"x-*"})
    assert not meets(one, ask(Accept="b"), "headers", ignore_headers={"x-*"})


def test_form_fields_on_the_list_do_not_count() -> None:
    one, other = form_request("a=1&nonce=5"), form_request("nonce=6&a=1")
    for name in ("body", "form_body"):
        assert meets(one, other, name, ignore_form={"nonce"})
        assert not meets(one, form_request("nonce=6&a=2"), name, ignore_form={"nonce"})
    assert not meets(one, other, "raw_body", ignore_form={"nonce"})


@pytest.mark.parametrize(
    ("live", "recorded", "path", "match"),
    [
        ('{"a": 1, "nonce": 5}', '{"nonce": 6, "a": 1}', "$.nonce", True),
        ('{"a": 1, "nonce": 5}', '{"a": 1}', "$.nonce", True),
        ('{"a": {"b": {"id": 1}}}', '{"a": {"b": {"id": 2}}}', "$..id", True),
        ('{"id": 1}', '{"id": 2}', "$..id", True),
        ('{"a": [{"id": 1}, {"id": 2}]}', '{"a": [{"id": 3}, {"id": 4}]}', "$.a[*].id", True),
        ('{"a": [{"id": 1}, {"id": 2}]}', '{"a": [{"id": 3}]}', "$.a[*].id", False),
        ('{"a": [1, 2]}', '{"a": [3]}', "$.a[*]", True),
        ('{"a": [1, 2]}', '{"a": {"0": 1}}', "$.a[*]", False),
        ("[1, 2, 3]", "[1, 9, 3]", "$[1]", True),
        ("[1, 2]", "[1]", "$[1]", True),
        ("[1, 2, 3]", "[1]", "$[1]", False),
        ('{"a": 1}', '{"b": 2}', "$", True),
        ('{"a": 1}', '{"a": 2}', "$.*", True),
        ('{"a": 1}', '{"a": 2}', "$.b", False),
        ('{"a": {"b": 1}}', '{"a": {"b": 2}}', "$.b", False),
        ('{"x y": 1}', '{"x y": 2}', '$["x y"]', True),
    ],
)
def test_json_values_on_the_list_do_not_count(live: str, recorded: str, path: str, match: bool) -> None:
    for name in ("body", "json_body"):
        assert meets(json_request(live), json_request(recorded), name, ignore_json={path}) is match


def test_a_list_may_hold_for_a_place() -> None:
    lists = {"ignore_query": {"api.example.com/v1/*": {"ts"}, "other.example": {"page"}}}
    assert meets(ask(BASE + "/v1/a?ts=1"), ask(BASE + "/v1/a?ts=2"), **lists)
    assert not meets(ask(BASE + "/v2/a?ts=1"), ask(BASE + "/v2/a?ts=2"), **lists)
    assert not meets(ask(BASE + "/v1/a?page=1"), ask(BASE + "/v1/a?page=2"), **lists)
    assert meets(ask("https://other.example/?page=1"), ask("https://other.example/?page=2"), **lists)


def test_each_request_is_reduced_by_the_lists_of_its_own_place() -> None:
    """Otherwise what matches would depend on which of two is the live one."""
    here, there = ask("https://a.example/?ts=1"), ask("https://b.example/?ts=2")
    assert not meets(here, there, "path", "query", ignore_query={"a.example": {"ts"}})
    assert meets(here, ask("https://b.example/"), "path", "query", ignore_query={"a.example": {"ts"}})


@pytest.mark.parametrize(
    ("place", "uri", "covered"),
    [
        ("api.example.com", "https://api.example.com/x", True),
        ("API.example.com", "https://api.example.com:8443/x", True),
        ("api.example.com:8443", "https://api.example.com:8443/x", True),
        ("api.example.com:8443", "https://api.example.com/x", False),
        ("api.example.com:443", "https://api.example.com/x", True),
        ("*.example.com", "https://api.example.com/x", True),
        ("*.example.com", "https://example.com/x", False),
        ("example.com", "https://api.example.com/x", False),
        ("api.example.com/v1/orders", "https://api.example.com/v1/orders?x", True),
        ("api.example.com/v1/orders", "https://api.example.com/v1/orders/1", False),
        ("api.example.com/v1/*", "https://api.example.com/v1/orders/1", True),
        ("/v1/*/lines", "http://any/v1/orders/1/lines", True),
        ("/v1/*/lines", "http://any/v1/orders", False),
        ("*", "http://any/", True),
        ("[::1]:80", "http://[::1]/", True),
    ],
)
def test_a_place_is_a_host_a_path_or_both(place: str, uri: str, covered: bool) -> None:
    one, other = ask(uri.partition("?")[0] + "?ts=1"), ask(uri.partition("?")[0] + "?ts=2")
    assert meets(one, other, ignore_query={place: {"ts"}}) is covered


@pytest.mark.parametrize("place", ["", "https://a.example", "a.example/x?y", "a:b", "a*b.example", "a b"])
def test_what_names_no_place_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match=r"it |port|host"):
        where.parse(place)


@pytest.mark.parametrize(
    ("names", "name", "held"),
    [
        (["a"], "a", True),
        (["a"], "A", False),
        (["a*c"], "abc", True),
        (["a*c"], "ab", False),
        ([], "a", False),
    ],
)
def test_a_star_in_a_name_stands_for_any_text(names: list[str], name: str, held: bool) -> None:
    assert (name in Names(names)) is held


VALUES = st.recursive(
    st.integers(0, 2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)
PATHS = st.lists(
    st.sampled_from(
        ["$", "$.a", "$.b", "$..a", "$[0]", "$[1]", "$[*]", "$.*", "$.a[*].b", "$..[1]", "$.a.b"]
    ),
    max_size=3,
)


@given(VALUES, PATHS)
def test_leaving_out_twice_is_leaving_out_once(value: Any, paths: list[str]) -> None:
    steps = tuple(path for rule in ignoring.rules("ignore_json", paths) for path in rule.paths)
    once = without(value, steps)
    if once is not GONE and "$[0]" not in paths and "$..[1]" not in paths and "$[1]" not in paths:
        assert without(once, steps) == once
    assert steps or once is value


@given(VALUES, VALUES, PATHS)
def test_ignoring_more_never_makes_a_difference(one: Any, other: Any, paths: list[str]) -> None:
    live, recorded = json_request(json.dumps(one)), json_request(json.dumps(other))
    if meets(live, recorded, "json_body"):
        assert meets(live, recorded, "json_body", ignore_json=paths)
    meets(live, recorded, "json_body", ignore_json=paths)


def test_many_stars_cost_no_backtracking() -> None:
    pattern, text = "a*" * 200 + "b", "a" * 200_000
    assert text not in Names([pattern])
    assert text + "b" in Names([pattern])


@given(st.lists(st.text("ab", max_size=2), min_size=2, max_size=5), st.text("ab", max_size=8))
def test_a_pattern_says_what_a_regular_expression_would(pieces: list[str], text: str) -> None:
    expected = re.fullmatch(".*".join(pieces), text) is not None
    assert (text in Names(["*".join(pieces)])) is expected
