"""Ordinary bodies raise no alarm: an audit that fails tapes for nothing would be switched off."""

from __future__ import annotations

import base64
import gzip
import json
import random
import struct
import uuid
import zlib
from urllib.parse import quote_from_bytes

import pytest
from tests.support.portions import audited

from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import build

DICE = random.Random(20261124)
SECRETS = {f"#key{number}": DICE.randbytes(15).hex() for number in range(20)}
RULES = build(secrets=SECRETS).ruleset


def audit(data: bytes) -> Finding | None:
    return audited(RULES, data, 7000)


def identifier() -> str:
    return str(uuid.UUID(bytes=DICE.randbytes(16)))


def cursor(number: int) -> str:
    return base64.b64encode(json.dumps({"after": number, "token": f"page-{number}"}).encode()).decode()


def row(number: int) -> dict[str, object]:
    return {
        "id": identifier(),
        "object_id": DICE.randbytes(12).hex(),
        "account": DICE.randrange(10**28),
        "url": f"https://api.example.com/v2/organizations/{number}/projects/{identifier()}?page=2&sort=-at",
        "at": "2026-03-04T12:33:20.120+00:00",
        "name": "Zo\u00e9 M\u00fcller & S\u00f6hne",
        "text": 'First line,\nsecond "line" of C:\\new\\table\n\n\tand <b>bold</b> &amp; more\n> quoted',
        "next": cursor(number),
        "etag": f'W/"{DICE.randbytes(16).hex()}"',
        "uuid_in_base64": base64.urlsafe_b64encode(DICE.randbytes(16)).decode().rstrip("="),
    }


ROWS = [row(number) for number in range(400)]
TEXT = json.dumps(ROWS)
PEM = base64.encodebytes(DICE.randbytes(1200)).decode()
BODIES: dict[str, bytes] = {
    "json": TEXT.encode(),
    "indented": json.dumps(ROWS, indent=4).encode(),
    "unescaped": json.dumps(ROWS, ensure_ascii=False).encode(),
    "lines": "\n".join(map(json.dumps, ROWS)).encode(),
    "events": "".join(f"id: {n}\ndata: {json.dumps(one)}\n\n" for n, one in enumerate(ROWS)).encode(),
    "json in json": json.dumps({"payload": json.dumps({"inner": TEXT})}).encode(),
    "json in base64": base64.b64encode(json.dumps([row(1), row(2)]).encode()),
    "digits": b"".join(b"%d, " % DICE.randrange(10**40) for _ in range(5000)),
    "csv": "".join(f"{n},{DICE.random()},{identifier()},word\n" for n in range(3000)).encode(),
    "script": b"!function(e,t){var n=e.token||{};return t&&n.key?\"a%20b\":void 0}(this,{x:0});" * 400,
    "page": b'<p class="a-b_c" id="x1">Text &nbsp; &#8211; <a href="/p?a=1&amp;b=2">at</a></p>\n' * 500,
    "noise": DICE.randbytes(400_000),
    "noise in base64": base64.b64encode(DICE.randbytes(300_000)),
    "noise in lines": base64.encodebytes(DICE.randbytes(200_000)),
    "noise in hex": DICE.randbytes(100_000).hex().encode(),
    "gzip": b"--b\r\n\r\n" + gzip.compress(TEXT.encode()) + b"\r\n--b--",
    "gzip in base64": base64.b64encode(gzip.compress(TEXT.encode())),
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + DICE.randbytes(13) + b"".join(
        struct.pack(">I", 8192) + b"IDAT" + zlib.compress(bytes(DICE.randrange(30) for _ in range(8192)))
        for _ in range(20)
    ),
    "certificate": f"-----BEGIN CERTIFICATE-----\n{PEM}-----END CERTIFICATE-----\n".encode(),
    "public key": f"-----BEGIN PUBLIC KEY-----\n{PEM}-----END PUBLIC KEY-----\n".encode(),
    "key set": json.dumps(
        {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "e": "AQAB", "kid": identifier(),
                   "n": base64.urlsafe_b64encode(DICE.randbytes(256)).decode().rstrip("="),
                   "x5c": [base64.b64encode(DICE.randbytes(900)).decode()]} for _ in range(10)]}
    ).encode(),
    "mail": b"Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\nA long line that was broken=\r\n it, 1 =3D 1\r\n" * 200,
    "wide": TEXT[:60_000].encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_an_ordinary_body_raises_no_alarm(name: str) -> None:
    scrubber = RULES.scrubber("response", "")
    clean = scrubber.feed(BODIES[name]) + scrubber.finish()
    assert audit(clean) is None


@pytest.mark.parametrize("name", BODIES)
def test_a_secret_in_twofold_base64_amid_an_ordinary_body_is_found(name: str) -> None:
    body, secret = BODIES[name], SECRETS["#key7"].encode()
    hidden = b'"' + base64.b64encode(base64.b64encode(b"user:" + secret)) + b'"'
    middle = len(body) // 2
    assert audit(body[:middle] + hidden + body[middle:]) is not None


def test_a_short_field_name_amid_noise_in_base64_is_no_finding_and_amid_text_is_one() -> None:
    noise = random.Random(11)
    for number in range(60):
        packed = noise.randbytes(200 + number) + b"\x91otp=\x04\x93\x8f" + noise.randbytes(300)
        assert audit(base64.b64encode(packed)) is None
    for text in (
        b"otp=1234567890",
        b'{"otp": "123456"}',
        b"user=me&otp=777123&x=1",
        "grün otp=ärger1 für".encode(),
    ):
        assert audit(b'{"a": "' + base64.b64encode(base64.b64encode(text)) + b'"}') is not None
        assert audit(b'{"a": "' + base64.b64encode(text.hex().encode()) + b'"}') is not None


def test_what_chance_escapes_make_of_a_zip_file_is_a_finding_only_by_its_value() -> None:
    def escaped(text: bytes) -> bytes:
        return quote_from_bytes(gzip.compress(text, mtime=0)).encode()

    secret, shape = SECRETS["#key3"].encode(), b"ghp_" + b"a1B2c3D4e5" * 3 + b"f6G7h8"
    archive = b"PK\x03\x04" + random.Random(5).randbytes(300) + b"="
    for text in (b"scheme://files:pa55w0rd@two/", b'{"password": "q9w8e7r6t5"}', b"x?sig=q9w8e7r6t5&y=1"):
        assert audit(archive + escaped(text)) is None
        assert audit(b"data=" + escaped(text)) is not None
    for value in (secret, shape):
        assert audit(archive + escaped(b"a " + value + b" b")) is not None
