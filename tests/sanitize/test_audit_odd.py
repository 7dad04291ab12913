"""Odd secrets: bare ones under partial escapes, short ones inside base64 and hex; no false alarms."""

from __future__ import annotations

import base64
import json
import random
import zlib
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset

BARE = "!$%^&*()-+=#@~"
SYMBOLS = st.text(alphabet="!$%^&*()-+=#@~/'\",;:?[]{}|\\<> ab1", min_size=6, max_size=16)


def ruleset(secret: str) -> Ruleset:
    return build(secrets={"#key": secret}).ruleset


def audit(rules: Ruleset, data: bytes) -> Finding | None:
    auditor = rules.auditor()
    return auditor.feed(data) or auditor.finish()


@pytest.mark.parametrize("escaped", [BARE[:5], BARE[3:], "%", "&", BARE[::2]])
def test_a_bare_secret_is_found_whichever_of_its_signs_are_escaped(escaped: str) -> None:
    path = "".join(f"%{ord(one):02x}" if one in escaped else one for one in BARE)
    assert audit(ruleset(BARE), f"/a/{path}".encode()) is not None
    assert ruleset(BARE).audit_texts([f"/a?b={path}"]) is not None
    assert audit(ruleset(BARE), quote(f"/a/{path}", safe="").encode()) is not None


@given(
    SYMBOLS.filter(lambda text: not any(run in text for run in ("aa", "ab", "ba", "b1", "1b", "a1", "1a")))
)
def test_a_secret_of_signs_is_found_with_every_second_one_escaped(secret: str) -> None:
    path = "".join(f"%{ord(one):02X}" if place % 2 else one for place, one in enumerate(secret))
    if secret.startswith("%") or "%%" in path:  # `%` before an escape is an escape of another kind
        return
    if quote(secret, safe="") == path or secret == path:
        return
    rules = ruleset(secret)
    clean = rules.uri(f"http://h/{path}")
    assert path not in clean or rules.audit_texts([clean]) is not None


SHORT = ("abc", "a1b2", "ad-in", "q7Zt9", "q7Zt9x", "p@ss1", "x9!Kw2")


@pytest.mark.parametrize("secret", SHORT)
@pytest.mark.parametrize("text", ["{}", "user:{}", "user:{}\n", "{}:x", "me@x.org:{}", '{{"p": "{}"}}'])
def test_a_short_secret_is_found_in_a_base64_or_hex_token(secret: str, text: str) -> None:
    data = text.format(secret).encode()
    coded = base64.b64encode(data)
    for token in (coded, coded.rstrip(b"="), base64.urlsafe_b64encode(data), data.hex().encode()):
        for around in (b'{"a": "%b"}', b"%b", b"Basic %b", b"/v1/%b/x", b"a=%b&b=1", b"a\n%b\n"):
            assert audit(ruleset(secret), around % token) is not None, (token, around)


@pytest.mark.parametrize("secret", [*SHORT, "Zx9", "83920", "7Qp!", "\u00e9Kx"])
def test_a_short_secret_in_base64_is_found_right_behind_an_escape(secret: str) -> None:
    token, rules = base64.b64encode(secret.encode()), ruleset(secret)
    escapes = ["\\u0022", "%22", "%5C%22", '\\"', "&quot;", "\x1b[32m", "\\u001b[1m", "\\n"]
    for around in (
        f"{{k:{sign.replace('%', '%%')}%b{sign.replace('%', '%%')}}}".encode() for sign in escapes
    ):
        for coded in (token, token.replace(b"=", b"%3D")):
            assert audit(rules, around % coded) is not None, (coded, around)


def test_digits_that_are_no_escape_before_base64_are_a_part_of_it() -> None:
    assert audit(ruleset("Zx9"), b'"x22Wng5" "u0022Wng5" "m32mWng5"') is None


@pytest.mark.parametrize("secret", SHORT)
def test_a_short_secret_encoded_twice_is_found(secret: str) -> None:
    twice = base64.b64encode(base64.b64encode(secret.encode()))
    assert audit(ruleset(secret), b'"%b"' % twice) is not None
    assert audit(ruleset(secret), b'"%b"' % secret.encode().hex().encode().hex().encode()) is not None


