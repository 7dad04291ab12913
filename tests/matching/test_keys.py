"""Whatever the matchers and the ignore lists: what matches has one index key, and matching is symmetric.

The index finds candidates by key alone, so a pair that matches under two keys would never be found.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.matching import NAMES, Ignored, MatchRequest, Plan, compile_matchers
from hushtape.model import BytesBody, Headers, Request
from hushtape.session import ignoring

HELD = frozenset(("REDACTED", "token"))
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b1",
    "multipart/form-data; boundary=b2",
    "text/plain",
    "",
)
PART = b'--%b\r\nContent-Disposition: form-data; name="ts"\r\n\r\n%b\r\n--%b--\r\n'
BODIES: tuple[bytes | None, ...] = (
    None,
    b"",
    b"1",
    b"1.0",
    b'{"a": 1, "ts": 2}',
    b'{"ts":2,"a":1}',
    b'{"a": 1, "ts": "REDACTED"}',
    b'{"a": "token", "ts": [1, 2]}',
    b'[{"ts": 1}, 2]',
    b'[{"ts": "REDACTED"}, 2]',
    b"a=1&ts=2",
    b"ts=2&a=1",
    b"ts=REDACTED&a=1",
    b"x-REDACTED-y",
    b"x-1-y",
    *(PART % (mark, text, mark) for mark in (b"b1", b"b2") for text in (b"1", b"REDACTED", b'{"a":1}')),
)
URIS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.example", "b.example", "a.example:443"]),
    st.sampled_from(["", "/", "/v1/x", "/v1/REDACTED", "/v1/%78"]),
    st.sampled_from(
        [
            "",
            "?",
            "?ts=1",
            "?a=1&ts=1",
            "?ts=2&a=1",
            "?a=REDACTED",
            "?a=token&b",
            "?a&&b=",
            "?utm_x=1",
            "?%74s=3",
        ]
    ),
)
HEADERS = st.builds(
    lambda kind, others: Headers([*([("Content-Type", kind)] if kind else []), *others]),
    st.sampled_from(TYPES),
    st.lists(
        st.sampled_from([("X-Ts", "1"), ("x-ts", "2"), ("A", "REDACTED"), ("A", "1"), ("B", "1")]), max_size=2
    ),
)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["GET", "POST"]),
    URIS,
    HEADERS,
    st.sampled_from(BODIES).map(lambda data: None if data is None else BytesBody(data)),
)


def as_many(live: MatchRequest, recorded: MatchRequest) -> bool:
    return len(live.headers) == len(recorded.headers)


as_many.key = lambda request: len(request.headers)  # type: ignore[attr-defined]  # how a user gives it

PLACES = st.sampled_from(["*", "a.example", "/v1/*", "b.example/v1/x", "a.example:443"])


def lists(*names: str) -> st.SearchStrategy[Any]:
    found = st.frozensets(st.sampled_from(names), max_size=2)
    return found | st.dictionaries(PLACES, found, max_size=2)


IGNORED = st.fixed_dictionaries(
    {},
    optional={
        "ignore_query": lists("ts", "utm_*", "a"),
        "ignore_headers": lists("X-Ts", "a*"),
        "ignore_form": lists("ts"),
        "ignore_json": lists("$.ts", "$..ts", "$[0]", "$[*]", "$"),
    },
)
PLANS = st.builds(
    lambda names, own, options: (
        compile_matchers(
            [*names, *([as_many] if own else [])],
            ignored=Ignored(sum((ignoring.rules(name, value) for name, value in options.items()), ())),
            max_parsed_body=20,
        )
        if names
        else compile_matchers(["method"])
    ),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4),
    st.booleans(),
    IGNORED,
)


@settings(max_examples=400)
@given(PLANS, REQUESTS, REQUESTS)
def test_what_matches_has_one_key_and_both_ways_are_one(plan: Plan, one: Request, other: Request) -> None:
    for live, recorded in ((one, other), (one, one), (other, other)):
        matches = not plan.mismatches(live, recorded)
        assert matches == (not plan.mismatches(recorded, live))
        assert not matches or plan.key(live) == plan.key(recorded)
        assert matches or live is not recorded


@settings(max_examples=400)
@given(PLANS, REQUESTS, REQUESTS)
def test_what_matches_by_placeholders_has_one_masked_key(
    plan: Plan, live: Request, recorded: Request
) -> None:
    shape = plan.wildcard(recorded, HELD)
    if plan.mismatches(live, recorded, HELD):
        assert plan.mismatches(live, recorded)
    elif shape is None:
        assert plan.key(live) == plan.key(recorded)
    else:
        assert plan.masked_key(live, shape) == plan.masked_key(recorded, shape)
