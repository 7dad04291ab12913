"""What the report advises is tried on the nearest interaction before it is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from hushtape.matching import DEFAULT_MATCH_ON, Ignored, MatchRequest, Plan, compile_matchers
from hushtape.matching.advice import Situation, path_text, steps
from hushtape.matching.nearest import nearest
from hushtape.model import Request
from hushtape.session import ignoring
from tests.matching.support import BASE, ask, form_request, json_request
from tests.matching.test_keys import PLANS, REQUESTS

TAPE = Situation(cassette="orders.json", mode="once", total=1)


def advice(plan: Plan, live: Request, recorded: Request, *, played: bool = False) -> list[str]:
    ranked = nearest(plan, live, [(0, recorded)], played=lambda ordinal: played)
    return [step.code for step in steps(live, ranked, plan, TAPE) if "may differ" in step.text]


def options(step: str) -> dict[str, Any]:
    """The options that a step names, as a reader would copy them."""
    found: dict[str, Any] = eval(f"dict({step})")
    return found


def plan_of(found: dict[str, Any], match_on: Any = DEFAULT_MATCH_ON) -> Plan:
    lists = {name: value for name, value in found.items() if name.startswith("ignore")}
    rules = sum((ignoring.rules(name, value) for name, value in lists.items()), ())
    return compile_matchers(found.get("match_on", match_on), ignored=Ignored(rules))


@pytest.mark.parametrize(
    ("match_on", "live", "recorded", "expected"),
    [
        (DEFAULT_MATCH_ON, ask(BASE + "/?a=1&ts=1"), ask(BASE + "/?a=1&ts=2"), {"ignore_query": {"ts"}}),
        (DEFAULT_MATCH_ON, ask(BASE + "/?a=1"), ask(BASE + "/?b=2"), {"ignore_query": {"a", "b"}}),
        (
            DEFAULT_MATCH_ON,
            ask("http://127.0.0.1:8001/"),
            ask("http://127.0.0.1:8002/"),
            {"match_on": ("method", "scheme", "host", "path", "query")},
        ),
        (("method", "headers"), ask(X_Id="1"), ask(X_Id="2"), {"ignore_headers": {"x-id"}}),
        (("json_body",), json_request('{"n": 1}'), json_request('{"n": 2}'), {"ignore_json": {"$.n"}}),
        (
            ("method", "body"),
            json_request('{"a": [{"x y": 1}], "b": 1}'),
            json_request('{"a": [{"x y": 2}]}'),
            {"ignore_json": {'$.a[0]["x y"]', "$.b"}},
        ),
        (("form_body",), form_request("a=1&n=1"), form_request("a=1&n=2"), {"ignore_form": {"n"}}),
        (
            ("method", "raw_body"),
            json_request('{"a": 1, "b": 2}'),
            json_request('{"b": 2, "a": 1}'),
            {"match_on": ("method", "body")},
        ),
        (
            ("method", "uri"),
            ask(BASE + "/?a=1&b=2"),
            ask(BASE + "/?b=2&a=1"),
            {"match_on": ("method", "scheme", "host", "port", "path", "query")},
        ),
        (
            (*DEFAULT_MATCH_ON, "headers"),
            ask(BASE + "/?ts=1", X_Id="1"),
            ask(BASE + "/?ts=2", X_Id="2"),
            {"ignore_query": {"ts"}, "ignore_headers": {"x-id"}},
        ),
    ],
)
def test_it_names_what_would_make_the_nearest_match(
    match_on: Any, live: Request, recorded: Request, expected: dict[str, Any]
) -> None:
    plan = compile_matchers(match_on)
    (step,) = advice(plan, live, recorded)
    found = options(step)
    assert found == expected
    assert plan_of(found, match_on).mismatches(live, recorded) == ()


@pytest.mark.parametrize(
    ("match_on", "live", "recorded"),
    [
        (DEFAULT_MATCH_ON, ask(BASE + "/a"), ask(BASE + "/b")),
        (DEFAULT_MATCH_ON, ask(method="PUT"), ask()),
        (("method",), ask(method="PUT"), ask()),
        (("port",), ask("http://a:1/"), ask("http://a:2/")),
        (("raw_body",), ask(body=b"a"), ask(body=b"b")),
        (("json_body",), json_request("[1]"), json_request("{}")),
        (DEFAULT_MATCH_ON, ask(BASE + "/?a&b&c&d&e&f&g"), ask(BASE + "/")),
    ],
)
def test_where_nothing_would_it_names_nothing(match_on: Any, live: Request, recorded: Request) -> None:
    assert advice(compile_matchers(match_on), live, recorded) == []


def test_an_id_in_each_of_many_elements_is_one_path() -> None:
    live, recorded = (
        json_request(json.dumps({"rows": [{"id": n * k, "v": 1} for k in range(1, 40)], "at": n}))
        for n in (1, 2)
    )
    plan = compile_matchers(["json_body"])
    (step,) = advice(plan, live, recorded)
    assert options(step) == {"ignore_json": {"$.rows[*].id", "$.at"}}
    other = json_request(json.dumps({"rows": [{"id": k, "v": 2} for k in range(1, 40)], "at": 2}))
    (step,) = advice(plan, live, other)
    assert options(step) == {"ignore_json": {"$.rows[*].v", "$.at"}}, (
        "what follows after the lines shown, too"
    )


def test_what_is_ignored_already_stays_so() -> None:
    lists = ignoring.rules("ignore_query", {"v"}) + ignoring.rules("ignore_json", {"$..id", "$[0,1].a"})
    plan = compile_matchers(("query", "json_body"), ignored=Ignored(lists))
    live, recorded = (ask(f"{BASE}/?v={n}&ts={n}", body=b'{"id": %d, "n": %d}' % (n, n)) for n in (1, 2))
    (step,) = advice(plan, live, recorded)
    assert options(step) == {"ignore_query": {"v", "ts"}, "ignore_json": {"$..id", "$[0,1].a", "$.n"}}
    places = compile_matchers(
        DEFAULT_MATCH_ON, ignored=Ignored(ignoring.rules("ignore_query", {"a.example:81/v1/*": {"v"}}))
    )
    (step,) = advice(places, live, recorded)
    assert options(step) == {"ignore_query": {"a.example:81/v1/*": {"v"}, "*": {"v", "ts"}}}


def test_one_that_was_played_already_needs_to_be_given_again() -> None:
    (step,) = advice(compile_matchers(DEFAULT_MATCH_ON), ask(BASE + "/?a=1"), ask(BASE + "/"), played=True)
    assert options(step) == {"ignore_query": {"a"}, "exhausted": "last"}


def test_a_matcher_of_the_users_is_named_and_never_dropped() -> None:
    def same_tenant(live: MatchRequest, recorded: MatchRequest) -> bool:
        return live.headers.get("x-tenant") == recorded.headers.get("x-tenant")

    plan = compile_matchers((*DEFAULT_MATCH_ON, same_tenant))
    assert advice(plan, ask(X_Tenant="1"), ask(X_Tenant="2")) == []


@pytest.mark.parametrize("path", ["$.a.b", '$["x y"]', "$[0]", "$[*].id", "$..id", '$["a","b"]', "$..[1]"])
def test_a_path_is_written_as_it_is_read(path: str) -> None:
    (rule,) = ignoring.rules("ignore_json", path)
    (again,) = ignoring.rules("ignore_json", path_text(rule.paths[0]))
    assert again == rule


@given(PLANS, REQUESTS, REQUESTS)
def test_advice_is_true_for_any_two_requests(plan: Plan, live: Request, recorded: Request) -> None:
    for step in advice(plan, live, recorded):
        if "as_many" not in step:
            found = options(step)
            rules = [rule for rule in plan.ignored.rules if f"ignore_{rule.kind}" not in found]
            for name, value in found.items():
                if name.startswith("ignore"):
                    rules += ignoring.rules(name, value)
            changed = plan.changed(found.get("match_on", plan.matchers), Ignored(rules))
            assert changed.mismatches(live, recorded) == ()
            assert changed.key(live) == changed.key(recorded)
