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
