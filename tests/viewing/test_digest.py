"""Digests: equal where two interactions say the same, and only there."""

from __future__ import annotations

from msgspec import structs

from hushtape.model import ErrorLink, Failure, Interaction
from hushtape.viewing.digest import Rules, place_digest, request_digest, whole_digest
from tests.support.cassettes import interaction

RULES = Rules()


def same(left: Interaction, right: Interaction, rules: Rules = RULES) -> bool:
    return whole_digest(left, rules) == whole_digest(right, rules)


def test_times_do_not_count_unless_asked_for() -> None:
    early = interaction(headers=[("Date", "Mon")])
    late = interaction(headers=[("Date", "Tue")], at="2027-01-01T00:00:00.000000Z", elapsed=9.0)
    assert same(early, late) and not same(early, late, Rules(times=True))


def test_all_else_counts() -> None:
    plain = interaction(answer=b"x", sent=b"y", request_headers=[("Accept", "*/*")])
    assert plain.response is not None
    others = [
        interaction(answer=b"X", sent=b"y", request_headers=[("Accept", "*/*")]),
        interaction(answer=b"x", sent=b"Y", request_headers=[("Accept", "*/*")]),
        interaction(answer=b"x", sent=b"y", request_headers=[("Accept", "text/*")]),
        interaction(answer=b"x", sent=b"y", request_headers=[("Accept", "*/*")], status=201),
        interaction("/?a=1", answer=b"x", sent=b"y", request_headers=[("Accept", "*/*")]),
        structs.replace(plain, response=structs.replace(plain.response, framing="chunked")),
        structs.replace(plain, failure=Failure("body", (ErrorLink("OSError"),))),
        structs.replace(plain, response=None),
    ]
    digests = {whole_digest(one, RULES) for one in (plain, *others)}
    assert len(digests) == 1 + len(others)


def test_the_order_of_fields_and_the_case_of_their_names_say_nothing() -> None:
    one = interaction(request_headers=[("A", "1"), ("b", "2")])
    other = interaction(request_headers=[("B", "2"), ("a", "1")])
    assert same(one, other)
    twice = interaction(request_headers=[("A", "1"), ("A", "2")])
    assert not same(twice, interaction(request_headers=[("A", "2"), ("A", "1")]))


def test_fields_can_be_left_out() -> None:
    one, other = interaction(headers=[("X-Id", "1")]), interaction(headers=[("X-Id", "2")])
    assert not same(one, other) and same(one, other, Rules(frozenset({"x-id"})))


def test_a_value_can_not_pass_for_another_field() -> None:
    one = interaction(request_headers=[("a", "1"), ("b", "2")])
    assert not same(one, interaction(request_headers=[("a", "1b2")]))


def test_a_place_is_method_host_and_path() -> None:
    here = interaction("/a?x=1").request
    assert place_digest(here) == place_digest(interaction("/a?x=2", sent=b"b").request)
    assert place_digest(here) != place_digest(interaction("/b").request)
    assert request_digest(here, RULES) != request_digest(interaction("/a?x=2").request, RULES)
