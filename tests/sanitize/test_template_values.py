"""Expressions of templates under a credential's name stay; what only looks like one goes."""

from __future__ import annotations

import json

import pytest

from hushtape.sanitize.chain import build
from hushtape.sanitize.sanitizers_http import BodyFieldSanitizer

RULES = build().ruleset

EXPRESSIONS = (
    "{{ db_password }}",
    "{{token1}}",
    "{{ .Values.pw1 | quote }}",
    "{{ csrf_token() }}",
    "${{ secrets.GITHUB_TOKEN }}",
    "<%= @password %>",
    "{%- password -%}",
)
CREDENTIALS = (
    "{{ Zk93mP0qX7vL2 }}",
    "{{ x }}abc",
    "abc{{ x }}",
    "{{",
    "{{ 'abc' }}",
    "{{ x",
    "${Zk93mP0q}",
)
WRITTEN = (
    '{{"password": "{}", "z": 1}}',
    'password: "{}"\n',
    "password = '{}'\n",
    '<input type="password" value="{}">',
    "&quot;password&quot;: &quot;{}&quot;",
    "{{'token': '{}'}}",
)


def passed(text: str, kind: str = "text/plain") -> str:
    scrubber, auditor = RULES.scrubber("response", kind), RULES.auditor()
    left = scrubber.feed(text.encode()) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@pytest.mark.parametrize("value", EXPRESSIONS)
@pytest.mark.parametrize("text", WRITTEN)
def test_an_expression_stays(text: str, value: str) -> None:
    written = text.format(value)
    assert passed(written) == written
    document = json.dumps({"file": written})
    assert passed(document, "application/json") == document


@pytest.mark.parametrize("value", CREDENTIALS)
def test_what_is_none_goes(value: str) -> None:
    assert value not in passed(json.dumps({"password": value}), "application/json")


@pytest.mark.parametrize(
    "text", ["token=${{ secrets.GITHUB_TOKEN }}\n", "?token={{token}}&x=1", "api_key={{ key }} x"]
)
def test_without_quotes(text: str) -> None:
    assert passed(text) == text


def test_a_name_that_the_user_gave_goes_whatever_it_holds() -> None:
    rules = build([BodyFieldSanitizer(["password"])]).ruleset
    scrubber = rules.scrubber("response", "application/json")
    assert scrubber.feed(b'{"password": "{{ x }}"}') + scrubber.finish() == b'{"password": "REDACTED"}'


def test_a_window_of_the_audit_that_cuts_one_raises_no_alarm() -> None:
    body = '{"password": "{{ db_password }}"}'
    for cut in range(14, len(body)):
        auditor = RULES.auditor()
        assert (auditor.feed((" " * (65536 - cut) + body).encode()) or auditor.finish()) is None
