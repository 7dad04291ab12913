"""What each class makes of fixed inputs, used alone: the behaviour that users of keboola.vcr know.

Frozen: a change here is a change for users. Rows under `DIFFERENT` are where we differ from
keboola.vcr 0.7.1 on purpose; docs/sanitizers.md gives the reasons.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hushtape import sanitizers as s

TOKEN = "tok-93ab7712"
CONFIG = {"#a": "cfg-secret", "list": [{"#c": ["deep-secret"]}], "b": "plain"}

DEFAULT = s.DefaultSanitizer(sensitive_values=[TOKEN])
OWN = s.DefaultSanitizer(["iban"], ["x_id"], [TOKEN], ["ETag"], ["Via"], "GONE", CONFIG)
BODY = s.BodyFieldSanitizer(["iban", "n"])
QUERY = s.QueryParamSanitizer()
CDN = s.ResponseUrlSanitizer(["oh", "oe"], ["fbcdn.net"])

URIS = [
    (DEFAULT, f"https://h/a?access_token=abc&x={TOKEN}", "https://h/a?access_token=REDACTED&x=REDACTED"),
    (DEFAULT, "https://h/a?zipcode=12345", "https://h/a?zipcode=12345"),
    (OWN, "https://h/a?iban=1&x_id=2&token=3", "https://h/a?iban=GONE&x_id=GONE&token=3"),
    (s.TokenSanitizer([TOKEN, ""], "X"), f"https://h/{TOKEN}?a={TOKEN}", "https://h/X?a=X"),
    (QUERY, "https://h/a?access_token=abc&b=1#f", "https://h/a?access_token=token&b=1#f"),
    (QUERY, "https://h/a?my_access_token=abc", "https://h/a?my_access_token=abc"),
    (BODY, "https://h/a?iban=DE1", "https://h/a?iban=DE1"),
    (
        s.UrlPatternSanitizer([(r"/acc/(\d)\d+", r"/acc/\1N")]),
        "https://h/acc/123?x=1",
        "https://h/acc/1N?x=1",
    ),
    (s.IPv4UrlSanitizer(), "http://10.0.0.1:8080/a", "https://REDACTED-IPV4/a"),
    (s.IPv4UrlSanitizer("http://ip"), "https://10.0.0.1", "http://ip"),
    (
        s.IPv4UrlSanitizer(),
        "HTTP://u:p@10.0.0.1?u=http://10.0.0.2&b=1",
        "https://REDACTED-IPV4?u=https://REDACTED-IPV4&b=1",
    ),
    (CDN, "https://s.fbcdn.net/?oe=3", "https://s.fbcdn.net/?oe=3"),
    (s.ConfigSecretsSanitizer(CONFIG), "https://h/cfg-secret/plain", "https://h/REDACTED/plain"),
    (s.create_default_sanitizer(CONFIG), "https://h/deep-secret/plain", "https://h/REDACTED/plain"),
    (s.HeaderSanitizer(), f"https://h/{TOKEN}", f"https://h/{TOKEN}"),
]

RESPONSES = [
    (DEFAULT, '{"a": "tok-93ab7712", "password": "p", "n": {"client_id": "c"}}',
     '{"a": "REDACTED", "password": "REDACTED", "n": {"client_id": "REDACTED"}}'),
    (DEFAULT, "grant_type=x&code=abc&password=p", "grant_type=x&code=REDACTED&password=REDACTED"),
    (DEFAULT, f"plain {TOKEN}.", "plain REDACTED."),
    (OWN, '{"iban": "DE1", "x_id": 77, "b": "deep-secret", "password": "stays"}',
     '{"iban": "GONE", "x_id": "GONE", "b": "GONE", "password": "stays"}'),
    (BODY, '[{"iban":"DE1"},[{"n":5}]]', '[{"iban":"REDACTED"},[{"n":"REDACTED"}]]'),
    (BODY, '{"iban": {"deep": ["x", {"y": "]"}]}, "z": 1}', '{"iban": "REDACTED", "z": 1}'),
    (QUERY, '{"next": "https://h/?access_token=ab&x=1"}', '{"next": "https://h/?access_token=token&x=1"}'),
    (CDN, '{"u": "https://s.fbcdn.net/v.jpg?oh=1&k=2&oe=3"}', '{"u": "https://s.fbcdn.net/v.jpg?k=2"}'),
    (CDN, '{"u": "https://s.fbcdn.net/?oe=3"}', '{"u": "https://s.fbcdn.net/"}'),
    (CDN, '{"u": "https://other.net/?oe=3"}', '{"u": "https://other.net/?oe=3"}'),
    (s.ConfigSecretsSanitizer(CONFIG, "C"), "cfg-secret deep-secret plain", "C C plain"),
    (s.UrlPatternSanitizer([("a", "b")]), "aaa", "aaa"),
]  # fmt: skip

DIFFERENT = [
    (DEFAULT, '{"error": {"code": "THROTTLED"}, "x": {"code": 190}}', None),
    (DEFAULT, '{"token": 12345, "password": 12345}', '{"token": 12345, "password": "REDACTED"}'),
    (DEFAULT, "zipcode=1&decode=2", None),
    (DEFAULT, '{"a":1E400,"a":2, "password" :"x"}', '{"a":1E400,"a":2, "password" :"REDACTED"}'),
    (BODY, '{"iban": null, "n": true}', None),
    (BODY, "iban=DE1&x=2", "iban=REDACTED&x=2"),
    (s.TokenSanitizer(["a/b-secret"]), r'"a\/b-secret a%2Fb-secret YS9iLXNlY3JldA=="',
     '"REDACTED REDACTED UkVEQUNURUQh"'),
]  # fmt: skip


@pytest.mark.parametrize(("one", "uri", "clean"), URIS)
def test_uris(one: s.BaseSanitizer, uri: str, clean: str) -> None:
    request = SimpleNamespace(method="GET", uri=uri, headers={}, body=None)
    assert one.before_record_request(request).uri == clean


@pytest.mark.parametrize("kind", [str, str.encode])
@pytest.mark.parametrize(("one", "body", "clean"), RESPONSES + DIFFERENT)
def test_response_bodies(one: s.BaseSanitizer, body: str, clean: str | None, kind: Any) -> None:
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": kind(body)}}
    assert one.before_record_response(answer)["body"]["string"] == kind(body if clean is None else clean)


FIELDS = {
    "Content-Type": ["a/b"],
    "ETag": ["1"],
    "Date": ["d"],
    "Via": [TOKEN],
    "Authorization": ["Basic eA=="],
}
KEPT = [
    (DEFAULT, {"Content-Type": ["a/b"]}),
    (OWN, {"ETag": ["1"], "Via": ["GONE"]}),
    (s.HeaderSanitizer(), {"Content-Type": ["a/b"], "Date": ["d"]}),
    (s.HeaderSanitizer(None, ["ETag"], ["DATE"]), {"Content-Type": ["a/b"], "ETag": ["1"]}),
    (s.HeaderSanitizer(["date", "via"], None, ["via"]), {"Date": ["d"]}),
    (s.TokenSanitizer([TOKEN]), {**FIELDS, "Via": ["REDACTED"]}),
    (BODY, FIELDS),
    (CDN, FIELDS),
]


@pytest.mark.parametrize(("one", "kept"), KEPT)
def test_header_fields_of_both_shapes(one: s.BaseSanitizer, kept: dict[str, list[str]]) -> None:
    answer = one.before_record_response({"headers": dict(FIELDS), "body": {"string": b""}})
    assert answer["headers"] == kept
    alone = {name: values[0] for name, values in FIELDS.items()}
    request = SimpleNamespace(method="GET", uri="https://h/", headers=alone, body=None)
    assert one.before_record_request(request).headers == {name: values[0] for name, values in kept.items()}
