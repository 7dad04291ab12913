"""Answers of widespread services whose names alone say nothing; and sentences that only look like them."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import scrubbed

VALUE = "Zk93jd8fKq2mNx7Rt5Wb"
KEY = "q7Zun4Kx0093bLmTrWpAcD/eF+gHiJ2l" * 40

GOES = [
    ({"value": "@", "id": "https://v.vault.azure.net/secrets/db/1", "attributes": {}}, VALUE),
    ({"value": "@", "contentType": "text/plain", "id": "https://v.vault.azure.cn/secrets/db"}, VALUE),
    (
        {"value": "@", "id": "https://v.vault.azure.net/secrets/db/1"},
        f'my value {{\\"value\\": \\"{VALUE}\\"}}',
    ),
    ({"type": "secret", "value": "@"}, VALUE),
    ({"CiphertextBlob": "abc", "Plaintext": "@", "KeyId": "x"}, KEY[:1368]),
    ({"PrivateKeyPlaintext": "@", "KeyPairSpec": "RSA_2048"}, KEY),
    ({"AWS_KEY_ID": "x", "AWS_TOKEN": "@"}, VALUE),
    ({"restrictedDataToken": "@"}, VALUE),
    ({"macSecretBase64": "@"}, VALUE),
]


@pytest.mark.parametrize(("answer", "value"), GOES)
def test_the_credential_goes_and_nothing_else(answer: dict[str, object], value: str) -> None:
    text = json.dumps(answer)
    assert scrubbed(text.replace("@", value)) == text.replace("@", "REDACTED")


STATEMENTS = [
    "ALTER USER u IDENTIFIED BY {}",
    "create user if not exists u identified  by {}",
    "CREATE DATABASE LINK l CONNECT TO u IDENTIFIED BY {} USING 'x'",
    "GRANT CONNECT, RESOURCE TO u IDENTIFIED BY {}",
    "ALTER USER u IDENTIFIED BY Xy8Kq2mNx7Rt REPLACE {}",
    "CREATE USER u IDENTIFIED WITH caching_sha2_password BY '{}'",
    "ALTER LOGIN u WITH PASSWORD = N'{}'",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_passwords_go_as_databases_write_them(statement: str) -> None:
    for text in (statement, json.dumps({"sql": statement})):
        assert VALUE not in scrubbed(text.replace("{}", VALUE), "text/plain")


@pytest.mark.parametrize(
    "text",
    [
        "No object identified by US0378331005 found",
        "countries are identified by ISO3166alpha2 codes",
        "files identified by sha256sum",
        '{"type": "secret", "value": "kubernetes.io/tls"}',
        '{"type": "secret", "value": "${vault:foo}"}',
        '{"plaintext": "a sentence"}',
        '{"value": "x", "id": "https://example.com/secrets/1"}',
        "the `token` = 'value' of a manual",
    ],
)
def test_sentences_stay(text: str) -> None:
    assert scrubbed(text, "text/plain") == text == json.loads(scrubbed(json.dumps(text)))
