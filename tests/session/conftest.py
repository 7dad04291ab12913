"""Fixtures of the session's tests: one server for all of them, a cassette's path, a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.drivers import Requests
from tests.support.servers import Server


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def server(running: Server) -> Server:
    """A plain server that remembers nothing of earlier tests; not to be stopped."""
    running.reset()
    return running


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "tape.json"


@pytest.fixture
def client() -> Iterator[Requests]:
    made = Requests()
    yield made
    made.close()
