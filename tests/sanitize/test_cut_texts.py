"""A text that was cut to a length, in the middle of an escape, leaves the JSON around it JSON."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import RULES, scrubbed

from hushtape.sanitize.lessons import Notebook

CUTS = [
    '{"token": ["x\\',
    '{"token": [\\',
    '{"password": ["a", "b\\',
    '{"api_key": ["a\\',
    '{"token": {"a": "x\\',
    '{"token": {"a": "x\\\\\\',
]
OF_PYTHON = ["{'password': ['a\\", "{'password': [\"a\\", "\\'token\\': [\\'a\\'\""]


def _as_net(value: object) -> str:
    """Quotes in strings as `\\u0022`, as .NET writes them."""
    return re.sub(r'(?<!\\)((?:\\\\)*)\\"', r"\1\\u0022", json.dumps(value))


def _texts(cut: str, depth: int, written: Any) -> str:
    for _ in range(depth):
        cut = written({"k": cut, "end": "fine"})
    return cut


def _holds(left: str, depth: int) -> None:
    assert found(RULES[0], left.encode()) is None
    for _ in range(depth):
        read = json.loads(left)
        assert read["end"] == "fine"
        left = read["k"]
    assert "REDACTED" in left


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("written", [json.dumps, _as_net])
@pytest.mark.parametrize("cut", CUTS)
def test_members_behind_a_text_that_ends_within_an_escape_stay(cut: str, written: Any, depth: int) -> None:
    text = _texts(cut, depth, written)
    _holds(scrubbed(text), depth)
    form = scrubbed(f"a=1&payload={quote_plus(text)}&z=1", "application/x-www-form-urlencoded")
    members = dict(parse_qsl(form, strict_parsing=True))
    assert members["z"] == "1"
    _holds(members["payload"], depth)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("cut", OF_PYTHON)
def test_members_behind_a_text_of_python_that_is_cut_stay(cut: str, depth: int) -> None:
    _holds(scrubbed(_texts(cut, depth, json.dumps)), depth)


LATER = "Zk93mP0qX7vL"


def _as_go(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace("&", "\\u0026").replace("<", "\\u003c")


RUN_OVER = {
    "a map of Go's": ("headers: map[Accept:[*/*] Cookie:[sid=abcdefgh9k2", f"x]{LATER}"),
    "percent": ("url ?data=%7B%22token%22%3A%22ab", f"it%22{LATER}"),
    "references": ("{&quot;token&quot;: &quot;ab", f"it&quot;{LATER}"),
    "an element": ("<soap><password>ab", f"x</password>{LATER}"),
    "a tag": ("<soap><password>ab", f"x<b>{LATER}"),
    "an object of Python's": ("don't 'password': {", f"x]{LATER}"),
    "a list of Python's": ('row "x" ok\n' * 12 + "'token': ['x', ", f"x]{LATER}"),
    "an object in references": ("x &#x27;token&#x27;: {", f"x}}{LATER}"),
    "escaped apostrophes": ('row "x" ok\n' * 12 + "eval('{\\'token\\': \\'ab", f"it's{LATER}"),
    "a list of words": ("2026-11-29 INFO worker started job " * 60 + "\\'password\\': \\'ab", f"it's{LATER}"),
}


@pytest.mark.parametrize("outer", [json.dumps, _as_net, _as_go])
@pytest.mark.parametrize("inner", [json.dumps, _as_net, _as_go])
@pytest.mark.parametrize("cut", RUN_OVER)
def test_a_credential_that_a_cut_one_runs_into_goes_whole(cut: str, inner: Any, outer: Any) -> None:
    log, later = RUN_OVER[cut]
    text = outer({"id": 1, "in": inner({"log": log, "api_key": later, "token": later})})
    left = scrubbed(text)
    assert LATER not in left or found(RULES[0], left.encode()) is not None


@pytest.mark.parametrize(
    "form",
    [
        f"filter[a]=1&note=password:'abc&access_token=it's{LATER}",
        f"user[note]=token:'ab&user[password]=it's{LATER}",
        f"filter[a]=1&log=map[Cookie:[sid=abcdefg9&access_token=x]{LATER}",
        f"data={{'token':%20['x',%20&sig=}}{LATER}",
        f"log=map[Cookie:[sid=abcdefgh9&n=1&token[]={LATER}",
        f"text={{\\u0022token\\u0022:%20\\u0022ab&token=}}{LATER}&n=1",
    ],
)
def test_a_parameter_that_a_cut_one_runs_into_goes_whole(form: str) -> None:
    assert LATER not in scrubbed(form, "application/x-www-form-urlencoded")


@pytest.mark.parametrize("cut", ['map[Cookie:[sid="abcdefgh9\\', 'row "x" ok\n' * 12 + "password='a\\"])
def test_members_behind_a_value_that_is_cut_at_a_backslash_stay(cut: str) -> None:
    left = json.loads(scrubbed(json.dumps({"log": cut, "page": 1, "rows": [1, 2]})))
    assert left["rows"] == [1, 2] and left["log"].endswith("REDACTED")


def test_a_label_at_the_end_of_a_long_text_in_indented_json_holds_no_value() -> None:
    text = "Lorem ipsum dolor sit amet. " * 80 + "Enter your password: "
    made = json.dumps({"arguments": json.dumps({"content": text, "path": "x.txt"}, indent=2)})
    assert scrubbed(made) == made


def test_a_secure_parameter_that_is_cut_before_its_value_holds_none() -> None:
    made = json.dumps({"log": '{"Type": "SecureString", "Value": ', "page": 1, "rows": [1, 2]})
    assert scrubbed(made) == made


@pytest.mark.parametrize("name", ["db_password", "token"])
@pytest.mark.parametrize("value", [f"]]{LATER}", f"],{LATER}"])
def test_a_list_of_strings_with_brackets_in_escaped_quotes_goes_whole(name: str, value: str) -> None:
    inner = {"a": 1, name: [value, "q" + LATER], "z": 1}
    for depth in range(1, 4):
        text = _texts(json.dumps(inner), depth, _as_net)
        left = scrubbed(text)
        assert LATER not in left
        for _ in range(depth):
            left = json.loads(left)["k"]
        assert json.loads(left).keys() == inner.keys()


@pytest.mark.parametrize("inner", [json.dumps, _as_net])
@pytest.mark.parametrize("end", ["use <password> here", "mongodb://<user>:<password>@host"])
def test_members_behind_a_long_text_that_names_a_password_stay(end: str, inner: Any) -> None:
    document = {"doc": "A manual, with many words in it. " * 90 + end, "page": 1, "api_key": f"x<{LATER}"}
    left = scrubbed(json.dumps({"in": inner(document)}).replace("<", "\\u003c"))
    assert LATER not in left
    assert json.loads(json.loads(left)["in"]).keys() == document.keys()


LABELS = ['Click "Sign in" and enter your password:', 'Your "new" password:', 'set "token": ']


@pytest.mark.parametrize("text", LABELS)
def test_a_label_behind_escaped_quotes_holds_no_value_whatever_the_quotes_are(text: str) -> None:
    made = _as_net({"in": _as_net({"text": text, "page": "x1", "rows": [1, 2]})})
    assert scrubbed(made) == made
    form = "data=" + quote_plus(json.dumps({"text": text, "page": "x1"}))
    assert scrubbed(form, "application/x-www-form-urlencoded") == form


@pytest.mark.parametrize("lines", [7, 8, 30])
def test_a_member_behind_many_values_that_were_cut_teaches_and_goes_whole(lines: int) -> None:
    notebook, cut = Notebook(), "INFO answer: {'token': {'id': 1, 'at': '2026-1...\n"
    scrubber = RULES[0].scrubber("response", "text/plain", notebook.answered)
    scrubber.feed((cut * lines + '{"access_token": "' + LATER + '"}\n').encode())
    scrubber.finish()
    assert [one.value for one in notebook.waiting()] == [LATER]
    text = "'token': [1, 'a...\n" * lines + '{"password": "ab\'' + "]" * (lines + 4) + LATER + '", "n": 1}\n'
    assert LATER not in scrubbed(text, "text/plain")
