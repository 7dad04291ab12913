"""Looking before recording: the error comes before the first request, and nothing changes on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hushtape.cassette import Journal, check
from hushtape.errors import CassetteFormatError, CassetteInUseError, CassetteWriteError
from tests.cassette.samples import exchange


def test_asking_changes_nothing_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "orders.json"
    check.check_writable(path)
    assert not check.has_left_over(path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_cassette_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.json").mkdir()
    with pytest.raises(CassetteFormatError, match="it is a folder"):
        check.check_writable(tmp_path / "orders.json")


def test_a_file_in_a_parent_s_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "cassettes").write_text("")
    with pytest.raises(CassetteWriteError, match="cassettes is not a folder"):
        check.check_writable(tmp_path / "cassettes" / "orders.json")


def test_a_folder_that_can_t_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write anywhere, so what the kernel would answer others is put in its mouth.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(CassetteWriteError) as caught:
        check.check_writable(tmp_path / "a" / "orders.json")
    assert f"the folder {tmp_path} can't be written" in str(caught.value)
    assert caught.value.path == str(tmp_path / "a" / "orders.json")


def test_a_live_recording_is_told_with_its_owner_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path)
    with pytest.raises(CassetteInUseError) as caught:
        check.check_writable(path)
    assert caught.value.owner == f"process {os.getpid()}"
    assert not check.has_left_over(path)
    journal.commit(journal.begin(), exchange(1))
    journal.seal(complete=True)
    check.check_writable(path)


def test_a_journal_whose_process_is_gone_is_a_left_over(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    journal = Journal.create(path)
    journal.commit(journal.begin(), exchange(1))
    journal.abandon()
    assert check.has_left_over(path)
    check.check_writable(path)
    assert check.has_left_over(path)


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    folder = tmp_path / "orders.json.recording"
    folder.mkdir()
    (tmp_path / "elsewhere").write_text("process 1")
    (folder / "lock").symlink_to(tmp_path / "elsewhere")
    check.check_writable(path)
    assert not check.has_left_over(path)
