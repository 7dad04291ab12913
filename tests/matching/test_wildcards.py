"""A cassette recorded with a secret replays where the secret is unknown: its places match any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching import DEFAULT_MATCH_ON, compile_matchers
from hushtape.matching.documents import MAX_POINTERS
from hushtape.model import Request
from tests.matching.support import BASE, ask, form_request, json_request

HELD = frozenset(("REDACTED", "token"))
DEFAULT = compile_matchers(DEFAULT_MATCH_ON)
EVERYTHING = compile_matchers((*DEFAULT_MATCH_ON, "headers", "body"))


def meets(live: Request, recorded: Request, *match_on: str) -> bool:
    """As a session does it: by the masked key, then by the matchers; both have to agree."""
    plan = compile_matchers(match_on or DEFAULT_MATCH_ON)
    shape = plan.wildcard(recorded, HELD)
    if shape is None:
        return False
    matches = not plan.mismatches(live, recorded, HELD)
    if matches:
        assert plan.masked_key(live, shape) == plan.masked_key(recorded, shape)
    return matches and plan.masked_key(live, shape) == plan.masked_key(recorded, shape)


@pytest.mark.parametrize(
    ("live", "recorded"),
    [
        ("/u/bob/orders", "/u/REDACTED/orders"),
        ("/u/user-bob-x", "/u/user-REDACTED-x"),
        ("/u/b%20b", "/u/REDACTED"),
        ("/u/a%3Ab", "/u/a%3AREDACTED"),
        ("/?key=abc&page=1", "/?page=1&key=REDACTED"),
        ("/?key=a+b%26c", "/?key=REDACTED"),
        ("/?key=abc", "/?key=token"),
        ("/?key=1&key=x", "/?key=REDACTED&key=1"),
        ("/?auth=Bearer%20abc", "/?auth=Bearer%20REDACTED"),
    ],
)
def test_a_placeholder_matches_any_text_in_its_place(live: str, recorded: str) -> None:
    assert meets(ask(BASE + live), ask(BASE + recorded))
    assert meets(ask(BASE + live), ask(BASE + recorded), "method", "uri") == ("&" not in recorded)
    assert DEFAULT.mismatches(ask(BASE + live), ask(BASE + recorded)) != ()


@pytest.mark.parametrize(
    ("live", "recorded"),
    [
        ("/u/bob/orders", "/u/REDACTED/bills"),
        ("/u/bob/x/orders", "/u/REDACTED/orders"),
        ("/u/user-bob-y", "/u/user-REDACTED-x"),
        ("/?key=abc&page=2", "/?page=1&key=REDACTED"),
        ("/?kee=abc", "/?key=REDACTED"),
        ("/?key=2&key=x", "/?key=REDACTED&key=1"),
        ("/?key=1", "/?key=REDACTED&key=1"),
        ("/oauth/revoke", "/oauth/token"),
        ("/?a=tokenise", "/?a=tokens"),
    ],
)
def test_what_stands_around_a_placeholder_has_to_be_met(live: str, recorded: str) -> None:
    assert not meets(ask(BASE + live), ask(BASE + recorded))


@pytest.mark.parametrize(
    ("live", "recorded"),
    [
        (ask(BASE, "POST"), ask(BASE, "REDACTED")),
        (ask("https://a.example/"), ask("https://redacted.example/")),
        (ask("https://a.example/"), ask("https://REDACTED/")),
        (ask("https://a.example:81/"), ask("https://a.example:REDACTED/")),
        (ask("https://a.example/"), ask("REDACTED://a.example/")),
    ],
)
def test_method_scheme_host_and_port_have_no_placeholders(live: Request, recorded: Request) -> None:
    for names in (DEFAULT_MATCH_ON, ("method", "uri")):
        plan = compile_matchers(names)
        assert plan.wildcard(recorded, HELD | {"redacted"}) is None
        assert plan.mismatches(live, recorded, HELD | {"redacted"}) != ()


def test_a_request_without_placeholders_has_no_shape() -> None:
    assert DEFAULT.wildcard(ask(BASE + "/a?b=c%20d"), HELD) is None
    assert DEFAULT.wildcard(ask(BASE + "/REDACTED"), ()) is None
    assert compile_matchers(["method", "host"]).wildcard(ask(BASE + "/REDACTED"), HELD) is None


def test_requests_of_one_kind_share_a_shape() -> None:
    uris = [f"{BASE}/u/REDACTED/orders?page={page}&key=REDACTED" for page in range(100)]
    shapes = {DEFAULT.wildcard(ask(uri), HELD) for uri in uris}
    assert len(shapes) == 1
    shape = shapes.pop()
    assert shape is not None
    keys = {DEFAULT.masked_key(ask(uri), shape) for uri in uris}
    assert len(keys) == 100


def test_headers_have_places_where_they_are_matched() -> None:
    recorded = ask(Authorization="Bearer REDACTED", X_Id="1")
    assert meets(ask(Authorization="Bearer abc", X_Id="1"), recorded, "headers")
    assert not meets(ask(Authorization="Basic abc", X_Id="1"), recorded, "headers")
    assert not meets(ask(Authorization="Bearer abc", X_Id="2"), recorded, "headers")
    assert DEFAULT.wildcard(recorded, HELD) is None


@pytest.mark.parametrize(
    ("live", "recorded", "match"),
    [
        ('{"a": {"key": "abc"}, "b": 1}', '{"b": 1, "a": {"key": "REDACTED"}}', True),
        ('[{"k": "x", "n": 1}, {"k": "y"}]', '[{"k": "REDACTED", "n": 1}, {"k": "REDACTED"}]', True),
        ('{"rows": [{"k": "x"}, {"k": "other"}]}', '{"rows": [{"k": "REDACTED"}, {"k": "y"}]}', False),
        ('{"a": {"key": "abc"}, "b": 2}', '{"b": 1, "a": {"key": "REDACTED"}}', False),
        ('{"pin": 1234}', '{"pin": "REDACTED"}', True),
        ('{"pin": {"x": 1}}', '{"pin": "REDACTED"}', True),
        ('{"pin": 1234}', '{"pin": "n-REDACTED"}', False),
        ("{}", '{"pin": "REDACTED"}', False),
        ('"abc"', '"REDACTED"', True),
    ],
)  # fmt: skip
def test_json_values_have_places(live: str, recorded: str, match: bool) -> None:
    for name in ("body", "json_body"):
        assert meets(json_request(live), json_request(recorded), name) is match


def test_form_fields_have_places() -> None:
    recorded = form_request("grant_type=client&client_secret=REDACTED")
    assert meets(form_request("client_secret=a%20b&grant_type=client"), recorded, "body")
    assert not meets(form_request("client_secret=a%20b&grant_type=other"), recorded, "body")


def test_raw_bodies_have_places() -> None:
    recorded = ask(body=b"\xffid=REDACTED;end")
    assert meets(ask(body=b"\xffid=12;end"), recorded, "raw_body")
    assert not meets(ask(body=b"\xfeid=12;end"), recorded, "raw_body")


def test_a_body_with_very_many_places_is_one_place_and_still_compared() -> None:
    names = range(MAX_POINTERS + 1)
    recorded = json_request("{" + ",".join(f'"k{n}":"REDACTED"' for n in names) + ',"z":1}')
    live = "{" + ",".join(f'"k{n}":"s{n}"' for n in names) + ',"z":1}'
    assert meets(json_request(live), recorded, "body")
    assert not meets(json_request(live.replace('"z":1', '"z":2')), recorded, "body")


PIECES = st.text("ab", min_size=1, max_size=3)


@given(PIECES, PIECES, PIECES, PIECES)
def test_scrubbed_and_unscrubbed_requests_meet(path: str, name: str, value: str, secret: str) -> None:
    def request(text: str) -> Request:
        uri = f"{BASE}/{path}/{text}?{name}={value}{text}"
        return ask(
            uri,
            "POST",
            f'{{"{name}":"{text}","n":"{value}"}}'.encode(),
            Content_Type="application/json",
            X=text,
        )

    assert meets(request(secret), request("REDACTED"), *EVERYTHING.names)


def test_a_coarse_shape_still_leads_to_the_recorded_one() -> None:
    recorded = json_request('{"u1": {"key": "REDACTED"}, "n": 1}')
    plan = compile_matchers(["json_body"])
    shape = plan.wildcard(recorded, HELD)
    assert shape is not None
    for text in ('{"u1": {"key": "x"}, "n": 1}', '{"u2": 5}'):
        assert plan.masked_key(json_request(text), shape.coarse()) == plan.masked_key(
            recorded, shape.coarse()
        )
    assert shape.coarse() == shape.coarse().coarse() != shape
