"""The nearest of a whole tape is found by sketches, whatever stands between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching import DEFAULT_MATCH_ON, compile_matchers
from hushtape.matching.sketch import Sketches, sketch
from tests.matching.support import BASE, ask, form_request, json_request
from tests.matching.test_keys import PLANS, REQUESTS

PLAN = compile_matchers(DEFAULT_MATCH_ON)
BODY = compile_matchers((*DEFAULT_MATCH_ON, "body", "headers"))


@given(PLANS, REQUESTS, REQUESTS)
def test_a_sketch_is_two_words_and_equal_requests_have_one(plan: object, one: object, other: object) -> None:
    found = sketch(plan, one)  # type: ignore[arg-type]  # hypothesis makes them
    assert all(0 <= word < 2**64 for word in found)
    assert found == sketch(plan, one)  # type: ignore[arg-type]  # as above


def test_one_changed_value_in_thousands_is_found() -> None:
    uris = [f"{BASE}/v1/orders/{number % 97}?page={number}&limit=100" for number in range(5_000)]
    sketches = Sketches([sketch(PLAN, ask(uri)) for uri in uris])
    live = sketch(PLAN, ask(uris[1_234].replace("limit=100", "limit=50")))
    assert 1_234 in sketches.nearest(live, around=4_000, most=150)


def test_one_changed_leaf_of_a_body_is_found() -> None:
    def order(number: int, state: str) -> bytes:
        return b'{"id": %d, "lines": [{"n": 1}, {"n": %d}], "state": "%s"}' % (number, number, state.encode())

    sketches = Sketches([sketch(BODY, json_request(order(n, "new").decode())) for n in range(3_000)])
    live = sketch(BODY, json_request(order(1_234, "done").decode()))
    assert 1_234 in sketches.nearest(live, around=0, most=150)


def test_other_hosts_are_further_away_than_another_value() -> None:
    """All but the few whose 8 bits are the same by chance."""
    live, near = ask(BASE + "/a?b=1"), ask(BASE + "/a?b=2")
    far = [ask(f"https://other{number}.example/a?b=1") for number in range(100)]
    found = Sketches(sketch(PLAN, one) for one in (*far, near)).nearest(sketch(PLAN, live), 0, 10)
    assert 100 in found


def test_of_equally_near_ones_those_that_come_next_are_first() -> None:
    one = sketch(PLAN, ask(f"{BASE}/a"))
    sketches = Sketches([one] * 10)
    assert sketches.nearest(one, around=7, most=4) == [7, 8, 9, 0]
    assert sketches.nearest(one, around=99, most=2) == [0, 1]
    assert Sketches().nearest(one, around=0, most=2) == []


@given(st.binary(max_size=30))
def test_any_body_has_a_sketch(body: bytes) -> None:
    for request in (ask(body=body), form_request("a=1"), json_request('{"a": [], "b": {}}')):
        assert sketch(BODY, request) == sketch(BODY, request)
