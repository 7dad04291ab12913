"""What is remembered of header fields and short texts changes no answer."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.model import Headers
from hushtape.sanitize import audit, heads
from hushtape.sanitize.chain import build
from hushtape.sanitize.rules import FieldRule, HeaderRule, Rule, SecretRule, ShapeRule, UrlSecretsRule
from hushtape.sanitize.ruleset import Ruleset

SECRET = "s3cr3t/Tok+en&42"
RULES: tuple[Rule, ...] = (
    FieldRule(("token", "code", "password")),
    HeaderRule(remove=frozenset(("x-gone",))),
    ShapeRule(),
    UrlSecretsRule(),
    SecretRule(SECRET, name="#token"),
)
WARM = Ruleset.compile(RULES, engine="ahocorasick")

NAMES = st.sampled_from(
    ["Accept", "Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-Gone", "Location", "Link", SECRET]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "*/*",
            "Bearer abc",
            "Bearer REDACTED",
            f"it is {SECRET}",
            quote(SECRET),
            base64.b64encode(b"u:" + SECRET.encode()).decode(),
            "https://h.example/?token=a&b=1",
            "https://u:p@h.example/",
            "https://h.example/",
            'x; {"token": "a"}',
            '"token": ',
            "sid=x; Path=/",
            "\xe9\xff",
            "ž",
            "a" * 300,
            "state=1",
            "code=2",
        ]
    ),
    st.text(max_size=5),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), VALUES)
def test_a_warm_memory_answers_as_a_cold_one(pairs: list[tuple[str, str]], uri: str) -> None:
    cold = heads.Side(WARM._request.plan, WARM._request.policy)
    alone = [
        heads.Side(WARM._request.plan, WARM._request.policy).fields(Headers([pair])).pairs for pair in pairs
    ]
    expected = tuple(pair for one in alone for pair in one)
    assert cold.fields(Headers(pairs)).pairs == expected
    for _ in range(2):
        out = WARM.head(uri, Headers(pairs), "request")
        assert out[0] == WARM.uri(uri)
        assert out[1].pairs == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=5))
def test_texts_are_audited_each_for_itself_whatever_is_remembered(texts: list[str]) -> None:
    alone = [audit.TextAudit(WARM.scan).look([text]) for text in texts]
    expected = next((one for one in alone if one is not None), None)
    assert (WARM.audit_texts(texts) is None) == (expected is None)
    assert (audit.TextAudit(WARM.scan).look(texts) is None) == (expected is None)


def test_the_audit_of_texts_names_rule_and_place_and_finds_nested_encodings() -> None:
    found = WARM.audit_texts(["fine", "x " + SECRET])
    assert found == audit.Finding("#token", "at byte 2")
    nested = base64.b64encode(base64.b64encode(SECRET.encode() * 2)).decode()
    found = WARM.audit_texts(["fine", f"/v1/{nested}"])
    assert found is not None
    assert "base64" in found.place
    assert SECRET not in repr(found)


def test_only_clean_and_short_fields_are_remembered_and_never_too_many() -> None:
    ruleset = Ruleset(RULES, "ahocorasick")  # one of its own: compiled ones are shared
    side = ruleset._request
    raw = [("Authorization", "Bearer abc"), ("Location", "/?token=a"), ("X", SECRET), ("Y", "y" * 257)]
    ruleset.head("https://h/", Headers(raw), "request")
    assert side.clean == {("Authorization", "Bearer REDACTED")}
    for number in range(3 * heads.MOST):
        ruleset.headers(Headers([("X-Id", f"id {number}")]), "request")
        assert len(side.clean) <= heads.MOST
    texts = ruleset._texts
    for number in range(3 * audit.REMEMBERED):
        assert ruleset.audit_texts([f"id {number}", "z" * 257]) is None
        assert len(texts._clean) <= audit.REMEMBERED
    assert "z" * 257 not in texts._clean


def test_known_fields_are_not_scanned_again_and_the_uri_always_is() -> None:
    ruleset = Ruleset(RULES, "ahocorasick")  # one of its own: compiled ones are shared
    headers = Headers([("Accept", "*/*"), ("Authorization", "Bearer REDACTED")])
    ruleset.head("https://h/a", headers, "request")
    looked: list[bytes] = []
    plan = ruleset._request.plan
    scan = plan.scan
    plan.scan = lambda data: looked.append(data) or scan(data)  # type: ignore[func-returns-value]  # a spy
    assert ruleset.head("https://h/?token=b", headers, "request") == ("https://h/?token=REDACTED", headers)
    assert looked == [b"https://h/?token=b"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (b"https://u:p@h/", b"https://REDACTED@h/"),
        (b"https:\\/\\/u:p@h\\/", b"https:\\/\\/REDACTED@h\\/"),
        (b"https://u@corp:p@h/", b"https://REDACTED@h/"),
        (b'{"url":"https://u:a\\u0026b@h/"}', b'{"url":"https://REDACTED@h/"}'),
        (b"https://h/a a@b.example", b"https://h/a a@b.example"),
        (b'["https://h","a:b@c.example"]', b'["https://h","a:b@c.example"]'),
        (b"https://medium.example/@someone", b"https://medium.example/@someone"),
        (b"https://cdn.example/pkg@1.2.3:4", b"https://cdn.example/pkg@1.2.3:4"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_userinfo_is_what_stands_between_a_scheme_and_the_last_at_sign(
    text: bytes, clean: bytes, size: int
) -> None:
    scrubber = WARM.scrubber("response")
    pieces = [scrubber.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert b"".join((*pieces, scrubber.finish())) == clean


def test_a_url_is_settled_at_a_glance_only_without_an_at_sign() -> None:
    assert WARM.uri("https://h.example/a") == "https://h.example/a"
    assert WARM.uri("https://u:p@h.example/a") == "https://REDACTED@h.example/a"
    assert WARM.uri("https://u%3Ap@h.example/a") == "https://REDACTED@h.example/a"


def test_each_field_gets_the_placeholder_of_the_rule_that_redacts_it() -> None:
    rules: list[Rule] = [
        HeaderRule(placeholder="CREDENTIAL"),
        HeaderRule(redact=frozenset(("X-One",)), credentials=False, placeholder="ONE"),
        HeaderRule(redact=frozenset(("x-two",)), credentials=False, placeholder="TWO"),
        HeaderRule(remove=frozenset(("x-gone",)), credentials=False, placeholder="NONE"),
    ]
    headers = Headers(
        [("x-one", "a"), ("X-Two", "b"), ("X-Api-Key", "c"), ("Cookie", "d=e"), ("X-Gone", "f")]
    )
    ruleset = Ruleset.compile(rules)
    clean = ruleset.headers(headers, "response")
    assert clean.pairs == (
        ("x-one", "ONE"),
        ("X-Two", "TWO"),
        ("X-Api-Key", "CREDENTIAL"),
        ("Cookie", "d=CREDENTIAL"),
    )
    assert ruleset.headers(clean, "response") is clean


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("user:pw@h.example:80", "REDACTED@h.example:80"),
        ("token@h.example", "REDACTED@h.example"),
        ("REDACTED@h.example", "REDACTED@h.example"),
        ("h.example", "h.example"),
        ("@h.example", "@h.example"),
    ],
)
def test_userinfo_in_a_host_field_goes(value: str, clean: str) -> None:
    rules = build(engine="ahocorasick").ruleset
    assert rules.headers(Headers([("Host", value)]), "request").get("host") == clean


def test_cookies_that_a_proxy_folded_go_with_spaces_around_their_sign() -> None:
    folded = "a=1; Path=/, b = Zk93mP0qX7; Expires=Wed, 09 Jun 2021 10:18:14 GMT, c d =x; Path=/a"
    left = build().ruleset.headers(Headers([("Set-Cookie", folded)]), "response").pairs[0][1]
    expires = "Expires=Wed, 09 Jun 2021 10:18:14 GMT"
    assert left == f"a=REDACTED; Path=/, b = REDACTED; {expires}, c d =REDACTED; Path=/a"
