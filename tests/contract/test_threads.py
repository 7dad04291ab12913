"""Concurrency: nothing lost, nothing mixed up, no lock around I/O, replay in any order."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

import hushtape
from tests.support import certificates
from tests.support.servers import Server
from tests.support.wire import Call

THREADS = 64
CALLS = 1000


def session_for(pool: int = 10) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = certificates.bundle()
    session.mount("http", HTTPAdapter(pool_connections=4, pool_maxsize=pool))
    return session


def shared() -> Callable[[], requests.Session]:
    session = session_for(THREADS)
    return lambda: session


def own() -> Callable[[], requests.Session]:
    local = threading.local()

    def session() -> requests.Session:
        if not hasattr(local, "session"):
            local.session = session_for()
        found: requests.Session = local.session
        return found

    return session


def fetch_all(server: Server, session: Callable[[], requests.Session], numbers: list[int]) -> list[int]:
    def fetch(number: int) -> int:
        answer = session().get(f"{server.url}/number/{number}", timeout=30).json()
        assert answer["number"] == number
        return int(answer["square"])

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(fetch, numbers))


@pytest.mark.parametrize("sessions", [shared, own])
def test_1000_of_1000_are_recorded_from_64_threads_and_replay_in_any_order(
    sessions: Callable[[], Callable[[], requests.Session]], cassette: Path
) -> None:
    numbers = list(range(CALLS))
    with Server() as server:
        with hushtape.use_cassette(cassette) as tape:
            squares = fetch_all(server, sessions(), numbers)
        assert tape.recorded == CALLS == len(server.requests)
    random.Random(7).shuffle(numbers)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        replayed = fetch_all(server, sessions(), numbers)
    assert tape.played == CALLS
    assert sorted(replayed) == sorted(squares) == [number * number for number in range(CALLS)]


def test_each_repeated_answer_is_replayed_once_to_threads(cassette: Path) -> None:
    def turns(server: Server, session: requests.Session) -> Counter[int]:
        with ThreadPoolExecutor(16) as pool:
            calls = [pool.submit(session.get, server.url + "/count/t", timeout=30) for _ in range(100)]
        return Counter(call.result().json()["turn"] for call in calls)

    with Server() as server, session_for(16) as session, hushtape.use_cassette(cassette):
        recorded = turns(server, session)
    with session_for(16) as session, hushtape.use_cassette(cassette, mode="none"):
        assert turns(server, session) == recorded == Counter(range(1, 101))


def test_16_answers_are_awaited_at_once_while_recording(cassette: Path) -> None:
    """The server answers only once 16 requests are with it: a lock around I/O would leave it waiting."""
    meet = threading.Barrier(16, timeout=20)

    def answer(call: Call) -> None:
        meet.wait()
        call.reply(200, b"together")

    with (
        Server(answer, tls=True) as server,
        session_for(16) as session,
        hushtape.use_cassette(cassette) as tape,
    ):
        with ThreadPoolExecutor(16) as pool:
            calls = [pool.submit(session.get, f"{server.url}/{n}", timeout=30) for n in range(64)]
        assert {call.result().content for call in calls} == {b"together"}
    assert tape.recorded == 64


def test_16_bodies_stream_at_once_while_recording(cassette: Path) -> None:
    """The same inside the bodies: each gets its second half only once all first halves are there."""
    meet = threading.Barrier(16, timeout=20)

    def answer(call: Call) -> None:
        call.head(200, [("Content-Length", "200000")])
        call.send(bytes(100_000))
        meet.wait()
        call.send(bytes(100_000))

    with Server(answer) as server, session_for(16) as session, hushtape.use_cassette(cassette) as tape:
        with ThreadPoolExecutor(16) as pool:
            calls = [pool.submit(session.get, f"{server.url}/{n}", timeout=30) for n in range(16)]
        assert {len(call.result().content) for call in calls} == {200_000}
    assert tape.recorded == 16
