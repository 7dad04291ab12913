"""JSON in strings of JSON, by writers that escape differently: a credential goes, each level stays JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize import build
from hushtape.sanitize.values import ended, levels

RULESET = build().ruleset
Writer = Callable[[Any], str]


def utf8(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def go(document: Any) -> str:
    """Go's encoding/json, Gson, Rails."""
    text = json.dumps(document)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def net(document: Any) -> str:
    """System.Text.Json, and PHP's json_encode with JSON_HEX_QUOT."""
    if isinstance(document, dict):
        return "{" + ",".join(f"{net(key)}:{net(value)}" for key, value in document.items()) + "}"
    if isinstance(document, list):
        return "[" + ",".join(map(net, document)) + "]"
    text = json.dumps(document)
    if isinstance(document, str):
        text = '"' + text[1:-1].replace('\\"', "\\u0022") + '"'
        for sign in "&<>'+`":
            text = text.replace(sign, f"\\u{ord(sign):04X}")
    return text


WRITERS = st.lists(st.sampled_from([json.dumps, utf8, go, net]), min_size=1, max_size=3)
SIGNS = ['"', "\\", "&", "<", "'", "Zk9", "x2", "\u00e9", "u0022", "\\u0022", '\\"', ",", '"}', "n", "/"]
VALUES = st.lists(st.sampled_from(SIGNS), max_size=5).map("".join)


def leaf(text: str, writers: list[Writer]) -> Any:
    for _ in writers[1:]:
        outer = json.loads(text)
        assert outer["n"] == 1
        text = outer["s"]
    return json.loads(text)


NAMES = st.sampled_from(["password", "api_key"])


@given(VALUES, WRITERS, NAMES, st.booleans(), st.sampled_from([1, 7, 10_000]))
def test_a_member_goes_and_every_level_stays_json(
    signs: str, writers: list[Writer], name: str, listed: bool, size: int
) -> None:
    value = f"Zk93bXw2{signs}" if len(signs) % 2 else f"{signs}Zk93bXw2"
    text = writers[0]({"a": 1, name: [value] if listed else value, "z": "end"})
    for write in writers[1:]:
        text = write({"s": text, "n": 1})
    scrubber, body = RULESET.scrubber("response", "application/json"), text.encode()
    pieces = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    left = leaf(b"".join([*pieces, scrubber.finish()]).decode(), writers)
    assert left == {"a": 1, name: ["REDACTED"] if listed and name == "api_key" else "REDACTED", "z": "end"}


@given(VALUES, WRITERS, st.sampled_from(["", "&", "<", '"', ", "]))
def test_a_named_value_goes_and_each_level_stays_json(signs: str, writers: list[Writer], behind: str) -> None:
    value = f"q7Lm4xZt{signs}"
    text = writers[0]({"note": f"with {value}{behind}", "z": "end"})
    for write in writers[1:]:
        text = write({"s": text, "n": 1})
    scrubber = build(secrets={"#key": value}).ruleset.scrubber("response", "application/json")
    left = leaf((scrubber.feed(text.encode()) + scrubber.finish()).decode(), writers)
    assert left["z"] == "end"
    assert value not in left["note"]


@pytest.mark.parametrize(("count", "depth"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 3), (7, 3)])
def test_backslashes_before_a_quote_tell_how_deep_it_stands(count: int, depth: int) -> None:
    assert levels(count) == depth
    assert ended(count, depth, quote=False) == depth
    assert ended(count + (1 << depth), depth, quote=False) != depth  # an escaped one
    assert ended(count + (2 << depth), depth, quote=False) == depth  # behind a backslash of the value


@pytest.mark.parametrize("kept", ["", "{}[]:,"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["token", "api_key"])
def test_of_json_in_a_parameter_a_list_or_object_goes_alone(name: str, times: int, kept: str) -> None:
    document = {"a": {name: ["Zk93bXw2LmP0Qd7RtY", 'b"]']}, "z": [1]}
    value = quote(json.dumps(document), safe=kept)
    value = quote(value) if times == 2 else value
    scrubber = RULESET.scrubber("request", "application/x-www-form-urlencoded")
    left = (scrubber.feed(f"payload={value}&x=1".encode()) + scrubber.finish()).decode()
    payload = parse_qs(left)["payload"][0]
    found = json.loads(unquote(payload) if times == 2 else payload)
    assert found["z"] == [1]
    assert found["a"][name] in ("REDACTED", ["REDACTED"])
    assert parse_qs(left)["x"] == ["1"]


@pytest.mark.parametrize("name", ["password", "api_key", "DB_PASSWORD", "q-ak"])
@pytest.mark.parametrize(
    "value", ["Zk93bXw2LmP0", ["Zk93bXw2LmP0"], "Zk\"b+X'w & ]\\", ['a,"b', "correct horse"]]
)
def test_in_percent_escapes_the_value_goes_and_the_document_stays(name: str, value: Any) -> None:
    document = {"k": 'q"q\\', name: value, "z": [1, "}"]}
    for text in (json.dumps(document), json.dumps(document, indent=1)):
        for once in (net({"s": text}), json.dumps({"s": net({"s": text})}), net({"s": net({"s": text})})):
            for coded in (quote(once), quote(quote(once)), quote(once, safe="{}[],:")):
                scrubber = RULESET.scrubber("request", "application/x-www-form-urlencoded")
                body = f"a=1&payload={coded}&x=1".encode()
                pieces = [scrubber.feed(body[at : at + 50]) for at in range(0, len(body), 50)]
                left = (b"".join(pieces) + scrubber.finish()).decode()
                found: Any = left.removeprefix("a=1&payload=").removesuffix("&x=1")
                found = {"s": unquote(unquote(found))}
                while "s" in found:
                    found = json.loads(found["s"])
                assert found in ({**document, name: "REDACTED"}, {**document, name: ["REDACTED"]})
