"""What only http.client can do: partial reads, peek, low-level sends, pipelining of its states."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.drivers import HttpClient
from tests.contract.observe import attempt
from tests.contract.ways import three_ways
from tests.support.servers import Server

READERS: dict[str, Callable[[http.client.HTTPResponse], Any]] = {
    "read": lambda answer: [answer.read(), answer.read(), answer.isclosed()],
    "read-parts": lambda answer: [answer.read(100), answer.read(0), answer.read()],
    "read1": lambda answer: len(answer.read1(10)),
    "readline": lambda answer: [answer.readline(), answer.readline(10)],
    "readinto": lambda answer: [answer.readinto(buffer := bytearray(64)), bytes(buffer)],
    "peek": lambda answer: answer.peek(1)[:1],
    "lines": lambda answer: sum(len(line) for line in answer),
    "length": lambda answer: [answer.length, answer.chunked, answer.will_close, answer.getheader("Date")],
}


def connect(client: HttpClient, server: Server) -> http.client.HTTPConnection:
    return client.connection(server.scheme, server.host, server.port, 5)


SOURCES = ("/lines/200", "/chunked/5000", "/until-close/5000", "/status/204")
# Peeking where there is no body waits on the socket for the next answer: bare, until the time-out.
NO_SENSE = ("peek", "/status/204")
READABLE = [(r, s) for s in SOURCES for r in READERS if (r, s) != NO_SENSE]


@pytest.mark.parametrize(("reader", "source"), READABLE)
def test_a_body_reads_the_same_in_every_way(reader: str, source: str, secure: Server, cassette: Path) -> None:
    def case(client: HttpClient, server: Server) -> Any:
        connection = connect(client, server)
        connection.request("GET", source)
        answer = connection.getresponse()
        seen = attempt(lambda: READERS[reader](answer))
        answer.close()
        return seen

    three_ways(case, HttpClient, secure, cassette)


def test_putrequest_and_endheaders_send_the_same(server: Server, cassette: Path) -> None:
    def case(client: HttpClient, target: Server) -> Any:
        connection = connect(client, target)
        connection.putrequest("POST", "/echo", skip_accept_encoding=True)
        connection.putheader("Content-Length", "6")
        connection.endheaders(b"abc")
        connection.send(b"def")
        answer = connection.getresponse()
        return answer.status, answer.read()

    status, body = three_ways(case, HttpClient, server, cassette)
    assert status == 200 and b'"body":"abcdef"' in body


def test_connecting_before_the_request_is_no_exchange(server: Server, cassette: Path) -> None:
    def case(client: HttpClient, target: Server) -> Any:
        connection = connect(client, target)
        connection.connect()
        connection.request("GET", "/number/5")
        return connection.getresponse().read()

    assert three_ways(case, HttpClient, server, cassette) == b'{"number":5,"square":25}'


def test_a_second_request_before_the_first_answer_is_refused_the_same(server: Server, cassette: Path) -> None:
    def case(client: HttpClient, target: Server) -> Any:
        connection = connect(client, target)
        connection.request("GET", "/number/1")
        too_soon = attempt(lambda: connection.request("GET", "/number/2"))
        return too_soon, connection.getresponse().read()

    assert three_ways(case, HttpClient, server, cassette)[0].links == ("http.client.CannotSendRequest",)
