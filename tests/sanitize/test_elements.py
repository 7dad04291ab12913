"""Escaped elements: one that its end tag closes holds a value, a manual's word in angle brackets none."""

from __future__ import annotations

import html
import json

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import RULES, scrubbed

R = "REDACTED"


@pytest.mark.parametrize(
    "text",
    [
        "npm login <password>",
        "socks5h://<username>:<password>@proxy-host",
        "a <token> b",
        "<user>:<password>@host",
    ],
)
def test_a_word_of_a_manual_stays(text: str) -> None:
    page = f'<div data-page="{html.escape(json.dumps({"content": text, "z": 1}))}" id="z">x</div>'
    plain = f"<p>{html.escape(text)}</p>"
    for document in (page, plain, plain.replace("</p>", " &#x2F;</p>")):
        assert scrubbed(document, "text/html") == document
        assert found(RULES[0], document.encode()) is None


@pytest.mark.parametrize("value", ["hunter2", 'hun"ter', "a secret", 'x", "y": "'])
@pytest.mark.parametrize("name", ["password", "token", "ns:password"])
def test_an_element_in_json_in_an_attribute_goes_to_its_end(name: str, value: str) -> None:
    def page(text: str) -> str:
        inside = json.dumps({"content": f"<{name}>{text}</{name}>", "z": 1})
        return f'<div data-page="{html.escape(inside)}" id="z">x</div>'

    assert scrubbed(page(value), "text/html") == page(R)


def test_what_has_a_digit_goes_up_to_the_end_of_the_string_around() -> None:
    page = '<div d="{&quot;a&quot;:&quot;&lt;password&gt;%s&quot;,&quot;b&quot;:&quot;&lt;/p&gt;&quot;}">'
    assert scrubbed(page % "hunter2 x", "text/html") == page % R


@pytest.mark.parametrize("sign", ["\\u003c%s\\u003e", "\\u003C%s\\u003E", "<%s>"])
def test_an_options_word_stays_as_any_program_writes_it(sign: str) -> None:
    for option in ("password", "otp", "api-key"):
        text = f'{{"content":"login --{option} {sign % option}","z":1}}'
        assert scrubbed(text) == text


def test_an_option_whose_value_begins_with_an_escape_goes_whole() -> None:
    assert scrubbed('{"a":"--password \\u0026Zk93mP0qW7"}') == f'{{"a":"--password {R}"}}'


def test_a_word_in_a_page_in_json_as_go_and_rails_write_it_stays() -> None:
    text = '{"body_html":"\\u003cpre\\u003e\\u0026lt;password\\u0026gt;\\n\\u003c/pre\\u003e"}'
    assert scrubbed(text) == text
    tag = '{"a":"\\u0026lt;password\\u0026gt;%s\\u0026lt;/password\\u0026gt;"}'
    assert scrubbed(tag % "hunter2") == tag % R
