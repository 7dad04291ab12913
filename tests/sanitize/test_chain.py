"""The chain: what the user gave becomes rules and callbacks; secrets are checked, never shown."""

from __future__ import annotations

import json
import pickle
import traceback
import warnings
from typing import Any

import pytest

from hushtape.errors import SanitizerError
from hushtape.model import Headers
from hushtape.sanitize.chain import Chain, build
from hushtape.sanitize.named_secrets import ShortSecretWarning
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.sanitizers import (
    CallbackSanitizer,
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    TokenSanitizer,
)
from hushtape.sanitize.sanitizers_base import BaseSanitizer, dedup_sanitizers
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_http import HeaderSanitizer, QueryParamSanitizer

SECRET = "kT9-secret-value"


def scrub(chain: Chain, body: bytes) -> bytes:
    scrubber = chain.ruleset.scrubber("response", "application/json")
    return scrubber.feed(body) + scrubber.finish()


def secret_rules(chain: Chain) -> dict[str, str]:
    return {rule.name: rule.value for rule in chain.ruleset.rules if isinstance(rule, SecretRule)}


@pytest.mark.parametrize(
    "secrets",
    [{"#token": SECRET}, [SECRET], (SECRET,), {SECRET}, {"#token": SECRET.encode()}, {"db": {"#p": SECRET}}],
)
def test_secrets_are_taken_from_mappings_and_lists(secrets: Any) -> None:
    assert scrub(build(secrets=secrets), b'{"a": "%s"}' % SECRET.encode()) == b'{"a": "REDACTED"}'


def test_secrets_are_redacted_without_the_default_sanitizer_too() -> None:
    chain = build(secrets={"#token": SECRET}, default_sanitizer=False)
    assert scrub(chain, b'{"password": "stays", "a": "%s"}' % SECRET.encode()) == (
        b'{"password": "stays", "a": "REDACTED"}'
    )


@pytest.mark.parametrize("value", ["", None, b""])
def test_an_empty_secret_says_that_one_stood_here(value: Any) -> None:
    chain = build(secrets={"#token": value, "#other": SECRET})
    assert chain.unknown == ("#token",)
    assert secret_rules(chain) == {"#other": SECRET}


def test_a_secret_under_three_bytes_is_an_error_that_names_the_key() -> None:
    with pytest.raises(SanitizerError, match="'#flag'") as caught:
        build(secrets={"#flag": "1Q"})
    assert "1Q" not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.sanitizer == "#flag"


def test_a_secret_under_three_bytes_can_be_left_out_with_a_warning() -> None:
    with pytest.warns(ShortSecretWarning, match="'#flag'"):
        chain = build(secrets={"#flag": "1Q"}, drop_short=True)
    assert secret_rules(chain) == {}


def test_a_secret_under_six_bytes_warns_and_names_the_key() -> None:
    with pytest.warns(ShortSecretWarning, match="'#pin'") as caught:
        build(secrets={"#pin": 48213})
    assert "48213" not in str(caught[0].message)


def test_a_long_secret_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build(secrets={"#token": SECRET})


@pytest.mark.parametrize("secrets", ["lone-string", b"lone", 5, {"#a": 1.5}, {"#a": True}, [object()]])
def test_secrets_of_a_wrong_kind_are_refused(secrets: Any) -> None:
    with pytest.raises(SanitizerError):
        build(secrets=secrets)


@pytest.mark.parametrize("value", ["REDACTED", "redac", "EDACT"])
def test_a_secret_inside_a_replacement_text_is_refused(value: str) -> None:
    with pytest.raises(SanitizerError, match="'#token'"):
        build(secrets={"#token": value})


def test_the_parts_of_a_service_account_are_secrets_and_its_addresses_are_not() -> None:
    account = {
        "type": "service_account",
        "private_key": "-----BEGIN-X-----\nMIIEvQIBADANBg\n",
        "private_key_id": "0f1e2d3c4b5a",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    }
    values = secret_rules(build(secrets={"#account": json.dumps(account)}))
    assert sorted(values) == ["#account", "#account.private_key", "#account.private_key_id"]


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("q7-secret-0093\n", "q7-secret-0093"),
        (" \tq7-secret-0093\r\n", "q7-secret-0093"),
        (b"q7-secret-0093\n", "q7-secret-0093"),
        ("'q7-secret-0093'", "q7-secret-0093"),
        ("Bearer q7-secret-0093\n", "q7-secret-0093"),
        ("postgresql+psycopg://user:q7-secret%2F0093@db.example.com:5432/x?a=b", "q7-secret/0093"),
        ("postgres://user:q7@secret-0093@db.example.com", "q7@secret-0093"),
        ("Endpoint=https;AccountName=x;AccountKey=q7secret0093==;Suffix=y", "q7secret0093=="),
        ("host=db password=q7-secret-0093 user=x", "q7-secret-0093"),
    ],
)
def test_a_value_is_looked_for_without_what_stands_around_the_credential(
    given: str | bytes, part: str
) -> None:
    for chain in (build(secrets={"#key": given}), build(secrets=[given])):
        assert chain.ruleset.text(f"a {part} b") == "a REDACTED b"


