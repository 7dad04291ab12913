"""`hushtape prune`: from a report that replays wrote to a shorter cassette that still replays."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
import requests
from tests.support.cassettes import URL, interaction, seal

import hushtape
from hushtape.cli import main
from hushtape.errors import HushtapeWarning

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cassette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUSHTAPE_USAGE", str(tmp_path / "used.jsonl"))
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)
    return seal(tmp_path / "orders.json", [interaction(f"/{n}", {"n": n}) for n in range(4)])


def replay(cassette: Path, *numbers: int) -> None:
    with hushtape.use_cassette(cassette, mode="none"):
        for number in numbers:
            assert requests.get(f"{URL}/{number}", timeout=5).json() == {"n": number}


def test_what_no_replay_played_goes_and_the_rest_replays(
    cassette: Path, tmp_path: Path, capsys: Captured
) -> None:
    replay(cassette, 0)
    replay(cassette, 2, 0)
    command = ["prune", str(cassette), "--unused", str(tmp_path / "used.jsonl")]
    assert main([*command, "--dry-run"]) == 0
    assert "would drop 2 interactions of 4 (1, 3)" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == 1 and found["dry_run"] is False
    (one,) = found["cassettes"]
    assert one.pop("bytes") > 0
    assert one == {
        "cassette": str(cassette), "dropped": [1, 3], "kept": 2, "body_files": [], "body_bytes": 0,
        "shared_bodies": False,
    }  # fmt: skip
    replay(cassette, 2, 0)
    assert main(command) == 0  # the report knows this state, too: nothing of it is unused
    assert "nothing to drop" in capsys.readouterr().out


def test_where_the_report_can_not_tell_nothing_goes(cassette: Path, tmp_path: Path, capsys: Captured) -> None:
    report = tmp_path / "used.jsonl"
    before = cassette.read_bytes()
    command = ["prune", str(cassette), "--unused", str(report)]
    assert main(command) == 1
    replay(cassette)
    assert main(command) == 1
    assert "played anything" in capsys.readouterr().err
    replay(cassette, 1)
    with pytest.raises(ZeroDivisionError), hushtape.use_cassette(cassette, mode="none"):
        raise ZeroDivisionError
    assert main(command) == 1
    assert "1 replay of it ended in an error" in capsys.readouterr().err
    report.write_text("")
    assert main(command) == 1
    assert "no replay of it as it stands now" in capsys.readouterr().err
    assert cassette.read_bytes() == before


def test_a_report_that_can_not_be_written_disturbs_no_program(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_USAGE", str(tmp_path / "no" / "such" / "folder"))
    with pytest.warns(HushtapeWarning, match="HUSHTAPE_USAGE"):
        replay(cassette, 1)


def test_without_the_variable_nothing_is_written(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUSHTAPE_USAGE")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        replay(cassette, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.json"]


def test_duplicates_go_and_the_rest_replays_with_last(tmp_path: Path, capsys: Captured) -> None:
    poll = interaction("/0", {"n": 0})
    path = seal(tmp_path / "polls.json", [poll, poll, interaction("/1", {"n": 1}), poll])
    assert main(["prune", str(path), "--duplicates"]) == 0
    assert "dropped 2 interactions of 4 (1, 3)" in capsys.readouterr().out
    with hushtape.use_cassette(path, mode="none", exhausted="last"):
        assert [requests.get(f"{URL}/{n}", timeout=5).json()["n"] for n in (0, 0, 1, 0)] == [0, 0, 1, 0]


def test_body_files_that_nothing_names_go_always(tmp_path: Path, capsys: Captured) -> None:
    path = seal(tmp_path / "a.json", [interaction("/", b"x" * 300_000)])
    (tmp_path / "a.bodies" / ("f" * 32 + ".txt")).write_text("stray")
    assert main(["prune", str(path)]) == 0
    assert "dropped 1 body file, 5 B" in capsys.readouterr().out


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, cassette: Path, capsys: Captured) -> None:
    (tmp_path / "bad.json").write_text("{")
    assert main(["prune", str(tmp_path / "bad.json"), str(cassette), "--json"]) == 1
    out, err = capsys.readouterr()
    bad, good = json.loads(out)["cassettes"]
    assert "error" in bad and good["kept"] == 4 and "bad.json" in err
