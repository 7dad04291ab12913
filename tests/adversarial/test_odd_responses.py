"""Responses that no specification allows and http.client takes, or refuses, all the same."""

from __future__ import annotations

import http.client
from pathlib import Path

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