def test_sanitizers_look_for_values_without_the_space_around_them() -> None:
    for sanitizer in (
        TokenSanitizer(["q7-secret-0093\n"]),
        DefaultSanitizer(sensitive_values=["q7-secret-0093\n"]),
        ConfigSecretsSanitizer({"#dsn": "mysql://u:q7-secret-0093@h\n"}),
    ):
        assert build([sanitizer]).ruleset.text("a q7-secret-0093 b") == "a REDACTED b"


@pytest.mark.parametrize("value", ["postgres://postgres:postgres@postgres", "Bearer REDACTED", "   x \n\n  "])
def test_words_and_placeholders_within_a_value_are_no_secrets_of_their_own(value: str) -> None:
    chain = build(secrets={"#key": value})
    for word in ("postgres", "Bearer", "x", "Basic"):
        assert chain.ruleset.text(f"a {word} b") == f"a {word} b"


def test_no_value_is_in_a_repr_or_a_pickled_error() -> None:
    chain = build([TokenSanitizer([SECRET])], {"#token": SECRET})
    assert SECRET not in repr(chain) + repr(chain.ruleset.rules) + repr(TokenSanitizer([SECRET]))
    with pytest.raises(SanitizerError) as caught:
        build(secrets={"#a": SECRET, "#b": 1.5})
    assert SECRET.encode() not in pickle.dumps(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


class Own(BaseSanitizer):
    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        return response


class OwnDefault(DefaultSanitizer):
    def before_record_request(self, request: Any) -> Any:
        return request


class OwnFields(DefaultSanitizer):
    def __init__(self) -> None:
        super().__init__(sensitive_fields=["iban"])


def test_code_is_told_from_rules_in_the_order_given() -> None:
    callback, own, mixed = CallbackSanitizer(lambda request: request), Own(), OwnDefault(["iban"])
    nested = CompositeSanitizer([TokenSanitizer(["nested-token"]), CompositeSanitizer([own])])
    chain = build([callback, nested, mixed, OwnFields()])
    assert chain.callbacks == (callback, own, mixed)
    assert scrub(chain, b'{"iban": "DE00", "t": "nested-token"}') == b'{"iban": "REDACTED", "t": "REDACTED"}'


def test_declarative_sanitizers_alone_need_no_callback() -> None:
    assert build([HeaderSanitizer(), DefaultSanitizer(), QueryParamSanitizer()]).callbacks == ()


@pytest.mark.parametrize("sanitizers", ["x", 5, [TokenSanitizer], [lambda request: request], [None]])
def test_what_is_no_sanitizer_is_refused(sanitizers: Any) -> None:
    with pytest.raises(SanitizerError):
        build(sanitizers)


def test_what_scrubs_before_read_is_compiled_apart_too() -> None:
    flagged = TokenSanitizer(["a-token-of-mine"], "GONE", scrub_before_read=True)
    chain = build([TokenSanitizer(["another-token"]), flagged])
    assert chain.reading is not None and build().reading is None
    text = "a-token-of-mine another-token"
    assert chain.reading.ruleset.text(text) == "GONE another-token"
    assert chain.ruleset.text(text) == "GONE REDACTED"
    assert chain.reading.placeholders["GONE"] == ("TokenSanitizer",)
    assert chain.reading.fillers == {"R09ORSEh", "474f4e45"}


def test_a_composite_hands_scrub_before_read_to_its_parts() -> None:
    part = TokenSanitizer(["a-token-of-mine"])
    chain = build([CompositeSanitizer([part], scrub_before_read=True)])
    assert chain.reading is not None and chain.reading.ruleset.text("a-token-of-mine") == "REDACTED"
    assert part.scrub_before_read is False


def test_what_scrubs_before_read_is_merged_with_its_like_alone() -> None:
    one, other = TokenSanitizer(["first-token"]), TokenSanitizer(["second-token"], scrub_before_read=True)
    kept = dedup_sanitizers([one, other, TokenSanitizer(["third-token"], scrub_before_read=True)])
    assert [sanitizer.scrub_before_read for sanitizer in kept] == [False, True]


def test_a_tape_keeps_header_fields_unless_a_list_of_the_user_drops_them() -> None:
    fields = Headers([("ETag", '"1"'), ("Server", "x"), ("X-Api-Key", "abc"), ("Location", "/next")])
    kept = build().ruleset.headers(fields, "response")
    assert kept.pairs == (
        ("ETag", '"1"'),
        ("Server", "x"),
        ("X-Api-Key", "REDACTED"),
        ("Location", "/next"),
    )
    removed = build([HeaderSanitizer(headers_to_remove=["SERVER"])]).ruleset.headers(fields, "response")
    assert [name for name, _ in removed] == ["ETag", "X-Api-Key", "Location"]
    listed = build([HeaderSanitizer(safe_headers=["etag"])]).ruleset.headers(fields, "response")
    assert [name for name, _ in listed] == ["ETag"]


def test_the_users_replacement_wins_a_tie_with_the_default() -> None:
    chain = build([TokenSanitizer([SECRET], replacement="MINE")], {"#token": SECRET})
    assert scrub(chain, SECRET.encode()) == b"MINE"
