"""An Authorization that stands in a body is redacted by its scheme; a sentence about one stays."""

from __future__ import annotations

import base64

import pytest
from tests.sanitize.written_ways import scrubbed

from hushtape.sanitize.chain import build

RULES = build().ruleset
BASIC = base64.b64encode(b"user:q7-password").decode()
KEY = base64.b64encode("klíč:".encode()).decode()


def _scrubbed(text: str, size: int = 1 << 20) -> str:
    body = text.encode()
    scrubber = RULES.scrubber("response", "application/json")
    out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return (b"".join(out) + scrubber.finish()).decode()


@pytest.mark.parametrize(
    "text",
    [
        '{"headers":{"Authorization":"Bearer %s"}}',
        '{"log":"{\\"authorization\\": \\"Bearer %s\\"}"}',
        '{"key":"Authorization","value":"bearer %s"}',
        "curl -H 'Authorization: Bearer %s' https://example.com",
        "header=Bearer%%20%s&x=1",
        "header=Bearer+%s&x=1",
    ],
)
@pytest.mark.parametrize("size", [1 << 20, 1])
def test_a_bearer_token_is_redacted(text: str, size: int) -> None:
    assert _scrubbed(text % "q7-some.token_with~digits", size) == text % "REDACTED"
    assert _scrubbed(text % "REDACTED", size) == text % "REDACTED"


@pytest.mark.parametrize(
    "text", ['{"Authorization":"Basic %s"}', "> Authorization: Basic %s\r\n", "x=Basic%%20%s&y=1"]
)
@pytest.mark.parametrize("coded", [BASIC, KEY, BASIC.rstrip("=")])
def test_a_basic_pair_is_redacted(text: str, coded: str) -> None:
    assert _scrubbed(text % coded) == text % "REDACTED"
    assert _scrubbed(text % coded, size=1) == text % "REDACTED"


@pytest.mark.parametrize(
    "text",
    [
        "Bearer authentication is required",
        "Bearer token-based-authentication-of-users is on",
        'Bearer realm="example", error="invalid_token"',
        '{"token_type": "Bearer", "x": 1}',
        "Basic authentication of users, Basic information, basic understanding",
        "Basic Auth0 is no pair",
        "forbearer 0123456789abcdef",
    ],
)
def test_a_sentence_about_a_scheme_stays(text: str) -> None:
    assert _scrubbed(text) == text


@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM", "negotiate"])
def test_the_token_of_a_challenge_in_a_dump_of_header_fields(scheme: str) -> None:
    token = "YIIZpQmTJkXhLAqHCm8eaDYNUDPuqEbeUjU/+="
    for text in (
        '{"WWW-Authenticate": ["@ #"]}',
        "[(b'WWW-Authenticate', b'@ #')]",
        "< WWW-Authenticate: @ #\n",
    ):
        written = text.replace("@", scheme)
        assert scrubbed(written.replace("#", token), "text/plain") == written.replace("#", "REDACTED")
    for text in ("We negotiate internationalization2 with them", "NTLM authentication is required"):
        assert scrubbed(text, "text/plain") == text


@pytest.mark.parametrize(
    "form",
    [
        '{"headers":{"Authorization":"Basic %s"}}',
        '{"Authorization":["Basic %s"]}',
        '[{"name":"Authorization","value":"Basic %s"}]',
        "{'Authorization': 'Basic %s'}",
    ],
)
def test_a_key_where_basic_has_its_pair_goes_under_the_field_and_a_word_stays(form: str) -> None:
    ruleset = build().ruleset

    def scrubbed(value: str) -> bytes:
        scrubber = ruleset.scrubber("response", "application/json")
        return scrubber.feed((form % value).encode()) + scrubber.finish()

    for key in ("NGEwMGZmMjItY2NkNy0xMWUzLTk5ZDUtMDAwYzI5NDBlNjJj", "n037KxJ8Qw2LmzTv9xQ4Rt7Zz1b"):
        assert key.encode() not in scrubbed(key)
    assert b"Basic REDACTED" in scrubbed("dXNlcjpxNy11bmd1ZXNzYWJsZS0wMDkz")
    for word in ("authentication", "authentication-is-required"):
        assert scrubbed(word) == (form % word).encode()
