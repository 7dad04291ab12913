"""The folder of working copies: private, gone at the end, and removed by the next run after a kill."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hushtape.keboola.runner.scratch import LOCK, remove_left, scratch

HOLD = """
from hushtape.keboola.runner.scratch import scratch
with scratch() as folder:
    (folder / "secret").write_text("k-93b1")
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_it_is_private_and_goes_with_read_only_folders_in_it() -> None:
    with scratch() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b").chmod(0o500)
    assert not folder.exists()


def test_the_next_run_removes_what_a_killed_one_left_and_leaves_a_living_one_alone(temporary: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        with scratch():
            assert folder.exists()
        holder.kill()
        holder.wait()
        assert (folder / "secret").exists()
        assert remove_left() == [folder] and list(temporary.iterdir()) == []


def test_links_and_folders_without_a_lock_are_not_touched(temporary: Path) -> None:
    real = temporary / "real"
    real.mkdir()
    (real / LOCK).touch()
    (temporary / "hushtape-component-link").symlink_to(real)
    (temporary / "hushtape-component-new").mkdir()
    assert remove_left() == [] and (real / LOCK).exists()


def test_a_folder_that_is_still_written_to_keeps_its_lock_until_all_is_gone(temporary: Path) -> None:
    folder = temporary / "hushtape-component-busy"
    folder.mkdir()
    (folder / LOCK).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hushtape.keboola.runner.scratch.shutil.rmtree", lambda path, **_: None)
        (folder / "case").mkdir()
        remove_left()
    assert (folder / LOCK).exists(), "so the next run finds it"
    assert remove_left() == [folder] and not folder.exists()
