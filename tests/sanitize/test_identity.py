"""Bytes that no rule matches stay as they are, for any input, in any chunks; no rule matches too much."""

from __future__ import annotations

import json
import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sanitize.corpus.secrets import SECRETS
from tests.support.portions import scrubbed_by

from hushtape.sanitize.chain import build
from hushtape.sanitize.named_secrets import ShortSecretWarning
from hushtape.sanitize.sanitizers import DefaultSanitizer

KINDS = ["", "application/json", "application/x-www-form-urlencoded", "application/xml", "text/event-stream"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ShortSecretWarning)
    FIELDS = DefaultSanitizer(additional_sensitive_fields=["api_key", "apiSecret", "session-id"])
    RULES = build([FIELDS], secrets={**SECRETS, "#short": "zq7", "#pin": "tiger"}).ruleset


def scrubbed(data: bytes, kind: str = "", size: int = 1 << 20) -> bytes:
    scrubber = RULES.scrubber("response", kind)
    return scrubbed_by(scrubber, data, size)


_SIGNS = (
    b'{" "} ": " ": [ ] { } , " \\ \\" \\u00 % %25 %22 & &quot; < > = @ \0 \xff\xfe \xc3 \xe2\x82 :// eyJ',
    b'zipcode=1 decode barcode tokens "code":190 passwords -----BEGIN hunter2Correct9 9f86d0 zq tige 1E400',
)
_WORDS = [*_SIGNS[0].split(b" "), *_SIGNS[1].split(b" "), b"\n", b"\r\n", b" ", b"correct horse", b"9" * 29]
_soup = st.lists(st.sampled_from(_WORDS), max_size=40).map(b"".join)


@given(st.one_of(st.binary(max_size=400), _soup), st.sampled_from(KINDS), st.integers(1, 50))
def test_any_bytes_stay_if_no_rule_matches_them(data: bytes, kind: str, size: int) -> None:
    left = scrubbed(data, kind, size)
    assert left == scrubbed(data, kind), "what comes out depends on the bytes alone"
    if b"REDACTED" not in left and "REDACTED".encode("utf-16-le") not in left:
        assert left == data or len(left) != len(data)
        assert left == data


@given(
    st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"])
)
def test_texts_in_any_coding_stay(text: str, coding: str) -> None:
    data = text.encode(coding, "replace")
    left = scrubbed(data)
    assert left == data or b"R\0E\0D" in left or b"REDACTED" in left


