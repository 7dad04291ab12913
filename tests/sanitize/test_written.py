"""A text is found as it may be written, in any nesting of escapes, without an expression of its own."""

from __future__ import annotations

import html
import json
import random
import re
import sys
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.chain import build
from hushtape.sanitize.escapes import expression
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.written import Written

ESCAPES: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "HTML": html.escape,
    "slashes": lambda text: text.replace("/", "\\/"),
    "references": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "octets": lambda text: "".join(f"%{octet:02X}" for octet in text.encode()),
}
TEXTS = st.text(alphabet="abZ059-_+/=&%\"'\\<>\n\t é€😀;#", min_size=1, max_size=10)


@given(TEXTS, st.lists(st.sampled_from(sorted(ESCAPES)), max_size=3))
def test_what_the_expression_of_a_text_finds_a_walk_finds_too(text: str, layers: list[str]) -> None:
    written = text
    for layer in layers:
        written = ESCAPES[layer](written)
    data = b"zz" + written.encode() + b"zz"
    found, end = re.match(b"zz" + expression(text), data, re.DOTALL), len(data) - 2
    walk = Written(text, plain=False)
    assert walk.after(data, 2, len(data)) >= (found.end() if found else -1)
    before = re.search(expression(text) + rb"\Z", data[:end], re.DOTALL)
    assert (walk.before(data, end, 0) >= 0) or before is None


@pytest.mark.parametrize(
    "text", ["one&amp;two&lt;3", "25%2525%", "a\\\\n\\b", "9\\/é", "a\\''", 'a\\""', "\\''\\%%7"]
)
@pytest.mark.parametrize("layer", ESCAPES)
def test_a_text_that_looks_like_an_escape_is_found_whole(text: str, layer: str) -> None:
    written = ESCAPES[layer](text).encode()
    assert Written(text, plain=False).after(b"x" + written, 1, 1 + len(written)) == 1 + len(written)
    assert Written(text, plain=False).before(b"x" + written, 1 + len(written), 0) == 1


def test_a_text_ends_before_the_limit_or_is_not_there() -> None:
    assert Written("abc", plain=False).after(b"abc", 0, 2) == -1
    assert Written("a-c", plain=True).after(b"a%2Dc", 0, 4) == -1
    assert Written("abc", plain=False).before(b"abc", 3, 1) == -1


def private_key(number: int) -> str:
    lines = [b64encode(random.Random(f"{number} {line}").randbytes(48)).decode() for line in range(50)]
    return "-----BEGIN PRIVATE KEY-----\n" + "\n".join(lines) + "\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize("layer", ["JSON", "percent", "HTML"])
def test_the_first_sight_of_a_long_key_compiles_nothing_long(layer: str) -> None:
    keys = [private_key(number) for number in range(3)]
    ruleset = build(secrets=keys).ruleset

    def scrubbed(key: str) -> bytes:
        scrubber = ruleset.scrubber("response", "text/plain")
        return scrubber.feed(f"a {ESCAPES[layer](key)} b".encode()) + scrubber.finish()

    assert scrubbed(keys[0]) == b"a REDACTED b"  # the expressions of single characters are made here
    count = 0

    def on_event(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        left = [scrubbed(key) for key in keys[1:]]
    finally:
        sys.setprofile(before)
    assert left == [b"a REDACTED b"] * 2
    assert count < 400_000, "an expression of a key takes a million calls to compile, each"


@pytest.mark.thinned(5)
@pytest.mark.parametrize("unit", ["ab12", "ab12-", "a", "ab1 ", "\u017eab1", "ab12-ab12-ab12-x"])
@pytest.mark.parametrize("times", [3, 7])
def test_a_text_that_repeats_itself_is_read_on_from_where_the_last_walk_came(unit: str, times: int) -> None:
    text = (unit * 400)[:1200]
    ruleset = Ruleset.compile([SecretRule(text, name="#long")])
    data = f"{text[:-1]}!{text * times} {text[:600]}".encode()
    found: list[bytes] = []

    def scrub(body: bytes) -> None:
        scrubber = ruleset.scrubber("request")
        found.append(scrubber.feed(body) + scrubber.finish())

    scrub(data)  # what is made at the first hit
    few, many = _steps(lambda: scrub(data)), _steps(lambda: scrub(data * 4))
    assert all(text.encode() not in clean and b"REDACTED" in clean for clean in found)
    assert many < 6 * few


def _steps(work: Callable[[], object]) -> int:
    count = 0

    def on_event(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("unit", ["ab12-", "ab1 ", "\u017eab1", "ab-cd-ab-ce-"])
def test_what_a_walk_has_noted_changes_no_answer(unit: str) -> None:
    text = (unit * 300)[:800] + "end"
    written = Written(text, plain=True)
    data = b"".join(
        piece.encode()
        for piece in (
            unit * 90,
            text,
            "\\n",
            text[:700],
            text.replace("-", "%2D"),
            unit * 300,
            text[5:],
            text,
        )
    )
    notes: dict[object, object] = {}
    for at in range(len(data)):
        assert written.after(data, at, len(data), notes) == written.after(data, at, len(data))
