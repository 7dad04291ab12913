"""JSON in a request line as browsers, Node and httpx write it: the URL standard's query keeps a backslash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sanitize.written_ways import scrubbed

from hushtape.model import Headers
from hushtape.sanitize.chain import build

RULES = build().ruleset
FORM = "application/x-www-form-urlencoded"
SECRET = "Zk93mP0qX7vL2"
DOCUMENTS: list[Any] = [
    {"token": f'pw"{SECRET}'},
    {"password": ['a"b', SECRET]},
    {"password": f'x\\"y"{SECRET}'},
    {"api_key": f"c\\{SECRET}"},
    {"api_key": f"{SECRET}\\"},
    {"in": json.dumps({"api_key": SECRET})},
    {"in": json.dumps({"api_key": [SECRET]})},
    {"in": json.dumps({"token": {"a": f'b"]}}{SECRET}'}})},
    {"in": json.dumps({"password": f'x"{SECRET}'})},
    {"in": json.dumps({"in": json.dumps({"password": f'x"{SECRET}'})})},
    {"code": f'a"{SECRET}{SECRET}', "state": "x"},
]


def query(document: Any) -> str:
    return json.dumps(document).replace('"', "%22").replace(" ", "%20")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_raw_backslash_before_an_escaped_quote_escapes_it(document: Any) -> None:
    written = "q=" + query({"a": "b", **document, "z": 1})
    assert SECRET not in scrubbed(written, FORM)
    address = f"https://h.example/?{written}"
    left = RULES.uri(address)
    assert (
        SECRET not in left
        and left.startswith("https://h.example/?q={%22a%22")
        and left.endswith("%20%22z%22:%201}")
    )
    for name in ("Location", "Referer", "X-Original-URL"):
        assert SECRET not in str(RULES.headers(Headers([(name, address)]), "response").pairs)


@pytest.mark.parametrize("document", DOCUMENTS[:-1])
def test_what_is_left_is_the_json_that_it_was(document: Any) -> None:
    left = RULES.uri("https://h.example/?q=" + query({"a": 'b"c', **document, "z": 'd\\"e'}))
    read = json.loads(left.partition("q=")[2].replace("%22", '"').replace("%20", " "))
    assert list(read) == ["a", *document, "z"] and (read["a"], read["z"]) == ('b"c', 'd\\"e')
    if "in" in read:
        json.loads(read["in"])


@pytest.mark.parametrize("kind", ["%5C%22", "%5C%5C%22", "%5Cu0022", "%5C%5Cu0022"])
@pytest.mark.parametrize(
    "value", [SECRET, f'pw"{SECRET}', ['a"b', SECRET], {"a": f'b"]}}{SECRET}'}, f"c\\{SECRET}"]
)
def test_some_backslashes_before_a_quote_may_be_escaped_and_others_not(kind: str, value: Any) -> None:
    text = json.dumps({"in": json.dumps({"in": json.dumps({"a": "b", "token": value, "z": 1})})})
    if kind.endswith("u0022"):
        text = text.replace('\\"', "\\u0022")
    written = text.replace("\\", "%5C").replace('"', "%22").replace(" ", "%20")
    for mixed in (kind.replace("%5C", "\\"), kind.replace("%5C", "\\", 1), "\\".join(kind.rsplit("%5C", 1))):
        q = f"q={written.replace(kind, mixed)}"
        for left in (scrubbed(q, FORM), RULES.uri(f"https://h.example/?{q}").partition("?")[2]):
            assert SECRET not in left and "z" in left and left.endswith("}%22}")


@pytest.mark.parametrize("backslash", ["\\", "%5C"])
@pytest.mark.parametrize("colon", [":", "%3A"])
@pytest.mark.parametrize("deep", [0, 1, 2])
@pytest.mark.parametrize("between", [{}, {"type": "x", "n": 1, "on": True}])
def test_pairs_of_name_and_value_go_however_colons_and_backslashes_are_written(
    backslash: str, colon: str, deep: int, between: dict[str, Any]
) -> None:
    text = json.dumps({"name": "password", **between, "value": f'a"{SECRET}', "z": "kept"})
    for _ in range(deep):
        text = json.dumps({"in": text})
    q = text.replace("\\", backslash).replace('"', "%22").replace(" ", "%20").replace(":", colon)
    for left in (scrubbed(f"q={q}", FORM), RULES.uri(f"https://h.example/?q={q}")):
        assert SECRET not in left and "kept" in left
