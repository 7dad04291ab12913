"""Finalizers that commit while the journal is being written, by the same thread."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hushtape.cassette import CassetteReader, Journal, recover
from hushtape.errors import CassetteWriteError
from hushtape.model import Tls
from tests.cassette.samples import exchange, flat


class Abandoned:
    """Garbage in a cycle: its end is noticed by the collector, wherever that runs."""

    def __init__(self, end: Callable[[], None]) -> None:
        self.end = end
        self.cycle = self

    def __del__(self) -> None:
        self.end()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.create(tmp_path / "orders.json")


def collect_inside_write(monkeypatch: pytest.MonkeyPatch, end: Callable[[], None]) -> None:
    """The next os.write runs the garbage collector in its midst, and with it `end`, once."""
    monkeypatch.undo()
    write = os.write
    gc.collect()
    Abandoned(end)

    def collecting(fd: int, data: bytes) -> int:
        half = write(fd, bytes(data)[: len(data) // 2])
        monkeypatch.undo()
        gc.collect()
        return half

    monkeypatch.setattr(os, "write", collecting)


def within_seconds(work: Callable[[], None]) -> None:
    """Run it in a thread of its own, so that a deadlock fails the test instead of hanging it."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "deadlock"
    if errors:
        raise errors[0]


def test_a_commit_from_a_finalizer_inside_a_write_stands_beside_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, inner = journal.begin(), journal.begin()
    ends = []

    def end() -> None:
        spool = journal.spool(0)
        spool.write(b"x" * 100)
        spool.finish()
        ends.append(journal.begin())
        journal.commit(inner, exchange(inner, tls=Tls(True, b"certificate")))

    collect_inside_write(monkeypatch, end)
    within_seconds(lambda: journal.commit(outer, exchange(outer)))
    journal.commit(ends[0], exchange(ends[0]))
    assert [flat(one) for one in journal.read_all()] == [
        exchange(outer),
        exchange(inner, tls=Tls(True, b"certificate")),
        exchange(ends[0]),
    ]
    reader = CassetteReader.open(journal.seal(complete=True))
    assert [request.uri[-1] for request in reader.requests()] == ["0", "1", "2"]


def test_what_a_finalizer_commits_is_in_the_journal_when_the_outer_commit_returns(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_inside_write(monkeypatch, lambda: journal.commit(1, exchange(1)))
    within_seconds(lambda: journal.commit(0, exchange(0)))
    folder = journal.abandon()
    assert recover(folder).recovered == 2


def test_a_failure_of_what_a_finalizer_committed_is_told_by_the_outer_commit(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    calls = []

    def full(fd: int, data: bytes) -> int:
        calls.append(fd)
        if len(calls) == 1:
            journal.commit(1, exchange(1))
            return write(fd, data)
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(CassetteWriteError, match="disk space"):
        journal.commit(0, exchange(0))
    monkeypatch.undo()
    journal.commit(2, exchange(2))
    assert [one.request.uri[-1] for one in journal.read_all()] == ["0", "2"]
    assert len(CassetteReader.open(journal.seal(complete=True))) == 2


def test_an_interrupted_write_leaves_the_journal_as_it_was(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def interrupted(fd: int, data: bytes) -> int:
        write(fd, bytes(data)[:50])
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.commit(0, exchange(0))
    monkeypatch.undo()
    journal.commit(1, exchange(1))
    assert [flat(one) for one in journal.read_all()] == [exchange(1)]
    folder = journal.abandon()
    assert recover(folder).recovered == 1


def test_numbers_of_threads_that_begin_at_once_are_distinct_and_all_counted(journal: Journal) -> None:
    numbers: list[int] = []

    def begin() -> None:
        numbers.extend([journal.begin() for _ in range(500)])

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(4000))
    assert recover(journal.abandon()).in_flight == 4000
