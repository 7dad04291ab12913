"""The mode table of the record modes, cell by cell, through the public interface.

Rows: none, once, new_episodes, all. Columns: no cassette, found, not found, clean end, exception in
the program, nothing recorded.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

RECORDING = ("once", "new_episodes", "all")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "modes.json"


def turn(client: Requests, server: Server, name: str = "a") -> int:
    return int(client.session.get(f"{server.url}/count/{name}", timeout=5).json()["turn"])


def kept(path: Path) -> list[str]:
    """Last path segment of each recorded request."""
    document = json.loads(path.read_text())
    return [entry["request"]["uri"].rsplit("/", 1)[1] for entry in document["interactions"]]


def complete(path: Path) -> Any:
    return json.loads(path.read_text())["hushtape"]["complete"]


@pytest.fixture
def recorded(client: Requests, server: Server, cassette: Path) -> Path:
    """A cassette with one answer, turn 1 of "a"."""
    with hushtape.use_cassette(cassette, mode="all"):
        turn(client, server)
    server.requests.clear()
    return cassette


def test_none_without_a_cassette_is_an_error_at_open(cassette: Path) -> None:
    with pytest.raises(hushtape.CassetteNotFoundError) as caught:
        hushtape.use_cassette(cassette, mode="none").__enter__()
    assert str(cassette) in str(caught.value) or cassette.name in str(caught.value)


@pytest.mark.parametrize("mode", RECORDING)
def test_the_recording_modes_record_all_without_a_cassette(
    mode: str, client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, mode=mode) as tape:
        turn(client, server, "a")
        turn(client, server, "b")
    assert tape.recorded == 2 and kept(cassette) == ["a", "b"] and complete(cassette) is True


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes"])
def test_what_is_found_is_replayed(mode: str, client: Requests, server: Server, recorded: Path) -> None:
    before = recorded.read_bytes()
    with hushtape.use_cassette(recorded, mode=mode) as tape:
        assert turn(client, server) == 1
    assert (tape.played, tape.recorded, server.requests) == (1, 0, [])
    assert recorded.read_bytes() == before


def test_all_records_what_is_found_and_replaces(client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode="all") as tape:
        assert turn(client, server) == 2
    assert (tape.played, tape.recorded) == (0, 1)
    with hushtape.use_cassette(recorded, mode="none"):
        assert turn(client, server) == 2
    assert kept(recorded) == ["a"]


def test_all_never_replays_what_it_has_just_recorded(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, mode="all"):
        assert [turn(client, server) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("mode", ["none", "once"])
def test_what_is_not_found_is_an_error(mode: str, client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode=mode) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            turn(client, server, "z")
        tape.acknowledge(caught.value)
    assert server.requests == []


def test_new_episodes_records_what_is_not_found_and_publishes_old_and_new(
    client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="new_episodes") as tape:
        assert turn(client, server, "a") == 1
        assert turn(client, server, "z") == 1
    assert (tape.played, tape.recorded) == (1, 1)
    assert kept(recorded) == ["a", "z"]


def test_new_episodes_records_anew_what_is_used_up(client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode="new_episodes"):
        assert [turn(client, server), turn(client, server)] == [1, 2]
    assert kept(recorded) == ["a", "a"]


@pytest.mark.parametrize("mode", RECORDING)
def test_an_exception_without_an_earlier_cassette_publishes_a_partial_one(
    mode: str, client: Requests, server: Server, cassette: Path
) -> None:
    with pytest.raises(ZeroDivisionError), hushtape.use_cassette(cassette, mode=mode):
        turn(client, server)
        raise ZeroDivisionError
    assert kept(cassette) == ["a"] and complete(cassette) is False


def test_an_exception_in_new_episodes_publishes_old_and_new_as_partial(
    client: Requests, server: Server, recorded: Path
) -> None:
    with pytest.raises(ZeroDivisionError), hushtape.use_cassette(recorded, mode="new_episodes"):
        turn(client, server, "z")
        raise ZeroDivisionError
    assert kept(recorded) == ["a", "z"] and complete(recorded) is False


def test_an_exception_in_all_leaves_the_earlier_cassette_and_keeps_the_journal(
    client: Requests, server: Server, recorded: Path
) -> None:
    before = recorded.read_bytes()
    with pytest.raises(ZeroDivisionError), hushtape.use_cassette(recorded, mode="all"):
        turn(client, server, "z")
        raise ZeroDivisionError
    assert recorded.read_bytes() == before
    assert recorded.with_name(recorded.name + ".recording").is_dir()


@pytest.mark.parametrize("clean", [SystemExit(0), SystemExit(None)])
def test_a_clean_exit_is_a_clean_end(
    clean: SystemExit, client: Requests, server: Server, cassette: Path
) -> None:
    with pytest.raises(SystemExit), hushtape.use_cassette(cassette):
        turn(client, server)
        raise clean
    assert complete(cassette) is True


def test_a_failing_exit_is_no_clean_end(client: Requests, server: Server, cassette: Path) -> None:
    with pytest.raises(SystemExit), hushtape.use_cassette(cassette):
        turn(client, server)
        raise SystemExit(3)
    assert complete(cassette) is False


@pytest.mark.parametrize("mode", RECORDING)
def test_nothing_recorded_makes_no_file(mode: str, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, mode=mode):
        pass
    assert list(cassette.parent.iterdir()) == []


@pytest.mark.parametrize("mode", ["new_episodes", "all", "once"])
def test_nothing_recorded_leaves_the_file_untouched(mode: str, recorded: Path) -> None:
    before = recorded.stat().st_mtime_ns, recorded.read_bytes()
    with contextlib.suppress(hushtape.HushtapeError), hushtape.use_cassette(recorded, mode=mode):
        pass
    assert (recorded.stat().st_mtime_ns, recorded.read_bytes()) == before


def test_the_environment_overrides_the_mode(
    client: Requests, server: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    with pytest.raises(hushtape.CassetteNotFoundError), hushtape.use_cassette(cassette, mode="all"):
        turn(client, server)
    monkeypatch.setenv("HUSHTAPE_MODE", "sometimes")
    with pytest.raises(hushtape.OptionError, match="sometimes"), hushtape.use_cassette(cassette):
        turn(client, server)


@pytest.mark.parametrize("wrong", [{"mode": "replay"}, {"match_on": ("colour",)}, {"colour": True}])
def test_what_does_not_exist_is_refused(wrong: dict[str, Any], cassette: Path) -> None:
    with pytest.raises((hushtape.OptionError, TypeError)), hushtape.use_cassette(cassette, **wrong):
        pass
