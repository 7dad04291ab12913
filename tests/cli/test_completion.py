"""`hushtape completion`: a real bash completes with its script; the others name the same words."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from hushtape.cli import COMMANDS, build_parser, main
from hushtape.cli.commandtree import Node, Option, node, walk
from hushtape.cli.completion import HOW
from hushtape.cli.shells import SCRIPTS, bash, fish, zsh

EVIL = Node(
    (),
    "",
    (),
    None,
    (
        Node(
            ("component",),
            'it\'s [a] "test": $HOME `id`',
            (Option(("-o", "--out"), "don't [x]: y", "file"), Option(("--how",), "", "choice", ("a", "b"))),
            None,
            (Node(("component", "record"), "one's own", (Option(("--deep",), "it's", "text"),)),),
        ),
    ),
)


def completed(script: str, line: str) -> list[str]:
    """What bash offers at the end of this line."""
    words = line.split(" ")
    code = f"{script}\nCOMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; _hushtape\n"
    done = subprocess.run(
        ["bash", "-u", "-c", code + 'printf "%s\\n" "${COMPREPLY[@]:-}"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture(scope="module")
def script() -> str:
    return bash(node((), "", build_parser(everything=True)))


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hushtape ", [*COMMANDS]),
        ("hushtape sh", ["show"]),
        ("hushtape --ver", ["--version"]),
        ("hushtape show --ra", ["--raw"]),
        ("hushtape show x.json --raw ", ["request", "response"]),
        ("hushtape show x.json --raw res", ["response"]),
        ("hushtape show --output ", []),
        ("hushtape show ", []),
        ("hushtape completion ", [*HOW]),
        ("hushtape diff a.json demo --ti", ["--times"]),
    ],
)
def test_bash_offers(script: str, line: str, offered: list[str]) -> None:
    assert completed(script, line) == offered


def test_commands_below_commands_are_completed() -> None:
    script = bash(EVIL)
    assert completed(script, "hushtape component re") == ["record"]
    assert completed(script, "hushtape component record --") == ["--deep"]
    assert completed(script, "hushtape component --how ") == ["a", "b"]


@pytest.mark.parametrize("shell", [*HOW])
def test_a_script_names_every_command_and_option(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert text == SCRIPTS[shell](node((), "", build_parser(everything=True)))
    for one in walk(node((), "", build_parser(everything=True))):
        for option in one.options:
            for flag in option.flags:
                assert flag in text or f" -l {flag.lstrip('-')}" in text or f" -s {flag.lstrip('-')}" in text
    assert all(re.search(rf"\b{name}\b", text) for name in COMMANDS)


def test_no_help_text_breaks_a_script() -> None:
    for line in fish(EVIL).splitlines()[1:]:
        quoted = line.replace("\\'", "")
        assert quoted.count("'") % 2 == 0
    text = zsh(EVIL)
    assert len(shlex.split(text.partition("\n")[2], comments=True)) > 20  # quotes are balanced
    assert "`id`" not in "".join(re.findall(r"^\s*\w[^']*$", text, re.MULTILINE))


def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "powershell"]) == 2
    assert main(["completion"]) == 2
    assert capsys.readouterr().out == ""