ODD: dict[str, bytes] = {
    "random": random.Random(1).randbytes(300_000),
    "random, no NUL": random.Random(2).randbytes(200_000).replace(b"\0", b"x"),
    "NULs": b"\0" * 100_000,
    "broken UTF-8": b"\xc3\x28\xe2\x28\xa1\xf0\x90\x28\xbc\xff\xfe" * 5_000,
    "cut UTF-16": json.dumps({"a": "\u0159" * 3000}, ensure_ascii=False).encode("utf-16")[:-1],
    "lone surrogates": b"\xff\xfe" + b"\x00\xd8a\0\x00\xdc" * 9_000,
    "duplicate keys": b'{"a": 1, "a": 2, "a": {"b": 1, "b": 1}}',
    "long numbers": b'{"a": 12345678901234567890123456789, "b": 1E400, "c": -0.0, "d": 1.10}',
    "numbers under names": b'{"token": 12, "access_token": 1234567890123456789, "client_id": 1E400}',
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "one line": b'{"rows": ["' + b"lorem ipsum dolor " * 60_000 + b'"]}',
    "spaced": b'{ "a" :\t[ 1 ,2,\r\n 3 ] }\n\n',
    "cut": b'{"a": "b',
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + random.Random(3).randbytes(5_000),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
def test_odd_bodies_stay(name: str, size: int) -> None:
    if size > 7 or len(ODD[name]) < 60_000:
        assert scrubbed(ODD[name], "application/json", size) == ODD[name]


def test_one_line_of_ten_megabytes_keeps_all_but_its_secret() -> None:
    half = b"lorem ipsum dolor " * 290_000
    data = b'["' + half + SECRETS["letters and digits"].encode() + half + b'"]'
    assert scrubbed(data, "application/json") == b'["' + half + b"REDACTED" + half + b'"]'


KEPT = [
    "zipcode=12345&decode=abc&barcode=99&unicode=x&encode=1",
    "monkey=1&keyboard=2&tokens=3&passenger=Bob&passwordless=yes&codec=h264",
    '{"error": {"code": 190, "message": "x"}}',
    '{"code": "THROTTLED", "message": "slow down"}',
    '{"error": {"code": "invalid_grant_x", "status": 400}}',
    '{"postal_code": "60200", "country_code": "CZ", "promo-code": "X", "errorCode": "E1", "code_name": "x"}',
    '{"token_type": "bearer", "tokens_used": 5, "token_count": 17, "expires_in": 3600}',
    '{"next_page_token": "CAoQAA", "nextPageToken": "abc", "page_token": "x", "continuation_token": "y"}',
    '{"password_reset_url": "https://x.example/reset", "passwordChangedAt": "2024-01-01"}',
    '{"has_password": true, "password": null, "token": false, "access_token": null, "client_id": 12345}',
    '{"client_ids": ["a", "b"], "client": "x", "tokenizer": "gpt", "passwords_count": 3}',
    "tigers are no tiger-lilies; a tigerish zq77 and azq7 in zq7x",
    "my_tiger, tiger_cub and tiger-cub",
    "<tokens>12</tokens><passwordless>yes</passwordless><zipcode>1</zipcode>",
    "the password: see below. token is what they call it; password = unknown; code: 5",
    '{"sig": 5, "signature_date": "2024-01-01", "design": "x", "assignature": "y"}',
    "https://www.example.com/a@b/c?email=joe@example.com&design=1",
    "mailto:joe@example.com, git@github.com:a/b.git, //cdn.example.com/x@2x.png",
    "eyJust a word, ghp_short, AKIA, sk-ant-x, xoxb-1, AIzaSy, SG.x.y",
    '{"q": "SELECT token FROM t", "note": "code review: done", "type": "password"}',
    '{"name": "token", "label": "Password", "fields": ["access_token", "code"]}',
]


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_a_credential_stays(text: str) -> None:
    for size in (1, 1 << 20):
        assert scrubbed(text.encode(), "application/json", size).decode() == text


@pytest.mark.parametrize("path", ["?zipcode=1&decode=2&barcode=3", "?code=E1", "/token/list?tokens=5&page=2"])
def test_what_only_looks_like_a_credential_stays_in_a_url(path: str) -> None:
    assert RULES.uri(f"https://api.example.com/v1{path}") == f"https://api.example.com/v1{path}"


NAMES = {
    "access_token": [
        "access_token",
        "accessToken",
        "access-token",
        "AccessToken",
        "ACCESS_TOKEN",
        "ACCESS-TOKEN",
    ],
    "apiSecret": ["api_secret", "apiSecret", "api-secret", "ApiSecret", "API_SECRET"],
    "session-id": ["session_id", "sessionId", "session-id", "SessionId", "SESSION_ID"],
    "password": ["password", "Password", "PASSWORD"],
}
STYLES = [name for names in NAMES.values() for name in names]
SHAPES = {
    "JSON": ('{"%s": "v@lue-1 x", "b": 1}', '{"%s": "REDACTED", "b": 1}'),
    "JSON, tight": ('{"%s":"v@lue-1"}', '{"%s":"REDACTED"}'),
    "JSON, odd spaces": ('{"%s"\t:\n "v@lue"}', '{"%s"\t:\n "REDACTED"}'),
    "escaped quotes": ('{"%s": "a\\"b\\\\", "b": "c"}', '{"%s": "REDACTED", "b": "c"}'),
    "object": ('{"%s": {"a": [1, "}"]}, "b": 1}', '{"%s": "REDACTED", "b": 1}'),
    "list": ('{"%s": ["a", "]"], "b": 1}', '{"%s": "REDACTED", "b": 1}'),
    "null": ('{"%s": null, "b": 1}', '{"%s": null, "b": 1}'),
    "booleans": ('[{"%s": true}, {"%s": false}]', '[{"%s": true}, {"%s": false}]'),
    "JSON in JSON": ('{"e": "{\\"%s\\": \\"v\\", \\"b\\": 1}"}',
                     '{"e": "{\\"%s\\": \\"REDACTED\\", \\"b\\": 1}"}'),
    "URL in JSON": ('{"u": "https:\\/\\/x.y\\/?a=1&%s=v1&b=2"}',
                    '{"u": "https:\\/\\/x.y\\/?a=1&%s=REDACTED&b=2"}'),
    "URL, \\u0026": ('{"u": "https://x.y/?a=1\\u0026%s=v1\\u0026b=2"}',
                     '{"u": "https://x.y/?a=1\\u0026%s=REDACTED\\u0026b=2"}'),
    "NDJSON": ('{"a": 1}\n{"%s": "v"}\n{"b": 1}\n', '{"a": 1}\n{"%s": "REDACTED"}\n{"b": 1}\n'),
    "events": ('data: {"%s": "v"}\n\ndata: [DONE]\n\n', 'data: {"%s": "REDACTED"}\n\ndata: [DONE]\n\n'),
    "XML": ("<a><%s>v1 &amp; v2</%s><b>1</b></a>", "<a><%s>REDACTED</%s><b>1</b></a>"),
    "XML, CDATA": ("<%s><![CDATA[v1]]></%s>", "<%s><![CDATA[REDACTED]]></%s>"),
    "attribute": ('<a %s="v1" b="2"/>', '<a %s="REDACTED" b="2"/>'),
    "GraphQL": ('{ login(%s: "v1", b: 2) { id } }', '{ login(%s: "REDACTED", b: 2) { id } }'),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", STYLES)
def test_a_field_is_redacted_in_every_style_of_name_and_kind_of_document(name: str, shape: str) -> None:
    given_text, expected = (text.replace("%s", name) for text in SHAPES[shape])
    for size in (1, 1 << 20):
        assert scrubbed(given_text.encode(), "application/json", size).decode() == expected


@pytest.mark.parametrize("name", STYLES)
def test_a_field_is_redacted_in_forms_and_urls(name: str) -> None:
    form = scrubbed(f"a=1&{name}=v+1%26&b=2".encode(), "application/x-www-form-urlencoded")
    assert form.decode() == f"a=1&{name}=REDACTED&b=2"
    assert RULES.uri(f"https://x.y/z?{name}=v1&b=2#top") == f"https://x.y/z?{name}=REDACTED&b=2#top"
