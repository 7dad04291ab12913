"""Pruning: what stays is byte for byte what it was, and a doubt keeps all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader, Journal
from hushtape.cassette.prune import prune
from hushtape.errors import CassetteFormatError, CassetteInUseError, CassetteWriteError
from tests.support.cassettes import interaction, seal

LONG = b"x" * 300_000


def uris(path: Path) -> list[str]:
    return [request.uri.rpartition("/")[2] for request in CassetteReader.open(path).requests()]


def taking(*numbers: int) -> Any:
    return lambda reader: numbers


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return seal(tmp_path / "orders.json", [interaction(f"/{n}", {"n": n}) for n in range(5)])


@given(st.sets(st.integers(0, 4), max_size=4))
def test_what_stays_is_what_sealing_it_alone_would_have_written(
    tmp_path_factory: pytest.TempPathFactory, gone: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("prune")
    all_of_them = [interaction(f"/{n}", {"n": n}) for n in range(5)]
    path = seal(folder / "a.json", all_of_them)
    pruned = prune(path, taking(*gone))
    wanted = seal(folder / "b.json", [one for n, one in enumerate(all_of_them) if n not in gone])
    assert path.read_bytes() == wanted.read_bytes()
    assert pruned.dropped == tuple(sorted(gone)) and pruned.kept == 5 - len(gone)
    assert sorted(os.listdir(folder)) == ["a.json", "b.json"]


@pytest.mark.parametrize("indent", [None, 2, 7])
@pytest.mark.parametrize("gone", [{0}, {2}, {1, 2}, {0, 1}, {0, 2}])
def test_a_cassette_of_another_tool_keeps_all_else(
    tmp_path: Path, indent: int | None, gone: set[int]
) -> None:
    request = {"method": "GET", "uri": "https://x.example/", "headers": {}, "body": None}
    answer = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {"string": "é"}}
    found = [{"request": {**request, "uri": f"https://x.example/{n}"}, "response": answer} for n in range(3)]
    whole = {"_metadata": {"freeze_time": "auto"}, "interactions": found, "version": 1, "more": [1]}
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(whole, indent=indent))
    prune(path, taking(*gone))
    whole["interactions"] = [one for n, one in enumerate(found) if n not in gone]
    assert path.read_text() == json.dumps(whole, indent=indent)


def test_a_dry_run_changes_nothing_and_tells_the_same(cassette: Path) -> None:
    before = cassette.read_bytes(), cassette.stat().st_mtime_ns
    told = prune(cassette, taking(1, 3), dry_run=True)
    assert (cassette.read_bytes(), cassette.stat().st_mtime_ns) == before
    assert told == prune(cassette, taking(1, 3)) and uris(cassette) == ["0", "2", "4"]
    assert len(before[0]) - cassette.stat().st_size == told.bytes


def test_body_files_that_nothing_names_go(tmp_path: Path) -> None:
    path = seal(tmp_path / "a.json", [interaction("/1", LONG), interaction("/2", LONG + b"y")])
    bodies = tmp_path / "a.bodies"
    stray = bodies / ("0" * 32 + ".json")
    stray.write_text("nothing names it")
    (bodies / "README").write_text("not ours")
    pruned = prune(path, taking(0))
    assert len(pruned.body_files) == 2 and stray.name in pruned.body_files
    assert pruned.body_bytes == len(LONG) + len("nothing names it")
    assert len(list(bodies.iterdir())) == 2 and (bodies / "README").exists()
    reader = CassetteReader.open(path)
    response = reader.read(0).response
    assert response is not None and response.body is not None and response.body.size == len(LONG) + 1


def test_a_body_that_two_interactions_share_stays_with_one_of_them(tmp_path: Path) -> None:
    path = seal(tmp_path / "a.json", [interaction("/1", LONG), interaction("/2", LONG)])
    assert prune(path, taking(0)).body_files == ()
    assert len(list((tmp_path / "a.bodies").iterdir())) == 1


def test_a_folder_of_bodies_that_is_empty_goes(tmp_path: Path) -> None:
    path = seal(tmp_path / "a.json", [interaction("/1", LONG), interaction("/2")])
    prune(path, taking(0))
    assert not (tmp_path / "a.bodies").exists()


def test_body_files_stay_where_another_cassette_may_name_them(tmp_path: Path) -> None:
    path = seal(tmp_path / "a.json", [interaction("/1", LONG), interaction("/2")])
    (tmp_path / "a.yaml").write_text("interactions: []")
    pruned = prune(path, taking(0))
    assert pruned.shared and not pruned.body_files and list((tmp_path / "a.bodies").iterdir())


def test_a_missing_body_keeps_all(tmp_path: Path) -> None:
    path = seal(tmp_path / "a.json", [interaction("/1", LONG), interaction("/2"), interaction("/3")])
    next((tmp_path / "a.bodies").iterdir()).unlink()
    before = path.read_bytes()
    with pytest.raises(CassetteFormatError, match="missing"):
        prune(path, taking(1))
    assert path.read_bytes() == before and not (tmp_path / "a.json.recording").exists()


def test_an_empty_cassette_is_not_left_behind(cassette: Path) -> None:
    before = cassette.read_bytes()
    with pytest.raises(CassetteFormatError, match="no interaction would be left"):
        prune(cassette, taking(0, 1, 2, 3, 4))
    assert cassette.read_bytes() == before


def test_mode_and_link_stay(tmp_path: Path, cassette: Path) -> None:
    cassette.chmod(0o640)
    (tmp_path / "link.json").symlink_to(cassette)
    prune(tmp_path / "link.json", taking(0))
    assert cassette.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.json").is_symlink() and len(uris(cassette)) == 4


def test_a_cassette_that_is_being_recorded_is_left_alone(cassette: Path) -> None:
    journal = Journal.create(cassette)
    try:
        with pytest.raises(CassetteInUseError):
            prune(cassette, taking(0))
    finally:
        journal.discard()
    assert len(uris(cassette)) == 5


def test_an_unfinished_recording_is_not_set_aside(cassette: Path) -> None:
    journal = Journal.create(cassette)
    journal.commit(journal.begin(), interaction())
    journal.abandon()
    with pytest.raises(CassetteInUseError, match="hushtape recover"):
        prune(cassette, taking(0))
    assert len(uris(cassette)) == 5 and (cassette.parent / "orders.json.recording" / "journal").exists()


def test_what_changes_meanwhile_is_left_alone(tmp_path: Path, cassette: Path) -> None:
    other = seal(tmp_path / "other.json", [interaction("/new")])

    def replaced(_: object) -> list[int]:
        other.replace(cassette)
        return [0]

    with pytest.raises(CassetteFormatError, match="changed"):
        prune(cassette, replaced)
    assert uris(cassette) == ["new"]


@pytest.mark.parametrize("name", ["theirs.yaml", "theirs.har"])
def test_only_json_is_pruned(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    texts = {
        "theirs.yaml": f"interactions:\n{YAML}{YAML}version: 1\n",
        "theirs.har": json.dumps({"log": {"version": "1.2", "entries": [HAR, HAR]}}),
    }
    path.write_text(texts[name])
    assert len(CassetteReader.open(path)) == 2
    with pytest.raises(CassetteFormatError, match="only cassettes in JSON") as caught:
        prune(path, taking(0))
    assert "hushtape convert" in caught.value.remedy and path.read_text() == texts[name]


YAML = """\
- request: {method: GET, uri: 'https://x.example/', headers: {}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: x}}
"""
HAR = {
    "startedDateTime": "2026-11-28T08:00:00.000Z", "time": 1,
    "request": {"method": "GET", "url": "https://x.example/", "httpVersion": "HTTP/1.1", "headers": [],
                "queryString": [], "cookies": [], "headersSize": -1, "bodySize": -1},
    "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "cookies": [],
                 "content": {"size": 1, "mimeType": "text/plain", "text": "x"}, "redirectURL": "",
                 "headersSize": -1, "bodySize": -1},
    "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0},
}  # fmt: skip


def test_what_is_no_cassette_gets_no_folder_beside_it(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(CassetteFormatError):
        prune(tmp_path / "bad.json", taking())
    assert os.listdir(tmp_path) == ["bad.json"]


def test_a_folder_that_can_not_be_made_is_told(cassette: Path) -> None:
    (cassette.parent / "orders.json.recording").write_text("in the way")
    with pytest.raises(CassetteWriteError):
        prune(cassette, taking(0))
    assert len(uris(cassette)) == 5


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace", "os.fchmod"])
def test_a_disk_that_is_full_leaves_the_cassette_as_it_was(
    cassette: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = cassette.read_bytes()
    monkeypatch.setattr(call, full)
    with pytest.raises(CassetteWriteError, match="No space left"):
        prune(cassette, taking(0))
    assert cassette.read_bytes() == before and os.listdir(cassette.parent) == ["orders.json"]


def test_a_prune_that_is_killed_leaves_the_cassette_and_hinders_no_other(cassette: Path) -> None:
    before = cassette.read_bytes()
    code = (
        "import os, pathlib, signal, sys\n"
        "from hushtape.cassette.prune import prune\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "prune(pathlib.Path(sys.argv[1]), lambda reader: [0])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(cassette)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL and cassette.read_bytes() == before
    prune(cassette, taking(0))
    assert uris(cassette) == ["1", "2", "3", "4"] and os.listdir(cassette.parent) == ["orders.json"]
