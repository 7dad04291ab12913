"""The journal: nothing committed is lost, whatever happens to the process or the disk."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hushtape.cassette import CassetteReader, Journal, recover
from hushtape.cassette.entries import Entries
from hushtape.cassette.folder import folder_of
from hushtape.cassette.recovery import load
from hushtape.errors import (
    CassetteInUseError,
    CassetteWriteError,
)
from hushtape.model import BytesBody, Head, Headers, Interaction, Request, Response, Tls
from tests.cassette.samples import content, exchange, flat


def numbers(path: Path) -> list[str]:
    return [request.uri.partition("=")[2] for request in CassetteReader.open(path).requests()]


def abandoned(path: Path, recorded: list[Interaction], max_inline_body: int = 256 * 1024) -> Path:
    journal = Journal.create(path, max_inline_body=max_inline_body)
    for interaction in recorded:
        journal.commit(journal.begin(), interaction)
    return journal.abandon()


def test_a_journal_cut_at_any_byte_recovers_exactly_the_finished_prefix(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path)
    ends = []
    for number in range(3):
        journal.commit(journal.begin(), exchange(number, tls=Tls(True, b"certificate")))
        ends.append((folder_of(path) / "journal").stat().st_size)
    folder = journal.abandon()
    with (folder / "journal").open("r+b") as file:
        for cut in range(ends[-1], -1, -1):
            file.truncate(cut)
            entries = Entries(file.fileno(), folder)
            load(file.fileno(), entries, folder)
            assert [entries.sequence(index) for index in entries.order()] == list(
                range(sum(end <= cut for end in ends))
            ), cut


@pytest.mark.parametrize("lost", [1, 100, 1_000_000])
def test_what_a_cut_journal_still_holds_is_recovered_unchanged(tmp_path: Path, lost: int) -> None:
    recorded = [exchange(number, tls=Tls(True, b"certificate")) for number in range(3)]
    path = tmp_path / "orders.json"
    folder = abandoned(path, recorded)
    size = (folder / "journal").stat().st_size
    os.truncate(folder / "journal", max(0, size - lost))
    result = recover(path)
    assert not folder.exists()
    if lost > size:
        assert (result.path, result.recovered, result.in_flight) == (None, 0, 3)
        return
    assert (result.path, result.recovered, result.in_flight) == (path, 2, 1)
    reader = CassetteReader.open(path)
    assert not reader.info.complete
    assert [flat(reader.read(number)) for number in range(len(reader))] == recorded[:2]


def test_a_flipped_byte_loses_one_exchange_at_most(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    folder = abandoned(path, [exchange(number) for number in range(3)])
    data = (folder / "journal").read_bytes()
    at = data.index(b"page=1")
    (folder / "journal").write_bytes(data[:at] + b"P" + data[at + 1 :])
    result = recover(path)
    assert (result.recovered, result.damaged, result.in_flight) == (2, 1, 0)
    assert numbers(path) == ["0", "2"]


def test_64_threads_lose_nothing_and_interactions_stand_in_the_order_of_begin(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path, max_inline_body=100)

    def record() -> None:
        for _ in range(20):
            sequence = journal.begin()
            spool = journal.spool(0)
            spool.write(b"%d " % sequence * (100 if sequence % 7 == 0 else 1))
            plain = exchange(sequence)
            assert plain.response is not None
            response = Response(plain.response.head, spool.finish("text/plain"))
            journal.commit(sequence, Interaction(plain.request, response))

    threads = [threading.Thread(target=record) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.seal(complete=True)
    assert numbers(path) == [str(number) for number in range(1280)]
    response = CassetteReader.open(path).read(700).response
    assert response is not None and content(response.body) == b"700 " * 100


def test_a_second_commit_under_a_number_takes_the_first_ones_place(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    journal.commit(0, exchange(1))
    journal.copy(-1, exchange(2))
    journal.commit(0, exchange(3))
    assert [one.request.uri[-1] for one in journal.read_all()] == ["2", "3"]
    assert numbers(journal.seal(complete=True)) == ["2", "3"]


def test_one_cassette_can_t_be_recorded_twice_at_once_in_a_process(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    with pytest.raises(CassetteInUseError) as caught:
        Journal.create(tmp_path / "orders.json")
    assert caught.value.path == str(tmp_path / "orders.json")
    journal.discard()
    Journal.create(tmp_path / "orders.json").discard()
    assert list(tmp_path.iterdir()) == []


def test_a_forked_child_neither_writes_nor_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path)
    journal.commit(journal.begin(), exchange(0))
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            journal.begin()
            journal.commit(7, exchange(7))
        except CassetteWriteError:
            code = 0
        os.close(go)
        os.read(wait, 1)
        os._exit(code)
    os.close(wait)
    folder = journal.abandon()
    try:
        assert recover(folder).recovered == 1  # the child lives, and the lock is free all the same
    finally:
        os.close(go)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert numbers(path) == ["0"]


FULL = """
import resource, sys
from pathlib import Path
from hushtape.cassette import Journal
from hushtape.errors import CassetteWriteError
from tests.cassette.samples import exchange
journal = Journal.create(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
failed = 0
spool = journal.spool(0)
try:
    spool.write(b"x" * 200_000)
except CassetteWriteError as error:
    failed += 1
    assert "disk space" in str(error), error
for number in range(200):
    try:
        journal.commit(journal.begin(), exchange(number, b"y" * 1000))
    except CassetteWriteError:
        failed += 1
print(failed, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.commit(journal.begin(), exchange(200))
if sys.argv[2] == "seal":
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
    try:
        journal.seal(complete=True)
    except CassetteWriteError:
        print("not sealed")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.seal(complete=True)
"""


@pytest.mark.parametrize("way", ["seal", "die"])
def test_a_full_disk_loses_only_what_did_not_fit(tmp_path: Path, way: str) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    path = tmp_path / "orders.json"
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(path), way],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert run.returncode == 0, run.stderr
    failed = int(run.stdout.split()[0])
    if way == "seal":
        assert "not sealed" in run.stdout
    else:
        recover(path)
    kept = numbers(path)
    assert failed > 1 and len(kept) == 201 - (failed - 1)
    assert kept[-1] == "200" and kept[0] == "0"
    assert [file.name for file in tmp_path.iterdir()] == ["orders.json"]


def test_an_interaction_that_would_split_a_message_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    bad = Request("GET", "http://h/", Headers((("A", "1\r\nB: 2"),)))
    for interaction in (
        Interaction(bad),
        Interaction(Request("GET /x\n", "http://h/")),
        Interaction(Request("GET", "http://h/\n")),
        Interaction(Request("GET", "http://h/"), Response(Head(200, "O\nK"))),
        Interaction(Request("GET", "http://h/"), Response(Head(200, "OK", Headers((("a b", "1"),))))),
    ):
        with pytest.raises(CassetteWriteError):
            journal.commit(0, interaction)
    journal.commit(1, exchange(1))
    assert numbers(journal.seal(complete=True)) == ["1"]


def test_the_recording_folder_is_private_and_the_cassette_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        journal = Journal.create(tmp_path / "orders.json", max_inline_body=0)
        journal.commit(0, exchange(1))
        folder = folder_of(tmp_path / "orders.json")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
        assert (folder / ".gitignore").read_text() == "*\n"
        path = journal.seal(complete=True)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "orders.bodies").iterdir()} == {0o640}


def test_a_link_to_a_cassette_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "orders.json").symlink_to(tmp_path / "real" / "orders.json")
    journal = Journal.create(tmp_path / "orders.json")
    journal.commit(0, exchange(1))
    journal.seal(complete=True)
    assert (tmp_path / "orders.json").is_symlink() and numbers(tmp_path / "real" / "orders.json") == ["1"]


def test_a_link_in_place_of_the_recording_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "orders.json.recording").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CassetteWriteError):
        Journal.create(tmp_path / "orders.json")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_missing_parent_folder_is_made(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "a" / "b" / "orders.json")
    journal.commit(0, exchange(1))
    assert numbers(journal.seal(complete=True)) == ["1"]


def test_folders_made_for_a_recording_go_with_it_if_nothing_was_recorded(tmp_path: Path) -> None:
    Journal.create(tmp_path / "a" / "b" / "orders.json").discard()
    assert list(tmp_path.iterdir()) == []
    journal = Journal.create(tmp_path / "a" / "b" / "orders.json")
    (tmp_path / "a" / "notes.txt").write_text("somebody else's")
    journal.discard()
    assert [entry.name for entry in (tmp_path / "a").iterdir()] == ["notes.txt"]
    Journal.create(tmp_path / "a" / "orders.json").discard()
    assert [entry.name for entry in (tmp_path / "a").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_secret_learned_late_is_gone_from_journal_and_cassette(tmp_path: Path, size: int) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path)
    spool = journal.spool(0)
    body = b"x" * size + b" hunter2 " + b"y" * size
    spool.write(body)
    plain = exchange(1)
    assert plain.response is not None
    journal.commit(journal.begin(), Interaction(plain.request, Response(plain.response.head, spool.finish())))
    journal.commit(journal.begin(), exchange(2))

    def change(found: Interaction) -> Interaction:
        assert found.response is not None
        clean = (content(found.response.body) or b"").replace(b"hunter2", b"REDACTED")
        return Interaction(found.request, Response(found.response.head, BytesBody(clean)))

    lesson, entries = journal.lesson(), journal.present()
    assert [content(journal.interaction(index).response.body) == body for index in entries] == [True, False]
    journal.replace(entries[0], change(journal.interaction(entries[0])))
    journal.learned(lesson)
    for file in folder_of(path).iterdir():
        assert b"hunter2" not in file.read_bytes()
    journal.seal(complete=True)
    assert b"hunter2" not in path.read_bytes() and b"REDACTED" in path.read_bytes()
    assert numbers(path) == ["1", "2"]


def test_a_discarded_spool_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    before = sorted(folder_of(journal.path).iterdir())
    spool = journal.spool(0)
    spool.write(b"x" * 200_000)
    assert len(list(folder_of(journal.path).iterdir())) == len(before) + 1
    spool.discard()
    assert sorted(folder_of(journal.path).iterdir()) == before
    journal.discard()
