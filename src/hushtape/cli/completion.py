"""`hushtape completion SHELL`: a script that completes the commands and options of `hushtape`.

Lives here: the command, and the tables that the scripts are made of, read from the parser itself. Must not:
know a shell (shells.py does). Called by: the command line. The script is static: completing starts no
Python. Why not a library: shtab, the one that reads argparse, writes none for fish.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from hushtape.cli import COMMANDS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HOW = {
    "bash": "source <(hushtape completion bash), in ~/.bashrc",
    "zsh": "hushtape completion zsh > DIR/_hushtape, DIR being one of $fpath",
    "fish": "hushtape completion fish > ~/.config/fish/completions/hushtape.fish",
}


class Option(Struct, frozen=True):
    """An option. `takes`: "" nothing, "file", "text", or "choice" (one of `choices`)."""

    flags: tuple[str, ...]
    help: str
    takes: str = ""
    choices: tuple[str, ...] = ()


class Node(Struct, frozen=True):
    """A command, and those below it. `words`: what it is called by, after `hushtape`."""

    words: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    positional: Option | None = None
    below: tuple[Node, ...] = ()


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "completion",
        description="Print a script that completes hushtape's commands and options in your shell. "
        + "; ".join([f"{shell}: {how}" for shell, how in HOW.items()])
        + ".",
        epilog="example: hushtape completion bash >> ~/.bash_completion",
    )
    parser.add_argument("shell", choices=tuple(HOW), help="for which shell")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.cli import build_parser
    from hushtape.cli.shells import SCRIPTS

    tree = node((), "", build_parser(everything=True))
    print(SCRIPTS[options.shell](tree), end="")
    return 0


def node(words: tuple[str, ...], line: str, parser: argparse.ArgumentParser) -> Node:
    """The table of a parser and of those below it."""
    options, below = [], []
    positional = None
    for action in parser._actions:  # argparse has no public way to ask
        if isinstance(action, argparse._SubParsersAction):
            lines = {one.dest: one.help or "" for one in action._choices_actions}
            known = COMMANDS if not words else {}  # the top level's lines stand there, not in its parsers
            below = [
                node((*words, name), lines.get(name) or known.get(name, ""), one)
                for name, one in action.choices.items()
            ]
        elif action.help == argparse.SUPPRESS:
            continue
        elif action.option_strings:
            options.append(_option(action))
        else:
            positional = positional or _option(action)
    return Node(words, line, tuple(options), positional, tuple(below))


def _option(action: argparse.Action) -> Option:
    text = " ".join((action.help or "").replace("%%", "%").split())
    choices = tuple(map(str, action.choices or ()))
    takes = "" if action.nargs == 0 else "choice" if choices else "file" if action.type is Path else "text"
    return Option(tuple(action.option_strings), text, takes, choices)
