"""A signal handler of the program may raise inside our hooks: the exception is the program's own."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import Journal
from tests.support.servers import Server


class TimeLimit(Exception):
    """As time limits of test runners and job queues raise it, from SIGUSR1 here."""


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    def strike(*_: Any) -> None:
        raise TimeLimit

    before = signal.signal(signal.SIGUSR1, strike)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("place", ["create", "begin", "spool", "commit"])
def test_a_time_limit_that_strikes_inside_the_recorder_reaches_the_program(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "limit.json"
    with Server() as server:

        def fetch(number: int) -> bytes:
            connection = http.client.HTTPConnection(server.host, server.port)
            connection.request("GET", f"/number/{number}")
            return connection.getresponse().read()

        with hushtape.use_cassette(path, mode="all") as tape:
            if place != "create":
                fetch(1)
            with monkeypatch.context() as patch:
                patch.setattr(Journal, place, lambda *_, **__: signal.raise_signal(signal.SIGUSR1))
                with pytest.raises(TimeLimit):
                    fetch(2)
            fetch(3)
        assert not tape.failed
        assert tape.recorded == (1 if place == "create" else 2)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["limit.json"]


def test_a_time_limit_while_the_journal_is_made_leaves_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strike(*_: Any) -> None:
        signal.raise_signal(signal.SIGUSR1)

    path = tmp_path / "limit.json"
    with monkeypatch.context() as patch:
        patch.setattr("hushtape.cassette.journal.Entries", strike)
        with pytest.raises(TimeLimit):
            Journal.create(path)
    Journal.create(path).discard()
