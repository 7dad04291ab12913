"""What is done once for many requests changes nothing: heads seen before, small answers, shared TLS."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

import hushtape
from hushtape.clients.wire.fake_socket import FakeSocket
from hushtape.clients.wire.head import parse_fields, plain_head, usable
from hushtape.clients.wire.playback import Answer
from tests.support import certificates
from tests.support.servers import Server

NAMES = ("Content-Length", "content-type", "X-A", "Set-Cookie", "Not Usable", "")
VALUES = st.text("ab :\t,;=\r\n\xe9", max_size=12)


@given(fields=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5), first=VALUES)
@settings(max_examples=200, deadline=None)
def test_a_plain_head_reads_as_any_head_does(fields: list[tuple[str, str]], first: str) -> None:
    for name in NAMES[:4]:
        usable(name)
    lines = [f"HTTP/1.1 200 {first}", *(f"{name}:{value}" for name, value in fields)]
    raw = "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")
    plain = plain_head(raw)
    if plain is None:
        return
    first_line, pairs, framed = plain
    line, _, rest = raw.decode("latin-1").partition("\n")
    assert (first_line, pairs) == (line.removesuffix("\r"), parse_fields(rest))
    assert framed or not any(name.lower() == "content-length" for name, _ in pairs)


def test_an_ordinary_head_is_plain() -> None:
    usable("X-A")
    assert plain_head(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n") == ("HTTP/1.1 200 OK", [("X-A", "1")], False)


def test_each_request_is_recorded_with_its_own_line_and_fields(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    with Server() as server, hushtape.use_cassette(path, mode="all") as tape:
        connection = http.client.HTTPConnection(server.host, server.port)
        for method, target, value in (
            ("GET", "/echo?1", "a"),
            ("GET", "/echo?2", "a"),
            ("PUT", "/echo?2", "b"),
        ):
            connection.request(method, target, headers={"X-Value": value})
            connection.getresponse().read()
        connection.close()
        seen = [
            (one.request.method, one.request.uri.partition("?")[2], one.request.headers.get("x-value"))
            for one in tape.interactions()
        ]
    assert seen == [("GET", "1", "a"), ("GET", "2", "a"), ("PUT", "2", "b")]


def test_a_small_answer_is_a_file_as_sockets_make_it() -> None:
    answer = Answer(b"line\nrest")
    assert answer.readline() == b"line\n"
    assert (answer.peek(1), answer.read(2), answer.peek()) == (b"rest", b"re", b"st")
    assert not answer.seekable() and not answer.writable() and answer.readable()


def test_a_fake_socket_speaks_tls_where_the_real_one_would() -> None:
    assert (FakeSocket().version(), FakeSocket().cipher()) == (None, None)
    assert FakeSocket(tls=True).version() == "TLSv1.3"
    assert FakeSocket(tls=True).cipher() == ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)


def contexts(server: Server, bundle: str, targets: tuple[str, ...]) -> set[int]:
    """A new session for each target, all kept; the contexts of their connections."""
    kept: list[Any] = []
    for target in targets:
        session = requests.Session()
        session.trust_env, session.verify = False, bundle
        kept.append((session, session.get(server.url + target, stream=True)))
    found = {id(getattr(one.raw._connection.sock, "context", None)) for _, one in kept}
    for session, response in kept:
        assert response.content is not None
        session.close()
    return found


@pytest.mark.parametrize("mode", ["all", "new_episodes"])
def test_shared_tls_and_deferred_connecting_go_together(tmp_path: Path, mode: Any) -> None:
    path, bundle = tmp_path / "tape.json", certificates.bundle()
    time.sleep(0.15)  # younger files are not trusted to stay as they are
    with Server(tls=True) as server:
        with hushtape.use_cassette(path, mode="all"):
            contexts(server, bundle, ("/echo?old",))
        with hushtape.use_cassette(path, mode=mode, share_tls=True):
            assert len(contexts(server, bundle, ("/echo?1", "/echo?2"))) == 1
    with hushtape.use_cassette(path, mode="none", share_tls=True) as tape:
        contexts(server, bundle, ("/echo?1", "/echo?2"))
        assert tape.played == 2
