"""`hushtape scan`: exit codes, what it prints, and that it never prints a secret."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest

from hushtape.cli import main

ROOT = Path(__file__).parents[2]
SECRET = "k-93b1c07e55"


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "cassettes" / "a.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"a": [{"password": "hunter22"}], "b": SECRET}, indent=1))
    return path


def test_findings_end_with_1_and_are_told_a_line_each(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_TOKEN", SECRET)
    assert main(["scan", str(cassette.parent), "--values-env", "MY_*"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"{cassette}:4: field password: *** (under 16 bytes) /a/0/password",
        f"{cassette}:7: known value $MY_TOKEN: *** (under 16 bytes) /b",
    ]
    assert "2 findings in 1 file" in err
    assert "hunter" not in out + err and SECRET not in out + err


def test_a_clean_folder_ends_with_0(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cassette.write_text("{}")
    assert main(["scan", str(cassette)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ["missing"],
        ["--update-baseline", "."],
        ["--baseline", "missing", "."],
        ["--values-file", "missing", "."],
        ["--values-env", "NO_SUCH_VARIABLE", "."],
        [],
    ],
)
def test_wrong_usage_and_unreadable_files_end_with_2(
    wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["scan", *wrong]) == 2
    assert capsys.readouterr().err


def test_json_output(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--json", str(cassette)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == [
        {
            "file": str(cassette),
            "line": 4,
            "pointer": "/a/0/password",
            "rule": "field password",
            "sample": "*** (under 16 bytes)",
            "decoded": "",
            "fixable": True,
        }
    ]
    assert (document["version"], document["files"], document["unreadable"]) == (1, 1, [])


def test_fix_redacts_and_ends_with_0(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--fix", str(cassette)]) == 0
    assert json.loads(cassette.read_text())["a"] == [{"password": "REDACTED"}]
    assert "1 finding redacted" in capsys.readouterr().err


def test_a_baseline_is_written_and_kept_to(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = str(cassette.with_name("baseline.json"))
    assert main(["scan", str(cassette), "--baseline", baseline, "--update-baseline"]) == 0
    assert main(["scan", str(cassette), "--baseline", baseline]) == 0
    assert "1 accepted" in capsys.readouterr().err
    assert main(["scan", str(cassette.parent), "--baseline", baseline]) == 0
    assert main(["scan", "--fix", str(cassette), "--baseline", baseline]) == 0
    assert "hunter22" in cassette.read_text()


def test_control_characters_of_names_reach_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a\x1b[2J.txt").write_text('{"x\\u001b[2J": {"password": "hunter22"}}')
    assert main(["scan", str(tmp_path)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_no_option_takes_a_secret_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["scan", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert options == {
        "--help", "--values-file", "--values-env", "--config", "--fix", "--baseline",
        "--update-baseline", "--json",
    }  # fmt: skip


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_bar_stands_on_terminals_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "long.txt").write_bytes(b"x\n" * 100_000)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("hushtape.cli.progress.PATIENCE", -1.0)
    for stream, told in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        assert main(["scan", str(tmp_path)]) == 0
        assert ("scanning" in stream.getvalue()) is told


def test_the_pre_commit_entry_names_this_command() -> None:
    entry = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert re.search(r"^  entry: hushtape scan$", entry, re.MULTILINE)
    assert "id: hushtape-scan" in entry and "language: python" in entry


def test_a_name_that_is_no_text_is_told_in_json_and_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / os.fsdecode(b"a\xff.json")
    path.write_text('{"password": "hunter22"}')
    assert main(["scan", str(tmp_path), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert os.fsencode(finding["file"]) == os.fsencode(path)
    accepted = [str(tmp_path), "--baseline", str(tmp_path / "base")]
    assert main(["scan", *accepted, "--update-baseline"]) == 0
    assert main(["scan", *accepted]) == 0


def test_files_that_known_values_come_from_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text(f"KEY={SECRET}\n")
    (tmp_path / "config.json").write_text('{"#password": "hunter22"}')
    (tmp_path / "a.txt").write_text(f"{SECRET} hunter22")
    sources = ["--values-file", str(tmp_path / ".env"), "--config", str(tmp_path / "config.json")]
    assert main(["scan", str(tmp_path), *sources, "--fix"]) == 0
    assert (tmp_path / "a.txt").read_text() == "REDACTED REDACTED"
    assert SECRET in (tmp_path / ".env").read_text() and "hunter22" in (tmp_path / "config.json").read_text()
    assert ".env" in capsys.readouterr().err
