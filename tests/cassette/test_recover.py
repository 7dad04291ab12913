"""Recovery: what a killed process had finished becomes a cassette, and nothing is overwritten unasked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from hushtape.cassette import CassetteReader, Journal, recover
from hushtape.cassette.folder import left_over
from hushtape.errors import CassetteInUseError, CassetteNotFoundError, HushtapeWarning
from tests.cassette.samples import content, exchange
from tests.cassette.test_journal import abandoned, numbers

CHILD = """
import sys, time
from pathlib import Path
from hushtape.cassette import Journal
from tests.cassette.samples import exchange
journal = Journal.create(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    journal.commit(journal.begin(), exchange(number))
journal.begin()
spool = journal.spool(0)
spool.write(b"x" * 100_000)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The cassette whose recorder was killed after 5 exchanges, with one in flight."""
    path = tmp_path / "orders.json"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), "5"], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    with pytest.raises(CassetteInUseError) as caught:
        recover(path)
    assert caught.value.owner == f"process {child.pid}"
    with pytest.raises(CassetteInUseError):
        Journal.create(path)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return path


def test_a_killed_recorder_loses_only_what_was_in_flight(killed: Path) -> None:
    result = recover(killed)
    assert (result.path, result.recovered, result.in_flight) == (killed, 5, 1)
    assert numbers(killed) == list("01234")
    assert [file.name for file in killed.parent.iterdir()] == ["orders.json"]


def test_a_left_over_journal_is_set_aside_with_a_warning_and_can_be_recovered(killed: Path) -> None:
    with pytest.warns(HushtapeWarning, match=r"hushtape recover .*orders\.json\.1\.recording"):
        journal = Journal.create(killed)
    journal.commit(journal.begin(), exchange(9))
    journal.seal(complete=True)
    result = recover(killed.with_name("orders.json.1.recording"))
    assert result.beside and result.path == killed.with_name("orders.recovered.json")
    assert numbers(result.path) == list("01234")
    assert numbers(killed) == ["9"]


def test_only_the_newest_three_left_over_journals_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HushtapeWarning)
        for number in range(6):
            abandoned(path, [exchange(number)])
    assert [number for number, _ in left_over(path)] == [3, 4, 5]
    assert recover(path).recovered == 1
    assert numbers(path) == ["5"]


def test_recover_replaces_an_earlier_cassette_only_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path, max_inline_body=10)
    journal.commit(journal.begin(), exchange(1, b"long enough for a file"))
    journal.seal(complete=True)
    abandoned(path, [exchange(2, b"another body in a file")], max_inline_body=10)
    first = recover(path)
    assert first.path == tmp_path / "orders.recovered.json" and numbers(path) == ["1"]
    response = CassetteReader.open(path).read(0).response
    assert response is not None and content(response.body) == b"long enough for a file"
    response = CassetteReader.open(first.path).read(0).response
    assert response is not None and content(response.body) == b"another body in a file"
    abandoned(path, [exchange(3)])
    assert recover(path).path == tmp_path / "orders.recovered.2.json"
    abandoned(path, [exchange(4)])
    assert recover(path, replace=True).path == path
    assert numbers(path) == ["4"]
    with pytest.raises(CassetteNotFoundError):
        recover(path)


def test_a_cassette_without_a_journal_is_told_to_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_text('{"version": 1, "interactions": []}')
    with pytest.raises(CassetteNotFoundError, match="it has no journal") as caught:
        recover(path)
    assert caught.value.path == str(path)
    with pytest.raises(CassetteNotFoundError, match="there is no such file"):
        recover(tmp_path / "nothing.json")


def test_a_link_that_leads_nowhere_has_no_journal(tmp_path: Path) -> None:
    link = tmp_path / "orders.json"
    link.symlink_to(link)
    with pytest.raises(CassetteNotFoundError, match="recover the recording of"):
        recover(link)
