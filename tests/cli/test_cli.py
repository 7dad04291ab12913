"""The command line: exit codes, help with an example, errors without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hushtape.cli
from hushtape.cassette import Journal, Recovery
from hushtape.cli import COMMANDS, main
from hushtape.cli.recover import told
from hushtape.model import BytesBody, Head, Interaction, Request, Response


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
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


def test_only_the_module_of_the_command_that_was_asked_for_is_imported() -> None:
    code = (
        "import sys, hushtape.cli\n"
        "hushtape.cli.main(['recover', '--help'])\n"
        "print([name for name in hushtape.cli.COMMANDS if 'hushtape.cli.' + name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "['recover']"


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"    {name}" in shown for name in COMMANDS)


def test_what_can_not_be_encoded_is_an_escape(tmp_path: Path) -> None:
    """And a file's name can't speak to the terminal."""
    ended = subprocess.run(
        [sys.executable, "-m", "hushtape", "recover", str(tmp_path / "bus-\u00e9-\x1b[2J-\u202e.json")],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PATH": ""},
    )
    assert ended.returncode == 1
    assert b"bus-\\xe9-\\x1b[2J-\\u202e.json" in ended.stderr and b"\x1b" not in ended.stderr


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    """`hushtape ... | head`: no traceback, and no complaint of the interpreter's last flush."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "hushtape", "scan", str(tmp_path), "--json"]
    with os.fdopen(writing, "wb") as out:
        ended = subprocess.run(command, stdout=out, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stderr) == (141, b"")


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
    learned = "\n".join(told(Recovery(path, 20, 0, unsearched=(1, 2, 3, 9))))
    assert "not searched for it: 0-2, 8. Read them (hushtape show orders.json N)" in learned
    lists = "\n".join(told(Recovery(path, 20, 0, unsearched_lists=("db_interactions",))))
    assert "db_interactions may hold a secret" in lists and "Read it (in orders.json)" in lists
    assert "nothing to recover" in "\n".join(told(Recovery(None, 0, 4)))


def test_recover_tells_programs_what_became_of_the_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    answer = Response(Head(200, "OK"), BytesBody(b"[]"))
    journal.commit(journal.begin(), Interaction(Request("GET", "https://api.example.com/"), answer))
    journal.begin()
    journal.abandon()
    assert main(["recover", str(tmp_path / "orders.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "cassette": str(tmp_path / "orders.json"),
        "recovered": 1,
        "in_flight": 1,
        "damaged": 0,
        "beside_earlier": False,
        "unsearched": [],
        "unsearched_lists": [],
    }


def test_arguments_of_a_list_may_stand_behind_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        path.write_text('{"version": 1, "interactions": []}')
    assert main(["prune", str(paths[0]), "--dry-run", str(paths[1])]) == 0
    assert capsys.readouterr().out.count("nothing to drop") == 2
    assert main(["show", str(paths[0]), "--full", "7"]) == 2
    assert "7" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "a.json", "--json", "1", "--nothing"], "show: error: there is no option --nothing"),
        (["stats", "a.json", "--json", "b.json"], "stats: error: too many arguments: 1 more"),
        (["scan", "a.json", "--fixx"], "did you mean --fix?"),
        (["component", "test", ".", "--junt", "a.xml"], "component test: error: there is no option --junt;"),
    ],
)
def test_what_no_command_knows_is_wrong_usage(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", [["scan", "a"], ["diff", "a", "b"], ["component", "test"]])
@pytest.mark.parametrize("words", [["--secret", "hunter22"], ["--secret=hunter22"], ["--token", "hunter22"]])
def test_a_value_on_the_command_line_is_not_repeated(
    command: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, *words]) == 2
    assert "hunter22" not in "".join(capsys.readouterr())
