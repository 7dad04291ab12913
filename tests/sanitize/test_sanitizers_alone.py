"""Sanitizers used by themselves, on request objects and response dicts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hushtape.sanitize.sanitizers import CompositeSanitizer, DefaultSanitizer, TokenSanitizer
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    QueryParamSanitizer,
)

TOKEN = "tok-93ab7712"


def request(**changes: Any) -> SimpleNamespace:
    values = {
        "method": "POST",
        "uri": f"https://h.example/a?x={TOKEN}",
        "headers": {"X-A": TOKEN},
        "body": None,
    }
    return SimpleNamespace(**{**values, **changes})


def response(body: Any, **headers: list[str]) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": body}}


def test_an_exact_value_goes_from_uri_headers_and_bodies_and_the_original_stays() -> None:
    one = TokenSanitizer([TOKEN])
    given = request(body=f"a={TOKEN}")
    clean = one.before_record_request(given)
    assert (clean.uri, clean.headers) == ("https://h.example/a?x=REDACTED", {"X-A": "REDACTED"})
    assert clean.body == "a=REDACTED"
    assert given.body == f"a={TOKEN}"
    answer = one.before_record_response(response(f'{{"a": "{TOKEN}"}}'.encode(), Via=[TOKEN, "x"]))
    assert answer["body"]["string"] == b'{"a": "REDACTED"}'
    assert answer["headers"] == {"Via": ["REDACTED", "x"]}


def test_keep_lists_hold_when_used_alone() -> None:
    fields = {"Content-Type": ["text/plain"], "ETag": ["1"], "Date": ["now"]}
    assert list(DefaultSanitizer().before_record_response(response(b"x", **fields))["headers"]) == [
        "Content-Type"
    ]
    kept = HeaderSanitizer(headers_to_remove=["date"]).before_record_response(response(b"x", **fields))
    assert list(kept["headers"]) == ["Content-Type"]


@pytest.mark.parametrize("body", [b"\xff\xfe\x00 raw", "text", "", b"", None])
def test_bodies_without_a_secret_are_the_same(body: Any) -> None:
    assert DefaultSanitizer().before_record_response(response(body))["body"]["string"] == body
    assert DefaultSanitizer().before_record_request(request(body=body)).body == body


def test_fields_parameters_and_addresses() -> None:
    chain = CompositeSanitizer([BodyFieldSanitizer(["iban"], "X"), QueryParamSanitizer(), IPv4UrlSanitizer()])
    clean = chain.before_record_request(
        request(uri="http://10.0.0.1/a?access_token=abc", body='{"iban": "DE1"}')
    )
    assert clean.uri == "https://REDACTED-IPV4/a?access_token=token"
    assert clean.body == '{"iban": "X"}'


def test_a_change_of_its_rules_is_seen() -> None:
    one = TokenSanitizer([TOKEN])
    assert one.before_record_request(request(body="other-token")).body == "other-token"
    one.tokens.append("other-token")
    assert one.before_record_request(request(body="other-token")).body == "REDACTED"
