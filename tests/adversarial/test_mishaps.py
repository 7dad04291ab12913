"""What befalls a recording from outside: full disks, kills inside sealing, files taken away, odd orders."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import recover
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.warm import WarmPython

KILLS = """
import http.client, os, sys, hushtape
port, path, name, turn, after = sys.argv[1:]
with hushtape.use_cassette(path, mode="all"):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    for target in ("/number/8", "/bytes/400000"):
        connection.request("GET", target)
        connection.getresponse().read()
    genuine, calls = getattr(os, name), 0
    def deadly(*args, **options):
        global calls
        calls += 1
        if calls == int(turn) and after == "before":
            os.kill(os.getpid(), 9)
        try:
            return genuine(*args, **options)
        finally:
            if calls == int(turn):
                os.kill(os.getpid(), 9)
    setattr(os, name, deadly)
"""

STEPS = {"open": 5, "fsync": 4, "link": 1, "replace": 2, "pread": 2, "unlink": 6, "rmdir": 1}
"""The calls of sealing one cassette with one body file, and how often each is made at least."""

FULL = """
import resource, signal, sys, requests, hushtape
url, path, size, limit, when = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def fill():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
session = requests.Session()
session.trust_env = False
try:
    with hushtape.use_cassette(path, mode="all", max_inline_body=1 << 20) as tape:
        assert session.get(url + "/number/8", timeout=5).ok
        if when == "body":
            fill()
        got = [len(session.get(url + f"/bytes/{size}?{n}", timeout=5).content) for n in range(3)]
        assert got == [int(size)] * 3, got
        if when == "seal":
            fill()
except hushtape.HushtapeError as error:
    print(type(error).__name__, error)
else:
    print("published")
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def server(running: Server) -> Server:
    running.reset()
    return running


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmPython]:
    with WarmPython("import http.client, hushtape.api; from hushtape.sanitize import build; build()") as made:
        yield made


