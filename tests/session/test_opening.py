"""What stands in the way of a tape: left-over journals, folders that can't be written, broken cassettes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.errors import HushtapeWarning
from tests.contract.drivers import Requests
from tests.support.forking import in_child
from tests.support.servers import Server

DIES = """
import os, sys, requests, hushtape
with hushtape.use_cassette(sys.argv[2], mode="all"), requests.Session() as session:
    session.trust_env = False
    session.get(sys.argv[1] + "/number/8", timeout=5).content
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def left_over(server: Server, cassette: Path) -> Path:
    """A cassette whose last recording was killed; its journal holds /number/8."""
    ended = subprocess.run([sys.executable, "-c", DIES, server.url, str(cassette)])
    assert ended.returncode == -9 and not cassette.exists()
    server.reset()
    return cassette


@pytest.fixture
def beside_older(client: Requests, server: Server, cassette: Path) -> Path:
    """The same beside an earlier cassette, which holds /number/1."""
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/number/1")
    subprocess.run([sys.executable, "-c", DIES, server.url, str(cassette)])
    server.reset()
    return cassette


def aside(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if p.is_dir() and ".recording" in p.name)


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all"])
def test_a_recording_mode_sets_a_left_over_journal_aside_and_warns(
    mode: Any, client: Requests, server: Server, left_over: Path
) -> None:
    with (
        pytest.warns(HushtapeWarning, match="hushtape recover"),
        hushtape.use_cassette(left_over, mode=mode) as tape,
    ):
        client.call("GET", server.url + "/number/2")
    assert tape.recorded == 1 and left_over.exists() and len(aside(left_over)) == 1
    from hushtape.cassette import recover

    found = recover(left_over.parent / aside(left_over)[0])
    assert found.recovered == 1


def test_none_replays_beside_a_left_over_journal_with_a_warning_and_leaves_it(
    client: Requests, server: Server, beside_older: Path
) -> None:
    before = aside(beside_older)
    with (
        pytest.warns(HushtapeWarning, match="recover"),
        hushtape.use_cassette(beside_older, mode="none") as tape,
    ):
        client.call("GET", server.url + "/number/1")
    assert tape.played == 1 and server.requests == [] and aside(beside_older) == before


def test_once_replays_beside_a_left_over_journal_and_leaves_it(
    client: Requests, server: Server, beside_older: Path
) -> None:
    before = aside(beside_older)
    with pytest.warns(HushtapeWarning, match="recover"), hushtape.use_cassette(beside_older):
        client.call("GET", server.url + "/number/1")
    assert server.requests == [] and aside(beside_older) == before


def test_new_episodes_that_records_nothing_leaves_the_journal(
    client: Requests, server: Server, beside_older: Path
) -> None:
    before = aside(beside_older)
    with hushtape.use_cassette(beside_older, mode="new_episodes"):
        client.call("GET", server.url + "/number/1")
    assert aside(beside_older) == before


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all"])
def test_a_folder_below_a_file_is_refused_before_the_first_request(
    mode: Any, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(hushtape.CassetteWriteError, match="not a folder") as caught:
        hushtape.use_cassette(tmp_path / "file" / "deep" / "tape.json", mode=mode).__enter__()
    assert caught.value.path.endswith("tape.json") and str(tmp_path / "file") in str(caught.value)
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_folder_as_cassette_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hushtape.CassetteError, match="folder"):
        hushtape.use_cassette(tmp_path, mode="all").__enter__()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("mode", ["once", "all"])
@pytest.mark.parametrize("rights", [0o500, 0o000])
def test_a_folder_without_permission_is_refused_before_the_first_request(
    rights: int, mode: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()

    def open_there() -> list[str]:
        try:
            hushtape.use_cassette(folder / "tape.json", mode=mode).__enter__()
        except hushtape.CassetteWriteError as error:
            return [str(error), error.path]
        return ["it was opened", ""]

    folder.chmod(rights)
    try:
        told, path = in_child(open_there, unprivileged=True)
    finally:
        folder.chmod(0o700)
    assert "can't be written" in told and path == str(folder / "tape.json")


ENTRY: dict[str, Any] = {
    "request": {"method": "GET", "uri": "http://h/", "headers": {}, "body": None},
    "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "x"}},
}
SPLIT = json.loads(json.dumps(ENTRY))
SPLIT["response"]["headers"] = {"A": ["b\r\nSet-Cookie: evil=1"]}
BROKEN: dict[str, bytes] = {
    "a cut one": json.dumps({"version": 1, "interactions": [ENTRY]}).encode()[:-10],
    "no JSON": b"- request: yaml",
    "a line break in a header": json.dumps({"version": 1, "interactions": [SPLIT]}).encode(),
}


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_cassette_is_one_error_at_open_or_at_its_request_and_is_not_touched(
    broken: str, mode: Any, client: Requests, cassette: Path
) -> None:
    cassette.write_bytes(BROKEN[broken])
    with (
        pytest.raises(hushtape.CassetteFormatError) as caught,
        hushtape.use_cassette(cassette, mode=mode),
    ):
        client.call("GET", "http://h/")
    assert str(cassette) in str(caught.value)
    assert cassette.read_bytes() == BROKEN[broken]
    assert list(cassette.parent.iterdir()) == [cassette]
    with hushtape.use_cassette(cassette.with_name("other.json")):
        pass  # nothing stayed open


def test_a_newer_format_asks_for_an_upgrade_at_open(cassette: Path) -> None:
    cassette.write_text(json.dumps({"version": 1, "hushtape": {"format": 99}, "interactions": []}))
    with pytest.raises(hushtape.CassetteVersionError, match="pgrade"):
        hushtape.use_cassette(cassette).__enter__()


def test_a_second_process_that_records_is_told_who_holds_the_cassette(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, mode="all"):
        client.call("GET", server.url + "/number/1")
        code = f"import hushtape; hushtape.use_cassette({str(cassette)!r}, mode='all').__enter__()"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "CassetteInUseError" in ended.stderr and str(os.getpid()) in ended.stderr
    assert len(json.loads(cassette.read_text())["interactions"]) == 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_a_file_system_that_takes_no_folders_is_not_called_another_tape(
    client: Requests, server: Server
) -> None:
    """Root may write to /proc by its permissions, but mkdir fails there."""
    with (
        pytest.raises(hushtape.HushtapeError) as caught,
        hushtape.use_cassette("/proc/a.json", mode="all"),
    ):
        client.call("GET", server.url + "/number/1")
    error = (
        caught.value.__cause__ if isinstance(caught.value, hushtape.RecordingFailedError) else caught.value
    )
    assert isinstance(error, hushtape.CassetteWriteError), error
    assert "/proc/a.json" in str(error) and "another tape" not in str(caught.value)
