"""`sleep="skip"`: a replay does not wait where the program paused for a server that is not there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

import hushtape
from hushtape import clock
from hushtape.freeze.sleeping import NAP
from tests.support import certificates
from tests.support.servers import Server
from tests.support.wire import Call


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What reached the genuine `sleep`; nobody waits."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def busy_at_first(call: Call) -> None:
    """Every third request is answered; the others are told to come back in a minute."""
    call.body()
    if call.server.next("call") % 3:
        call.reply(503, b"", [("Retry-After", "60")])
    else:
        call.reply(200, b"done", [])


def ask(server: Server) -> bytes:
    """A program whose client retries."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", HTTPAdapter(max_retries=Retry(5, status_forcelist=[503])))
        return session.get(server.url, verify=certificates.bundle(), timeout=5).content


@pytest.fixture
def server() -> Any:
    with Server(busy_at_first, tls=True) as made:
        yield made


def test_pauses_are_kept_while_recording_and_passed_over_at_replay(
    server: Server, cassette: Path, slept: list[float]
) -> None:
    with hushtape.use_cassette(cassette, sleep="skip") as tape:
        assert ask(server) == b"done" and tape.recorded == 3
    assert slept == [60, 60]
    slept.clear()
    server.stop()
    with hushtape.use_cassette(cassette, sleep="skip") as tape:
        before = time.monotonic()
        assert ask(server) == b"done" and tape.played == 3
        assert time.monotonic() - before >= 119
    assert slept == [NAP, NAP]
    assert time.sleep == slept.append


def test_by_default_a_replay_sleeps(server: Server, cassette: Path, slept: list[float]) -> None:
    for _ in range(2):
        with hushtape.use_cassette(cassette):
            assert ask(server) == b"done"
    assert slept == [60] * 4


def test_a_tape_that_may_meet_the_server_sleeps_unless_it_is_told_otherwise(
    server: Server, cassette: Path, slept: list[float]
) -> None:
    with hushtape.use_cassette(cassette, sleep="always"):
        ask(server)
    assert slept == [NAP, NAP]
    slept.clear()
    with hushtape.use_cassette(cassette, mode="new_episodes", sleep="skip") as tape:
        ask(server)
        assert tape.played == 3
    assert slept == [60, 60]


def test_the_innermost_tape_decides(server: Server, cassette: Path, slept: list[float]) -> None:
    with hushtape.use_cassette(cassette):
        ask(server)
    slept.clear()
    with hushtape.use_cassette(cassette, mode="none", sleep="skip"):
        with hushtape.use_cassette(cassette.with_name("inner.json"), sleep="skip") as inner:
            ask(server)
            assert inner.recorded == 3
        assert slept == [60, 60]
        slept.clear()
        ask(server)
    assert slept == [NAP, NAP]


def test_recorded_latency_is_waited_for_all_the_same(
    server: Server, cassette: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(clock, "pause", waits.append)
    with hushtape.use_cassette(cassette):
        ask(server)
    with hushtape.use_cassette(cassette, mode="none", sleep="skip", latency=1000):
        requests.get(server.url, verify=certificates.bundle(), timeout=600)
    assert len(waits) == 1 and waits[0] > 0


def test_a_client_that_is_imported_where_sleeps_are_passed_over_waits_for_recorded_latency(
    cassette: Path,
) -> None:
    """Adapters are loaded with their client, and must not take the replaced `sleep` for the genuine one."""

    def answer(call: Call) -> None:
        call.reply(200, b"late", [])

    with Server(answer) as server, hushtape.use_cassette(cassette):
        requests.get(server.url, timeout=5)
        url = server.url
    (recorded,) = json.loads(cassette.read_text())["interactions"]
    factor = 0.2 / recorded["hushtape"]["elapsed"]
    code = """
import sys, time
import hushtape
def real(): return time.clock_gettime(time.CLOCK_MONOTONIC)
with hushtape.use_cassette(sys.argv[1], mode="none", sleep="skip", latency=float(sys.argv[2])):
    import http.client, urllib.request
    began = real()
    assert urllib.request.urlopen(sys.argv[3], timeout=60).read() == b"late"
    print(real() - began)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, cassette, str(factor), url], capture_output=True, text=True, timeout=60
    )
    assert float(done.stdout or 0) >= 0.19, done.stderr


def test_dates_of_a_frozen_program_stay_equal_beside_its_sleeps(cassette: Path, slept: list[float]) -> None:
    def answer(call: Call) -> None:
        call.reply(200, b"RUNNING", [])

    def poll(server: Server) -> None:
        for _ in range(3):
            requests.get(server.url, params={"at": time.time()}, timeout=5)
            time.sleep(30)

    with Server(answer) as server:
        with hushtape.use_cassette(cassette, freeze_time="recorded"):
            poll(server)
        with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded", sleep="skip") as tape:
            poll(server)
            assert tape.played == 3
    assert slept == [30, 30, 30, NAP, NAP, NAP]


@pytest.mark.parametrize("value", ["never", True, 0, 1.5])
def test_another_word_is_refused(value: Any) -> None:
    with pytest.raises(hushtape.OptionError) as caught:
        hushtape.use_cassette("x.json", sleep=value)
    assert caught.value.option == "sleep"
