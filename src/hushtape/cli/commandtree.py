"""The commands as a table: what each is called, its options and those below it, read from the parser.

Lives here: the table, and its reading. Must not: know a shell (shells.py does). Called by: completion,
shells.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from hushtape.cli import COMMANDS


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


def walk(tree: Node) -> Iterator[Node]:
    """The command and all below it."""
    yield tree
    for one in tree.below:
        yield from walk(one)


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
