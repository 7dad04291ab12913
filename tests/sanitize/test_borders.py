"""The border of two chunks may lie on any byte of what a rule redacts, with few rules as with many.

With few rules the automaton's anchors are short, and so is what a scrubber looks at twice: whatever needs
more than that around a border shows here.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from hushtape.sanitize import build
from hushtape.sanitize.ruleset import Ruleset

SECRET = 's3cr3t/Value+77 with "quotes" and more than 60 characters, to be sure of it'
FEW = build([], secrets={}).ruleset
ONE = build([], secrets={"#key": SECRET}).ruleset
BY_RULE: dict[str, bytes] = {
    "userinfo": b'"https://username:' + b"p" * 140 + b'@host.example.com/a"',
    "long user": b"see http://" + b"u" * 600 + b"@host/ and",
    "escaped userinfo": b"url=https%3A%2F%2Fuser%3A" + b"p" * 90 + b"%40host%2Fa",
    "slashes escaped": b'{"u":"https:\\/\\/user:' + b"p" * 120 + b'@host\\/a"}',
    "presigned": b"https://bucket.example/a?X-Amz-Signature=" + b"0f" * 32 + b"&X-Amz-Date=1",
    "field": b'{"access_token" : "' + b"t" * 80 + b'", "a": 1}',
    "container": b'{"password": {"a": [1, "}", "\\""], "b": "c"}, "d": 1}',
    "nested": json.dumps({"a": json.dumps({"client_secret": 'x"y\\z' * 9})}).encode(),
    "form": b"grant_type=code&code=" + b"c" * 70 + b"&state=1",
    "jwt": b"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + b"s" * 43 + b" x",
    "pem": b"-----BEGIN PRIVATE KEY-----\n" + b"MIIEvQ" * 20 + b"\n-----END PRIVATE KEY-----",
    "shape": b"token ghp_" + b"a1B2" * 9 + b", that",
    "multipart": b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n'
    + b"v" * 50
    + b"\r\n--b--\r\n",
    "xml": b"<a><token type='x'>" + b"v" * 50 + b"</token></a>",
}
BY_VALUE: dict[str, bytes] = {
    "plain": SECRET.encode(),
    "json": json.dumps(json.dumps(SECRET)).encode(),
    "percent": quote(quote(SECRET)).encode(),
    "base64": base64.b64encode(b"user:" + SECRET.encode()),
    "hex": SECRET.encode().hex().encode(),
    "letter by letter": "".join(f"\\u{ord(char):04x}" for char in SECRET).encode(),
    "utf-16": SECRET.encode("utf-16-le"),
}
AROUND = b"words of an ordinary answer, " * 110


def scrub(ruleset: Ruleset, *chunks: bytes) -> bytes:
    scrubber = ruleset.scrubber("response", "text/plain")
    return b"".join(map(scrubber.feed, chunks)) + scrubber.finish()


@pytest.mark.parametrize(
    ("ruleset", "text"),
    [
        *(pytest.param(FEW, text, id=name) for name, text in BY_RULE.items()),
        *(pytest.param(ONE, text, id=name) for name, text in BY_VALUE.items()),
    ],
)
def test_a_border_anywhere_in_a_secret_changes_nothing(
    ruleset: Ruleset, text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hushtape.sanitize.scrubber.BLOCK", 1)
    data = AROUND + text + AROUND
    whole = scrub(ruleset, data)
    assert text not in whole
    for cut in range(len(AROUND) - 4, len(AROUND) + len(text) + 4):
        assert scrub(ruleset, data[:cut], data[cut:]) == whole, f"cut {cut - len(AROUND)} bytes into it"
        assert scrub(ruleset, data[:cut], data[cut : cut + 1], data[cut + 1 :]) == whole
