"""A label that ends in a colon, or a text that ends in `token=`, names no credential: what follows stays."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote_plus

import pytest

from hushtape.sanitize import build

RULESET = build().ruleset
LABELS = ["Password:", "Enter your password: ", "Invalid token: 'abc'", "?sig=", "export TOKEN=", "token="]
DOCUMENTS = ["first", "last", "listed"]
SOURCES = [
    'msgid "Password:"\nmsgstr "Passwort:"\n\nmsgid "Name"\nmsgstr "Name"\n',
    'a:\n  label: "Password:"\n  hint: "x"\n',
    "a:\n  label: 'Password:'\n  hint: 'x'\n",
    'label = "Password:"\nhint = "x"\n',
    'read -s -p "Password: " PW\necho "ok"\n',
    'label "Password:" do\n  x "y"\n',
    '"id","label"\r\n1,"Password:"\r\n2,"Name"\r\n',
    'A = "token="  # the form\nB = "x"\n',
    'a(label: "Password:" hint: "x")',
    "ok = s == 'token=' and t == 'x'",
]


def left_of(body: str, kind: str) -> str:
    """What the rules leave, after the audit found nothing in it."""
    scrubber, auditor = RULESET.scrubber("response", kind), RULESET.auditor()
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_label_in_json_whose_quotes_are_escaped_stays(label: str, place: str) -> None:
    document = {
        "first": {"label": label, "z": [1, "end"], "n": 2},
        "last": {"a": "x", "label": label},
        "listed": {"z": ["a", label]},
    }[place]
    for text in (json.dumps(document, separators=(",", ":")), json.dumps(document, indent="\t")):
        units = json.dumps({"s": text}).replace('\\"', "\\u0022").replace("'", "\\u0027")
        for body, kind in (
            (f'<div data-page="{escape(text)}">', "text/html"),
            (f'<div data-page="{escape(json.dumps({"s": text}))}">', "text/html"),
            (f"payload={quote_plus(text)}", "application/x-www-form-urlencoded"),
            (json.dumps({"s": text.replace("'", "")}), "application/json"),
            (units, "application/json"),
        ):
            assert left_of(body, kind) == body


@pytest.mark.parametrize("source", SOURCES)
def test_a_label_at_the_end_of_a_line_or_an_argument_stays(source: str) -> None:
    assert left_of(source, "text/plain") == source
    assert left_of(json.dumps({"content": source}), "application/json") == json.dumps({"content": source})


def test_a_value_in_escaped_quotes_behind_a_name_goes() -> None:
    text = '<a data-x="{user:&quot;a&quot;,password:&quot;n037KxJ8Qw2LmzTv&quot;,z:1}">'
    assert left_of(text, "text/html") == text.replace("n037KxJ8Qw2LmzTv", "REDACTED")
