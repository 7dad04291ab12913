"""Prose, docstrings and YAML that name a credential and hold none lose nothing."""

from __future__ import annotations

import json

import pytest

from hushtape.sanitize.chain import build

RULES = build().ruleset

TEXTS = (
    'instead of the "password:" prompt you can wait for echo. Then "press" it.',
    "after the 'Password:' prompt is shown, send it and 'x'",
    '    :param x: y\n    :param refresh_token:\n    """\n    if x:\n        y = """a"""\n',
    '    :param x: y\n    :param str password:\n\n    """\n    return """b"""\n',
    '"Password:"</label> and "x"',
    'assert "token=" not in url\nassert "x" in url\n',
    'class Token:\n    """A token."""\n    x = 5\n',
    "oidc_client_secret_value: &oidc_client_secret_value\n    api_field: x\n",
    "api_key: &api_key_1\n  - b\n",
    "a: &name hunter2xx\npassword: *name\n",
    '<td>Token: "</td><td>x"</td>',
    "<c>password='</c>",
)
CREDENTIALS = {
    "password: &pw1 Zk93mP0qX7vL2\nb: *pw1\n": "password: &pw1 REDACTED\nb: *pw1\n",
    'password: """\nZk9 x\n"""\n': 'password: """REDACTED"""\n',
    ':param password: """\nZk9 x\n"""\n': ':param password: """REDACTED"""\n',
    'f(a="x", password="correct horse battery staple")': 'f(a="x", password="REDACTED")',
    'f(a="x", password=" a b c")': 'f(a="x", password="REDACTED")',
    'Token: """Zk9 ab."""': 'Token: """REDACTED"""',
}


def passed(text: str, kind: str) -> str:
    scrubber, auditor = RULES.scrubber("response", kind), RULES.auditor()
    left = scrubber.feed(text.encode()) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_without_a_credential_stays(text: str) -> None:
    kind = "application/xml" if text.startswith("<") else "text/plain"
    assert passed(text, kind) == text
    document = json.dumps({"readme": text, "z": json.dumps([text])})
    assert passed(document, "application/json") == document


def test_a_prompt_in_a_page_that_shows_code_stays() -> None:
    page = "<pre>the &quot;password:&quot; prompt you can wait, &quot;x&quot;</pre>"
    assert passed(page, "text/html") == page


@pytest.mark.parametrize("text", CREDENTIALS)
def test_a_credential_goes(text: str) -> None:
    assert passed(text, "text/plain") == CREDENTIALS[text]


@pytest.mark.parametrize("text", ["<p>Password:'abcdefgh</p>", "<c>password='abcdefgh</c><d>it's</d>"])
def test_a_quote_that_nothing_closes_ends_with_its_element(text: str) -> None:
    assert passed(text, "application/xml") == text.replace("abcdefgh", "REDACTED")
