"""A text that was cut to a length, in the middle of an escape, leaves the JSON around it JSON."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import RULES, scrubbed

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
