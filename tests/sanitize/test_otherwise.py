"""A secret in other line ends, normal forms and wrappings than those that it was given in."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from hushtape.sanitize import otherwise
from hushtape.sanitize.chain import build

LINES = "first-part of-it\nsecond-line, ok!\nthird"


def left(secret: str | bytes, data: str | bytes) -> tuple[bytes, bool]:
    """What is written, and whether the audit finds something in it."""
    rules = build(secrets={"#key": secret}).ruleset
    body = data if isinstance(data, bytes) else data.encode()
    scrubber, auditor = rules.scrubber("response", "text/plain"), rules.auditor()
    clean = scrubber.feed(body) + scrubber.finish()
    return clean, (auditor.feed(clean) or auditor.finish()) is not None


ENDS: dict[str, str] = {
    "LF": "\n",
    "CR LF": "\r\n",
    "CR": "\r",
    "JSON": "\\n",
    "JSON, CR LF": "\\r\\n",
    "units": "\\u000d\\u000a",
    "percent": "%0D%0A",
    "references": "&#13;&#10;",
    "a space": " ",
    "nothing": "",
}


@pytest.mark.parametrize("written", ENDS)
@pytest.mark.parametrize("given", ["\n", "\r\n", "\\n", "\\r\\n"])
def test_line_ends_make_no_difference(given: str, written: str) -> None:
    clean, found = left(LINES.replace("\n", given), f'{{"a": "{LINES.replace(chr(10), ENDS[written])}"}}')
    assert clean == b'{"a": "REDACTED"}'
    assert not found


@pytest.mark.parametrize("text", ["pässwörd-éà9", "비밀번호는", "čšž-ř"])
@pytest.mark.parametrize("given", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_value_is_found_in_both_normal_forms(text: str, given: str, written: str) -> None:
    secret, told = (unicodedata.normalize(form, text) for form in (given, written))  # type: ignore[arg-type]
    assert left(secret, f"x {told} y")[0] == b"x REDACTED y"
    assert left(secret, json.dumps({"a": told}))[0] == b'{"a": "REDACTED"}'


def test_octets_of_the_environment_that_are_no_utf_8_are_found() -> None:
    raw = b"p\xe4ssw\xf6rt-99x"
    secret = raw.decode("utf-8", "surrogateescape")  # what os.environ says, PEP 383
    for body in (raw, b"p%E4ssw%F6rt-99x", raw.decode("latin-1").encode()):
        assert left(secret, b"x " + body + b" y") == (b"x REDACTED y", False)
    for body in (base64.b64encode(b"bob:" + raw), raw.hex().encode()):
        assert left(secret, body)[0] != body
    assert (
        left("p\udce4ss\ud83dwort", '"p\\udce4ss\\ud83dwort"')[0] == b'"REDACTED"'
    )  # no octets: a broken text


@pytest.mark.parametrize("secret", ["K€7-š9_Z€x1", "pässwörd-“q”9", "Ýž-\u0141-9x-š"])
def test_utf_8_taken_for_windows_1252_is_replaced(secret: str) -> None:
    read = "".join(bytes((one,)).decode("cp1252", "ignore") or chr(one) for one in secret.encode())
    assert left(secret, f"x {read} y")[0] == b"x REDACTED y"


@pytest.mark.parametrize("text", ["pässwörd-éà9", "密码很长9", "🔑🔒9x"])
def test_a_value_whose_octets_a_server_reads_as_latin_1_is_replaced(text: str) -> None:
    """As WSGI hands header fields to programs, which echo them."""
    told = text.encode().decode("latin-1")
    assert left(text, json.dumps({"X-Thing": told}))[0] == b'{"X-Thing": "REDACTED"}'
    assert left(text, f"x {told} y")[0] == b"x REDACTED y"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


KEYS = {
    "RSA": pem(rsa.generate_private_key(65537, 2048)),
    "EC": pem(ec.generate_private_key(ec.SECP256R1())),
    "Ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
}
GIVEN: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "CR LF": lambda key: key.replace("\n", "\r\n"),
    "two characters": lambda key: key.replace("\n", "\\n"),
    "spaces": lambda key: key.replace("\n", " "),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "a document": lambda key: json.dumps({"type": "service_account", "private_key": key}),
    "a document in base64": lambda key: base64.b64encode(json.dumps({"private_key": key}).encode()).decode(),
}


def wrapped(text: str, width: int, between: str) -> str:
    return between.join(text[at : at + width] for at in range(0, len(text), width))


WRITTEN: dict[str, Callable[[str], str]] = {
    "joined": lambda key: key,
    "lines of 64": lambda key: wrapped(key, 64, "\n"),
    "lines of 76": lambda key: wrapped(key, 76, "\r\n"),
    "JSON": lambda key: wrapped(key, 64, "\\n"),
    "spaces": lambda key: wrapped(key, 64, " "),
    "a list": lambda key: wrapped(key, 64, '", "'),
    "HTML": lambda key: wrapped(key, 64, "<br/>"),
    "hex": lambda key: base64.b64decode(key).hex(),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
}


@pytest.mark.thinned(5)
@pytest.mark.parametrize("written", WRITTEN)  # varies fastest: the ruleset of a key is compiled once
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("given", GIVEN)
def test_a_private_key_is_gone_without_its_first_and_last_line(kind: str, given: str, written: str) -> None:
    key = KEYS[kind]
    inner = "".join(key.splitlines()[1:-1])
    clean, found = left(GIVEN[given](key), f'{{"key": "{WRITTEN[written](inner)}"}}')
    pieces = [inner[at : at + 20] for at in range(0, 60, 20)] + [base64.b64decode(inner)[:12].hex()]
    assert found or not any(piece.encode() in clean for piece in pieces)


def test_bytes_that_are_no_text_are_replaced_in_base64_and_hex() -> None:
    key = bytes(range(200, 232))
    for told in (base64.b64encode(key), base64.urlsafe_b64encode(b"ab" + key), key.hex().encode(), key):
        clean, found = left(key, b'{"a": "' + told + b'"}')
        assert told not in clean
        assert not found


def test_a_plain_value_has_no_further_texts() -> None:
    assert otherwise.texts("hunter/Correct!Horse") == []
    assert otherwise.octets("hunter/Correct!Horse") == []
    assert otherwise.fragments("q" * 79) == []


@pytest.mark.parametrize("value", ["48151623421", "-4815162342", "31.4159265"])
def test_a_number_of_json_becomes_a_string(value: str) -> None:
    for before, after in (('{"a": ', "}"), ('{"a":', ',"b":1}'), ('"{\\"a\\": ', '}"')):
        clean, found = left(value, before + value + after)
        assert b"REDACTED" in clean
        assert value.encode() not in clean
        json.loads(clean)
        assert not found
    assert left(value, f"n: {value}, ok")[0] == b"n: REDACTED, ok"


@pytest.mark.parametrize("value", ["tajné9heslo8", "Müller-Geheim7", "密码很长9"])
def test_a_host_in_punycode_is_the_value_again(value: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    uri = rules.uri(f"https://{value.encode('idna').decode()}.example.com/a", "request")
    assert uri == "https://REDACTED.example.com/a"


@pytest.mark.parametrize("value", ["secret", "example", "https", "client_secret"])
def test_a_word_that_our_own_checks_use_is_a_secret_like_any_other(value: str) -> None:
    assert left(value, f"x {value} y")[0] == b"x REDACTED y"