def run(code: str, *arguments: object) -> tuple[int, str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode <= 0, ended.stderr
    return ended.returncode, ended.stdout


def old_cassette(path: Path, server: Server, client: Requests) -> bytes:
    with hushtape.use_cassette(path):
        client.call("GET", server.url + "/number/1")
    return path.read_bytes()


@pytest.mark.thinned(5)
@pytest.mark.filterwarnings("ignore:.*recording.*:hushtape.errors.HushtapeWarning")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("name", "turn"),
    [(name, turn + 1) for name, most in STEPS.items() for turn in range(most)],
)
def test_a_kill_at_any_step_of_sealing_leaves_the_old_cassette_or_the_new_one(
    name: str, turn: int, when: str, server: Server, client: Requests, warm: WarmPython, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    before = old_cassette(path, server, client)
    ended = warm.run(KILLS, server.port, path, name, turn, when)
    assert ended.returncode == -9, f"sealing took no such step {ended.stderr}"
    if path.read_bytes() == before:
        found = recover(path)
        assert found.path is not None and found.recovered == 2 and not found.damaged
        path = found.path
    server.reset()
    with hushtape.use_cassette(path, mode="none") as tape:
        client.call("GET", server.url + "/number/8")
        assert len(client.session.get(server.url + "/bytes/400000", timeout=5).content) == 400_000
    assert tape.played == 2 and server.requests == []
    with hushtape.use_cassette(tmp_path / "orders.json", mode="all"):
        client.call("GET", server.url + "/number/3")  # whatever was left is in nobody's way


@pytest.mark.parametrize(("when", "size", "limit"), [("body", 300_000, 150_000), ("seal", 60_000, 20_000)])
def test_a_full_disk_harms_neither_the_program_nor_what_was_there(
    when: str, size: int, limit: int, server: Server, client: Requests, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    before = old_cassette(path, server, client)
    code, told = run(FULL, server.url, path, size, limit, when)
    assert code == 0 and path.read_bytes() == before
    assert "File too large" in told and "disk space" in told and "Error" in told.split()[0]
    found = recover(path)
    assert found.path is not None and found.recovered == (1 if when == "body" else 4)
    assert not list(path.parent.glob("*.recording/body-*"))


def test_a_file_in_place_of_the_folder_is_one_error_at_opening(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(hushtape.CassetteWriteError, match="taken is not a folder"):
        hushtape.use_cassette(tmp_path / "taken" / "a.json", mode="all").__enter__()


@pytest.mark.parametrize("how", ["deleted", "replaced", "cut"])
@pytest.mark.parametrize("mode", ["none", "new_episodes", "all"])
def test_a_cassette_that_changes_under_a_tape_does_not_disturb_it(
    how: str, mode: Any, server: Server, client: Requests, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    old_cassette(path, server, client)
    told: BaseException | None = None
    try:
        with hushtape.use_cassette(path, mode=mode):
            if how == "deleted":
                path.unlink()
            elif how == "replaced":
                (tmp_path / "new").write_text('{"version": 1, "interactions": []}')
                (tmp_path / "new").replace(path)
            else:
                os.truncate(path, 10)
            assert client.session.get(server.url + "/number/1", timeout=5).json()["number"] == 1
    except hushtape.HushtapeError as error:
        told = error
    assert (told is not None) == (how == "cut" and mode != "all"), told
    if told is not None:
        assert isinstance(told, hushtape.CassetteFormatError) and str(path) in str(told)


def test_a_clock_that_jumps_back_changes_nothing_but_times(
    server: Server, client: Requests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.json"
    real = time.time
    with hushtape.use_cassette(path):
        client.call("GET", server.url + "/count/a")
        monkeypatch.setattr(time, "time", lambda: real() - 1e6)
        client.call("GET", server.url + "/count/b")
    monkeypatch.undo()
    entries = json.loads(path.read_text())["interactions"]
    assert [entry["request"]["uri"][-1] for entry in entries] == ["a", "b"]
    assert all(0 <= entry["hushtape"]["elapsed"] < 60 for entry in entries)


def test_a_changed_working_folder_does_not_move_the_cassette(
    server: Server, client: Requests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    for mode in ("once", "new_episodes", "none"):
        with hushtape.use_cassette("orders.json", mode=mode):  # type: ignore[arg-type]  # a literal, one by one
            os.chdir("elsewhere")
            client.call("GET", server.url + "/number/1")
        os.chdir(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "orders.json"]


@pytest.mark.parametrize("scope", ["process", "context"])
def test_tapes_closed_out_of_order_say_so_and_lose_nothing(
    scope: Any, server: Server, client: Requests, tmp_path: Path
) -> None:
    outer = hushtape.use_cassette(tmp_path / "outer.json", scope=scope)
    inner = hushtape.use_cassette(tmp_path / "inner.json", scope=scope)
    outer.__enter__()
    client.call("GET", server.url + "/number/1")
    inner.__enter__()
    client.call("GET", server.url + "/number/2")
    with pytest.raises(hushtape.TapeOrderError, match="reverse order"):
        outer.__exit__(None, None, None)
    client.call("GET", server.url + "/number/3")
    inner.__exit__(None, None, None)
    before = len(server.requests)
    client.call("GET", server.url + "/number/4")
    assert len(server.requests) == before + 1
    for name, numbers in (("outer.json", "1"), ("inner.json", "23")):
        entries = json.loads((tmp_path / name).read_text())["interactions"]
        assert "".join(entry["request"]["uri"][-1] for entry in entries) == numbers


def record_in_process(url: str, path: str, barrier: Any, results: Any) -> None:
    import requests

    try:
        with hushtape.use_cassette(path, mode="all"), requests.Session() as session:
            barrier.wait(20)
            session.trust_env = False
            session.get(url + "/number/1", timeout=5)
            barrier.wait(20)  # both have made their call before either closes
        results.put("published")
    except hushtape.HushtapeError as error:
        results.put(f"{type(error).__name__} {error}")


def test_of_two_processes_on_one_cassette_one_records_and_the_other_is_told(
    server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(2), spawn.Queue()
    given = (server.url, str(path), barrier, results)
    children = [spawn.Process(target=record_in_process, args=given) for _ in range(2)]
    for child in children:
        child.start()
    told = sorted(results.get(timeout=40) for _ in children)
    for child in children:
        child.join(20)
    assert told[1] == "published" and told[0].startswith("RecordingFailedError"), told
    assert "being recorded by process" in told[0]
    assert len(json.loads(path.read_text())["interactions"]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["orders.json"]


THOUSAND = """
import sys
from pathlib import Path

import hushtape

def usage():
    "KiB of resident memory, open descriptors, threads."
    status = Path("/proc/self/status").read_text()
    memory, threads = (int(status.partition(name)[2].split()[0]) for name in ("VmRSS:", "Threads:"))
    return memory, len(list(Path("/proc/self/fd").iterdir())), threads

def cycle(times):
    for _ in range(times):
        with hushtape.use_cassette(sys.argv[1], mode=sys.argv[2]):
            pass

cycle(100)
memory, descriptors, threads = usage()
cycle(1000)
after = usage()
print(after[0] - memory, after[1] - descriptors, after[2] - threads)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system has no /proc")
@pytest.mark.parametrize("mode", ["all", "none"])
def test_a_thousand_tapes_leave_nothing_behind(
    mode: str, server: Server, client: Requests, tmp_path: Path
) -> None:
    """In a process of its own: servers of earlier tests close their connections when they get to it."""
    path = tmp_path / "orders.json"
    old_cassette(path, server, client)
    code, told = run(THOUSAND, path, mode)
    grown, descriptors, threads = map(int, told.split()[:3])
    assert (code, descriptors, threads) == (0, 0, 0)
    assert grown < 2048, "KiB grown in 1,000 tapes"
