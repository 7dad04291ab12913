"""What a rule finds in a small body it finds in a large one, where guards turn hits down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from hushtape.sanitize import build
from hushtape.sanitize.rules import FieldRule
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.spans import GUARD

VALUE = "4/0AbCdE-Zk93mP0qX7vL2wT5yR8aB"
RULES = build().ruleset
NAMES = sorted({name for rule in RULES.rules if isinstance(rule, FieldRule) for name in rule.names})
MARKS = ("grant_type", "redirect_uri", "state", "client_secret", "code_verifier")


def scrubbed(data: bytes, size: int = 1 << 20, ruleset: Ruleset = RULES) -> bytes:
    scrubber = ruleset.scrubber("response", "application/json")
    pieces = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join(pieces) + scrubber.finish()


def writings(name: str) -> Iterator[str]:
    """A member of this name as programs write it, beside one of OAuth's."""
    for value in (VALUE, [VALUE], [VALUE, VALUE], [VALUE, ""]):
        members = {name: value, "redirect_uri": "x"}
        for indent, separators in ((None, None), (None, (",", ":")), (2, None), (None, (" , ", " : "))):
            yield json.dumps(members, indent=indent, separators=separators)
        text = json.dumps(members)
        yield text.replace('"', "'")
        yield text.replace("[", "[ \t\r\n ").replace(": ", ":\r\n\t")
        yield text.replace(": ", ": /* a note */ ", 1)
        yield text.replace(": ", ": b", 1).replace(": [", ": [u")
        for once in (text, json.dumps(members, indent=2)):
            yield json.dumps(once)
            yield json.dumps(json.dumps(once))
            yield json.dumps(once).replace('\\"', "\\u0022").replace("/", "\\/")
            yield quote(once)
            yield quote(quote(once))
            yield json.dumps(quote(once))
            yield once.replace('"', "&quot;")
    yield f"a={name}&{name}={VALUE}&state=1"
    yield f"<a><{name}>{VALUE}</{name}></a>"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_in_a_small_body_is_found_in_a_large_one(name: str) -> None:
    behind = b" " + b"y" * (GUARD + 100)
    for text in writings(name):
        small = scrubbed(text.encode())
        assert scrubbed(text.encode() + behind) == small + behind, text


@pytest.mark.thinned(4)
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("value", [[VALUE], [VALUE, "x"], VALUE], ids=["a list", "a list of two", "a string"])
@pytest.mark.parametrize("behind", [900, GUARD + 10, 70_000])
def test_a_code_goes_whatever_stands_behind_it(mark: str, value: object, behind: int) -> None:
    for before in (0, 70_000):
        body = {"p": "x" * before, "args": {"code": value, mark: ["x"]}, "headers": {"X": "y" * behind}}
        for indent in (None, 2):
            data = json.dumps(body, indent=indent).encode()
            for size in (1 << 20, 65_536, 4_099):
                left = scrubbed(data, size)
                assert VALUE.encode() not in left
                assert json.loads(left)["args"]["code"] == "REDACTED"


LISTED = (
    f'"code": ["{VALUE}"], "state": ["x"]',
    f'"code":["{VALUE}","b"],"state":"x"',
    f'"code" : [ \n "{VALUE}" ], "state": "x"',
    f'"code": /* a */ ["{VALUE}"], "state": "x"',
    f'\\"code\\": [\\n\\"{VALUE}\\"], \\"state\\": \\"x\\"',
    f"\\u0022code\\u0022: [\\u0022{VALUE}\\u0022], \\u0022state\\u0022: 1",
    f"&quot;code&quot;: [ &quot;{VALUE}&quot;], &quot;state&quot;: 1",
    f"%22code%22%3A%5B%22{VALUE}%22%5D%2C%22state%22%3A1",
    f"%22code%22%3A+%5B%0A%20%22{VALUE}%22%5D%2C%22state%22%3A1",
    f"%2522code%2522%253A%255B%2522{VALUE}%2522%255D%252C%2522state%2522%253A1",
)


@pytest.mark.parametrize("text", LISTED)
def test_a_code_in_a_list_goes_at_any_cut(text: str) -> None:
    data, around = text.encode(), b"z " * 1000
    whole = scrubbed(data)
    assert VALUE.encode() not in whole
    for at in range(len(data) + 1):
        scrubber = RULES.scrubber("response", "application/json")
        left = scrubber.feed(around + data[:at]) + scrubber.feed(data[at:] + b" " + around)
        assert left + scrubber.finish() == around + whole + b" " + around


@pytest.mark.parametrize("value", ["190", "-1", "null", "true", "false", "[]", "[190]", '{"a": 1}', '"E1"'])
def test_an_errors_code_stays(value: str) -> None:
    data = f'{{"error": {{"code": {value}}}, "codes": ["code", "name"], "x": "{"y" * 2000}"}}'.encode()
    assert scrubbed(data) == data
