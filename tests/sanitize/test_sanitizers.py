"""Public sanitizers: arguments, defaults, attributes, merging."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hushtape.errors import SanitizerError
from hushtape.sanitize import sanitizers_http as http
from hushtape.sanitize.rules import FieldRule, HeaderRule, SecretRule, UrlParamsRule, UrlPatternRule
from hushtape.sanitize.sanitizers import (
    CallbackSanitizer,
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    TokenSanitizer,
    create_default_sanitizer,
)
from hushtape.sanitize.sanitizers_base import BaseSanitizer, Declarative, dedup_sanitizers
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_values import extract_values, hash_values


def test_the_default_sanitizers_defaults() -> None:
    default = DefaultSanitizer()
    assert default.sensitive_fields == {
        "access_token",
        "refresh_token",
        "id_token",
        "client_id",
        "client_secret",
        "client_assertion",
        "code",
        "password",
        "token",
    }
    assert default.safe_headers == {"content-type", "content-length", "accept"}
    assert (default.sensitive_values, default.replacement) == ([], "REDACTED")
    assert default.scrub_before_read is False


def test_the_default_sanitizer_takes_values_from_a_configuration() -> None:
    config = {"parameters": {"#token": "tok-1234", "url": "https://x", "list": [{"#deep": ["v-long-one"]}]}}
    default = DefaultSanitizer(["f"], ["g"], ["short-one"], ["A"], ["B"], "X", config)
    assert default.sensitive_fields == {"f", "g"}
    assert default.sensitive_values == ["v-long-one", "short-one", "tok-1234"]
    assert default.safe_headers == {"a", "b"}
    names = {rule.name for rule in default.rules() if isinstance(rule, SecretRule)}
    assert names == {"parameters.#token", "parameters.list[0].#deep[0]", "sensitive_values[1]"}


def test_used_alone_the_keep_lists_hold_and_on_a_tape_only_the_users() -> None:
    def keep(rules: tuple[Any, ...]) -> Any:
        return next(rule.keep for rule in rules if isinstance(rule, HeaderRule))

    for plain in (DefaultSanitizer(), http.HeaderSanitizer(), http.HeaderSanitizer(None, ["x-more"])):
        assert keep(plain.rules()) is None
        assert "content-type" in keep(plain.alone_rules())
    for own in (DefaultSanitizer(safe_headers=["ETag"]), http.HeaderSanitizer(["ETag"])):
        assert keep(own.rules()) == keep(own.alone_rules()) == {"etag"}


def test_rules_of_the_others() -> None:
    assert TokenSanitizer(["aa", "", "bbb"]).tokens == ["bbb", "aa"]
    assert http.BodyFieldSanitizer(["a"], "X", False).rules() == (
        FieldRule(("a",), placeholder="X", nested=False, numbers=True, named=True),
    )
    assert http.QueryParamSanitizer().rules() == (
        FieldRule(("access_token",), placeholder="token", in_json=False, named=True),
    )
    assert http.UrlPatternSanitizer([(re.compile("a", re.I), "b")]).rules() == (UrlPatternRule("(?i)a", "b"),)
    assert http.ResponseUrlSanitizer(["p"], ["d"]).rules() == (UrlParamsRule(("p",), ("d",)),)
    (rule,) = http.IPv4UrlSanitizer().rules()
    assert isinstance(rule, UrlPatternRule)
    assert re.sub(rule.pattern, rule.replacement, "http://10.1.2.3:8080/a") == "https://REDACTED-IPV4/a"
    assert (
        re.sub(rule.pattern, rule.replacement, "http://10.1.2.3.example.com/a")
        == "http://10.1.2.3.example.com/a"
    )


def test_a_configuration_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"parameters": {"#a": "value-a", "b": "value-b"}}))
    assert ConfigSecretsSanitizer.from_config_file(path).secrets == [("parameters.#a", "value-a")]
    path.write_text('{"#a": "value-a"')
    with pytest.raises(SanitizerError) as caught:
        ConfigSecretsSanitizer.from_config_file(path)
    assert "value-a" not in str(caught.value)


def test_extract_values_looks_into_encoded_json() -> None:
    inner = json.dumps({"k": "inner", "n": 5})
    assert extract_values({"a": inner, "b": ["x", {"c": "inner"}], "d": None}) == [inner, "inner", "x"]


def test_deep_configurations_are_read_without_recursion() -> None:
    config: Any = {"#a": "bottom"}
    for _ in range(50_000):
        config = [config]
    assert [value for _, value in hash_values(config)] == ["bottom"]


def test_a_key_with_a_hash_inside_is_no_secret() -> None:
    assert list(hash_values({"a#b": "stays", "#c": {"d": 12}, "#e": True})) == [("#c.d", "12")]


@pytest.mark.parametrize(
    "make",
    [
        lambda: TokenSanitizer("lone"),
        lambda: TokenSanitizer([5]),  # type: ignore[list-item]
        lambda: DefaultSanitizer(replacement=5),  # type: ignore[arg-type]
        lambda: http.UrlPatternSanitizer([("(", "x")]),
        lambda: http.UrlPatternSanitizer([("a", r"\1")]),
        lambda: http.UrlPatternSanitizer(["ab"]),  # type: ignore[list-item]
        lambda: CallbackSanitizer("no function"),  # type: ignore[arg-type]
        lambda: CompositeSanitizer([TokenSanitizer]),  # type: ignore[list-item]
        lambda: ConfigSecretsSanitizer("{}"),  # type: ignore[arg-type]
    ],
)
def test_arguments_of_a_wrong_kind_are_refused(make: Any) -> None:
    with pytest.raises(SanitizerError):
        make()


def test_callbacks_and_composites_run_in_order_and_none_drops() -> None:
    seen: list[str] = []
    first = CallbackSanitizer(
        lambda request: seen.append("a") or request, lambda response: {**response, "a": 1}
    )
    second = CallbackSanitizer(lambda request: None)
    last = CallbackSanitizer(lambda request: seen.append("never") or request)
    both = CompositeSanitizer([first, second, last])
    assert both.before_record_request("r") is None
    assert seen == ["a"]
    assert both.before_record_response({}) == {"a": 1}


PAIRS = [
    (TokenSanitizer(["a1", "b1"]), TokenSanitizer(["b1", "ccc"])),
    (DefaultSanitizer(["f"], sensitive_values=["v1"]), DefaultSanitizer(["g"], sensitive_values=["v22"])),
    (DefaultSanitizer(config={"#a": "x-one"}), DefaultSanitizer(config={"#b": "y-two"})),
    (http.HeaderSanitizer(["a"], headers_to_remove=["r"]), http.HeaderSanitizer(["b"], ["c"])),
    (http.QueryParamSanitizer(["a"]), http.QueryParamSanitizer(["b", "a"])),
    (http.UrlPatternSanitizer([("a", "b")]), http.UrlPatternSanitizer([("c", "d"), ("a", "b")])),
    (http.ResponseUrlSanitizer(["p"], ["d"]), http.ResponseUrlSanitizer(["q"], ["d"])),
    (http.BodyFieldSanitizer(["a"]), http.BodyFieldSanitizer(["b"])),
    (ConfigSecretsSanitizer({"#a": "xx1"}), ConfigSecretsSanitizer({"#b": "yy2"})),
    (http.IPv4UrlSanitizer(), http.IPv4UrlSanitizer()),
]


def effect(sanitizer: Declarative) -> Any:
    """What the rules name, however they are grouped."""
    found: set[Any] = set()
    for rule in sanitizer.rules():
        for name in rule.__struct_fields__:
            value = getattr(rule, name)
            if name != "name":
                parts = value if isinstance(value, (tuple, frozenset)) else (value,)
                found.update((type(rule).__name__, name, part) for part in parts)
    return found


@pytest.mark.parametrize(("one", "two"), PAIRS, ids=lambda value: type(value).__name__)
def test_merging_unites(one: Any, two: Any) -> None:
    merged = one.merge(two)
    assert effect(merged) == effect(one) | effect(two) == effect(two.merge(one))
    assert effect(one.merge(one)) == effect(one)
    assert merged.merge(one.merge(two)).rules() == merged.rules()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (TokenSanitizer(["a"]), TokenSanitizer(["a"], "OTHER")),
        (TokenSanitizer(["a"]), TokenSanitizer(["a"], scrub_before_read=True)),
        (TokenSanitizer(["a"]), http.QueryParamSanitizer()),
        (http.BodyFieldSanitizer(["a"]), http.BodyFieldSanitizer(["a"], nested=False)),
        (http.HeaderSanitizer(), http.HeaderSanitizer(["a"])),
        (http.ResponseUrlSanitizer(["p"], ["d"]), http.ResponseUrlSanitizer(["q"], ["e"])),
        (http.IPv4UrlSanitizer("a"), http.IPv4UrlSanitizer("b")),
    ],
)
def test_what_cannot_be_united_is_kept_apart(one: Any, two: Any) -> None:
    with pytest.raises(SanitizerError):
        one.merge(two)
    assert dedup_sanitizers([one, two]) == [one, two]


def test_dedup_keeps_first_positions_and_classes_without_merge() -> None:
    class Own(BaseSanitizer):
        pass

    own, other = Own(), Own()
    result = dedup_sanitizers(
        [TokenSanitizer(["a1"]), own, http.HeaderSanitizer(), TokenSanitizer(["b1"]), other]
    )
    assert [type(item).__name__ for item in result] == ["TokenSanitizer", "Own", "HeaderSanitizer", "Own"]
    assert result[0].tokens == ["a1", "b1"]  # type: ignore[attr-defined]


def test_create_default_sanitizer_takes_values_under_hash_keys_only() -> None:
    assert create_default_sanitizer({"#a": "secret-a", "b": "plain"}).sensitive_values == ["secret-a"]
    assert create_default_sanitizer(None).sensitive_values == []


def test_every_public_sanitizer_is_to_be_had_from_both_names() -> None:
    import hushtape
    import hushtape.sanitizers

    public = {name for name in hushtape.__all__ if name.endswith("Sanitizer")}
    assert public == {name for name in hushtape.sanitizers.__all__ if name.endswith("Sanitizer")}
    assert all(getattr(hushtape, name) is getattr(hushtape.sanitizers, name) for name in public)
