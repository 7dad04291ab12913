"""What is no secret is not told: placeholders, ordinary API answers, our own cassettes."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from hushtape.scan.entropy import is_key_word, looks_random
from hushtape.scan.placeholders import is_placeholder
from tests.scan.support import found, scan, vcrpy_json, vcrpy_yaml, written

PLACEHOLDERS = [
    "REDACTED", "token", "***", "<token>", "<your-api-key>", "{{token}}", "{{ secret.key }}", "dummy",
    "DUMMY_TOKEN", "xxxxxxxx", "${API_KEY}", "fake-access-token", "test_token_123_example", "placeholder",
    "[FILTERED]", "REDACTED-api-1", "your_token_here", "",
]  # fmt: skip
SECRETS = [
    "hunter22",
    "real-value-1",
    "secret",
    "letmein",
    "password1",
    "Bearer1",
    "s3cr3t",
    "k-93b1",
    "maskelyne",
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholders_of_any_dialect(tmp_path: Path, value: str) -> None:
    assert is_placeholder(value)
    headers = {"Authorization": [f"Bearer {value}"], "Cookie": [f"session={value}"], "X-Api-Key": [value]}
    body = json.dumps({"access_token": value, "nested": {"password": value}, "list": {"token": {"a": value}}})
    path = written(
        tmp_path / "a.json", vcrpy_json(body, headers, f"https://x.test/?access_token={value or 'token'}")
    )
    assert found(path) == []


@pytest.mark.parametrize("value", SECRETS)
def test_values_that_are_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


def test_ordinary_api_json(tmp_path: Path) -> None:
    row = {
        "id": "4ad7c1a0-1111-4222-8333-444455556666",
        "etag": '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        "sha256": secrets.token_hex(32),
        "cursor": secrets.token_urlsafe(48),
        "next_page_token": secrets.token_urlsafe(48),
        "nextPageToken": secrets.token_urlsafe(48),
        "primary_key": secrets.token_hex(16),
        "key": "reports/2026/11/24/part-0001.json",
        "keyUrl": "https://x.test/a1B2c3D4e5F6g7H8i9J0k1L2",
        "author": "Ann Onymous the Second of Somewhere",
        "token_type": "bearer",
        "expires_in": 3600,
        "error": {"code": 190, "message": "x"},
        "code": "THROTTLED",
        "created": "2026-01-01T00:00:00.000Z",
        "session_id": "4ad7c1a0-1111-4222-8333-444455556666",
        "authorization_endpoint": "https://login.x.test/oauth2/authorize",
        "token_uri": "https://oauth2.x.test/token",
        "keys": ["CustomerAccountKeyV2Identifier"],
        "zipcode": "12345",
    }
    headers = {
        "ETag": [secrets.token_hex(20)],
        "X-RateLimit-Remaining-Tokens": ["100"],
        "Idempotency-Key": ["4ad7c1a0-1111-4222-8333-444455556666"],
        "Access-Control-Allow-Credentials": ["true"],
        "WWW-Authenticate": ['Bearer realm="x"'],
        "Set-Cookie": ["lang=en; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
    }
    assert found(written(tmp_path / "a.json", vcrpy_json(json.dumps([row] * 50), headers))) == []
    path = tmp_path / "b.yaml"
    path.write_text(vcrpy_yaml("'" + json.dumps(row) + "'"))
    assert found(path) == []


def test_cassettes_of_this_repository() -> None:
    folder = Path(__file__).parents[1] / "cassette" / "data"
    result = scan(folder)
    assert result.files > 1 and result.findings == [] and result.unreadable == []


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "X-Auth-Token", "webhook-secret", "signature", "#password", "dbPassword"]
)
def test_a_random_value_beside_a_key_word(tmp_path: Path, name: str) -> None:
    assert is_key_word(name)
    path = written(tmp_path / "a.json", {"a": {name: "Zk3J9dQ2mX7vB4nL8pR1tW6y"}})
    assert found(path) == [(f"/a/{name}", f"entropy beside {name.lstrip('#')}")]


def test_most_random_tokens_look_random() -> None:
    for make in (secrets.token_urlsafe, secrets.token_hex):
        hits = sum(looks_random(make(24)) for _ in range(500))
        assert hits >= 485


@pytest.mark.parametrize(
    "value",
    ["a-long-description-of-something-ordinary", "CustomerAccountKeyV2Identifier",
     "2026-01-01T00:00:00.000000Z", "4ad7c1a0-1111-4222-8333-444455556666",
     "arn:aws:iam::123456789012:role/x", "sha256:9f86d081884c7d659a2feaa0c55ad015",
     "123456789012345678901234", "short1A2b3C"],
)  # fmt: skip
def test_regular_values_do_not(value: str) -> None:
    assert not looks_random(value)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('{"db_password": "hunter"}', ["password by its name"]),
        ("DB_PASSWORD=hunter\n", ["password by its name"]),
        ("curl 'https://h.example/?api_key=q7zk2px0'\n", ["credential by its name"]),
        ('{"api_key": ["q7zk2px0"]}', ["credential by its name"]),
        ('{"api_key": "Zk3J9dQ2mX7vB4nL8pR1tW6y"}', ["entropy beside api_key"]),
        ('{"secret": "projects/7/secrets/db", "api_token": "DEMO_KEY", "apiKey": "an ordinary text"}', []),
        ('{"next_page_token": "q7zk2px0", "db_password": "REDACTED", "api_key": "<your key>"}', []),
    ],
)
def test_values_under_names_that_say_what_they_are(tmp_path: Path, text: str, rules: list[str]) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert [rule for _, rule in found(path)] == rules
