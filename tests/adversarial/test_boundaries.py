"""Connections, responses and files of the client that cross a tape's opening or closing."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.support.servers import Server
from tests.support.wire import Call


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def cassette(tmp_path: Path, server: Server) -> Path:
    path = tmp_path / "one.json"
    with hushtape.use_cassette(path):
        fetch(http.client.HTTPConnection(server.host, server.port), "/number/2")
    return path


def fetch(connection: http.client.HTTPConnection, target: str) -> bytes:
    connection.request("GET", target)
    return connection.getresponse().read()


@pytest.mark.parametrize("options", [{}, {"ignore_hosts": ["127.0.0.1"]}])
def test_a_request_left_in_the_middle_at_close_does_not_open_a_way_past_the_next_tape(
    server: Server, cassette: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    fetch(connection, "/number/1")  # so that there is a live connection to send through
    with hushtape.use_cassette(tmp_path / "other.json", mode="all", **options):
        connection.request("GET", "/number/3")
    assert b'"number":3' in connection.getresponse().read()
    before = len(server.requests)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        assert b'"number":2' in fetch(connection, "/number/2")
    assert tape.played == 1
    assert len(server.requests) == before
    assert b'"number":4' in fetch(connection, "/number/4")


@pytest.mark.parametrize("mode", ["all", "none"])
def test_the_file_of_a_response_looks_like_the_file_of_a_socket(
    server: Server, cassette: Path, mode: str
) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    with hushtape.use_cassette(cassette, mode=mode):
        connection.request("GET", "/number/2")
        response = connection.getresponse()
        file: Any = response.fp
        assert file.mode == "rb"
        assert file.name == file.fileno() == connection.sock.fileno()
        assert file.raw._sock is connection.sock
        assert not file.seekable() and not file.writable() and file.readable()
        file.raw._sock.settimeout(1.5)
        assert isinstance(file.raw, socket.SocketIO) or mode == "none"
        assert b'"number":2' in response.read()


@pytest.mark.parametrize("pooled", [False, True])
def test_a_request_sent_inside_a_replaying_tape_and_read_after_it_says_so(
    server: Server, cassette: Path, pooled: bool
) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    if pooled:
        fetch(connection, "/number/1")
    before = len(server.requests)
    with hushtape.use_cassette(cassette, mode="none"):
        connection.request("GET", "/number/2")
    with pytest.raises(hushtape.TapeOrderError, match="closed"):
        connection.getresponse()
    assert len(server.requests) == before
    connection.close()
    assert b'"number":4' in fetch(connection, "/number/4")


def test_an_upload_that_outlives_its_replaying_tape_says_so(server: Server, cassette: Path) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    before = len(server.requests)
    with hushtape.use_cassette(cassette, mode="none"):
        connection.putrequest("GET", "/number/2")
        connection.putheader("Content-Length", "4")
        connection.endheaders(b"ab")
    with pytest.raises(hushtape.TapeOrderError, match="closed"):
        connection.send(b"cd")
    assert len(server.requests) == before


@pytest.mark.parametrize("how", ["file", "recv", "recv_into", "send", "makefile"])
def test_past_a_recorded_101_a_replay_refuses(tmp_path: Path, how: str) -> None:
    def switch(call: Call) -> None:
        call.send(b"HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nwelcome")
        call.hang_up()

    def ask(server: Server) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
        connection.request("GET", "/", headers={"Upgrade": "echo", "Connection": "Upgrade"})
        return connection

    def go_on(connection: http.client.HTTPConnection) -> Any:
        response = connection.getresponse()
        file, sock = response.fp, connection.sock
        assert response.status == 101
        if how == "send":
            return sock.sendall(b"hello")
        if how == "recv":
            return sock.recv(10)
        if how == "recv_into":
            return sock.recv_into(bytearray(10))
        return (file if how == "file" else sock.makefile("rb")).read(7)

    path = tmp_path / "upgrade.json"
    with Server(switch) as server:
        with hushtape.use_cassette(path):
            assert ask(server).getresponse().fp.read(7) == b"welcome"
        with hushtape.use_cassette(path, mode="none"), pytest.raises(hushtape.CutBodyError, match="101"):
            go_on(ask(server))
