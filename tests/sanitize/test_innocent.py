"""What stands under a credential's name and is none by its form stays; anything else goes."""

from __future__ import annotations

import base64
import json
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from tests.sanitize.written_ways import scrubbed

from hushtape.sanitize.chain import build
from hushtape.sanitize.sanitizers import DefaultSanitizer

RULES = build().ruleset
FORM = "application/x-www-form-urlencoded"

STAYS: dict[str, Any] = {
    "a schema": {"password": {"type": "string", "minLength": 8, "format": "password", "title": "Password"}},
    "a description in several lines": {
        "password": {"type": "string", "description": "At least:\n* 8 letters\n* a digit", "order": 1}
    },
    "a reference": {
        "client_id": {"$ref": "#/$defs/id"},
        "token": {"type": ["string", "null"], "default": None},
    },
    "no default": {"token": {"type": "string", "default": None}},
    "an empty default": {"access_token": {"type": "string", "default": ""}},
    "a flow": {"flows": {"password": {"tokenUrl": "/token", "scopes": {"read": "r"}}}},
    "labels": {"password": "Password", "token": "Token", "client_id": "Client ID", "api_key": "API key"},
    "messages": {"password": ["is too short (minimum is 8 characters)"], "token": ["can't be blank"]},
    "a message": {"password": ["This field is required."]},
    "a column": {"password": [{"id": "1", "key": "KBC.datatype.type", "value": "VARCHAR"}]},
    "log probabilities": [{"token": "Hello", "logprob": -0.3, "bytes": [72]}, {"token": "Hi", "logprob": -1}],
    "the other way round": [{"logprob": -3.1e-05, "token": "Hello"}],
    "a stream's words": [
        {"token": " the"},
        {"token": " Paris", "index": 3},
        {"token": " 202"},
        {"token": " ("},
    ],
    "words beyond ASCII": [{"token": " über"}, {"token": " "}, {"token": " USA"}, {"token": " don't"}],
    "a stream's objects": {"token": {"id": 264, "text": " a", "logprob": -1.2, "special": False}},
    "an analyser's words": {"tokens": [{"token": "quick", "start_offset": 0, "end_offset": 5}]},
    "a parser's words": [{"token": "cat", "pos": "NN", "lemma": "cat"}],
    "a contract": {"token": "0xdAC17F958D2ee523a2206206994597C13D831ec7", "symbol": "USDT"},
}
GOES: dict[str, Any] = {
    "a typed value": {"password": {"type": "string", "value": "q7-secret"}},
    "a default": {"password": {"type": "string", "default": "q7-secret"}},
    "an example": {"token": {"type": "string", "example": "q7-secret"}},
    "a constant": {"token": {"type": "string", "const": "q7-secret"}},
    "a list": {"password": ["q7-secret", "q7-secret too"]},
    "a list of objects": {"token": [{"id": "1", "key": "name", "value": "q7-secret"}]},
    "a typed token": {"token": {"type": "bearer", "description": "q7-secret"}},
    "a private key of a chain": {"token": "0x" + "q7" + "a" * 62},
    "a sentence": {"password": "q7-secret horse battery staple"},
    "an object": {"token": {"id": 1, "text": "q7-secret"}},
    "a word": {"password": " q7-secret"},
    "a token pasted with its space": {"token": " q7Zk93bXw2LmP0qT8vR4"},
    "one with signs": {"grant": 1, "token": " q7-P@ss", "b": 2},
    "a token beside an index": {"token": "q7-secret", "index": 3},
}
STYLES: list[dict[str, Any]] = [{}, {"indent": 1}, {"separators": (",", ":")}]


def _scrubbed(body: bytes, size: int = 1 << 20) -> bytes:
    scrubber = RULES.scrubber("response", "application/json")
    out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return b"".join(out) + scrubber.finish()


def _audited(body: bytes) -> object:
    auditor = RULES.auditor()
    return auditor.feed(body) or auditor.finish()


@pytest.mark.parametrize("name", STAYS)
@pytest.mark.parametrize("style", STYLES)
def test_what_is_no_credential_by_its_form_stays(name: str, style: dict[str, Any]) -> None:
    body = json.dumps(STAYS[name], **style).encode()
    assert _scrubbed(body) == body
    assert _scrubbed(body, size=1) == body
    assert _audited(body) is None


@pytest.mark.parametrize("name", GOES)
@pytest.mark.parametrize("style", STYLES)
def test_all_else_goes(name: str, style: dict[str, Any]) -> None:
    body = json.dumps(GOES[name], **style).encode()
    assert b"q7" not in _scrubbed(body)
    assert _scrubbed(body, size=1) == _scrubbed(body)


def test_what_stays_is_looked_through_for_what_is_known() -> None:
    rules = build(secrets={"#key": "q7-unguessable-0093"}).ruleset
    body = (
        b'{"password":{"type":"string","title":"q7-unguessable-0093","description":"Bearer q7.token-001122"}}'
    )
    scrubber = rules.scrubber("response", "application/json")
    clean = scrubber.feed(body) + scrubber.finish()
    assert clean == b'{"password":{"type":"string","title":"REDACTED","description":"Bearer REDACTED"}}'


