"""Ruby's and PHP's `=>`, and SQL's quoted columns: values go however the signs around them are escaped."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

import pytest

from hushtape.sanitize import build

RULES = build().ruleset
VALUE = "Zk93jd8fKq2mNx"

TEXTS = (
    '{"password"=>"@", "id"=>"1"}',
    "{:password=>'@', :id=>1}",
    '{:headers=>{"X-Api-Key"=>"@"}}',
    '{"api_key"=>["@"]}',
    '{"api_key" => "@"}',
    "'password' => '@',",
    "[password] => @",
    'array(1) {\n  ["api_key"]=>\n  string(14) "@"\n}',
    "select 1 from t where `api_key` = '@'",
    "where \"api_key\" = '@'",
    "where [api_key] = N'@'",
    "ALTER USER u IDENTIFIED BY @",
)


def rails(text: str) -> str:
    """As Rails and Go escape a document of JSON."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def dotnet(text: str) -> str:
    """As System.Text.Json does, and PHP with all of its flags."""
    return rails(text).replace('\\"', "\\u0022").replace("'", "\\u0027")


def of_json(text: str) -> str:
    return json.dumps({"error": text})


WAYS: dict[str, Callable[[str], str]] = {
    "text": str,
    "JSON": of_json,
    "JSON twice": lambda text: json.dumps({"body": of_json(text)}),
    "Rails": lambda text: rails(of_json(text)),
    "Rails twice": lambda text: rails(json.dumps({"body": rails(of_json(text))})),
    ".NET": lambda text: dotnet(of_json(text)),
    "HTML": lambda text: f"<pre>{html.escape(text)}</pre>",
    "XML": lambda text: f"<message>{html.escape(text, quote=False)}</message>",
    "HTML in JSON": lambda text: of_json(html.escape(text)),
}
LOOSER = ("[", "where", "select", "array")
"""Texts that are read in looser ways, which references of HTML and `\\u0027` end."""
PLAIN = ("text", "JSON", "Rails")
CASES = [(text, way) for text in TEXTS for way in WAYS if way in PLAIN or not text.startswith(LOOSER)]


@pytest.mark.parametrize(("text", "way"), CASES)
def test_no_writing_of_the_signs_hides_a_value(text: str, way: str) -> None:
    body = WAYS[way](text.replace("@", VALUE))
    scrubber = RULES.scrubber("response", "text/plain")
    clean = (scrubber.feed(body.encode()) + scrubber.finish()).decode()
    assert VALUE not in clean and "REDACTED" in clean
    assert clean == body.replace(VALUE, "REDACTED")
