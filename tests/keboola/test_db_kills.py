"""Database queries of a run that is killed: what stands in the recording, and what `recover` says of it."""

from __future__ import annotations

import json
import shutil
import sys
import weakref
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
import requests

from hushtape.cassette import Recovery, recover
from hushtape.keboola import OracleDBAdapter, VCRRecorder, databases
from tests.keboola.conftest import everything_in
from tests.support.servers import Server

VALUE = "Lq8TzN3vX0aWs7RkPd25"
SHOWS, TEACHES = f"seen {VALUE}", json.dumps({"access_token": VALUE})


class Cursor:
    """Answers with the statement's own text, as a row of one column."""

    description: Any = None
    alive: ClassVar[weakref.WeakSet[Cursor]] = weakref.WeakSet()

    def __init__(self) -> None:
        self.alive.add(self)

    def execute(self, sql: str, parameters: Any = None) -> Cursor:
        self.rows = [(parameters,)]
        self.description = [("TEXT", "TEXT", 1, 1, None, None, False)]
        return self

    def fetchall(self) -> Any:
        taken, self.rows = self.rows, []
        return taken

    def close(self) -> None:
        """Nothing."""


class Connection:
    version = "23.1"

    def cursor(self) -> Cursor:
        return Cursor()

    def close(self) -> None:
        """Nothing."""


@pytest.fixture(autouse=True)
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("oracledb")
    module.connect = lambda **given: Connection()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "oracledb", module)


def connect() -> Any:
    import oracledb  # type: ignore[import-not-found]

    return oracledb.connect()


Copy = Callable[[], Path]


def recorded(data: Path, run: Callable[[Copy], None]) -> str:
    """The cassette of a run, which can ask for what a kill at this moment would leave: a copy's folder."""
    made, numbers = VCRRecorder.from_test_dir(data, db_adapters=[OracleDBAdapter()]), count()

    def copy() -> Path:
        target = data.parent / f"copy{next(numbers)}" / "requests.json.recording"
        shutil.copytree(made.cassette_path.with_name("requests.json.recording"), target)
        return target

    made.record(lambda: run(copy))
    return made.cassette_path.read_text()


def recovered(folder: Path) -> tuple[Recovery, str]:
    recovery = recover(folder)
    assert recovery.path is not None
    return recovery, recovery.path.read_text()


def test_what_a_row_taught_is_never_written_from_then_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "BUDGET", 600.0)

    def run(copy: Copy) -> None:
        cursor = connect().cursor()
        for number in range(15):
            value = f"{VALUE}{number:03d}"
            cursor.execute("select 1", f"first {value}").fetchall()
            cursor.execute("select 2", json.dumps({"access_token": value})).fetchall()
            cursor.execute("select 3", f"then {value}").fetchall()
            cursor.execute("select 4", "x").fetchall()
        assert VALUE.encode() not in everything_in(copy())

    assert VALUE not in recorded(data, run)


def test_a_query_is_over_when_its_cursor_is_let_go_of(data: Path) -> None:
    def run(copy: Copy) -> None:
        connection = connect()
        for number in range(50):
            assert connection.cursor().execute("select 1", number).fetchall() == [(number,)]
        assert len(Cursor.alive) == 0
        found = json.loads(recovered(copy())[1])["db_interactions"]
        assert [entry["rows"] for entry in found] == [[[number]] for number in range(50)]

    recorded(data, run)


@pytest.mark.parametrize("budget", [databases.BUDGET, 0.0])
def test_earlier_queries_are_searched_or_the_recovery_says_that_they_were_not(
    data: Path, monkeypatch: pytest.MonkeyPatch, budget: float
) -> None:
    monkeypatch.setattr(databases, "BUDGET", budget)

    def run(copy: Copy) -> None:
        cursor = connect().cursor()
        for text in (SHOWS, "x"):
            cursor.execute("select 1", text).fetchall()
        assert recovered(copy())[0].unsearched_lists == ()
        for text in (TEACHES, SHOWS, "x"):
            cursor.execute("select 1", text).fetchall()
        recovery, text = recovered(copy())
        assert text.count(VALUE) == (0 if budget else 1)
        assert recovery.unsearched_lists == (() if budget else ("db_interactions",))

    assert VALUE not in recorded(data, run)


@pytest.mark.parametrize("budget", [databases.BUDGET, 0.0])
def test_the_same_where_http_teaches(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch, budget: float
) -> None:
    monkeypatch.setattr(databases, "BUDGET", budget)
    value = requests.post(f"{server.url}/token", timeout=5).json()["access_token"]

    def run(copy: Copy) -> None:
        connect().cursor().execute("select 1", value).fetchall()
        requests.post(f"{server.url}/token", timeout=5)
        recovery, text = recovered(copy())
        assert (value in text) is (not budget)
        assert recovery.unsearched_lists == (() if budget else ("db_interactions",))

    assert value not in recorded(data, run)


def test_earlier_exchanges_are_named_until_they_were_searched(data: Path, server: Server) -> None:
    def run(copy: Copy) -> None:
        cursor = connect().cursor()
        requests.get(f"{server.url}/number/1", params={"seen": VALUE}, timeout=5)
        cursor.execute("select 1", TEACHES).fetchall()
        cursor.execute("select 2", TEACHES.replace("25", "26")).fetchall()
        cursor.execute("select 3", "x").fetchall()
        recovery, text = recovered(copy())
        assert recovery.unsearched == (1,) and VALUE in text
        requests.get(f"{server.url}/number/2", timeout=5)
        recovery, text = recovered(copy())
        assert recovery.unsearched == () and VALUE not in text

    assert VALUE not in recorded(data, run)


def test_a_value_that_is_known_already_leaves_nothing_to_be_searched(data: Path, server: Server) -> None:
    def run(copy: Copy) -> None:
        cursor = connect().cursor()
        requests.get(f"{server.url}/number/1", timeout=5)
        for text in (TEACHES, f"password={VALUE}", "x"):
            cursor.execute("select 1", text).fetchall()
        requests.get(f"{server.url}/number/2", timeout=5)
        for text in (f"password={VALUE}", json.dumps({"password": VALUE}), "x"):
            cursor.execute("select 2", text).fetchall()
        requests.get(f"{server.url}/number/3", timeout=5)
        recovery, text = recovered(copy())
        assert recovery.unsearched == () and recovery.unsearched_lists == () and VALUE not in text

    assert VALUE not in recorded(data, run)
