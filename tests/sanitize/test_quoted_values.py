"""Values in apostrophes and in three quotes end with what they stand in; docstrings are none."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import RULES, scrubbed

from hushtape.model import Headers
from hushtape.sanitize.chain import build

RULESET = build().ruleset

FORM = "application/x-www-form-urlencoded"
DOCSTRINGS = [
    'def f() -> Token:\n    """Return the token of a user.\n\n    More of it below',
    'def f() -> Token:\n    """Return the token of a user."""\n    return 1',
    "def f(self) -> SecretKey:\n    '''Return the key of all.'''\n    return x\n",
]


def _written(text: str, *, packed: bool) -> str:
    return json.dumps({"k": text, "id": 7}) if packed else text


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("text", DOCSTRINGS)
def test_a_docstring_stays_in_forms_and_request_lines(text: str, packed: bool) -> None:
    for coded in (quote_plus, quote, lambda one: quote(one, safe="'()")):
        value = coded(_written(text, packed=packed))
        assert scrubbed(f"text={value}&end=fine", FORM) == f"text={value}&end=fine"
        assert found(RULES[0], f"text={value}&end=fine".encode()) is None
        address = f"https://h.example/?q={value}&end=fine"
        assert RULES[0].uri(address) == address
        assert RULES[0].audit_texts([address]) is None


@pytest.mark.parametrize("text", DOCSTRINGS[:2])
def test_a_docstring_stays_in_a_page(text: str) -> None:
    page = f"<p>{escape(text)}</p><i>end</i>"
    assert scrubbed(page, "text/html") == page
    assert found(RULES[0], page.encode()) is None


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("%22%22%22Zk93mP0qX7v+L2", "%22%22%22#"),
        ("%2522%2522%2522Zk93mP0qX7v+L2", "%2522%2522%2522#"),
        ("'''Zk93mP0qX7v+L2", "'''#"),
        ("'Zk93mP0qX7v+L2", "'#"),
        ("%22%22%22Zk93mP0q%22%22%22+x", "%22%22%22#%22%22%22+x"),
    ],
)
def test_a_value_that_nothing_closes_ends_with_its_parameter(value: str, left: str) -> None:
    left = left.replace("#", "REDACTED")
    assert scrubbed(f"text=token%3A+{value}&end=fine", FORM) == f"text=token%3A+{left}&end=fine"
    assert found(RULES[0], f"text=token%3A+{left}&end=fine".encode()) is None
    address = RULES[0].uri(f"https://h.example/?text=token%3A+{value}&end=fine")
    assert address == f"https://h.example/?text=token%3A+{left}&end=fine"
    assert RULES[0].audit_texts([address]) is None


def test_three_quotes_end_with_the_string_or_the_element_around_them() -> None:
    text = 'token: """Zk93mP0qX7v L2'
    form = scrubbed("payload=" + quote_plus(json.dumps({"k": text, "end": "fine"})) + "&z=1", FORM)
    left = json.dumps({"k": 'token: """REDACTED', "end": "fine"})
    assert form == "payload=" + quote_plus(left) + "&z=1"
    as_net = form.replace("%5C%22", "%5Cu0022").replace("REDACTED", "Zk93mP0qX7v+L2")
    assert scrubbed(as_net, FORM) == form.replace("%5C%22", "%5Cu0022")
    assert scrubbed(f"<p>{escape(text)}</p><i>end</i>", "text/html") == (
        "<p>token: &quot;&quot;&quot;REDACTED</p><i>end</i>"
    )
    page = scrubbed(f'<p data-a="{escape(json.dumps({"k": text, "end": "fine"}))}">x</p>', "text/html")
    assert page == f'<p data-a="{escape(left)}">x</p>'


@pytest.mark.parametrize(
    "opened",
    (
        "q=password:'abc",
        "q=--'password'%3A%20'abc",
        "q='password'='abc",
        'q=password:"abc',
        "q={'password':['abc",
        "q={'token':{'a':'abc",
        "q=<password>abc",
        "q=password='''abc",
    ),
)
def test_a_quote_that_nothing_closes_is_open_up_to_the_end_of_its_parameter(opened: str) -> None:
    rest = "&page=2&access_token=it'sZk93</password>mP0q8Qx&n=3"
    clean = "&page=2&access_token=REDACTED&n=3"
    uri = RULESET.uri("https://h.example/p?" + opened + rest)
    assert uri.endswith(clean)
    assert RULESET.audit_texts([uri]) is None
    assert RULESET.uri(uri) == uri
    field = Headers([("Location", "https://h.example/p?" + opened + rest)])
    assert RULESET.headers(field, "response").pairs[0][1].endswith(clean)
    if '"' not in opened and "{" not in opened and "<" not in opened:
        assert scrubbed(opened + rest, FORM).endswith(clean)
