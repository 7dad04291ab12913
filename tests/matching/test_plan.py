"""match_on is compiled, and says what it needs of a body."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.errors import OptionError
from hushtape.matching import DEFAULT_MATCH_ON, NAMES, compile_matchers
from hushtape.matching.bodies import BodyDigest, DigestedBody, digest
from hushtape.model import BytesBody, Request
from tests.matching.support import BASE, ask

DEFAULT = compile_matchers(DEFAULT_MATCH_ON)


def lines(
    live: Request, recorded: Request, *match_on: str, placeholders: frozenset[str] = frozenset()
) -> list[str]:
    return [each.line for each in compile_matchers(match_on).mismatches(live, recorded, placeholders)]


# --- match_on -------------------------------------------------------------------------------------


def test_an_unknown_name_is_refused_and_near_ones_are_named() -> None:
    with pytest.raises(OptionError, match="Did you mean 'json_body'") as caught:
        compile_matchers(("method", "jsonbody"))
    assert (caught.value.option, caught.value.value) == ("match_on", "jsonbody")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("wrong", ["method", (), [3], None, ("method", None)])
def test_what_is_no_list_of_matchers_is_refused(wrong: object) -> None:
    with pytest.raises(OptionError):
        compile_matchers(wrong)  # type: ignore[arg-type]  # the wrong type is the point


def test_a_matcher_said_twice_counts_once() -> None:
    assert compile_matchers(["method", "uri", "method"]).names == ("method", "uri")


@pytest.mark.parametrize("name", NAMES)
def test_every_matcher_accepts_equal_requests(name: str) -> None:
    plan = compile_matchers([name])
    one, other = (ask(BASE + "/a?b=1", "POST", b'{"a": 1}', Content_Type="application/json") for _ in "12")
    assert plan.mismatches(one, other) == ()
    assert plan.key(one) == plan.key(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("method", ask(method="PUT")),
        ("scheme", ask("http://api.example.com/")),
        ("host", ask("https://api.example.org/")),
        ("port", ask("https://api.example.com:8443/")),
        ("path", ask(BASE + "/other")),
        ("query", ask(BASE + "/?a")),
        ("uri", ask(BASE + "/#")),
        ("headers", ask(X_Id="1")),
        ("body", ask(body=b"x")),
        ("raw_body", ask(body=b"x")),
        ("json_body", ask(body=b"1")),
        ("form_body", ask(body=b"a=1")),
    ],
)
def test_every_matcher_refuses_what_it_is_named_for(name: str, other: Request) -> None:
    plan = compile_matchers([name])
    found = plan.mismatches(ask(), other)
    assert [each.matcher for each in found] == [name] * len(found) != []
    assert plan.key(ask()) != plan.key(other)


# --- keys -----------------------------------------------------------------------------------------

URIS = st.from_regex(
    r"([Hh]ttps?|ws)://(u@)?([A-Za-z]{1,3}|\[::1\])(:80|:443|:81)?(/[a-cA-C%]{0,2}){0,3}(\?[ab=&%461+]{0,8})?(#x)?",
    fullmatch=True,
)


@given(URIS, URIS)
def test_requests_that_match_have_one_key(one: str, other: str) -> None:
    for live, recorded in [(one, other), (one, one.replace(":443", "")), (one, one.replace("%41", "A"))]:
        if not DEFAULT.mismatches(ask(live), ask(recorded)):
            assert DEFAULT.key(ask(live)) == DEFAULT.key(ask(recorded))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h/a?x=1&y=2", "https://h/a?y=2&x=1"),
        ("https://h/a?x=a%20b", "https://h/a?x=a+b"),
        ("https://h/a?x", "https://h/a?x="),
        ("https://h:443/a", "https://h/a"),
        ("http://h:80", "http://h/"),
        ("https://H/a", "https://h/a"),
        ("https://h/a?", "https://h/a"),
        ("https://h/a#f", "https://h/a"),
    ],
)
def test_uris_that_mean_the_same_match(one: str, other: str) -> None:
    assert DEFAULT.mismatches(ask(one), ask(other)) == ()
    assert DEFAULT.key(ask(one)) == DEFAULT.key(ask(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h/a?x=1&x=2", "https://h/a?x=1"),
        ("https://h/a?x=1&x=1", "https://h/a?x=1"),
        ("https://h/a%2Fb", "https://h/a/b"),
        ("https://h/a", "https://h/a/"),
        ("https://h/A", "https://h/a"),
        ("https://h/?a%3Db=c", "https://h/?a=b%3Dc"),
    ],
)
def test_uris_that_differ_do_not_match(one: str, other: str) -> None:
    assert DEFAULT.mismatches(ask(one), ask(other)) != ()


# --- verdicts -------------------------------------------------------------------------------------


def test_each_difference_is_one_line() -> None:
    live, recorded = ask(BASE + "/v1/orders?page=3&all"), ask(BASE + "/v1/bills?page=2&size=5", "POST")
    assert lines(live, recorded, *DEFAULT_MATCH_ON) == [
        "method: asked 'GET', recorded 'POST'",
        "path segment 2: asked 'orders', recorded 'bills'",
        "query page: asked '3', recorded '2'",
        "query all: asked '', not recorded",
        "query size: not asked, recorded '5'",
    ]


def test_header_names_ignore_case_and_values_do_not() -> None:
    assert lines(ask(X_Id="a"), ask(x_iD="a"), "headers") == []
    assert lines(ask(X_Id="a"), ask(X_Id="A"), "headers") == ["header x-id: asked 'a', recorded 'A'"]


def test_a_multipart_boundary_does_not_count() -> None:
    def upload(mark: str, text: str = "x") -> Request:
        part = f'--{mark}\r\nContent-Disposition: form-data; name="f"\r\n\r\n{text}\r\n--{mark}--\r\n'
        return ask(method="POST", body=part.encode(), Content_Type=f"multipart/form-data; boundary={mark}")

    for name in ("body", "form_body", "headers"):
        plan = compile_matchers([name])
        assert plan.mismatches(upload("4f2a"), upload("99bc")) == ()
        assert plan.key(upload("4f2a")) == plan.key(upload("99bc"))
    assert lines(upload("4f2a"), upload("99bc", "y"), "body") != []


def test_the_order_of_a_uris_parameters_counts_for_uri_only() -> None:
    one, other = ask(BASE + "/?a=1&b=2"), ask(BASE + "/?b=2&a=1")
    assert lines(one, other, "query") == []
    assert len(lines(one, other, "uri")) == 1


# --- callables ------------------------------------------------------------------------------------


def same_size(live: Request, recorded: Request) -> bool:
    return len(live.uri) == len(recorded.uri)


def assert_short(live: Request, recorded: Request) -> None:
    assert len(live.uri) < 9, "too long"


def test_a_callable_decides() -> None:
    plan = compile_matchers([same_size])
    assert plan.mismatches(ask("https://a/1"), ask("https://a/2")) == ()
    assert (
        plan.mismatches(ask("https://a/1"), ask("https://a/22"))[0].line
        == "matcher same_size: returned False"
    )
    assert plan.key(ask("https://a/1")) == plan.key(ask("https://a/22"))


def test_a_callable_may_assert_and_its_text_is_the_reason() -> None:
    plan = compile_matchers(["method", assert_short])
    assert plan.mismatches(ask("h://a"), ask()) == ()
    assert plan.mismatches(ask(), ask())[0].line == "matcher assert_short: too long"


def test_a_callable_that_fails_is_told_by_name() -> None:
    def broken(live: Request, recorded: Request) -> bool:
        raise KeyError(live.uri)

    with pytest.raises(OptionError, match=r"broken.*KeyError") as caught:
        compile_matchers([broken]).mismatches(ask(), ask())
    assert caught.value.option == "match_on"


# --- what is needed of a body ---------------------------------------------------------------------


def test_a_plan_says_whether_it_needs_bodies() -> None:
    assert not DEFAULT.needs_body
    assert DEFAULT.uri_only
    assert not compile_matchers(["headers"]).uri_only
    for name in ("body", "raw_body", "json_body", "form_body"):
        assert compile_matchers([name]).needs_body
    same_size.needs_body = False  # type: ignore[attr-defined]  # how a user says so
    try:
        assert not compile_matchers([same_size]).needs_body
    finally:
        del same_size.needs_body  # type: ignore[attr-defined]  # as above
    assert compile_matchers([same_size]).needs_body


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_a_digest_does_not_depend_on_how_the_bytes_came(pieces: list[bytes]) -> None:
    sink = BodyDigest()
    for piece in pieces:
        sink.feed(piece)
    whole = b"".join(pieces)
    assert sink.finish() == digest(BytesBody(whole))
    plan = compile_matchers(["raw_body"])
    live = Request("PUT", BASE, body=sink.finish())
    assert plan.key(live) == plan.key(ask(BASE, body=whole))
    assert plan.mismatches(live, ask(BASE, body=whole)) == ()
    assert plan.mismatches(live, ask(BASE, body=whole + b"!")) != ()
    assert isinstance(live.body, DigestedBody)
