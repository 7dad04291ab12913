"""The command line: exit codes, help with an example, errors without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hushtape.cli
from hushtape.cassette import Recovery
from hushtape.cli import main
from hushtape.cli.recover import told


@pytest.mark.parametrize("command", [[], ["demo"], ["recover"], ["scan"]])
def test_help_shows_an_example_and_ends_with_0(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--help"]) == 0
    assert f"example: hushtape {command[0] if command else 'demo'}" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["nonsense"], ["recover"], ["demo", "--colour"], []])
def test_wrong_usage_ends_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(wrong) == 2
    told_on = capsys.readouterr()
    assert "usage: hushtape" in told_on.out + told_on.err


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("hushtape ")


def test_a_hushtape_error_is_one_plain_line_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recover", str(tmp_path / "nothing.json")]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("hushtape: ") and "nothing.json" in err
    assert "Traceback" not in err


def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hushtape.cli.recover.run", stop)
    assert main(["recover", "x.json"]) == hushtape.cli.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


def test_python_dash_m_is_the_same_command_line() -> None:
    ended = subprocess.run([sys.executable, "-m", "hushtape", "nonsense"], capture_output=True, text=True)
    assert ended.returncode == 2 and "usage: hushtape" in ended.stderr


def test_the_demo_refuses_a_folder_that_holds_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    assert main(["demo", "--keep", str(tmp_path)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_demo_refuses_a_folder_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["demo", "--keep", str(tmp_path / "file")]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_recovery_is_told_in_words() -> None:
    path = Path("orders.json")
    assert list(told(Recovery(path, 1, 0))) == ["recovered 1 interaction into orders.json"]
    text = "\n".join(told(Recovery(path, 1200, 2, 3, True)))
    assert "1,200 interactions" in text and "2 exchanges had not finished" in text
    assert "3 exchanges stood damaged" in text and "left alone" in text
    assert "nothing to recover" in "\n".join(told(Recovery(None, 0, 4)))
