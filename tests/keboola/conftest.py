"""Fixtures of this front end's tests: an API on loopback, a test's data folder, a component to run."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hushtape.keboola.secrets import _remembered
from tests.support.servers import Server

SECRET = "k-93b1c07e55d2f4"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUSHTAPE_MODE", "KBC_DATADIR", "KBC_CONFIGID", "KBC_COMPONENTID", "HUSHTAPE_MAX_MEMORY"):
        monkeypatch.delenv(name, raising=False)
    _remembered.clear()


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def server(running: Server) -> Server:
    running.reset()
    return running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A test's data folder, with a configuration and its secrets."""
    folder = tmp_path / "data"
    (folder / "out").mkdir(parents=True)
    write(folder / "config.json", {"parameters": {"#token": SECRET}, "action": "run"})
    write(folder / "config.secrets.json", {"parameters": {"#token": SECRET}})
    return folder


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value))


def everything_in(folder: Path) -> bytes:
    """All bytes of all files below a folder, but of those that hold secrets by their purpose."""
    meant = ("config.json", "config.secrets.json")
    return b"".join(
        path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in meant
    )


@pytest.fixture
def heard() -> Iterator[None]:
    """Processes that are started ignore no signal, even where the tests run in the background of a shell."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def until(true: object, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
