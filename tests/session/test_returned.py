"""Placeholders that come back: found as whole values, wherever a request is cut, and not elsewhere."""

from __future__ import annotations

import gzip
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.errors import PlaceholderReturnedError, SanitizerError
from hushtape.model import Headers, Request
from hushtape.session.returned import Returned

URI = "https://api.example.com/x"
ODD = "<hid/den>"
NAMES = {"REDACTED": ("DefaultSanitizer", "Mine"), "token": ("QueryParamSanitizer",), ODD: ("Mine",)}


def made(all_given: bool = True) -> Returned:
    return Returned(NAMES, all_given=all_given)


def found_in_body(
    body: bytes, cut: int | None = None, returned: Returned | None = None, **fields: str
) -> bool:
    request = Request("POST", URI, Headers(fields.items()))
    watch = (returned or made()).watch(request, URI)
    assert watch is not None
    try:
        for piece in [body] if cut is None else [body[:cut], body[cut:]]:
            if piece:
                watch.feed(piece)
        watch.finish()
    except PlaceholderReturnedError:
        return True
    return False


SENT = [
    b'{"a":"REDACTED"}',
    b'{"a": ["REDACTED", 1]}',
    b'{"a": "REDACTED"' + b" " * 40 + b"}",
    b'"REDACTED"',
    rb'{"a": "{\"b\": \"REDACTED\"}"}',
    rb'{"url": "https://x.example/?t=REDACTED"}',
    b"a=REDACTED",
    b"a=1&b=REDACTED&c=2",
    b"a=%3Chid%2Fden%3E&b=1",
    b'{"a": "<hid/den>"}',
    rb'{"a": "<hid\/den>"}',
    b"payload=%7B%22a%22%3A%22REDACTED%22%7D",
    b"<a>REDACTED</a>",
    b'<a b="REDACTED"/>',
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nREDACTED\r\n--x--',
    b"REDACTED",
    b"a=token&b",
    b"type=REDACTED",
    b'{"type": "REDACTED"}',
    b"response_type=token&a=token",
    b'{"type": "token", "a": "token"}',
]
KEPT = [
    b'{"a":"REDACTED, please"}',
    b'{"a":"it was REDACTED"}',
    b"a=REDACTEDLY&b=1",
    b"a=unREDACTED",
    b"token=abc",
    b'{"token": "abc"}',
    b'{"token"\n  : "abc"}',
    rb'{"a": "{\"token\":1}"}',
    b"a=%7B%22token%22%3A1%7D",
    b"grant_type=tokens",
    b"response_type=token",
    b"a=1&responseType=token&b=2",
    b"a%3Dresponse_type%3Dtoken%26b",
    b'{"type":"token"}',
    b'{"a": {"grant_type": "token", "b": 1}}',
    b"the text is REDACTED here",
    b"",
    b"\x00\xff" * 100,
]


@pytest.mark.parametrize("body", SENT)
def test_a_whole_value_is_found_wherever_the_body_is_cut(body: bytes) -> None:
    assert [cut for cut in range(len(body) + 1) if not found_in_body(body, cut)] == []


@pytest.mark.parametrize("body", KEPT)
def test_what_only_contains_one_is_not_found_wherever_the_body_is_cut(body: bytes) -> None:
    assert [cut for cut in range(len(body) + 1) if found_in_body(body, cut)] == []


@given(before=st.binary(max_size=300), size=st.integers(1, 40))
def test_pieces_of_any_size_find_what_one_piece_does(before: bytes, size: int) -> None:
    body = before + b'{"k":"REDACTED"}'
    watch = made().watch(Request("POST", URI), URI)
    assert watch is not None
    with pytest.raises(PlaceholderReturnedError):
        for at in range(0, len(body), size):
            watch.feed(body[at : at + size])
        watch.finish()


def test_a_coded_body_is_decoded_first() -> None:
    coded = gzip.compress(b'{"a":"REDACTED"}')
    assert found_in_body(coded, 9, **{"Content-Encoding": "gzip"})
    assert found_in_body(b'{"a":"REDACTED"}', **{"Content-Encoding": "gzip"}), "it is not what it claims"


FIELDS = {
    "Authorization": [
        "Bearer REDACTED",
        "token REDACTED",
        'Digest username="REDACTED", qop=auth',
        "REDACTED",
    ],
    "Proxy-Authorization": ["Basic UkVEQUNURUQ6eA=="],
    "Cookie": ["sid=REDACTED", "a=1; sid=REDACTED; b=2"],
    "X-Api-Key": ["REDACTED", " REDACTED "],
    "Referer": ["https://x.example/?a=REDACTED"],
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name in FIELDS for one in FIELDS[name]])
def test_a_header_field_is_searched(name: str, value: str) -> None:
    with pytest.raises(SanitizerError) as caught:
        made().check_head(Request("GET", URI, Headers([("Accept", "*/*"), (name, value)])), URI)
    assert isinstance(caught.value, PlaceholderReturnedError) and name in caught.value.place
    assert caught.value.sanitizers == ("DefaultSanitizer", "Mine")
    assert caught.value.sanitizer == "DefaultSanitizer, Mine" and "Mine" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "token"),
        ("Authorization", "token abc"),
        ("Authorization", "Basic !!"),
        ("Authorization", "Basic YTpi"),
        ("X-Note", "not REDACTED at all"),
    ],
)
def test_a_header_field_that_only_mentions_one_is_let_through(name: str, value: str) -> None:
    made().check_head(Request("GET", URI, Headers([(name, value)])), URI)


@pytest.mark.parametrize(
    "tail",
    [
        "?a=REDACTED",
        "?a=1&b=REDACTED#x",
        "/REDACTED",
        "/REDACTED/y?z",
        f"?a={quote(ODD, safe='')}",
        "?a=token",
    ],
)
def test_a_url_is_searched(tail: str) -> None:
    with pytest.raises(PlaceholderReturnedError, match="its URL"):
        made().check_head(Request("GET", URI + tail), URI)


@pytest.mark.parametrize("tail", ["/token", "/oauth/token?x", "?REDACTED", "/REDACTEDLY", "?token=1"])
def test_a_url_that_only_mentions_one_is_let_through(tail: str) -> None:
    made().check_head(Request("GET", URI + tail), URI)


def test_only_what_the_program_has_read_is_looked_for() -> None:
    returned = made(all_given=False)
    request = Request("GET", URI + "?a=REDACTED")
    returned.check_head(request, URI)
    assert returned.watch(request, URI) is None
    returned.note([("X-A", "token")], b"nothing")
    returned.check_head(request, URI)
    returned.note([], b'{"a": "REDACTED"}')
    with pytest.raises(PlaceholderReturnedError):
        returned.check_head(request, URI)
    assert found_in_body(b"a=token", returned=returned)
    assert not found_in_body(b'{"a": "<hid/den>"}', returned=returned)


def test_a_filler_inside_a_longer_value_is_found() -> None:
    returned = Returned({"UkVEQUNURUQh": ("Mine",)}, frozenset(["UkVEQUNURUQh"]), all_given=True)
    assert found_in_body(b'{"a": "xyzaUkVEQUNURUQhbcd"}', returned=returned)
