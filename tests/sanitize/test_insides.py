"""Of an object or element under a credential's name goes what holds the credential; the rest stays."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from tests.support.portions import scrubbed_by

from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset

RULES = build(engine="ahocorasick").ruleset
VALUE, ID = "q7-Hush0093", "AKIAIOSFODNN7QXAMPLZ"
SIZES = (1, 7, 1 << 16)


def scrub(text: str, kind: str = "application/json", size: int = 1 << 16, rules: Ruleset = RULES) -> str:
    data, scrubber = text.encode(), rules.scrubber("response", kind)
    return scrubbed_by(scrubber, data, size).decode()


OBJECTS: list[Any] = [
    {"owner": {"id": 7, "tags": [{"a": "}"}]}, "key": VALUE},
    {"id": 7, "scopes": ["a", "b"], "key": VALUE, "active": True},
    {"scopes": [], "meta": {}, "key": VALUE},
    {"meta": {"owner": {"teams": [{"id": 1, "of": [[7]]}]}}, "value": VALUE},
    {"description": 'for "CI" {x}', "key": VALUE},
    {"description": "x" * 1500, "key": VALUE},
    {**{f"a{number}": number for number in range(20)}, "key": VALUE},
    {"key": [VALUE]},
    {"value": {"raw": VALUE}},
    {"raw": VALUE, "computed": VALUE, "note": "n"},
    {"value": None, "raw": VALUE},
    {"key": "DB", "value": VALUE},
    {"@type": "x", "created at": "y", "plainText": VALUE},
]


def clean(thing: Any) -> Any:
    return json.loads(json.dumps(thing).replace(VALUE, "REDACTED"))


@pytest.mark.parametrize("inside", OBJECTS)
@pytest.mark.parametrize("name", ["api_key", "DB_PASSWORD", "otp"])
def test_of_an_object(name: str, inside: Any) -> None:
    for size in SIZES:
        assert json.loads(scrub(json.dumps({name: inside, "z": 1}), size=size)) == {
            name: clean(inside),
            "z": 1,
        }
    nested = json.loads(scrub(json.dumps({"x": json.dumps({name: inside}, indent=1)})))
    assert json.loads(nested["x"]) == {name: clean(inside)}
    assert VALUE not in scrub(repr({name: inside}), "text/plain")


def test_objects_that_hold_none_stay() -> None:
    for inside in ({"id": 7, "created": "x"}, {"value": {"id": 1}}, {"data": {}}, {"key": None}):
        text = json.dumps({"api_key": inside})
        assert scrub(text) == text


ELEMENTS = {
    "IAM's CreateAccessKey": (
        "<AccessKey>\n  <UserName>b</UserName><AccessKeyId>%i</AccessKeyId><Status>Active</Status>"
        "<SecretAccessKey>#</SecretAccessKey></AccessKey>"
    ),
    "a key among others": "<api-key>\n<id>7</id><owner><id>8</id><a/></owner><key>#</key><b>1</b></api-key>",
    "a key beside a value": "<api-key><key>DB</key><value>#</value></api-key>",
    "with a prefix and attributes": '<n:apiKey a="b"><n:id>7</n:id><n:value x="y">#</n:value></n:apiKey>',
    "an attribute": '<api-key><id>7</id><key value="#"/></api-key>',
    "CDATA": "<auth_token><id>7</id><value><![CDATA[#]]></value></auth_token>",
    "deeper": "<auth_token><value>\n<string>#</string></value><n>1</n></auth_token>",
    "behind a comment": "<auth_token><!-- a <b> --><id>7</id><hash>#</hash></auth_token>",
    "without any": "<verification_token>\n <id>5</id></verification_token>",
}


@pytest.mark.parametrize("text", ELEMENTS.values(), ids=ELEMENTS)
@pytest.mark.parametrize("kind", ["text/xml", "text/plain", "application/json"])
def test_of_an_element(kind: str, text: str) -> None:
    text = f"<a>{text}<c>1</c></a>"
    expected = text.replace("#", "REDACTED").replace("%i", "REDACTED")
    if kind == "application/json":
        text, expected = json.dumps({"x": text}), json.dumps({"x": expected})
        if "<!--" in text:
            return
    for size in SIZES:
        assert scrub(text.replace("#", VALUE).replace("%i", ID), kind, size) == expected


@pytest.mark.parametrize(
    ("less", "more"), [("&lt;", "&gt;"), ("\\u003c", "\\u003e"), ("&amp;lt;", "&amp;gt;")]
)
def test_of_an_escaped_element(less: str, more: str) -> None:
    for text in (
        "{api-key}\n {id}7{/id}{key}#{/key}{b}1{/b}{/api-key}",
        "{api-key}\n {id}7{/id}{/api-key}",
        "{api-key}{value}#{/value}{/api-key}",
    ):
        written = text.replace("\n", "\\n").replace("{", less).replace("}", more)
        body = f'{{"x": "{written}"}}'
        assert scrub(body.replace("#", VALUE)) == body.replace("#", "REDACTED")


def test_a_list_of_elements_goes_whole_as_do_listed_names() -> None:
    items = f"<item>{VALUE}</item><item>{VALUE}2</item>"
    assert scrub(f"<api-key>{items}</api-key>", "text/xml") == "<api-key>REDACTED</api-key>"
    inner = f"<token><id>7</id><x>{VALUE}</x></token>"
    assert scrub(inner, "text/xml") == "<token>REDACTED</token>"


def test_a_listed_name_that_is_kept_is_looked_into() -> None:
    rules = build(keep_fields=["token", "client_secret"], engine="ahocorasick").ruleset
    for text in (
        '{"token": {"methods": ["password"], "user": {"password": "#"}, "access_token": "#", "id": 7}}',
        '{"token": {"id": "123", "description": "ci", "apiKey": "#", "db_password": 12}}',
        '{"client_secret": {"value": "x", "secret": "#"}}',
    ):
        expected = text.replace("#", "REDACTED").replace("12}", '"REDACTED"}')
        assert scrub(text.replace("#", VALUE), rules=rules) == expected


@pytest.mark.parametrize(
    "value", ["Ab9<Zk93&bXw2", "Zk93]]]]><![CDATA[>bXw2LmP0", "Zk]93", "Ab9]]><![CDATA[<x"]
)
def test_cdata_goes_to_its_end(value: str) -> None:
    for text in (
        "<a><password><![CDATA[#]]></password><b>1</b></a>",
        "<a><api-key><id>7</id><value><![CDATA[#]]></value></api-key></a>",
    ):
        for size in SIZES:
            assert scrub(text.replace("#", value), "text/xml", size) == text.replace("#", "REDACTED")


def as_one(thing: Any) -> Any:
    """A list that percent escapes hold goes whole."""
    return json.loads(json.dumps(thing).replace('["REDACTED"]', '"REDACTED"'))


def net(text: str) -> str:
    return json.dumps({"p": text}).replace('\\"', "\\u0022")


@pytest.mark.parametrize("inside", OBJECTS)
@pytest.mark.parametrize("name", ["api_key", "adminPassword"])
@pytest.mark.parametrize("engine", ["ahocorasick", "hyperscan"])
def test_in_json_whose_quotes_are_units_or_percent_escapes(engine: str, name: str, inside: Any) -> None:
    rules = build(engine=engine).ruleset
    text = json.dumps({"parameters": {name: inside}, "z": 1})
    plain = json.loads(scrub(text, rules=rules))
    for size in SIZES:
        assert json.loads(json.loads(scrub(net(text), size=size, rules=rules))["p"]) == plain
        form = scrub("payload=" + quote_plus(text), "application/x-www-form-urlencoded", size, rules)
        assert json.loads(unquote_plus(form.removeprefix("payload="))) == as_one(plain)
    line = rules.uri("https://h.example/?c=" + quote(text, safe="{}:,"))
    assert json.loads(unquote(line.partition("=")[2])) == as_one(plain)
    assert VALUE not in scrub(net(net(text)), rules=rules)


def test_a_list_of_objects_in_a_string_whose_quotes_are_units() -> None:
    text = json.dumps({"api_key": [{"id": 1, "value": VALUE}, 7, {"value": {"raw": VALUE}}], "z": VALUE})
    assert json.loads(json.loads(scrub(net(text)))["p"]) == json.loads(scrub(text))
