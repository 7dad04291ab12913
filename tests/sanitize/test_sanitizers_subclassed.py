"""What components do to sanitizers: subclasses, attributes, keboola.vcr's methods, odd values."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from hushtape.errors import SanitizerError
from hushtape.sanitize.chain import build
from hushtape.sanitize.sanitizers import (
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    TokenSanitizer,
)
from hushtape.sanitize.sanitizers_base import BaseSanitizer
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_custom import PatternSanitizer
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    QueryParamSanitizer,
    UrlPatternSanitizer,
)

TOKEN = "tok-93ab7712"


def answer(body: Any, headers: Any = None) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": headers or {}, "body": {"string": body}}


class Listed(DefaultSanitizer):
    DEFAULT_SENSITIVE_FIELDS: ClassVar = ["iban"]
    DEFAULT_SAFE_HEADERS: ClassVar = ["x-page"]


class Kept(HeaderSanitizer):
    DEFAULT_SAFE_HEADERS: ClassVar = ["x-page"]


def test_a_subclass_states_its_lists_as_class_attributes() -> None:
    clean = Listed().before_record_response(answer('{"iban":"DE1"}', {"X-Page": ["1"], "Accept": ["*"]}))
    assert clean["body"]["string"] == '{"iban":"REDACTED"}' and clean["headers"] == {"X-Page": ["1"]}
    assert Kept().before_record_response(answer("", {"X-Page": ["1"], "Date": ["d"]}))["headers"] == {
        "X-Page": ["1"]
    }
    tape = build([Listed()], default_sanitizer=False).ruleset
    scrubber = tape.scrubber("response")
    assert scrubber.feed(b'{"iban":"DE1"}') + scrubber.finish() == b'{"iban":"REDACTED"}'


def test_a_class_attribute_asks_for_scrubbing_before_the_read() -> None:
    class Early(BaseSanitizer):
        scrub_before_read = True

    class EarlyToken(TokenSanitizer):
        scrub_before_read = True

    for one in (Early(), EarlyToken([TOKEN])):
        assert one.scrub_before_read and build([one]).reading is not None


@pytest.mark.parametrize(
    "name", ["_sanitize_url", "_sanitize_body", "_filter_headers", "_sanitize_string", "_sanitize_value"]
)
def test_a_method_that_only_keboola_vcr_calls_is_refused(name: str) -> None:
    inside = {name: lambda self, value: "hidden"}
    unheard = type("Unheard", (DefaultSanitizer,), inside)()
    with pytest.raises(SanitizerError, match=name):
        unheard.before_record_request(SimpleNamespace(uri="http://a.example/", headers={}, body=None))
    with pytest.raises(SanitizerError, match=name):
        build([unheard])
    own = {"before_record_request": lambda self, r: r, "before_record_response": lambda self, r: r}
    assert build([type("Calls", (TokenSanitizer,), inside | own)([])]).callbacks


def test_a_method_that_is_set_on_one_sanitizer_is_a_callback() -> None:
    one: Any = TokenSanitizer([TOKEN])
    one.before_record_response = lambda response: response
    assert build([one]).callbacks == (one,)


def test_a_subclass_of_composite_that_changes_nothing_is_opened() -> None:
    class Team(CompositeSanitizer):
        def __init__(self) -> None:
            super().__init__([TokenSanitizer([TOKEN], scrub_before_read=True)])

    chain = build([Team()])
    assert chain.callbacks == () and chain.reading is not None


Place = enum.Enum("Place", {"HERE": TOKEN}, type=str)


@pytest.mark.parametrize("value", [TOKEN, TOKEN.encode(), bytearray(TOKEN.encode()), Place.HERE])
def test_a_value_under_a_hash_key_is_its_text_whatever_its_type(value: Any) -> None:
    assert DefaultSanitizer(config={"#a": value}).sensitive_values == [TOKEN]
    assert ConfigSecretsSanitizer({"#a": value}).secret_values == [TOKEN]


def test_numbers_are_values_and_what_has_no_certain_text_is_refused() -> None:
    assert DefaultSanitizer(config={"#a": Decimal("1234567.25")}).sensitive_values == ["1234567.25"]
    with pytest.raises(SanitizerError, match="#hidden") as caught:
        DefaultSanitizer(config={"#hidden": SimpleNamespace(value=TOKEN)})
    assert TOKEN not in str(caught.value)


def test_hash_keys_count_in_strings_of_json_too() -> None:
    config = {"parameters": '{"db": {"#password": "tok-93ab7712", "host": "db.example"}}', "color": "#fff"}
    assert DefaultSanitizer(config=config).sensitive_values == [TOKEN]


@pytest.mark.parametrize("config", ["config.json", 5, Path("config.json"), SimpleNamespace()])
def test_a_configuration_that_would_give_no_value_is_refused(config: Any) -> None:
    with pytest.raises(SanitizerError, match="with config"):
        DefaultSanitizer(config=config)


def test_a_file_may_begin_with_a_mark_of_its_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"#a": "tok-93ab7712"}', encoding="utf-8-sig")
    assert ConfigSecretsSanitizer.from_config_file(path).secret_values == [TOKEN]


def _append(one: Any) -> None:
    one.secret_values.append(TOKEN)


def _replace(one: Any) -> None:
    one.secret_values = [TOKEN]


@pytest.mark.parametrize("change", [_append, _replace])
def test_values_that_are_added_to_a_configurations_count(change: Callable[[Any], None]) -> None:
    one = ConfigSecretsSanitizer({"#a": "another-value"})
    change(one)
    assert one.before_record_response(answer(TOKEN))["body"]["string"] == "REDACTED"
    assert ("#a", "another-value") in one.secrets or change is _replace


def _changed(name: str, value: object, one: Any) -> Any:
    setattr(one, name, value)  # users do
    return one


@pytest.mark.parametrize(
    "one",
    [
        _changed("sensitive_values", [5], DefaultSanitizer()),
        _changed("sensitive_fields", "iban", DefaultSanitizer()),
        _changed("tokens", [b"bytes"], TokenSanitizer([])),
        _changed("tokens", "text", TokenSanitizer([])),
        _changed("patterns", [("(", "x")], UrlPatternSanitizer([])),
        _changed("secret_values", "text", ConfigSecretsSanitizer({})),
    ],
)
def test_an_attribute_that_can_not_be_used_is_an_error_of_its_own(one: Any) -> None:
    with pytest.raises(SanitizerError):
        one.before_record_response(answer("body"))
    with pytest.raises(SanitizerError):
        build([one])


def test_attributes_of_other_kinds_are_taken() -> None:
    one: Any = _changed("sensitive_fields", ["iban"], DefaultSanitizer())
    assert one.before_record_response(answer('{"iban":"DE1"}'))["body"]["string"] == '{"iban":"REDACTED"}'
    other: Any = _changed("patterns", [(re.compile("abc", re.IGNORECASE), "x")], UrlPatternSanitizer([]))
    seen = SimpleNamespace(uri="http://a.example/ABC", headers={}, body=None)
    assert other.before_record_request(seen).uri == "http://a.example/x"


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (UrlPatternSanitizer, None),
        (UrlPatternSanitizer, [(re.compile(b"secret", re.IGNORECASE), "x")]),
        (PatternSanitizer, {"a": "b"}),
        (CompositeSanitizer, None),
        (CompositeSanitizer, "ab"),
        (ConfigSecretsSanitizer.from_config_file, None),
    ],
)
def test_arguments_of_a_wrong_kind_are_refused(make: Callable[[Any], object], given: Any) -> None:
    with pytest.raises(SanitizerError):
        make(given)


def test_other_shapes_of_requests_and_responses_are_scrubbed() -> None:
    one = TokenSanitizer([TOKEN])
    prepared = SimpleNamespace(url=f"http://a.example/{TOKEN}", headers=[("X", TOKEN)], body=None)
    one.before_record_request(prepared)
    assert prepared.url == "http://a.example/REDACTED" and prepared.headers == [("X", "REDACTED")]
    raw = SimpleNamespace(uri=b"http://a.example/" + TOKEN.encode(), headers={}, body=None)
    assert one.before_record_request(raw).uri == b"http://a.example/REDACTED"
    assert one.before_record_response({"body": {"text": TOKEN}}) == {"body": {"text": "REDACTED"}}
    assert one.before_record_response({"status": TOKEN}) == {"status": "REDACTED"}
    given: Any = None
    assert one.before_record_response(given) is None


@pytest.mark.parametrize(
    "one",
    [
        BodyFieldSanitizer(["code"]),
        DefaultSanitizer(additional_sensitive_fields=["code"]),
        DefaultSanitizer(sensitive_fields=["code"]),
        DefaultSanitizer().merge(DefaultSanitizer(additional_sensitive_fields=["code"])),
    ],
)
def test_a_code_that_the_user_names_counts_everywhere(one: BaseSanitizer) -> None:
    clean = one.before_record_response(answer('{"error": {"code": "E-7"}, "code": 190, "zipcode": "1"}'))
    assert clean["body"]["string"] == '{"error": {"code": "REDACTED"}, "code": "REDACTED", "zipcode": "1"}'
    assert (
        one.before_record_response(answer("decode=1&code=E-7"))["body"]["string"] == "decode=1&code=REDACTED"
    )


def test_a_parameter_that_the_user_names_goes_whatever_stands_beside_it() -> None:
    seen = SimpleNamespace(uri="http://a.example/?code=E-7&zipcode=1", headers={}, body=None)
    one = QueryParamSanitizer(["code"])
    assert one.before_record_request(seen).uri == "http://a.example/?code=token&zipcode=1"
    form = answer("code=E-7", {"Content-Type": ["application/x-www-form-urlencoded"]})
    clean = BodyFieldSanitizer(["code"], nested=False).before_record_response(form)
    assert clean["body"]["string"] == "code=REDACTED"


def test_who_repeats_the_default_list_has_chosen_what_he_added() -> None:
    one = DefaultSanitizer(sensitive_fields=[*DefaultSanitizer.DEFAULT_SENSITIVE_FIELDS, "iban"])
    body = '{"code": "E-7", "token": 5, "iban": 7}'
    clean = one.before_record_response(answer(body))["body"]["string"]
    assert clean == '{"code": "E-7", "token": 5, "iban": "REDACTED"}'


def test_a_sanitizer_of_another_library_is_refused_with_what_to_do() -> None:
    foreign: Any = SimpleNamespace
    duck = type(
        "TokenSanitizer", (), {"before_record_response": lambda self, r: r, "__module__": "elsewhere"}
    )
    for given, found in (
        (duck(), "TokenSanitizer of elsewhere, no BaseSanitizer: import"),
        (foreign(), "Simple"),
    ):
        with pytest.raises(SanitizerError, match=found):
            build([given])


def test_a_composite_that_holds_itself_is_refused() -> None:
    one = CompositeSanitizer([])
    one.sanitizers.append(one)
    with pytest.raises(SanitizerError, match="in itself"):
        build([one])