def test_a_name_that_the_user_gave_goes_whatever_it_holds() -> None:
    rules = build([DefaultSanitizer(additional_sensitive_fields=["title"])]).ruleset
    scrubber = rules.scrubber("response", "application/json")
    assert scrubber.feed(b'{"title":"Title"}') + scrubber.finish() == b'{"title":"REDACTED"}'


@pytest.mark.parametrize(
    "name", ["a schema", "labels", "messages", "log probabilities", "a stream's objects"]
)
def test_the_audit_s_windows_cut_through_it_without_alarm(name: str) -> None:
    one = json.dumps(STAYS[name]).encode()
    for shift in range(0, len(one) + 8, 23):
        body = b"[" + b" " * shift + b",".join([one] * (140_000 // len(one))) + b"]"
        assert _audited(body) is None, shift


def test_the_audit_finds_a_credential_in_a_short_text() -> None:
    for body in (b'{"token":"q7-secret"}', b'x={"token": "q7-secret"}', b'{"token":"q7-secret","a":1}'):
        assert RULES.scan(body) is not None
        coded = base64.b64encode(body.replace(b"token", b"password"))
        assert _audited(b'{"x":"%b"}' % coded) is not None


@pytest.mark.parametrize(
    "schema",
    [
        '{"parameters":{"access_token":{"description":"OAuth token.","location":"query","type":"string"}}}',
        '{"access_token":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Access Token"}}',
        '{"Token":{"required":["access_token"],"type":"object","properties":{"access_token":{"type":"string"}}}}',
        '{"client_secret":{"type":"string","airbyte_secret":true,"title":"Client Secret","order":1}}',
        '{"password":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}}}',
        '{"access_token":{"computed":true,"type":"string"}}',
        '{"flows":{"password":{"scopes":{},"tokenUrl":"token"}}}',
        '{"password":{"type":"string","description":"x","description_kind":"plain","sensitive":true}}',
        '{"password":{"type":"string","title":"Password","airbyte_secret":true,"always_show":true,"order":3}}',
        '{"client_secret":{"type":"string","airbyte_hidden":true,"pattern_descriptor":"x"}}',
        '{"password":{"type":"string","x-order":1,"x-foo":{"a":"b"},"xml":{"name":"p"},"uniqueItems":false}}',
        '{"token":{"type":"text","analyzer":"standard","norms":false,"not":{}}}',
        '{"password":{"type":"object","additionalProperties":{"type":"string","contentEncoding":"base64"}}}',
        '{"token":{"shape":"Token","documentation":"<p>A token</p>","max":20}}',
    ],
)
def test_schemas_of_others_stay(schema: str) -> None:
    assert scrubbed(schema) == schema
    units = json.dumps({"s": schema}).replace('\\"', "\\u0022")
    for body in (units, f'<a x="{escape(schema)}">', json.dumps({"s": schema})):
        assert scrubbed(body, "text/html") == body
    for coded in (quote_plus(schema), quote(quote(schema)), quote(schema, safe="{}:,[]")):
        assert scrubbed(f"a=1&payload={coded}&b=2", FORM) == f"a=1&payload={coded}&b=2"


@pytest.mark.parametrize("value", ['["is too short"]', '["can\'t be blank"]', "[]", "{}"])
def test_messages_and_nothing_stay_in_escapes(value: str) -> None:
    text = f'{{"errors": {{"password": {value}, "z": 1}}}}'
    units = json.dumps({"s": text}).replace('\\"', "\\u0022").replace("'", "\\u0027")
    for body in (units, f'<a x="{escape(text)}">'):
        assert scrubbed(body, "text/html") == body
    assert scrubbed(f"payload={quote_plus(text)}", FORM) == f"payload={quote_plus(text)}"


@pytest.mark.parametrize(
    "inside",
    [
        '{"anyOf":[{"type":"string","const":"#"}]}',
        '{"type":"object","properties":{"a":{"type":"string","default":"#"}}}',
        '{"type":"text","fields":{"keyword":"#"}}',
        '{"type":"string","computed":"#"}',
        '{"type":"string","x-foo":"#"}',
        '{"type":"string","x-foo":{"a":["#"]}}',
        '{"type":"string","additionalProperties":{"default":"#"}}',
        '{"type":"string","xml":{"value":"#"}}',
        '{"type":"string","foo":"#"}',
        '{"type":"text","index":"#"}',
    ],
)
def test_schemas_that_hold_a_value_go(inside: str) -> None:
    schema = '{"password":#}'.replace("#", inside).replace("#", "q7-Hush0093")
    assert "q7-Hush0093" not in scrubbed(schema)
    assert "q7-Hush0093" not in scrubbed(f"payload={quote_plus(schema)}", FORM)


KEYS = (
    '<a href="/wiki/Main_Page" title="Visit [z]" accesskey="z"><span>Main page</span></a>',
    '<a accesskey="n s" rel="next">Types</a><a ACCESSKEY=n><a accesskey=\'é\'>',
    '{"html": "<a accesskey=\\"n\\" rel=\\"next\\">"}',
    '{"tag": "a", "accessKey": "n"}',
)


@pytest.mark.parametrize("page", KEYS)
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_the_key_to_press_of_an_element_stays(page: str, kind: str) -> None:
    for size in (1, 7, len(page)):
        scrubber, body = RULES.scrubber("response", kind), page.encode()
        out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
        assert b"".join(out) + scrubber.finish() == body
    assert _audited(page.encode()) is None


def test_an_access_key_goes() -> None:
    for page in ('<a accesskey="AKq7">', "accesskey=q7", '{"accessKey": "q7"}', "<a accesskey='q7 x'>"):
        assert b"q7" not in _scrubbed(page.encode())


@pytest.mark.parametrize("indent", [None, 2])
def test_quotes_in_a_description_hide_no_schema(indent: int | None) -> None:
    schema = {"token": {"type": "string", "pattern": '^[\\\\w"]+$', "description": 'a "word"\n\tof \\ signs'}}
    text = json.dumps(schema, indent=indent)
    assert scrubbed(text) == text


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": "string", "description": 'the "new"\none'}])
@pytest.mark.parametrize("inner", ['\\"', "\\u0022"])
@pytest.mark.parametrize("outer", ['\\"', "\\u0022"])
def test_a_schema_in_a_string_stays_whatever_its_quotes(schema: Any, inner: str, outer: str) -> None:
    text = json.dumps({"properties": {"password": schema, "token": schema}}).replace('\\"', inner)
    body = json.dumps({"body": text}).replace('\\"', outer)
    assert scrubbed(body) == body


@pytest.mark.parametrize("outer", ['\\"', "\\u0022"])
def test_a_value_in_a_schema_in_a_string_goes(outer: str) -> None:
    schema = {"type": "string", "description": "ends in \\\\", "value": "Zk93bXw2LmP0"}
    body = json.dumps({"body": json.dumps({"password": schema})}).replace('\\"', outer)
    assert "Zk93" not in scrubbed(body)


@pytest.mark.parametrize("piece", ['{"', '":', '"', ',"', '"}', ' "', "\\", '\\"'])
def test_a_piece_with_quotes_beside_its_probability_stays(piece: str) -> None:
    text = json.dumps({"content": [{"token": piece, "logprob": -0.3, "bytes": [34], "top_logprobs": []}]})
    assert scrubbed(text) == text
    assert "Zk93" not in scrubbed(json.dumps({"token": f"{piece}Zk93bXw2LmP0Qd7RtY", "n": 1}))


@pytest.mark.parametrize("message", ["is invalid", "has expired", "already taken", "Not found", "Too short."])
def test_a_message_of_two_words_stays(message: str) -> None:
    text = json.dumps({"errors": {"reset_token": [message], "password": [message, "is too short"]}})
    assert scrubbed(text) == text


def test_two_words_that_are_no_message_go() -> None:
    assert scrubbed('{"api_key": ["hunter two"]}') == '{"api_key": ["REDACTED"]}'


@pytest.mark.parametrize("name", ["access_key", "accessKey", "api_key"])
def test_a_value_that_begins_with_an_escaped_quote_goes(name: str) -> None:
    assert scrubbed(f'{{"{name}": "\\"Zk93bXw2LmP0Qd7RtY\\""}}') == f'{{"{name}": "REDACTED"}}'
    assert scrubbed(f'{{"{name}":"\\"Zk93bXw2LmP0Qd7RtY"}}') == f'{{"{name}":"REDACTED"}}'


@pytest.mark.parametrize(
    "body",
    [
        '{"token":"Zk93mP0qW7xYt8LmQ4vB","bytes":5242880}',
        '{"token":"hunter","bytes":5242880}',
        '{"token":"Zk93mP0qW7xYt8LmQ4vB","pos":3}',
        '{"end_offset":3,"token":"Zk93mP0qW7xYt8LmQ4vB"}',
        '{"token":"Zk93mP0qW7xYt8LmQ4vBZk93mP0qW7xYt8LmQ4vB","logprob":-1}',
    ],
)
def test_what_a_machine_made_is_no_word_of_a_model(body: str) -> None:
    assert "REDACTED" in scrubbed(body)


@pytest.mark.parametrize(
    "body",
    [
        '{"token":"internationalization","start_offset":1}',
        '{"token":"x86_64","pos":3}',
        '{"token":"Hello","bytes":[72],"logprob":-1}',
        '{"token":"Hello","bytes":null}',
        '{"token":"Hello","bytes":5, "logprob":-1}',
    ],
)
def test_a_word_of_a_model_stays(body: str) -> None:
    assert scrubbed(body) == body
