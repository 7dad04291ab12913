"""Fixtures of the contract suite: servers, a cassette's path, a clean environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.drivers import Requests
from tests.support.servers import Server


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mode and no proxy of the machine reaches a test."""
    for name in ("HUSHTAPE_MODE", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "case.json"


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A fresh server; both schemes."""
    with Server(tls=request.param == "https") as made:
        yield made


@pytest.fixture
def secure() -> Iterator[Server]:
    """A fresh HTTPS server."""
    with Server(tls=True) as made:
        yield made


@pytest.fixture
def client() -> Iterator[Requests]:
    made = Requests()
    yield made
    made.close()
