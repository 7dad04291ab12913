"""A buffer without its escapes."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.audit_bared import bared
from hushtape.sanitize.chain import build


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (rb"a\u002db\u0041c", b"abAc"),
        (rb"a\\u002db", b"ab"),
        (rb"a\x2db\x41", b"abA"),
        (rb"a\u{2d}b\u{41}", b"abA"),
        (rb"a\U0000002db", b"ab"),
        (rb"a\N{HYPHEN-MINUS}b", b"ab"),
        (rb"a\055b", b"ab"),
        (rb"a\nb\tc\Nd", b"abcd"),
        (b"a%2Db%41c%252Dd", b"abAcd"),
        (b"a%u002Db%u2028c", b"abc"),
        (b"a&#45;b&#x41;c&#00000065;d", b"abAcAd"),
        (b"a&amp;amp;lt;b", b"ab"),
        (b"a&amp b", b"a b"),
        (b"a&hellip;b&nbspc", b"abc"),
        (b"a=2Db=41", b"abA"),
        (b"a<br/>b&lt;br&gt;c%3Cbr%3Ed", b"abcd"),
        (b"a\x1b[1;31mb", b"ab"),
    ],
)
def test_escapes_of_signs_go_and_those_of_letters_are_undone(written: bytes, left: bytes) -> None:
    assert bared(written) == left


def test_a_text_without_escapes_is_the_same_object() -> None:
    text = b'{"rows": [1, 2, 3], "name": "a plain one"}'
    assert bared(text) is text


@given(st.text("abcXYZ019-_./+&<>\"' \n\t", max_size=40))
def test_the_letters_stay_under_every_escape_of_signs(text: str) -> None:
    letters = "".join(filter(str.isalnum, text))
    for written in (json.dumps(text)[1:-1], quote(text, safe=""), html.escape(text)):
        left = bared(written.encode()).decode()
        if "<" not in text:  # what stands between `<` and `>` goes, too
            assert "".join(filter(str.isalnum, left)) == letters


def test_a_value_behind_an_equals_sign_that_reads_as_an_escape_is_seen_all_the_same() -> None:
    rules = build(secrets={"#k": "0323123446644563"}).ruleset
    auditor = rules.auditor()
    found = auditor.feed(b"v=03231234<br>466445<br>63 &x=1") or auditor.finish()
    assert found is not None and found.rule == "#k"
