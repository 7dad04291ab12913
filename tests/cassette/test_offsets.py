"""What is remembered of a cassette changes nothing but the time it takes: damaged, forged or in the way."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

import hushtape
from hushtape.cassette import CassetteReader, cachefolder, offsets, reader
from hushtape.cassette.bodies import Pinned
from hushtape.cassette.foreign.lazy import ForeignReader
from hushtape.errors import CassetteFormatError
from hushtape.model import Request
from tests.cassette.samples import content, exchange
from tests.cassette.test_roundtrip import sealed

AGO = 3 * 10**9
BODIES = [b"x" * 70_000, b'{"request": 1}\n', b"\xff" * 100_000, b"", b'\\"' * 40_000, "é".encode() * 50]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of its own, in which small cassettes are remembered, too."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(cachefolder.VARIABLE, str(folder))
    monkeypatch.setattr(offsets, "SMALLEST", 1)
    yield folder


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches begin three seconds after they do: the cassettes here have only just been written."""
    monkeypatch.setattr(reader.clock, "now_ns", lambda now=reader.clock.now_ns: now() + AGO)


def cassette(folder: Path) -> Path:
    return sealed(folder, [exchange(number, body) for number, body in enumerate(BODIES)])


def laid_out(path: Path, layout: str) -> None:
    """The same cassette as a formatter would lay it out, or vcrpy write it."""
    document = json.loads(path.read_bytes())
    if "vcrpy" in layout:
        del document["hushtape"]
        for one in document["interactions"]:
            del one["hushtape"]
    indent = None if "one line" in layout else 2
    path.write_text(json.dumps(document, indent=indent, sort_keys=layout == "sorted"))


def cassette_once(folder: Path, layout: str) -> Path:
    """The same, made for the first example only."""
    path = folder / "orders.json"
    if not path.exists():
        cassette(folder)
        if layout != "ours":
            laid_out(path, layout)
    return path


def whole(path: Path) -> tuple[list[Request], list[tuple[object, ...]]]:
    opened = CassetteReader.open(path)
    requests = list(opened.requests())
    found = [opened.read(number) for number in range(len(opened))]
    return requests, [(one.request.uri, one.response and content(one.response.body)) for one in found]


