"""Several sanitizers as one: what each does, in order, in one pass."""

from __future__ import annotations

import pickle
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from hushtape.errors import SanitizerError
from hushtape.sanitize import sanitizers_alone
from hushtape.sanitize.sanitizers import ConfigSecretsSanitizer, DefaultSanitizer, TokenSanitizer
from hushtape.sanitize.sanitizers_base import BaseSanitizer
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_custom import JsonPathSanitizer, PatternSanitizer
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    UrlPatternSanitizer,
)

BODY = (
    '{"iban": "DE1", "data": [{"email": "a@b.example"}], "t": "tok-93ab7712", "#": "conf-4411xyz", '
    '"u": "https://x.cdn.example/i?oh=1&w=2&access_token=abc", "password": "hunter22x", "n": 1.0}'
)


def chain(times: int = 1) -> list[BaseSanitizer]:
    return [
        TokenSanitizer(["tok-93ab7712"], "T"),
        DefaultSanitizer(sensitive_fields=["password"]),
        BodyFieldSanitizer(["iban"], "X"),
        QueryParamSanitizer(),
        ConfigSecretsSanitizer({"#a": "conf-4411xyz"}),
        ResponseUrlSanitizer(["oh"], ["cdn.example"]),
        HeaderSanitizer(["accept", "x-kept"], headers_to_remove=["date"]),
        JsonPathSanitizer(["$.data[*].email"], "E"),
        UrlPatternSanitizer([(r"/v\d+/", "/v/")]),
        IPv4UrlSanitizer(),
    ] * times


def exchange() -> tuple[Any, dict[str, Any]]:
    fields = {"Accept": ["*/*"], "X-Kept": ["tok-93ab7712"], "Content-Type": ["application/json"]}
    request = SimpleNamespace(
        method="POST", uri="http://10.0.0.1/v2/?access_token=abc", headers=dict(fields), body=BODY
    )
    status = {"code": 200, "message": "OK"}
    return request, {"status": status, "headers": dict(fields), "body": {"string": BODY}}


def one_by_one(sanitizers: list[BaseSanitizer]) -> tuple[Any, Any]:
    request, response = exchange()
    for one in sanitizers:
        request, response = one.before_record_request(request), one.before_record_response(response)
    return request, response


def together(sanitizer: BaseSanitizer) -> tuple[Any, Any]:
    request, response = exchange()
    return sanitizer.before_record_request(request), sanitizer.before_record_response(response)


def test_it_does_what_each_of_them_does() -> None:
    assert together(CompositeSanitizer(chain())) == one_by_one(chain())


def test_a_hundred_read_a_body_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[object] = []
    scrub = sanitizers_alone.scrub_body

    def counted(body: Any, *rest: Any) -> Any:
        passes.append(body)
        return scrub(body, *rest)

    monkeypatch.setattr(sanitizers_alone, "scrub_body", counted)
    CompositeSanitizer(chain(10)).before_record_response(exchange()[1])
    assert len(passes) == 1


def test_lists_of_fields_keep_what_all_of_them_keep() -> None:
    lists: list[BaseSanitizer] = [HeaderSanitizer(["Accept", "X-Kept"]), HeaderSanitizer(["X-Kept", "Date"])]
    request, response = together(CompositeSanitizer(lists))
    assert (request, response) == one_by_one(lists)
    assert list(request.headers) == list(response["headers"]) == ["X-Kept"]


def test_code_and_patterns_keep_their_place_in_the_order() -> None:
    class Upper(BaseSanitizer):
        def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
            response["body"]["string"] = response["body"]["string"].upper()
            return response

    mixed: list[BaseSanitizer] = [
        TokenSanitizer(["tok-93ab7712"], "T"),
        Upper(),
        TokenSanitizer(["HUNTER22X"]),
    ]
    assert together(CompositeSanitizer(mixed)) == one_by_one(mixed)
    pattern = PatternSanitizer([(r"tok-\w+", "first")], where="body")
    mixed = [pattern, TokenSanitizer(["tok-93ab7712"], "second")]
    assert together(CompositeSanitizer(mixed)) == one_by_one(mixed)
    assert '"t": "first"' in together(CompositeSanitizer(mixed))[1]["body"]["string"]


def test_what_can_not_share_a_pass_has_one_each() -> None:
    apart: list[BaseSanitizer] = [
        TokenSanitizer(["tok-93ab7712"], "conf-4411xyz"),
        TokenSanitizer(["conf-4411xyz"]),
    ]
    assert together(CompositeSanitizer(apart)) == one_by_one(apart)
    assert "conf-4411xyz" not in str(together(CompositeSanitizer(apart)))


def test_one_that_can_not_be_used_says_so() -> None:
    both = CompositeSanitizer([BodyFieldSanitizer(["iban"]), TokenSanitizer(["ab"])])
    with pytest.raises(SanitizerError, match="tokens"):
        both.before_record_response(exchange()[1])


def test_a_change_is_seen_and_copies_hold_nothing_compiled() -> None:
    token = TokenSanitizer(["tok-93ab7712"])
    both = CompositeSanitizer([token, BodyFieldSanitizer(["iban"])])
    assert "hunter22x" in str(together(both))
    token.tokens.append("hunter22x")
    assert "hunter22x" not in str(together(both))
    both.sanitizers.append(QueryParamSanitizer(["w"]))
    assert "w=2" not in str(together(both))
    for twin in (deepcopy(both), pickle.loads(pickle.dumps(both))):
        assert "_compiled" not in vars(twin)
        assert together(twin) == together(both)


def test_composites_of_the_same_sanitizers_are_equal_and_others_are_not() -> None:
    one, same = (CompositeSanitizer([TokenSanitizer(["abcdefgh"])]) for _ in range(2))
    assert one == same == deepcopy(one) == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(same)
    assert one != CompositeSanitizer([TokenSanitizer(["ijklmnop"])])
    assert one != CompositeSanitizer([TokenSanitizer(["abcdefgh"])], scrub_before_read=True)
