"""Pointers and lines are those of the document, however the text is cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hushtape.scan.place import JsonPlace
from hushtape.scan.yaml_place import YamlPlace
from tests.scan.support import scan

MARK = "Qx7-MARK"
names = st.text(st.characters(codec="ascii", exclude_characters='"\\'), min_size=1, max_size=8) | st.just(
    "a/b~c"
)
documents = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.just(MARK),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


def pointers(value: Any, path: str = "") -> list[str]:
    """Where the mark stands, found by walking the value."""
    if value == MARK:
        return [path]
    if isinstance(value, list):
        return [one for index, item in enumerate(value) for one in pointers(item, f"{path}/{index}")]
    if isinstance(value, dict):
        return [
            one
            for key, item in value.items()
            for one in pointers(item, f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
        ]
    return []


def met(place: JsonPlace | YamlPlace, text: bytes, cut: int) -> list[str]:
    """The pointers a walk tells at each mark."""
    told, at = [], 0
    while (start := text.find(MARK.encode(), at)) >= 0:
        for piece in range(at, start, cut):
            place.feed(text[piece : min(piece + cut, start)])
        told.append(place.pointer())
        at = start
        place.feed(text[at : at + 1])
        at += 1
    return told


@given(documents, st.integers(1, 40), st.sampled_from([None, 1]))
def test_json_pointers_are_those_of_the_value(value: Any, cut: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent).encode()
    assert met(JsonPlace(), text, cut) == pointers(value)


YAML = f"""interactions:
- request:
    headers:
      Accept: ['*/*']
      Authorization: [{MARK}]
    uri: {MARK}
  response:
    body: {{string: "a: b
        c: {MARK}\\"
        d: 'x"}}
    headers:
      Set-Cookie:
      - a=b
      - {MARK}
    text: |
      not: {MARK}
       a name
    'quoted key': '{MARK}'
- other:
  - - {MARK}
    - x: {MARK}
# {MARK}
last: {MARK}
"""


@pytest.mark.parametrize("cut", [1, 2, 7, 10_000])
def test_yaml_paths(cut: int) -> None:
    told = met(YamlPlace(), YAML.encode(), cut)
    assert told[:8] == [
        "/interactions/0/request/headers/Authorization/0",
        "/interactions/0/request/uri",
        "/interactions/0/response/body/string",
        "/interactions/0/response/headers/Set-Cookie/1",
        "/interactions/0/response/text",
        "/interactions/0/response/quoted key",
        "/interactions/1/other/0/0",
        "/interactions/1/other/0/1/x",
    ]
    assert told[-1] == "/last"


plain = st.sampled_from(["a", "it's", "a b", "b: c", "'q", '"', "x#y", "#z", "k{", "l]", "12", "~", "é"])
flows = st.recursive(
    st.none() | plain | st.just(MARK) | st.just(f"{'w ' * 300}\n") | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=20,
)


@given(flows, st.integers(1, 40), st.integers(20, 90), st.sampled_from([None, "'", '"']), st.booleans())
def test_paths_go_on_in_flow_collections(
    value: Any, cut: int, width: int, style: str | None, marked: bool
) -> None:
    document = {"interactions": value} if isinstance(value, (dict, list)) else [value, MARK]
    text = yaml.safe_dump(
        document,
        default_flow_style=True,
        default_style=style,
        width=width,
        allow_unicode=True,
        sort_keys=False,
        explicit_start=marked,
    )
    assert met(YamlPlace(), text.encode(), cut) == pointers(document)


@given(st.lists(st.sampled_from(["a", "é", "\n", "x" * 9000]), max_size=30))
def test_lines_are_counted(parts: list[str]) -> None:
    import tempfile

    text = "".join(parts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_text(text + " " + MARK, encoding="utf-8")
        (finding,) = scan(path, key=MARK).findings
    assert finding.line == text.count("\n") + 1
