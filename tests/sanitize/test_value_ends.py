"""A parameter of a URL goes to its end, whatever JSON and HTML escape of its letters."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import RULES, scrubbed

SECRET = "Zk93bXw2LmP0qT8vR4sY6uW1"


def _audited(text: str) -> object:
    auditor = RULES[0].auditor()
    return auditor.feed(text.encode()) or auditor.finish()


IN_JSON = [
    '{"url":"https:\\/\\/e.com\\/x?token=abc12\\/#"}',
    '{"url":"https:\\/\\/e.com\\/x?api_key=\\/#=&x=1"}',
    '{"url":"https://e.com/x?a=1&password=p\\u00e9#"}',
    '{"url":"https://e.com/x?password=\\ud83d\\ude00#"}',
    '{"url":"https://e.com/x?password=abc\'#"}',
    '{"url":"https://e.com/x?a=1\\u0026token=abc\\u002B#\\u0026b=2"}',
    '{"url":"https://e.com/x?token=abc\\u002f#\\u003d\\u003d"}',
    '{"url":"https:\\/\\/e.com\\/x?sig=S44%2B\\/#%7Db%3D"}',
    '{"url":"https://e.com/x?r=https%3A%2F%2Fe%3Fpassword%3Dabc\'#"}',
]


@pytest.mark.parametrize("text", IN_JSON)
def test_what_json_escapes_of_a_value_goes_along(text: str) -> None:
    for whole in (text, json.dumps({"s": text}), json.dumps([json.dumps({"s": text})])):
        clean = scrubbed(whole.replace("#", SECRET))
        assert SECRET not in clean and "REDACTED" in clean
        assert json.loads(clean) and _audited(clean) is None
    parsed = json.loads(scrubbed(text.replace("#", SECRET)))["url"]
    assert parsed.count("REDACTED") == 1 and parsed.split("REDACTED")[1] in ("", "&x=1", "&b=2")


@pytest.mark.parametrize("sign", ["&#x2F;", "&#47;", "&#x3D;", "&#43;", "&#233;", "&#x27;", "&#39;", "'"])
def test_what_html_escapes_of_a_value_goes_along(sign: str) -> None:
    page = f'<a href="https://e.com/x?a=1&amp;token=abc{sign}{SECRET}&amp;b=2">x</a>'
    clean = scrubbed(page, "text/html")
    assert clean == '<a href="https://e.com/x?a=1&amp;token=REDACTED&amp;b=2">x</a>'
    assert _audited(clean) is None


@pytest.mark.parametrize(
    "end",
    [
        *(
            '\\"',
            "\\n",
            "\\u0026x=1",
            "\\u0022",
            "\\u0027)",
            "\\u003e",
            "\\u0020",
            "\\\\x",
            "')",
            "' x",
            "&x=1",
        ),
        *("&amp;x", "&#38;x", "&#34;", "&#39;)", "&#x27; ", "&quot;", "&#60;", "&#x3e;", "&#x0026;"),
    ],
)
def test_what_is_no_letter_of_a_value_ends_it(end: str) -> None:
    text = f'{{"url":"https://e.com/x?token={SECRET}{end}"}}'
    assert scrubbed(text) == f'{{"url":"https://e.com/x?token=REDACTED{end}"}}'
