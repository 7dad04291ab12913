"""The cache folder: the user's alone, silent where it can't be used, and never full."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hushtape import clock
from hushtape.cassette import cachefolder

HOUR = 3600 * 10**9


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cachefolder.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_published_is_read(place: Path) -> None:
    cachefolder.publish("a", (b"one", b"two"))
    assert cachefolder.read("a", 6) == b"onetwo"
    assert cachefolder.read("a", 5) is None
    assert cachefolder.read("b", 6) is None
    cachefolder.forget("a")
    cachefolder.forget("a")
    assert cachefolder.read("a", 6) is None


@pytest.mark.parametrize("shared", ["folder", "file"])
def test_what_others_could_write_is_not_read(place: Path, shared: str) -> None:
    cachefolder.publish("a", (b"one",))
    path = place if shared == "folder" else place / "a.offsets"
    path.chmod(path.stat().st_mode | 0o020)
    assert cachefolder.read("a", 100) is None


def test_nothing_is_written_where_others_could_change_it(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    cachefolder.publish("a", (b"one",))
    assert list(place.iterdir()) == []


def test_links_and_folders_in_its_place_are_not_followed(place: Path, tmp_path: Path) -> None:
    cachefolder.publish("a", (b"one",))
    (place / "a.offsets").rename(tmp_path / "elsewhere")
    (place / "a.offsets").symlink_to(tmp_path / "elsewhere")
    (place / "b.offsets").mkdir()
    os.mkfifo(place / "c.offsets")
    assert [cachefolder.read(name, 100) for name in "abc"] == [None] * 3
    for name in "abc":
        cachefolder.publish(name, (b"two",))
        cachefolder.forget(name)
    assert (tmp_path / "elsewhere").read_bytes() == b"one"
    assert not list(place.glob("*.tmp"))


def test_a_file_in_the_place_of_the_folder_is_silent(place: Path) -> None:
    place.write_bytes(b"")
    cachefolder.publish("a", (b"one",))
    assert cachefolder.read("a", 100) is None
    cachefolder.forget("a")


def test_a_disk_that_takes_nothing_is_silent(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir(mode=0o700)

    def full(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cachefolder.publish("a", (b"one",))
    assert list(place.iterdir()) == []


def test_the_newest_64_are_kept_and_other_files_left_alone(place: Path) -> None:
    place.mkdir(mode=0o700)
    now = clock.now_ns()
    for name, age in (("notes.txt", 9), ("dead.1.tmp", 2), ("alive.1.tmp", 0)):
        (place / name).write_bytes(b"")
        os.utime(place / name, ns=(now - age * HOUR,) * 2)
    for number in range(70):
        (place / f"{number}.offsets").write_bytes(b"")
        os.utime(place / f"{number}.offsets", ns=(now - number * HOUR,) * 2)
    cachefolder.publish("new", (b"one",))
    found = {path.name for path in place.iterdir()}
    assert found == {
        "notes.txt",
        "alive.1.tmp",
        "new.offsets",
        *(f"{number}.offsets" for number in range(63)),
    }


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HUSHTAPE_CACHE": "/x", "XDG_CACHE_HOME": "/y", "HOME": "/h"}, "/x"),
        ({"HUSHTAPE_CACHE": "", "XDG_CACHE_HOME": "/y", "HOME": "/h"}, None),
        ({"XDG_CACHE_HOME": "/y", "HOME": "/h"}, "/y/hushtape"),
        ({"XDG_CACHE_HOME": "y", "HOME": "/h"}, "/h/.cache/hushtape"),
        ({"HOME": "/h"}, "/h/.cache/hushtape"),
        ({"HOME": "h"}, None),
    ],
)
def test_where_it_is(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str | None
) -> None:
    for name in ("HUSHTAPE_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    assert cachefolder.folder() == (None if expected is None else Path(expected))
    monkeypatch.setattr("sys.platform", "darwin")
    if expected == "/h/.cache/hushtape":
        assert cachefolder.folder() == Path("/h/Library/Caches/hushtape")
