"""JSON whose quotes are escaped in an answer: the value goes whole, and what was JSON stays JSON."""

from __future__ import annotations

import html
import json

import pytest
from tests.sanitize.written_ways import scrubbed

SECRET = "k93bXw2LmP0aQaz81Zk"
R = "REDACTED"

DOCUMENTS: dict[str, tuple[object, object]] = {
    "a string": ({"password": SECRET, "b": 1}, {"password": R, "b": 1}),
    "an object that goes whole": (
        {"client_secret": {"value": SECRET, "n": [1, {}]}, "b": 1},
        {"client_secret": R, "b": 1},
    ),
    "a list that goes whole": ({"token": [SECRET, {"a": "]"}], "b": [1]}, {"token": R, "b": [1]}),
    "a list of strings": ({"db_secret": [SECRET, "x] y"], "b": [1]}, {"db_secret": [R], "b": [1]}),
    "brackets in a string": ({"token": {"a": 'x}" [', "b": SECRET}, "c": "d"}, {"token": R, "c": "d"}),
    "a number": ({"password": 12345678, "b": [1]}, {"password": R, "b": [1]}),
    "an empty object": ({"token": {}, "b": SECRET[:5]}, {"token": {}, "b": SECRET[:5]}),
    "a document in a string": (
        {"a": json.dumps({"password": SECRET, "b": "c"})},
        {"a": json.dumps({"password": R, "b": "c"})},
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2, 4])
def test_in_a_string_whose_quotes_are_written_by_their_number(name: str, indent: int | None) -> None:
    before, after = (
        json.dumps({"body": json.dumps(one, indent=indent)}).replace(r"\"", r"\u0022")
        for one in DOCUMENTS[name]
    )
    if indent is not None and "list of strings" in name:
        assert SECRET not in scrubbed(before)
        assert json.loads(json.loads(scrubbed(before))["body"])["b"] == [1]
    else:
        assert scrubbed(before) == after


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2, 4])
@pytest.mark.parametrize("often", [1, 2])
def test_in_an_attribute_or_a_text(name: str, indent: int | None, often: int) -> None:
    before, after = (json.dumps(one, indent=indent) for one in DOCUMENTS[name])
    for _ in range(often):
        before, after = html.escape(before), html.escape(after)
    clean = scrubbed(f'<div data-state="{before}" id="a">x</div>', "text/html")
    if indent is not None and "list of strings" in name:
        assert SECRET not in clean
    else:
        assert clean == f'<div data-state="{after}" id="a">x</div>'


@pytest.mark.parametrize(
    "text",
    [
        '{"logprobs": [\n  {\n    "token": "Use",\n    "logprob": -0.1\n  }\n]}',
        '{"token": ["Invalid token."], "password": ["Incorrect password"]}',
        '{"env": [{"name": "PWD", "value": "/app"}]}',
        r'{"body": "{\"PWD\": \"/app\", \"OLDPWD\": \"/\"}"}',
    ],
)
def test_ordinary_answers_stay(text: str) -> None:
    assert scrubbed(text) == text


def test_an_element_with_a_prefix_and_attributes_in_escaped_xml() -> None:
    text = "<m>&lt;w:Password Type=&quot;t&quot;&gt;%s&lt;/w:Password&gt;</m>"
    assert scrubbed(text % SECRET, "text/xml") == text % R
