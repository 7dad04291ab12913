"""A recording killed at random moments, sealing included, loses no finished exchange. Soak: 200 times."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import hushtape
from hushtape.cassette import recover
from tests.contract.drivers import Requests
from tests.support import certificates
from tests.support.servers import Server

pytestmark = pytest.mark.timeout(300)
SHORT = 3
TRIALS = 200
NUMBERS = 150
BIG = 400_000
"""Bytes of every tenth body: above max_inline_body, so that it has a file of its own."""

CHILD = """
import sys, requests, hushtape
url, bundle, path, numbers, big = sys.argv[1:]
with hushtape.use_cassette(path, mode="all"), requests.Session() as session:
    session.trust_env, session.verify = False, bundle
    for number in range(int(numbers)):
        target = f"/bytes/{big}?{number}" if number % 10 == 0 else f"/number/{number}"
        session.get(url + target, timeout=10).content
        print(number, flush=True)
print("sealed", flush=True)
"""


def target(number: int) -> str:
    return f"/bytes/{BIG}?{number}" if number % 10 == 0 else f"/number/{number}"


def kill_after(seconds: float, server: Server, path: Path) -> tuple[int, bool]:
    """SIGKILL the child so long after its first exchange; (exchanges it finished, it had sealed)."""
    sizes = (str(NUMBERS), str(BIG))
    command = [sys.executable, "-c", CHILD, server.url, certificates.bundle(), str(path), *sizes]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline()]
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        told += child.stdout.readlines()
    finished = [line for line in told if line.endswith("\n") and line[0].isdigit()]
    return len(finished), "sealed\n" in told


@pytest.fixture(scope="module")
def secure() -> object:
    with Server(tls=True) as made:
        yield made


@pytest.mark.parametrize(
    "trial",
    [pytest.param(one, marks=[pytest.mark.soak] if one >= SHORT else []) for one in range(TRIALS)],
)
def test_a_kill_at_a_random_moment_loses_nothing_that_was_finished(
    trial: int, secure: Server, tmp_path: Path
) -> None:
    path = tmp_path / "killed.json"
    earlier = trial % 2 == 0
    client = Requests()
    if earlier:
        with hushtape.use_cassette(path):
            client.call("GET", secure.url + "/number/777")
    before = path.read_bytes() if earlier else None
    finished, sealed = kill_after(random.Random(trial).uniform(0, 0.8), secure, path)
    replaced = path.exists() and path.read_bytes() != before
    assert replaced or not sealed, "it said that it had sealed"
    if not replaced:
        assert (path.read_bytes() if path.exists() else None) == before
        found = recover(path)
        assert found.path is not None and not found.damaged and found.recovered >= finished
        path = found.path
    secure.requests.clear()
    with hushtape.use_cassette(path, mode="none") as tape:
        for number in range(finished):
            client.session.get(secure.url + target(number), timeout=10).raise_for_status()
    client.close()
    assert tape.played == finished and secure.requests == []