def test_base64_that_holds_no_short_secret_raises_no_alarm() -> None:
    noise = random.Random(7)
    rules = build(secrets={f"#{one}": one for one in ("abcd", "q7Zt9", "p@ss1")}).ruleset
    rows = [{"id": noise.randbytes(12).hex(), "cursor": base64.b64encode(noise.randbytes(30)).decode()}
            for _ in range(2000)]  # fmt: skip
    assert audit(rules, json.dumps(rows).encode()) is None
    words = base64.b64encode(b"the abcdefg of xabcd and abcd1, or q7Zt90")
    assert audit(rules, words) is None


def test_a_ruleset_without_odd_secrets_has_no_second_look() -> None:
    assert build(secrets={"#key": "a-secret-of-some-length"}).ruleset._odd is None


def test_twofold_base64_of_eight_bytes_is_found_without_padding() -> None:
    rules = ruleset("c2zlWc_9")
    once = base64.b64encode(b"c2zlWc_9").rstrip(b"=")
    assert audit(rules, b'{"a": "' + base64.b64encode(once).rstrip(b"=") + b'"}')


@pytest.mark.parametrize("value", ["3.14", "Zx9!", "a.b1"])
@pytest.mark.parametrize("text", ['{"y": -%s}', '{"y": "x-%s-z"}', '{"y": "%s_1"}'])
def test_a_short_value_beside_a_sign_of_words_is_left_by_both_looks(value: str, text: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    auditor = rules.auditor()
    assert (auditor.feed((text % value).encode()) or auditor.finish()) is None


@pytest.mark.parametrize(
    "key", [b"\xf36\xe6\xa3 .+\xb2\xa4\xf9\xf1q", b"\x90\x83\xa3\xce \xc4\xc5.+\x8e\xc3y-\xa2\x87"]
)
def test_bytes_with_a_space_and_a_plus_sign_are_found_in_a_form(key: bytes) -> None:
    rules = build(secrets={"#key": key}).ruleset
    scrubber = rules.scrubber("request", "application/x-www-form-urlencoded")
    body = f"k={quote_plus(key)}&z=1".encode()
    left = scrubber.feed(body) + scrubber.finish()
    assert left != body or audit(rules, left) is not None


def test_a_bare_value_of_latin_1_and_more_is_found_as_javascript_escapes_it() -> None:
    for value in ("c\u00e90\u00f6\u00f1\u00f11\u00df\u20ac", "0\u00df\u20ac\u20ac1Z2\u00f1"):
        text = "".join(f"\\x{ord(one):02x}" if one <= "\xff" else f"\\u{ord(one):04x}" for one in value)
        auditor = build(secrets={"#key": value}).ruleset.auditor()
        assert (auditor.feed(text.encode()) or auditor.finish()) is not None


def test_a_bare_value_in_quoted_printable_behind_an_equals_sign_is_found() -> None:
    value = "H;*GH!xV)?+r*%]95M:u(/ks"
    text = "".join(f"={one:02X}" for one in quote_plus(value).encode())
    auditor = build(secrets={"#key": value}).ruleset.auditor()
    assert (auditor.feed(f"x=1&v={text}&z=2".encode()) or auditor.finish()) is not None


def test_a_short_stream_whose_first_bytes_are_ascii_is_found() -> None:
    packed = zlib.compress(b"Bearer 0600ae07d063eeb76\n", 1)
    assert packed[:24].isascii()
    auditor = build(secrets={"#key": "0600ae07d063eeb76"}).ruleset.auditor()
    assert (auditor.feed(b'{"v": "%b"}' % base64.b64encode(packed)) or auditor.finish()) is not None


@pytest.mark.parametrize("value", ["aB9xkQ2z", "aB9xkQ2zP0", "aB9xkQ2zP0qX7v"])
def test_a_short_stream_that_was_flushed_is_read(value: str) -> None:
    stream = zlib.compressobj()
    packed = stream.compress(f"k={value}".encode()) + stream.flush(zlib.Z_SYNC_FLUSH)
    for coded in (base64.b64encode(packed), packed.hex().encode()):
        auditor = build(secrets={"#key": value}).ruleset.auditor()
        assert (auditor.feed(b'{"v": "%b"}' % coded) or auditor.finish()) is not None
