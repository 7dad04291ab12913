"""A user's matcher gets two requests with vcrpy's names, and says what it found in any of four ways."""

from __future__ import annotations

from typing import Any

import pytest

from hushtape.errors import BodyTooLargeError, OptionError
from hushtape.matching import MatchRequest, Verdict, compile_matchers
from hushtape.model import BytesBody, Request
from tests.matching.support import ask, json_request


def lines(verdict: Any) -> list[str]:
    def own(live: MatchRequest, recorded: MatchRequest) -> Any:
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return [one.line.partition(": ")[2] for one in compile_matchers([own]).mismatches(ask(), ask())]


@pytest.mark.parametrize("verdict", [True, None, 1, Verdict(True), (True, ""), (True, "why")])
def test_these_say_that_the_two_match(verdict: Any) -> None:
    assert lines(verdict) == []


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (False, "returned False"),
        (0, "returned 0"),
        (Verdict(False), "returned False"),
        (Verdict(False, "too long"), "too long"),
        ((False, "too long"), "too long"),
        (AssertionError("too long\nby far"), "too long"),
        (AssertionError(), "an assertion failed"),
        (Verdict(False, "a\x1b[2J"), "a\\x1b[2J"),
    ],
)
def test_these_say_that_they_differ_and_why(verdict: Any, reason: str) -> None:
    assert lines(verdict) == [reason]


@pytest.mark.parametrize(
    "verdict", ["they match", b"", ("a", "b", "c"), (), ("no", 3), NotImplemented, "".startswith]
)
def test_what_may_be_meant_either_way_is_refused(verdict: Any) -> None:
    with pytest.raises(OptionError, match="no verdict"):
        lines(verdict)


def test_the_names_are_those_that_vcrpy_has() -> None:
    seen = MatchRequest(ask("HTTPS://Api.example.com/a%20b?b=2&a=1", "PUT", b'{"x": 1}', X_Id="7"), 100)
    assert (seen.method, seen.scheme, seen.protocol, seen.host, seen.port) == (
        "PUT",
        "https",
        "https",
        "api.example.com",
        443,
    )
    assert (seen.path, seen.query) == ("/a%20b", [("a", "1"), ("b", "2")])
    assert (seen.body, seen.json, seen.headers.get("x-id")) == (b'{"x": 1}', {"x": 1}, "7")
    assert seen.url == seen.uri
    assert seen.headers["x-ID"] == "7" and dict(seen.headers) == {"X-Id": "7"}
    with pytest.raises(KeyError):
        seen.headers["x-other"]
    assert MatchRequest(ask(), 100).body is None
    assert MatchRequest(json_request("{"), 100).json is None


class OnDisk:
    """A body that is no BytesBody, as those of a cassette."""

    size = 3

    def chunks(self, size: int = 1) -> Any:
        return iter([b"a", b"bc"])


def test_bodies_are_equal_wherever_they_are_kept() -> None:
    def same_body(live: MatchRequest, recorded: MatchRequest) -> bool:
        return live.body == recorded.body

    plan = compile_matchers([same_body])
    assert plan.mismatches(ask(body=b"abc"), Request("GET", ask().uri, body=OnDisk())) == ()
    assert plan.mismatches(ask(body=b"abd"), Request("GET", ask().uri, body=OnDisk())) != ()


def test_a_body_above_the_bound_is_said_to_be() -> None:
    def asserts_body(live: MatchRequest, recorded: MatchRequest) -> None:
        assert live.body == recorded.body

    plan = compile_matchers([asserts_body], max_parsed_body=2)
    with pytest.raises(BodyTooLargeError, match="max_callback_body"):
        plan.mismatches(ask(body=b"abc"), ask())


def test_the_error_about_it_names_the_host_alone_for_the_rest_was_not_scrubbed_if_it_was_stored() -> None:
    stored = Request("PUT", "https://a.example/secret-path?k=secret-value", body=BytesBody(b"abc"))
    with pytest.raises(BodyTooLargeError) as caught:
        _ = MatchRequest(stored, 2).body
    text = f"{caught.value} {vars(caught.value)}"
    assert "a PUT to a.example" in text and "secret" not in text


def test_a_matcher_may_have_a_key_of_its_own() -> None:
    def first_letter(live: MatchRequest, recorded: MatchRequest) -> bool:
        return bool(live.path[1:2] == recorded.path[1:2])

    first_letter.key = lambda request: request.path[1:2]  # type: ignore[attr-defined]  # how a user gives it
    plan = compile_matchers(["method", first_letter])
    assert plan.key(ask("http://a/b")) == plan.key(ask("http://a/bc"))
    assert plan.key(ask("http://a/b")) != plan.key(ask("http://a/c"))
    first_letter.key = lambda request: [request]  # type: ignore[attr-defined]  # not hashable
    with pytest.raises(OptionError, match="its key raised TypeError"):
        compile_matchers([first_letter]).key(ask())


def test_a_body_is_settled_once() -> None:
    plan = compile_matchers(["raw_body"], max_parsed_body=5)
    assert plan.settled(Request("GET", "http://a/", body=OnDisk())).body == BytesBody(b"abc")
    long = compile_matchers(["raw_body"], max_parsed_body=2)
    settled = long.settled(Request("GET", "http://a/", body=OnDisk()))
    assert settled.body is not None and settled.body.size == 3
    assert long.key(settled) == long.key(ask("http://a/", body=b"abc"))


@pytest.mark.filterwarnings("error")
def test_a_matcher_that_never_ran_does_not_let_everything_match() -> None:
    async def awaited(live: MatchRequest, recorded: MatchRequest) -> bool:
        return False

    def yielded(live: MatchRequest, recorded: MatchRequest) -> Any:
        yield False

    for own in (awaited, yielded):
        with pytest.raises(OptionError, match="no verdict"):
            compile_matchers([own]).mismatches(ask(), ask())
