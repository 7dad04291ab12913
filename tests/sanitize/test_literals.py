"""Lists and objects of Python's go whole, whatever brackets and quotes their strings hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.chain import build

RULES = build().ruleset

words = st.text(st.sampled_from("a]}'\"\\ #{[,"), max_size=6)
values = st.lists(words, max_size=4) | st.dictionaries(words, words, max_size=4)


def passed(text: str, cut: int) -> str:
    data = text.encode()
    scrubber, auditor = RULES.scrubber("response", "text/plain"), RULES.auditor()
    left = b"".join(scrubber.feed(data[at : at + cut]) for at in range(0, len(data), cut)) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@given(values, st.integers(0, 2), st.sampled_from([1, 3, 9999]))
def test_a_container_of_python_goes_to_its_end(value: Any, depth: int, cut: int) -> None:
    value = [*value, "Zk93mP0qX7v"] if isinstance(value, list) else {**value, "last": "Zk93mP0qX7v"}
    text = repr({"password": value, "z": 1})
    for _ in range(depth):
        text = json.dumps({"c": text, "y": 2})
    text = passed(text, cut)
    for _ in range(depth):
        text = json.loads(text)["c"]
    assert text == "{'password': 'REDACTED', 'z': 1}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "'token': [\n  (r'\\}', Text),  # don't\n  ('x', 1)\n], 'z'",
            "'token': 'REDACTED', 'z'",
        ),
        ("{'password': [u'a]', b']b', \"it's]\"]}", "{'password': 'REDACTED'}"),
        ('{"c": "{\'password\': [\'a", "y": 2}', '{"c": "{\'password\': \'REDACTED\'", "y": 2}'),
    ],
)
def test_code_remarks_and_cut_ones(text: str, left: str) -> None:
    assert passed(text, 9999) == left


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize(
    "value", [["a]b", "it's]"], ["it's]", 'a"]'], ["\\'\"]"], ["b}", "#'{", "["], ["a", "b # don't ]"]]
)
def test_a_list_whose_brackets_stay_goes_to_its_end(value: list[str], depth: int) -> None:
    text = repr({"api_key": [*value, "Zk93mP0qX7vL2aB4cD"], "z": 1})
    for _ in range(depth):
        text = json.dumps({"c": text, "y": 2})
    text = passed(text, 9999)
    for _ in range(depth):
        text = json.loads(text)["c"]
    assert text == "{'api_key': ['REDACTED'], 'z': 1}"


@pytest.mark.parametrize("end", ["{'api_key': [", "{'password': [ ", "x 'otp': ["])
def test_a_list_that_a_string_of_json_cuts_off_leaves_json(end: str) -> None:
    for document in (
        {"c": end, "z": "q", "y": 1},
        {"c": [end, "more"]},
        {"d": json.dumps({"c": end, "z": "q"})},
    ):
        json.loads(passed(json.dumps(document), 9999))


@pytest.mark.parametrize("strings", range(3))
@pytest.mark.parametrize(
    "value", [{"id": 7}, ["ab", "cd"], {"a": "b}c", "d": "Zk93]mP0"}, [["x"], {"y": "it"}], {"a": 'q"w'}]
)
def test_what_stands_in_escaped_apostrophes_goes_to_its_end(value: object, strings: int) -> None:
    """In a string of a script: `'{\\'token\\': ...}'`."""
    inner = repr({"token": value, "n": 1}).replace("'", "\\'")
    text, wanted = f"x = '{inner}' and more", "x = '{\\'token\\': \\'REDACTED\\', \\'n\\': 1}' and more"
    for _ in range(strings):
        text, wanted = json.dumps({"js": text, "z": 1}), json.dumps({"js": wanted, "z": 1})
    for cut in (1, 7, 10_000):
        assert passed(text, cut) == wanted
    address = RULES.uri(f"https://h.example/p?q={text}")  # where quotes that nobody escaped end nothing
    assert "Zk93" not in address
