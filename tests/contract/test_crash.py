"""A recording process that dies: finished exchanges are recovered, an earlier cassette is untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import hushtape
from hushtape.cli import main
from tests.contract.drivers import Requests
from tests.support import certificates
from tests.support.servers import Server

CHILD = """
import sys, time, requests, hushtape
url, bundle, path = sys.argv[1:]
with hushtape.use_cassette(path, mode="all"), requests.Session() as session:
    session.trust_env, session.verify = False, bundle
    for number in range(1000):
        session.get(f"{url}/number/{number}", timeout=5).content
        print(number, flush=True)
"""
ENOUGH = 20


def kill_while_recording(server: Server, path: Path) -> int:
    """SIGKILL a child after ENOUGH exchanges; returns how many it is known to have finished."""
    command = [sys.executable, "-c", CHILD, server.url, certificates.bundle(), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) + 1 >= ENOUGH:
                break
        os.kill(child.pid, signal.SIGKILL)
        rest = [line for line in child.stdout if line.endswith("\n")]
    return ENOUGH + len(rest)


def replayed(path: Path, server: Server, amount: int) -> int:
    client = Requests()
    with hushtape.use_cassette(path, mode="none") as tape:
        for number in range(amount):
            assert client.session.get(f"{server.url}/number/{number}", timeout=5).json()["number"] == number
    client.close()
    return tape.played


def test_a_killed_recording_is_recovered_with_every_finished_exchange(
    secure: Server, cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = kill_while_recording(secure, cassette)
    secure.stop()
    assert not cassette.exists()
    assert main(["recover", str(cassette)]) == 0
    assert str(cassette.name) in capsys.readouterr().out
    assert replayed(cassette, secure, finished) == finished


def test_an_earlier_cassette_survives_a_kill_and_recovery_goes_beside_it(
    secure: Server, cassette: Path
) -> None:
    client = Requests()
    with hushtape.use_cassette(cassette):
        client.call("GET", secure.url + "/number/77")
    client.close()
    before = cassette.read_bytes()
    finished = kill_while_recording(secure, cassette)
    assert cassette.read_bytes() == before
    assert main(["recover", str(cassette)]) == 0
    assert cassette.read_bytes() == before
    beside = cassette.with_name("case.recovered.json")
    assert replayed(beside, secure, finished) == finished


def test_recover_can_take_an_earlier_cassettes_place(secure: Server, cassette: Path) -> None:
    client = Requests()
    with hushtape.use_cassette(cassette):
        client.call("GET", secure.url + "/number/77")
    client.close()
    finished = kill_while_recording(secure, cassette)
    assert main(["recover", "--replace", str(cassette)]) == 0
    assert replayed(cassette, secure, finished) == finished


def test_a_left_over_journal_is_set_aside_and_told_of(secure: Server, cassette: Path) -> None:
    finished = kill_while_recording(secure, cassette)
    client = Requests()
    with pytest.warns(UserWarning, match="recover"), hushtape.use_cassette(cassette, mode="all"):
        client.call("GET", secure.url + "/number/1")
    client.close()
    assert finished >= ENOUGH and cassette.exists()
    aside = [path for path in cassette.parent.iterdir() if path.is_dir() and ".recording" in path.name]
    assert aside, "the journal of the killed process is gone"
