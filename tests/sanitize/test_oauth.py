"""The look around a `code` in JSON in strings: which quotes are those of the string that holds it."""

from __future__ import annotations

import json
from html import escape
from itertools import product
from urllib.parse import quote, urlencode

import pytest

from hushtape.model import Headers
from hushtape.sanitize import build

CODE = "4/0AbCdE-Zk93mP0qX7vL2wT5yR8aB"
RULES = build().ruleset
SIGNS = (
    "https://a.b/?q=%22x%22",
    "say &quot;x&quot;",
    "\\u0022x",
    "u0022",
    "%2522",
    "%5C%22",
    "a b",
    'a "b" \\',
)
NOTES = ("ends with }", "see [1", "]", "plain")
FORM = "application/x-www-form-urlencoded"


def scrubbed(text: str, kind: str = "application/json") -> str:
    scrubber = RULES.scrubber("response", kind)
    return (scrubber.feed(text.encode()) + scrubber.finish()).decode()


def documents() -> list[str]:
    made = []
    for sign, note, code in product(SIGNS, NOTES, (CODE, [CODE])):
        made.append(json.dumps({"code": code, "q": sign, "n": note, "grant_type": "x"}))
        made.append(json.dumps({"redirect_uri": "https://a.b", "q": note, "n": sign, "code": code}))
    return made


def dotnet(text: str) -> str:
    return json.dumps(text).replace('\\"', "\\u0022").replace("&", "\\u0026")


@pytest.mark.parametrize("write", [json.dumps, dotnet])
def test_quotes_in_another_writing_do_not_end_the_string_around(write: object) -> None:
    assert callable(write)
    for text in documents():
        for once in (text, write(text)):
            assert CODE not in scrubbed(json.dumps({"in": once})), once
            assert CODE not in scrubbed(f'{{"in": {write(once)}}}'), once


def test_nor_in_a_form_or_a_request_line() -> None:
    for text in documents():
        for once in (text, json.dumps({"in": text})):
            assert quote(CODE, "") not in scrubbed(urlencode({"payload": once}), FORM), once
            line = f"GET /?payload={quote(once, '')} HTTP/1.1"
            assert quote(CODE, "") not in scrubbed(json.dumps({"line": line})), once


def test_nor_in_a_pages_attribute() -> None:
    for text in documents():
        for once in (text, json.dumps({"in": text}), json.dumps({"in": json.dumps({"in": text})})):
            page = f'<div data-x="{escape(once, quote=True)}">'
            for shown in (page, json.dumps({"page": page}), dotnet(page)):
                assert CODE not in scrubbed(shown), shown


@pytest.mark.parametrize("mark", ["state", "redirect_uri"])
def test_a_mark_is_told_before_any_quote(mark: str) -> None:
    for sign in (
        '"',
        "'",
        '\\"',
        "\\'",
        "&quot;",
        "\\&quot;",
        "&#34;",
        "&amp;quot;",
        "\\u0026quot;",
        "%5C%22",
    ):
        opened = "" if sign != "%5C%22" else "%7B"
        colon = ": " if not opened else "%3A"
        text = f"{opened}{sign}code{sign}{colon}{sign}{CODE}{sign},{sign}{mark}{sign}{colon}1"
        assert CODE not in scrubbed(text), text


@pytest.mark.parametrize("write", [json.dumps, dotnet])
def test_an_oauth_parameter_beyond_the_string_says_nothing(write: object) -> None:
    assert callable(write)
    for sign in SIGNS:
        inner = write(json.dumps({"code": "THROTTLED-0123456789", "q": sign, "n": "}"}))
        text = f'{{"error": {inner}, "grant_type": "x", "state": "y"}}'
        assert scrubbed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"oauth%5Bcode%5D={CODE}&oauth%5Bredirect_uri%5D=x",
        f"oauth%5Bgrant_type%5D=authorization_code&oauth%5Bcode%5D={CODE}",
        f"code[]={CODE}&grant_type[]=x",
        f"code[0]={CODE}&client_secret[0]=x",
        f"code%5B%5D={CODE}&grant_type%5B%5D=x",
        f"code={CODE}&name=O'Neil&redirect_uri=x",
        f"state=abc&q='a'&code={CODE}",
        f"code={CODE}&n=<a>&grant_type=x",
    ],
)
def test_a_parameter_s_mark_is_seen_under_nested_names_and_behind_any_sign(text: str) -> None:
    address = f"https://h.example/cb?{text}"
    assert CODE not in scrubbed(text, FORM) and CODE not in RULES.uri(address)
    for name, value in (("Location", address), ("Referer", address), ("X-Original-URL", f"/cb?{text}")):
        assert CODE not in str(RULES.headers(Headers([(name, value)]), "response").pairs)


@pytest.mark.parametrize("text", ["code=THROTTLED&estate[]=x", "data%5Bcode%5D=THROTTLED&data%5Bname%5D=x"])
def test_a_code_without_a_mark_stays_under_nested_names(text: str) -> None:
    assert scrubbed(text, FORM) == text
    assert RULES.uri(f"https://h.example/cb?{text}") == f"https://h.example/cb?{text}"


@pytest.mark.parametrize("count", [16, 17, 200, 1000])
@pytest.mark.parametrize("note", ["a smile :-}", "x]", "plain"])
def test_the_code_of_each_row_goes_whatever_brackets_stand_beside_it(count: int, note: str) -> None:
    rows = [{"code": f"{CODE}{i}", "note": note, "redirect_uri": "https://a.b"} for i in range(count)]
    assert CODE not in scrubbed(json.dumps({"rows": rows}))


def test_codes_of_rows_near_a_parameter_of_another_object_stay() -> None:
    rows = [{"code": f"RESOURCE_EXHAUSTED_{i}", "app": {"redirect_uri": "https://a.b"}} for i in range(60)]
    assert scrubbed(json.dumps({"rows": rows})) == json.dumps({"rows": rows})
