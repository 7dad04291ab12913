"""Tracers that wrap what hushtape wraps, in any order; and that a tape leaves every client as it found it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3.connection
import urllib3.connectionpool
import urllib3.poolmanager

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

WATCHED: tuple[Any, ...] = (
    http.client,
    http.client.HTTPConnection,
    http.client.HTTPSConnection,
    http.client.HTTPResponse,
    urllib3.connection.HTTPConnection,
    urllib3.connection.HTTPSConnection,
    urllib3.connectionpool.HTTPConnectionPool,
    urllib3.connectionpool.HTTPSConnectionPool,
    urllib3.poolmanager.PoolManager,
    socket,
    socket.socket,
    ssl,
    ssl.SSLContext,
    ssl.SSLSocket,
)
POINTS: tuple[tuple[Any, str], ...] = (
    (http.client.HTTPConnection, "send"),
    (http.client.HTTPConnection, "getresponse"),
    (urllib3.connectionpool.HTTPConnectionPool, "urlopen"),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


def state() -> list[dict[str, Any]]:
    return [dict(vars(one)) for one in WATCHED]


class Tracer:
    """Wraps the three points as APM agents do, and puts back what it had found, whatever stands there now."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._before: list[Any] = []
        self._mine: list[Any] = []

    def add(self) -> None:
        for kind, name in POINTS:
            original = getattr(kind, name)
            self._before.append(original)
            self._mine.append(self._wrapper(name, original))
            setattr(kind, name, self._mine[-1])

    def _wrapper(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def traced(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            return original(*args, **kwargs)

        return traced

    def remove(self) -> None:
        for (kind, name), before in zip(POINTS, self._before, strict=True):
            setattr(kind, name, before)

    def stands(self) -> bool:
        return all(vars(kind)[name] is mine for (kind, name), mine in zip(POINTS, self._mine, strict=True))


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    kept = [vars(kind)[name] for kind, name in POINTS]
    yield
    for (kind, name), one in zip(POINTS, kept, strict=True):
        setattr(kind, name, one)


@pytest.mark.parametrize("mode", ["all", "none"])
@pytest.mark.parametrize("broken", [False, True])
def test_a_tape_leaves_every_client_as_it_found_it(
    mode: Any, broken: bool, server: Server, client: Requests, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    with hushtape.use_cassette(path):
        client.call("GET", server.url + "/number/1")
    before = state()
    try:
        with (
            hushtape.use_cassette(path, mode=mode),
            hushtape.use_cassette(tmp_path / "inner.json", scope="context"),
        ):
            assert state() != before
            client.call("GET", server.url + "/number/1")
            if broken:
                raise LookupError
    except LookupError:
        assert broken
    assert state() == before


@pytest.mark.parametrize("mode", ["all", "none"])
def test_a_tracer_from_before_sees_each_call_and_stays(
    mode: Any, server: Server, client: Requests, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    with hushtape.use_cassette(path):
        client.call("GET", server.url + "/number/1")
    tracer = Tracer()
    tracer.add()
    with hushtape.use_cassette(path, mode=mode) as tape:
        client.call("GET", server.url + "/number/1")
    assert tape.played + tape.recorded == 1 and tracer.stands()
    assert "urlopen" in tracer.calls
    tracer.calls.clear()
    client.call("GET", server.url + "/number/2")
    assert set(tracer.calls) == {"urlopen", "send", "getresponse"}


@pytest.mark.parametrize("mode", ["all", "none"])
@pytest.mark.parametrize("first", ["tape", "tracer"])
def test_a_tracer_from_within_may_leave_before_the_tape_or_after_it(
    mode: Any, first: str, server: Server, tmp_path: Path
) -> None:
    """After it, the tracer puts back the hook that it had found: that must be a mere pass-through."""
    path = tmp_path / "orders.json"
    with hushtape.use_cassette(path):
        call(server, 1)
    tracer, manager = Tracer(), hushtape.use_cassette(path, mode=mode)
    tape = manager.__enter__()
    tracer.add()
    call(server, 1)
    assert set(tracer.calls) == {"urlopen", "send", "getresponse"}
    if first == "tracer":
        tracer.remove()
        manager.__exit__(None, None, None)
    else:
        manager.__exit__(None, None, None)
        assert tracer.stands()
        call(server, 2)
        tracer.remove()
    before = len(server.requests)
    call(server, 3)
    assert len(server.requests) == before + 1 and tape.played + tape.recorded == 1
    with hushtape.use_cassette(tmp_path / "later.json") as later:
        call(server, 4)
    assert later.recorded == 1, "once, whatever hooks lie below"
    assert len(json.loads((tmp_path / "later.json").read_text())["interactions"]) == 1


def call(server: Server, number: int) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{server.url}/number/{number}", timeout=5).json()["number"] == number
