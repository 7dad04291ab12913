"""Responses that no specification allows and http.client takes, or refuses, all the same."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.observe import attempt
from tests.support.servers import Server
from tests.support.wire import Call

ODD = {
    "a plus before the status": b"HTTP/1.1 +200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a status of four digits": b"HTTP/1.1 1000 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a status below 100": b"HTTP/1.1 099 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a length beyond 64 bits": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    "bare line ends": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "no status line": b"hello\n",
    "more header fields than allowed": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 150 + b"\r\nhello",
    "90 cookies": b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=%b\r\n" % (b"v" * 1000) * 90 + b"\r\nhello",
    "a bare CR before a field": b"HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 5\r\n\r\nhello",
    "a bare CR before no field": b"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 5\r\n\r\nhello",
    "two CR at a line's end": b"HTTP/1.1 200 OK\r\nX: a\r\r\nContent-Length: 5\r\n\r\nhello",
    "a NUL in a field": b"HTTP/1.1 200 O\0K\r\nX: a\0b\r\nX: \0\r\nContent-Length: 5\r\n\r\nhello",
    "a line of a mailbox": b"HTTP/1.1 200 OK\r\nFrom me\r\nContent-Length: 5\r\n\r\nhello",
    "such a line, later and folded": b"HTTP/1.1 200 OK\r\nX: y\r\nFrom me: z\r\n a\r\nY: b\r\n\r\nhello",
}


def fetch(server: Server) -> object:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        fields = [(name, value) for name, value in answer.getheaders() if name != "Content-Length"]
        return answer.status, answer.reason, fields, attempt(lambda: answer.read(5))
    finally:
        connection.close()


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())
def test_an_odd_response_is_the_same_bare_recorded_and_replayed(answer: bytes, tmp_path: Path) -> None:
    def send(call: Call) -> None:
        call.send(answer)
        call.hang_up()

    path = tmp_path / "odd.json"
    with Server(send) as server:
        bare = attempt(lambda: fetch(server))
        with hushtape.use_cassette(path, default_sanitizer=False) as tape:
            assert attempt(lambda: fetch(server)) == bare
        assert tape.recorded == 1
    with hushtape.use_cassette(path, mode="none", default_sanitizer=False):
        assert attempt(lambda: fetch(server)) == bare


FOLDED = b"HTTP/1.1 200 O\rK\r\nX: a\r\n b\r\n\tc \r\nY:\r d\r\nContent-Length: 5\r\n\r\nhello"


def test_what_no_cassette_may_hold_replays_as_a_space(tmp_path: Path) -> None:
    """A folded value (RFC 9112 5.2) and a CR in the reason: http.client leaves the line breaks in."""

    def send(call: Call) -> None:
        call.send(FOLDED)
        call.hang_up()

    path = tmp_path / "folded.json"
    with Server(send) as server:
        with hushtape.use_cassette(path):
            assert fetch(server) == (200, "O\rK", [("X", "a\r\n b\r\n\tc "), ("Y", "\r d")], b"hello")
        with hushtape.use_cassette(path, mode="none"):
            assert fetch(server) == (200, "O K", [("X", "a b c"), ("Y", "d")], b"hello")
    assert "\\r" not in path.read_text()


def test_a_header_that_no_cassette_may_hold_is_named(tmp_path: Path) -> None:
    def broken(request: Any) -> Any:
        request.headers["X-Odd"] = "a\rb"
        return request

    path = tmp_path / "odd.json"
    sanitizers = [hushtape.CallbackSanitizer(before_request=broken)]
    with (
        Server() as server,
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(path, sanitizers=sanitizers),
    ):
        fetch(server)
    text = str(caught.value)
    assert "'X-Odd'" in text and "line break" in text and "callback" in text
    assert "folder exists" not in text and "disk" not in text
