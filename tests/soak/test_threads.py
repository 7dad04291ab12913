"""Soak: 64,000 of 64,000 requests from 64 threads are recorded, and all of them replay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

import hushtape
from tests.contract.test_threads import THREADS, own, shared
from tests.support.servers import Server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
EACH = 1000
NAMES = {"shared": shared, "own": own}


def work(server: Server, sessions: Callable[[], requests.Session]) -> int:
    """EACH requests from each of THREADS threads; how many were answered as asked."""

    def one(thread: int) -> int:
        right = 0
        for turn in range(EACH):
            number = thread * EACH + turn
            answer = sessions().get(f"{server.url}/number/{number}", timeout=60)
            right += answer.json() == {"number": number, "square": number * number}
        return right

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, range(THREADS)))


@pytest.mark.parametrize("kind", NAMES)
def test_64_000_of_64_000_are_recorded_and_replay(kind: str, tmp_path: Path) -> None:
    total, path = THREADS * EACH, tmp_path / "soak.json"
    with Server(tls=True) as server:
        with hushtape.use_cassette(path) as tape:
            assert work(server, NAMES[kind]()) == total
        assert tape.recorded == total == len(server.requests)
    uris = Counter(entry["request"]["uri"] for entry in json.loads(path.read_text())["interactions"])
    assert len(uris) == total and set(uris.values()) == {1}
    with hushtape.use_cassette(path, mode="none") as tape:
        assert work(server, NAMES[kind]()) == total
    assert tape.played == total and not tape.unused
