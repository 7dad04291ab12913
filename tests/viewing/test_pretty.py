"""Layouts change white space between tokens and nothing else, in whatever pieces a body comes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.viewing.pretty import (
    DEEPEST,
    JsonLayout,
    Piece,
    TextLayout,
    XmlLayout,
    form_pieces,
    hex_pieces,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def shown(pieces: Iterable[Piece]) -> str:
    return "".join([text for _, text in pieces])


def laid_out(layout: Any, texts: Iterable[str]) -> str:
    return "".join([shown(layout.feed(text)) for text in texts]) + shown(layout.finish())


@given(values, st.booleans(), st.integers(1, 7))
def test_json_is_laid_out_as_the_standard_library_does_it(value: Any, ascii_only: bool, step: int) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    wanted = json.dumps(value, ensure_ascii=ascii_only, indent=2)
    assert laid_out(JsonLayout(), [text]) == wanted
    assert laid_out(JsonLayout(), [text[at : at + step] for at in range(0, len(text), step)]) == wanted
    assert laid_out(JsonLayout(), [wanted]) == wanted


@pytest.mark.parametrize("token", ["1e5", "-0.0", "100000000000000000000000.10", "NaN", r'"\u001b\ud800\\"'])
def test_no_token_is_written_anew(token: str) -> None:
    assert laid_out(JsonLayout(), [f'{{"a":{token}}}']) == f'{{\n  "a": {token}\n}}'


def test_each_value_of_json_lines_has_its_line() -> None:
    assert laid_out(JsonLayout(), ['{"a":1}\n{"a":2}\n"x"\n3']).split("\n{") == [
        '{\n  "a": 1\n}',
        '\n  "a": 2\n}\n"x"\n3',
    ]


@given(st.text(alphabet='{}[]":,\\ \n1a', max_size=60), st.integers(1, 5))
def test_what_is_no_json_loses_no_character(text: str, step: int) -> None:
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    assert "".join(laid_out(JsonLayout(), pieces).split()) == "".join(text.split())


def test_a_hundred_thousand_brackets_are_not_indented_without_end() -> None:
    text = laid_out(JsonLayout(), ["[" * 100_000 + "1"])
    assert len(text) < 100_000 * (2 * DEEPEST + 3)


def test_keys_texts_and_numbers_have_their_styles() -> None:
    pieces = list(JsonLayout().feed('{"k":"v","n":1,"a":["x"]}'))
    styles = {text: style for style, text in pieces if text.strip()}
    assert (styles['"k"'], styles['"v"'], styles["1"], styles['"x"']) == ("cyan", "green", "yellow", "green")


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_xml_is_indented_by_its_tags(step: int) -> None:
    text = '<?xml version="1.0"?><a><b x="1">t</b><c/><d><e>1</e></d></a>'
    wanted = '<?xml version="1.0"?>\n<a>\n  <b x="1">t</b>\n  <c/>\n  <d>\n    <e>1</e>\n  </d>\n</a>'
    if step == 1000:
        assert laid_out(XmlLayout(), [text]) == wanted
    parts = [text[at : at + step] for at in range(0, len(text), step)]
    assert "".join(laid_out(XmlLayout(), parts).split()) == "".join(text.split())


def test_a_tag_without_an_end_is_not_waited_for_without_end() -> None:
    layout = XmlLayout()
    assert len(laid_out(layout, ["<" + "x" * 100_000, "y" * 100_000])) == 200_001


def test_text_keeps_its_lines() -> None:
    assert laid_out(TextLayout(), ["a\r\nb", "c\n\nd"]) == "a\nbc\n\nd"


def test_a_form_is_decoded_line_by_line() -> None:
    assert shown(form_pieces("a=1&b=%C3%A9+x&c")) == "a = 1\nb = é x\nc = "


def test_bytes_are_shown_in_rows_of_sixteen() -> None:
    whole = shown(hex_pieces([bytes(range(40))]))
    assert whole == shown(hex_pieces([bytes(range(7)), bytes(range(7, 40))]))
    assert whole.split("\n")[1].startswith("00000010  1011 1213") and len(whole.split("\n")) == 3
