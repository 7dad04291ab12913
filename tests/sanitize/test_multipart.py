"""Multipart parts: as they are, and as a string of JSON shows them."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.test_jsonpath import scrub

from hushtape.sanitize.chain import build


def part(name: str, value: str, end: str, more: str = "") -> str:
    return f'--bnd{end}Content-Disposition: form-data; name="{name}"{more}{end}{end}{value}{end}'


@pytest.mark.parametrize("deep", [0, 1, 2])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("typed", [True, False])
def test_a_part_goes_whole_at_each_depth_of_json_and_nothing_else_does(
    deep: int, end: str, last: bool, typed: bool
) -> None:
    value = 'hunter "two" \\ \nthree'
    more = f"{end}Content-Type: text/plain" if typed else ""
    text = part("n", "x", end) + part("client_secret", value, end, more)
    text += ("" if last else part("z", "1", end)) + f"--bnd--{end}"
    body = text
    for _ in range(deep):
        body = json.dumps({"data": body, "n": 1})
    kind = "application/json" if deep else "multipart/form-data; boundary=bnd"
    clean = scrub(build().ruleset, body, [9] * 40, kind=kind).decode()
    for _ in range(deep):
        clean = json.loads(clean)["data"]
    assert clean == text.replace(value, "REDACTED")


def test_a_name_that_is_a_path_goes_in_a_string_too() -> None:
    body = json.dumps({"data": part("user[password]", "hunter", "\r\n") + "--bnd--\r\n"})
    clean = scrub(build().ruleset, body, kind="application/json").decode()
    assert json.loads(clean)["data"] == part("user[password]", "REDACTED", "\r\n") + "--bnd--\r\n"
