"""Folders, links, and files that can't be read."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from hushtape.scan import Run
from hushtape.scan.source import CHUNK
from tests.scan.support import SECRET, scan


def test_a_folder_is_walked_in_order_and_each_file_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", ".git/x", "a/d/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SECRET)
    result = scan(tmp_path, tmp_path / "b.txt", key=SECRET)
    assert [Path(one.file).name for one in result.findings] == ["b.txt", "c.txt", "e.txt"]


def test_links_in_a_circle_do_not_hang(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "me").symlink_to(tmp_path / "me")
    (tmp_path / "a" / "x.txt").write_text(SECRET)
    assert len(scan(tmp_path, key=SECRET).findings) == 1
    assert [one.file for one in scan(tmp_path / "me").unreadable] == [str(tmp_path / "me")]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(SECRET)
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert len(scan(tmp_path / "link.txt", key=SECRET).findings) == 1
    assert scan(tmp_path / "link.txt", redact=True, key=SECRET).findings == []
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real.txt").read_text() == "REDACTED"


def test_each_name_of_a_file_is_looked_at_and_redacted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SECRET)
    (tmp_path / "b.txt").hardlink_to(tmp_path / "a.txt")
    assert len(scan(tmp_path, key=SECRET).findings) == 2
    assert scan(tmp_path, redact=True, key=SECRET).findings == []
    assert [(tmp_path / name).read_text() for name in ("a.txt", "b.txt")] == ["REDACTED"] * 2


def test_the_file_that_values_come_from_is_left_under_each_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "given.env").write_text(SECRET)
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / ".env").hardlink_to(tmp_path / "given.env")
    (tmp_path / "cassettes" / "link.env").symlink_to(tmp_path / "given.env")
    (tmp_path / "cassettes" / "x.txt").write_text(SECRET)
    run = Run({"key": SECRET}, redact=True, spared=[tmp_path / "given.env"])
    assert run.over([tmp_path / "cassettes", tmp_path / "cassettes" / "link.env"]).findings == []
    assert (tmp_path / "cassettes" / ".env").read_text() == (tmp_path / "given.env").read_text() == SECRET
    assert (tmp_path / "cassettes" / "x.txt").read_text() == "REDACTED"


def test_what_goes_while_a_folder_is_walked_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(SECRET)
    listed = os.scandir

    def scandir(path: str) -> list[os.DirEntry[str]]:
        found = list(listed(path))
        (tmp_path / "a.txt").unlink(missing_ok=True)
        return found

    monkeypatch.setattr("hushtape.scan.walk.os.scandir", scandir)
    passed: list[int] = []
    run = Run(
        {"key": SECRET},
        passed=lambda size: (passed.append(size), (tmp_path / "c.txt").unlink(missing_ok=True)),
    )
    result = run.over([tmp_path])
    assert [Path(one.file).name for one in result.findings] == ["b.txt"] and result.unreadable == []


def test_what_can_not_be_read_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = scan(tmp_path / "pipe", tmp_path / "missing")
    assert result.code == 2
    assert [Path(one.file).name for one in result.unreadable] == ["pipe", "missing"]
    assert scan(tmp_path).code == 0  # met in a folder, a pipe holds nothing to commit


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    assert scan(tmp_path).code == 2


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8b\x08\0damaged-damaged")
    assert scan(tmp_path).code == 2


def test_an_archive_without_its_end_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", SECRET * 10)
    (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-30])
    assert scan(tmp_path, key=SECRET).code == 2


@pytest.mark.parametrize("size", [CHUNK - 2, CHUNK - 1, CHUNK, CHUNK + 1, 100])
@pytest.mark.parametrize(
    "then", [gzip.compress(SECRET.encode(), mtime=0), SECRET.encode(), b"\0" * 9 + SECRET.encode()]
)
def test_what_follows_the_first_member_of_a_gz_file_is_looked_at(
    tmp_path: Path, size: int, then: bytes
) -> None:
    (tmp_path / "a.gz").write_bytes(_member_of(size) + then)
    assert len(scan(tmp_path, key=SECRET).findings) == 1


def _member_of(size: int) -> bytes:
    """A gz member of so many bytes."""
    packed = gzip.compress(b"a", compresslevel=0)
    if size > len(packed):
        over = len(gzip.compress(b"a" * size, compresslevel=0)) - size
        packed = gzip.compress(b"a" * (size - over), compresslevel=0)
        packed = gzip.compress(b"a" * (2 * size - over - len(packed)), compresslevel=0)
    assert len(packed) == size
    return packed
