"""The message of a replayed answer is the one that http.client makes, in all that can be seen of it."""

from __future__ import annotations

import http.client as http_client
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.clients.wire import message
from hushtape.clients.wire.message import make_parse_headers
from hushtape.clients.wire.playback import Answer

genuine = http_client.parse_headers
ours = make_parse_headers(genuine)

ODD = [
    b"",
    b"A: b",
    b"A:b",
    b"A:  b",
    b"A: b ",
    b"A: ",
    b"A: b\r\n c",
    b"A: b\n",
    b"A: b\r",
    b"A: b\rB: c",
    b"A: b\x0bc",
    b"A: b\x85c",
    b"A: b\xa0c",
    b"A: caf\xe9",
    b"A: b: c",
    b"A: b\x00c",
    b"A : b",
    b": b",
    b"no colon",
    b"From me: b",
    b"From: me",
    b"From : me",
    b" A: b",
    b"Content-Type: multipart/mixed; boundary=x",
    b"Content-Type: text/html, multipart",
    b"content-type: MESSAGE/http",
    b"Content-Type: application/json",
    b"Content-Type: a/b\r\nContent-Type: message/rfc822",
    b"Content-Transfer-Encoding: base64",
    b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nset-cookie: c=3",
    b"A: " + b"x" * 5000,
    b"\r\n".join(b"A%d: b" % number for number in range(70)),
    b"\r\n".join(b"A%d: b" % number for number in range(120)),
]
_lines = st.sampled_from(ODD) | st.binary(max_size=30)
_names = st.from_regex(rb"[!-9;-~]{1,12}", fullmatch=True)
_values = st.from_regex(rb"[ -~]{0,20}", fullmatch=True)
_plain = st.builds(lambda name, value: name + b": " + value, _names, _values)


def seen(parse: Any, head: bytes, before: bytes, after: bytes) -> object:
    file = Answer(before + head + b"\r\n\r\n" + after)
    file.seek(len(before))
    try:
        found = parse(file)
    except http_client.HTTPException as error:
        return type(error), str(error)
    return inside(found), type(found), found.items(), file.tell(), file.read()


def inside(found: Any) -> dict[str, Any]:
    """All of a message; defects and parts, which are equal to themselves only, by what they say."""
    payload = found._payload
    parts = [inside(part) for part in payload] if isinstance(payload, list) else payload
    return vars(found) | {"defects": [repr(defect) for defect in found.defects], "_payload": parts}


@settings(max_examples=300)
@given(
    st.lists(_plain | _lines, max_size=6).map(b"\r\n".join), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"])
)
def test_any_head_gives_the_same_message(head: bytes, before: bytes) -> None:
    assert seen(ours, head, before, b'{"a": 1}\r\n\r\n') == seen(genuine, head, before, b'{"a": 1}\r\n\r\n')


@pytest.mark.parametrize("head", ODD)
def test_odd_heads_give_the_same_message(head: bytes) -> None:
    assert seen(ours, head, b"x", b"body") == seen(genuine, head, b"x", b"body")


def test_a_plain_head_does_not_pass_the_mail_parser() -> None:
    def parse(file: Any, _class: Any = http_client.HTTPMessage) -> Any:
        raise AssertionError("it did")

    found = make_parse_headers(parse)(Answer(b"A: b\r\nC: d\r\n\r\nbody"))
    assert found.items() == [("A", "b"), ("C", "d")]


def test_what_is_no_answer_of_ours_and_what_asks_for_more_is_left_alone() -> None:
    calls: list[tuple[Any, ...]] = []

    def parse(*args: Any, _class: Any = http_client.HTTPMessage) -> None:
        calls.append(args)

    parse.__defaults__ = (http_client.HTTPMessage,)
    made = make_parse_headers(parse)
    answer = Answer(b"A: b\r\n\r\n")
    made(None)
    made(answer, dict)
    made(answer, _class=dict)
    assert calls == [(None,), (answer, dict), (answer,)]
    assert message._FIELDS.fullmatch("A: b")
