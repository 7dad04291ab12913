"""Every command of docs/cli.md is run, and prints what the page shows."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from hushtape.cassette import Journal
from hushtape.cli import COMMANDS, main
from tests.docs.examples import ROOT, Example, examples
from tests.support.cassettes import interaction, seal

PAGE = ROOT / "docs" / "cli.md"
SHOWN = list(examples(PAGE, "console"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the page speaks of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (tmp_path / "old").mkdir()
    first = interaction(
        "/orders?page=1", {"orders": [{"id": 7, "state": "open"}], "next": None}, elapsed=0.042
    )
    missing = interaction("/orders/9", {"error": "no such order"}, status=404, elapsed=0.013)
    login = interaction("/login", {"ok": True}, method="POST", sent={"user": "ann"}, status=201, elapsed=0.2)
    seal(tmp_path / "old" / "orders.json", [first, missing])
    changed = interaction(
        "/orders?page=1", {"orders": [{"id": 7, "state": "paid"}], "next": None}, elapsed=0.04
    )
    seal(tmp_path / "orders.json", [login, changed, missing])
    seal(tmp_path / "polls.json", [missing, missing, login])
    journal = Journal.create(tmp_path / "killed.json")
    journal.commit(journal.begin(), login)
    journal.abandon()


def commands(example: Example) -> list[tuple[str, int, str]]:
    """Each command of a block, the exit code that its comment tells, and what it is said to print."""
    found: list[tuple[str, int, str]] = []
    for line in example.text.splitlines(keepends=True):
        if line.startswith("$ "):
            command, _, comment = line[2:].rstrip("\n").partition("  # ends with ")
            found.append((command, int(comment or 0), ""))
        else:
            command, code, text = found[-1]
            found[-1] = (command, code, text + line)
    return found


@pytest.mark.parametrize("example", SHOWN, ids=lambda example: f"line {example.line}")
def test_a_command_prints_what_the_page_shows(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    for command, code, shown in commands(example):
        name, *arguments = shlex.split(command)
        assert name == "hushtape"
        assert main(arguments) == code, command
        printed = capsys.readouterr()
        assert printed.out.replace(str(Path.cwd()), "/project") == shown, command
        assert not printed.err


def test_the_page_shows_every_command_of_its_own_or_where_it_is_shown() -> None:
    text = PAGE.read_text()
    assert all(f"hushtape {name}" in text for name in COMMANDS)


def test_the_page_has_examples() -> None:
    assert sum(len(commands(example)) for example in SHOWN) >= 8
