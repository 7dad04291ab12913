"""What a tape shows of what it holds: no part of a named value that another rule takes a part of."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path

import pytest
import requests

import hushtape
from tests.adversarial.smuggling import reply, scripted
from tests.support.torn import ADDRESS, LINK, SIGNS, WITHHELD, rests

ANSWERS = {
    "a field": reply(b"x", "Location: " + LINK),
    "a reason": reply(b"x", status="400 see " + LINK),
    "a field of a 1xx": f"HTTP/1.1 103 Early Hints\r\nLink: {LINK}\r\n\r\n".encode() + reply(b"x"),
    "the reason of a 1xx": f"HTTP/1.1 103 see {LINK}\r\n\r\n".encode() + reply(b"x"),
    "a failure": f"see {LINK}\r\n\r\n".encode(),
    "a trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + f"1\r\na\r\n0\r\nX-T: {LINK}\r\n\r\n".encode(),
}


def record(path: Path, answer: bytes, address: str = "/x", data: str = "") -> None:
    """Record without any rule, so that today's have something to take."""
    with (
        scripted(answer) as server,
        hushtape.use_cassette(path, mode="all", default_sanitizer=False),
        contextlib.suppress(requests.RequestException),
    ):
        requests.post(server.url + address, data=data, timeout=5, allow_redirects=False)


@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("mode", ("none", "new_episodes"))
def test_no_rest_of_a_torn_value_of_an_answer_is_shown(what: str, mode: str, cassette: Path) -> None:
    record(cassette, ANSWERS[what])
    with hushtape.use_cassette(cassette, mode=mode, secrets={"#k": SIGNS}) as tape:
        shown = [repr(list(tape.unused)), repr(tape.unused[0]), repr(list(tape.interactions()))]
    assert [rests(text) for text in shown] == [[], [], []]
    assert all(WITHHELD in text or what == "a trailer" for text in shown)


def test_no_rest_of_a_torn_value_of_a_request_line_is_shown(cassette: Path) -> None:
    record(cassette, reply(b"x"), ADDRESS)
    with hushtape.use_cassette(cassette, mode="none", secrets={"#k": SIGNS}) as tape:
        for (shown,) in (tape.unused, tape.interactions()):
            assert shown.request.uri.endswith("/" + WITHHELD)
            assert not rests(repr(shown))


def test_a_body_in_which_a_value_is_torn_is_withheld_whole(cassette: Path) -> None:
    text = "see " + LINK + " word" * 40_000
    record(cassette, reply(text.encode(), "Content-Type: text/plain"), data=text)
    with hushtape.use_cassette(cassette, mode="none", secrets={"#k": SIGNS}) as tape:
        for (shown,) in (tape.unused, tape.interactions()):
            assert shown.response is not None
            for body in (shown.request.body, shown.response.body):
                assert body is not None
                assert b"".join(body.chunks()) == WITHHELD.encode()
                assert body.size == len(WITHHELD)


def test_what_is_not_torn_is_shown_scrubbed(cassette: Path) -> None:
    record(
        cassette, reply(b"has a-named-value-0815 in it", "X-A: a-named-value-0815"), "/x?a-named-value-0815"
    )
    with hushtape.use_cassette(cassette, mode="none", secrets={"#k": "a-named-value-0815"}) as tape:
        for (shown,) in (tape.unused, tape.interactions()):
            assert shown.response is not None and shown.response.body is not None
            assert shown.request.uri.endswith("/x?REDACTED")
            assert shown.response.head.headers.get("x-a") == "REDACTED"
            assert b"".join(shown.response.body.chunks()) == b"has REDACTED in it"


def test_what_only_the_audit_finds_is_withheld(cassette: Path) -> None:
    value = "Zk93mP0qX7vL2wT5yR8"
    twice = base64.b64encode(base64.b64encode(f'{{"k": "{value}"}}'.encode())).decode()
    record(cassette, reply(twice.encode(), f"X-State: {twice}"), f"/x?state={twice}", data=twice)
    with hushtape.use_cassette(cassette, mode="none", secrets={"#k": value}) as tape:
        for (shown,) in (tape.unused, tape.interactions()):
            assert twice[:24] not in repr(shown) and shown.request.uri.endswith(WITHHELD)
            assert shown.response is not None
            for body in (shown.request.body, shown.response.body):
                assert body is not None and b"".join(body.chunks()) == WITHHELD.encode()
