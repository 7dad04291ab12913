"""Documents made of hostile fragments stay documents of the same structure, whatever was redacted in them."""

from __future__ import annotations

import json
import random
from typing import Any
from xml.etree import ElementTree as Tree
from xml.sax.saxutils import escape, quoteattr

from tests.sanitize.written_ways import RULES

SIGNS = (*",&;=:<>{}[]?/\\ \n\"'", "=>", '\\"', "\\'", '""', "''", "]]")
NAMES = ("password", "token", "name", "value", "url", "note", "Cookie", "db_password", "x", "headers", "add")
WORDS = (
    *("token=", "token: ", "api_key=", "Password:", "sig=", "sid=", "code=", "Bearer ", "X-Api-Key: "),
    *("client_secret", "Ab9kZ72mQ", "x", "é", "it's", "https://u:p4@h/", 'name="password" value="'),
)
JSON_WORDS = (*WORDS, "Cookie: ", "Authorization: ", "-----BEGIN PRIVATE KEY-----")


def fragments(chance: random.Random, words: tuple[str, ...]) -> str:
    text = "".join(chance.choices((*SIGNS, *NAMES[:2], *words), k=chance.randrange(7)))
    return text if words is JSON_WORDS else text.replace("\n", " ")  # `name="x"` and a blank line: multipart


def value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.random()
    if depth < 2 and kind < 0.12:
        return [value(chance, depth + 1) for _ in range(chance.randrange(3))]
    if depth < 2 and kind < 0.2:
        return members(chance, depth + 1)
    return chance.choice([None, 1, True, 1.5]) if kind < 0.25 else fragments(chance, JSON_WORDS)


def members(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    return {chance.choice(NAMES): value(chance, depth) for _ in range(chance.randrange(1, 5))}


def scrubbed(chance: random.Random, text: str, kind: str) -> str:
    """The same from both engines, in whatever pieces it came."""
    data, results = text.encode(), set()
    for rules in RULES:
        for size in (len(data), chance.choice((1, 2, 7, 31))):
            scrubber = rules.scrubber("response", kind)
            pieces = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
            results.add(b"".join(pieces) + scrubber.finish())
    (clean,) = results
    return clean.decode()


def assert_alike(before: Any, after: Any) -> None:
    if after in ("REDACTED", ["REDACTED"]):
        return
    assert type(before) is type(after)
    if isinstance(before, dict):
        assert list(before) == list(after)
        for name in before:
            assert_alike(before[name], after[name])
    elif isinstance(before, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            assert_alike(one, other)


def test_json_keeps_its_structure_also_in_strings_of_json() -> None:
    chance = random.Random(11)
    for _ in range(1500):
        document = members(chance)
        indent = chance.choice([None, None, 1])
        text = json.dumps(document, ensure_ascii=chance.random() < 0.5, indent=indent)
        for depth in range(3):
            clean = scrubbed(chance, text, "application/json")
            for _ in range(depth):
                outer = json.loads(clean)
                assert list(outer) == ["a", "b"]
                assert outer["b"] == "c"
                clean = outer["a"]
            assert_alike(document, json.loads(clean))
            text = json.dumps({"a": text, "b": "c"})


def element(chance: random.Random, depth: int = 0) -> str:
    name = chance.choice(NAMES[2:])
    named = sorted(set(chance.choices(NAMES, k=chance.randrange(3))))
    attributes = "".join(f" {one}={quoteattr(fragments(chance, WORDS))}" for one in named)
    kind = chance.random()
    if kind < 0.15:
        return f"<{name}{attributes}/>"
    if depth < 3 and kind < 0.4:
        text = "".join(element(chance, depth + 1) for _ in range(chance.randrange(4)))
    elif kind < 0.55:
        text = f"<![CDATA[{fragments(chance, WORDS).replace(']]', '')}]]>"
    else:
        text = escape(fragments(chance, WORDS))
    return f"<{name}{attributes}>{text}</{name}>"


def assert_same_tags(before: Tree.Element, after: Tree.Element) -> None:
    assert (before.tag, list(before.attrib)) == (after.tag, list(after.attrib))
    if (after.text or "").strip() == "REDACTED" and not len(after):
        return
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert_same_tags(one, other)


def test_xml_keeps_its_structure() -> None:
    chance = random.Random(12)
    for _ in range(1500):
        text = f"<r>{element(chance)}{element(chance)}</r>"
        clean = scrubbed(chance, text, "text/xml")
        try:
            after = Tree.fromstring(clean)
        except Tree.ParseError:
            raise AssertionError(f"{text}\n{clean}") from None
        assert_same_tags(Tree.fromstring(text), after)
        assert isinstance(json.loads(scrubbed(chance, json.dumps({"a": text}), "application/json")), dict)