def kept(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def was_recalled(path: Path) -> bool:
    opened = CassetteReader.open(path)
    return opened.recalled if isinstance(opened, ForeignReader) else opened._found.recalled  # type: ignore[attr-defined]  # ours


@pytest.mark.parametrize("layout", ["ours", "indented", "one line", "sorted", "vcrpy", "vcrpy, one line"])
def test_the_next_opening_finds_the_same_without_a_search(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cassette(tmp_path)
    if layout != "ours":
        laid_out(path, layout)
    first = whole(path)

    def no_search(file: object) -> None:
        raise AssertionError("it was searched")

    monkeypatch.setattr(reader, "_search", no_search)
    assert was_recalled(path)
    assert whole(path) == first


@pytest.mark.parametrize("layout", ["indented", "vcrpy", "vcrpy, one line"])
def test_of_long_interactions_the_next_pass_over_the_requests_reads_little(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.json"
    sealed(tmp_path, [exchange(number, b"x" * 1_000_000) for number in range(3)])
    laid_out(path, layout)
    first = list(CassetteReader.open(path).requests())
    opened, read = CassetteReader.open(path), []
    genuine = Pinned.read
    monkeypatch.setattr(Pinned, "read", lambda *given: read.append(given[2]) or genuine(*given))
    assert list(opened.requests()) == first
    assert sum(read) < 20_000


def test_it_holds_no_text_and_nobody_else_can_read_it(tmp_path: Path, cache: Path) -> None:
    path = cassette(tmp_path)
    whole(path)
    text = kept(cache).read_bytes()
    assert b"example" not in text and b"orders" not in text and b"GET" not in text
    assert kept(cache).stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    assert sorted(tmp_path.iterdir()) == [cache, path]


@pytest.mark.parametrize("layout", ["ours", "vcrpy"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_changes_nothing(tmp_path: Path, cache: Path, layout: str, data: st.DataObject) -> None:
    path = cassette_once(tmp_path, layout)
    expected = whole(path)
    damaged = bytearray(kept(cache).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged)))
        width = data.draw(st.integers(0, 40))
        damaged[at : at + width] = data.draw(st.binary(max_size=40))
    kept(cache).write_bytes(damaged[: data.draw(st.integers(0, len(damaged))) or None])
    assert whole(path) == expected


def rewritten(cache: Path, change: Callable[[bytearray], None]) -> None:
    """Change what is kept, and make its digest right again."""
    file, start = kept(cache), len(offsets._MAGIC) + offsets._DIGEST
    forged = bytearray(file.read_bytes()[start:])
    change(forged)
    file.write_bytes(offsets._MAGIC + sha256(forged).digest() + forged)


@pytest.mark.parametrize("layout", ["ours", "vcrpy"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_was_made_up_is_found_out(tmp_path: Path, cache: Path, layout: str, data: st.DataObject) -> None:
    path = cassette_once(tmp_path, layout)
    expected = whole(path)

    def change(text: bytearray) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(text) - 1))
            text[at] = (text[at] + data.draw(st.sampled_from([1, 2, 4, 8, 255, 128]))) % 256

    rewritten(cache, change)
    opened = CassetteReader.open(path)
    try:
        found = whole(path)
    except CassetteFormatError:
        assert opened.scan_anew()
        found = whole(path)
    assert found == expected


def test_a_tape_looks_again_where_what_was_remembered_is_wrong(tmp_path: Path, cache: Path) -> None:
    path = cassette(tmp_path)
    whole(path)
    place = offsets._HEAD.size + 16

    def change(text: bytearray) -> None:
        text[place] += 1  # the first interaction begins a byte later

    rewritten(cache, change)
    with hushtape.use_cassette(path, mode="none") as tape:
        assert [one.request.uri[-1] for one in tape.interactions()] == ["0", "1", "2", "3", "4", "5"]
    assert was_recalled(path)


def test_two_interactions_taken_for_one_are_an_error_and_then_forgotten(tmp_path: Path, cache: Path) -> None:
    path = cassette(tmp_path)
    expected = whole(path)
    file = Pinned(path)
    found = offsets.recall(file)
    assert found is not None
    del found.ends[1], found.starts[2], found.reaches[2]
    offsets.remember(file, structs.replace(found, recalled=False), reader.clock.now_ns())
    opened = CassetteReader.open(path)
    assert len(opened) == len(BODIES) - 1
    with pytest.raises(CassetteFormatError):
        [opened.read(number) for number in range(len(opened))]
    assert whole(path) == expected


CHANGES: dict[str, Callable[[Path], object]] = {
    "appended to": lambda path: path.write_bytes(path.read_bytes() + b" "),
    "a byte changed": lambda path: path.write_bytes(path.read_bytes().replace(b"page=3", b"page=9")),
    "touched": lambda path: os.utime(path),
    "put back in time": lambda path: os.utime(path, ns=(1, 1)),
    "copied over": lambda path: shutil.copy2(shutil.copy2(path, path.with_suffix(".1")), path),
    "replaced": lambda path: os.replace(shutil.copy2(path, path.with_suffix(".1")), path),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_was_changed_is_searched_again(tmp_path: Path, change: str) -> None:
    path = cassette(tmp_path)
    whole(path)
    before = path.stat()
    CHANGES[change](path)
    if change == "a byte changed":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # and made to look as before
    assert not was_recalled(path)


def test_a_file_that_had_only_just_been_written_is_not_remembered(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cassette(tmp_path)
    written = max(Pinned(path).identity[3:])
    monkeypatch.setattr(reader.clock, "now_ns", lambda: written + offsets._SETTLED - 1)
    whole(path)
    assert not cache.exists()


def test_a_file_that_changes_during_the_search_is_not_remembered(tmp_path: Path, cache: Path) -> None:
    path = cassette(tmp_path)
    opened = CassetteReader.open(path)
    requests = opened.requests()
    next(requests)
    os.utime(path)
    assert len(list(requests)) == len(BODIES) - 1
    assert not cache.exists()


def test_a_short_cassette_is_not_remembered(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsets, "SMALLEST", 10**6)
    whole(cassette(tmp_path))
    assert not cache.exists()


def test_none_is_kept_where_the_variable_is_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cachefolder.VARIABLE, "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    whole(cassette(tmp_path))
    assert not (tmp_path / "xdg").exists()


def test_openings_at_once_agree(tmp_path: Path, cache: Path) -> None:
    path = cassette(tmp_path)
    expected = whole(path)
    found: list[object] = []

    def look() -> None:
        for _ in range(10):
            kept_file = next(iter(cache.glob("*.offsets")), None)
            if kept_file is not None:
                kept_file.unlink(missing_ok=True)
            found.append(whole(path))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 40
    assert [file.suffix for file in cache.iterdir()] == [".offsets"]
