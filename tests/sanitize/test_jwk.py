"""The private parts of a JSON Web Key are redacted, in any order; a public key stays."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest

from hushtape.sanitize.chain import build

RULES = build().ruleset
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")


def _number(seed: int, bits: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(letters[(seed * 7 + at * at * 5 + at) % 64] for at in range(bits // 6))


def _key(bits: int) -> dict[str, Any]:
    half = {name: _number(at, bits // 2) for at, name in enumerate(PRIVATE[1:])}
    head = {"kty": "RSA", "kid": "2011-04-29", "use": "sig", "alg": "RS256", "e": "AQAB"}
    return {**head, "n": _number(8, bits), "d": _number(9, bits), **half}


def _scrubbed(body: bytes, size: int = 1 << 20) -> bytes:
    scrubber = RULES.scrubber("response", "application/json")
    out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return b"".join(out) + scrubber.finish()


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
@pytest.mark.parametrize("order", ["as given", "sorted", "kty last"])
@pytest.mark.parametrize("size", [1 << 20, 61])
def test_an_rsa_key_keeps_its_public_part_only(bits: int, order: str, size: int) -> None:
    key = _key(bits)
    if order == "sorted":
        key = dict(sorted(key.items()))
    if order == "kty last":
        key["kty"] = key.pop("kty")
    expected = {name: "REDACTED" if name in PRIVATE else value for name, value in key.items()}
    before = {"keys": [_public(2048), key, _public(2048)]}
    after = {"keys": [_public(2048), expected, _public(2048)]}
    assert json.loads(_scrubbed(json.dumps(before).encode(), size)) == after


def _public(bits: int) -> dict[str, Any]:
    return {name: value for name, value in _key(bits).items() if name not in PRIVATE}


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    ],
)
def test_the_private_number_of_a_curve_is_redacted(key: dict[str, str]) -> None:
    public = json.dumps(key).encode()
    assert _scrubbed(public) == public
    for keys in itertools.permutations([*key, "d"], len(key) + 1):
        whole = {name: key.get(name, "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE") for name in keys}
        assert json.loads(_scrubbed(json.dumps(whole).encode())) == {**key, "d": "REDACTED"}


@pytest.mark.parametrize("wrap", [lambda text: text, json.dumps, lambda text: json.dumps(json.dumps(text))])
def test_a_symmetric_key_is_redacted_in_strings_too(wrap: Any) -> None:
    key = '{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUg"}'
    assert b"Gawgg" not in _scrubbed(wrap(key).encode())
    assert _scrubbed(wrap(key).encode()).count(b"REDACTED") == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"d":"2020-01-01T00:00:00Z","p":"0.05","q":"how to search","k":"abcdefghijklmnopqrstuv"}',
        b'{"shape":{"d":"M10 10L20 20","k":5},"kty":"RSA"}',
        b'{"kty":"cotton","d":"abcdefghijklmnopqrstuvwxyz0123456789"}',
        b'[{"kty":"RSA","n":"abc"},{"d":"abcdefghijklmnopqrstuvwxyz0123456789"}]',
    ],
)
def test_letters_that_name_something_else_stay(body: bytes) -> None:
    assert _scrubbed(body) == body


S = "Zk93bXw2LmP0qT8vR4"
BRACED: list[dict[str, Any]] = [
    {"kty": "EC", "kid": "https://kms/{tenant}/1", "crv": "P-256", "d": S},
    {"kty": "EC", "kid": 'a"}', "policy": {"exportable": True, "at": [{"x": {}}]}, "d": S},
    {"d": S, "kid": "{", "tags": {"a": 1}, "kty": "EC"},
    {"kty": "RSA", "oth": [{"r": S, "d": S, "t": S}], "d": S},  # RFC 7518 6.3.2.7
]


@pytest.mark.parametrize("key", BRACED)
def test_braces_between_hide_nothing(key: dict[str, Any]) -> None:
    for text in (json.dumps(key), json.dumps({"s": json.dumps(key)}), "a=" + quote(json.dumps(key))):
        assert S.encode() not in _scrubbed(text.encode())
        assert _scrubbed(text.encode(), size=1) == _scrubbed(text.encode())


def test_what_stands_in_another_object_stays() -> None:
    public = {"kty": "EC", "kid": "{", "x": S}
    for thing in ({"keys": [public, {"d": S}], "d": S}, {"d": S, "s": json.dumps(public)}):
        body = json.dumps(thing).encode()
        assert _scrubbed(body) == body


@pytest.mark.parametrize("size", [1 << 20, 61])
@pytest.mark.parametrize("types", [1, 3, 400])
def test_an_object_that_says_its_type_many_times_keeps_no_part(types: int, size: int) -> None:
    types_of_it = '"kty":"RSA",' * types
    body = f'{{{types_of_it}"d":"{S}","in":{{"kty":"EC","d":"{S}"}},"p":"{S}"}},{{"d":"{S}"}}'
    clean = body.replace(S, "REDACTED", 3)
    assert _scrubbed(body.encode(), size).decode() == clean


@pytest.mark.parametrize("far", [2000, 3000, 3900, 7000])
def test_a_second_type_in_a_long_object_is_looked_around_too(far: int) -> None:
    body = '{{"kty":"RSA","n":"{}","in":{{"kty":"EC","d":"{}","x":"{}"}}}}'.format("A" * far, S, "B" * 900)
    assert _scrubbed(body.encode()).decode() == body.replace(S, "REDACTED")
