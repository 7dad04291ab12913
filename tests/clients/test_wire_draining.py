"""Draining: the client reads the session's answer, its connection goes on, no socket is kept for it."""

from __future__ import annotations

import gc
import http.client
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape import TokenSanitizer
from tests.support.servers import Server
from tests.support.wire import Call

SECRET = "a-token-of-mine-0815"
OPTIONS: dict[str, Any] = {"sanitizers": [TokenSanitizer([SECRET], scrub_before_read=True)]}
Answer = Callable[[Call], None]


def raw(data: bytes) -> Answer:
    """Answers with these bytes and closes."""

    def answer(call: Call) -> None:
        call.body()
        call.send(data)
        call.hang_up()

    return answer


def upgrade(call: Call) -> None:
    call.send(b"HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nwelcome ")
    call.send(b"on")
    call.hang_up()


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Any]:
    with hushtape.use_cassette(tmp_path / "x.json", **OPTIONS) as opened:
        yield opened


def ask(server: Server, path: str = "/") -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    connection.request("GET", path)
    return connection, connection.getresponse()


def test_what_follows_a_101_is_read_from_the_socket(tape: Any) -> None:
    with Server(upgrade) as server:
        connection, response = ask(server)
        assert response.status == 101
        assert response.fp.read() == b"welcome on"
        connection.close()
    assert tape.recorded == 1 and not tape.failed


BROKEN = {
    "no-http": (b"SSH-2.0 %b\r\n\r\n" % SECRET.encode(), http.client.BadStatusLine),
    "bad-status": (b"HTTP/1.1 abc %b\r\n\r\n" % SECRET.encode(), http.client.BadStatusLine),
    "unknown-version": (b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok", http.client.UnknownProtocol),
    "nothing": (b"", http.client.RemoteDisconnected),
    "a-piece-of-a-status-line": (b"HTTP/1", http.client.BadStatusLine),
    "a-long-line": (
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n",
        http.client.LineTooLong,
    ),
    "many-fields": (
        b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 120 + b"Content-Length: 0\r\n\r\n",
        http.client.HTTPException,
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_answer_raises_as_bare_and_tells_no_secret(case: str, tape: Any) -> None:
    data, kind = BROKEN[case]
    with Server(raw(data)) as server, pytest.raises(kind) as caught:
        ask(server)
    assert type(caught.value) is kind and SECRET not in str(caught.value)


def test_a_head_that_the_server_cuts_is_what_http_client_makes_of_it(tape: Any) -> None:
    with Server(raw(b"HTTP/1.1 200 OK\r\nX-Token: %b\r\nContent-Le" % SECRET.encode())) as server:
        connection, response = ask(server)
        assert (response.status, response.read()) == (200, b"")
        assert response.getheader("X-Token") == "REDACTED"
        connection.close()


def test_an_error_in_the_body_comes_where_its_bytes_end(tape: Any) -> None:
    with Server() as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=0.1)
        connection.request("GET", "/hang-body/400")
        response = connection.getresponse()
        assert len(response.read(100)) == 100
        with pytest.raises(TimeoutError):
            response.read()
        connection.close()


def test_a_connection_whose_answer_was_not_read_takes_the_next_request(tape: Any) -> None:
    with Server() as server:
        connection, response = ask(server, "/bytes/300000")
        assert len(response.read(10)) == 10
        response.close()
        connection.request("GET", "/number/5")
        assert b'"square":25' in connection.getresponse().read()
        connection.close()
        assert server.connections == 1
    assert tape.recorded == 2


def test_a_response_that_is_kept_keeps_no_socket_open(tape: Any) -> None:
    with Server() as server:
        connection, response = ask(server, "/until-close/5000")
        assert connection.sock is None, "the client closes it, and the answer needs it no more"
        assert len(response.read()) == 5000
        watched = weakref.ref(response)
        del response, connection
        gc.collect()
        assert watched() is None


def test_threads_read_their_own_answers(tape: Any) -> None:
    seen: dict[int, bytes] = {}

    def work(number: int) -> None:
        connection, response = ask(server, f"/number/{number}")
        seen[number] = response.read()
        connection.close()

    with Server() as server:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [b'"square":%d' % number**2 in seen[number] for number in range(12)] == [True] * 12


def test_an_upload_that_is_refused_ends_its_connection(tmp_path: Path) -> None:
    known = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n%b" % SECRET.encode()
    with (
        Server() as server,
        Server(raw(known)) as other,
        pytest.raises(hushtape.RecordingFailedError),
        hushtape.use_cassette(tmp_path / "x.json", **OPTIONS),
    ):
        first, response = ask(other)
        assert response.read() == b"REDACTED"
        first.close()
        connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
        with pytest.raises(hushtape.PlaceholderReturnedError):
            connection.request("POST", "/upload", body=iter([b'{"a":', b'"REDACTED"', b"}"]))
        assert connection.sock is None
        connection.request("GET", "/number/5")
        assert b'"square":25' in connection.getresponse().read()
        connection.close()
