"""`hushtape completion SHELL`: a script that completes the commands and options of `hushtape`.

Lives here: the command. Must not: read the parser (commandtree.py does), know a shell (shells.py does).
Called by: the command line. The script is static: completing starts no Python. Why not a library: shtab, the
one that reads argparse, writes none for fish.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HOW = {
    "bash": "source <(hushtape completion bash), in ~/.bashrc",
    "zsh": "hushtape completion zsh > DIR/_hushtape, DIR being one of $fpath",
    "fish": "hushtape completion fish > ~/.config/fish/completions/hushtape.fish",
}


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
    from hushtape.cli.commandtree import node
    from hushtape.cli.shells import SCRIPTS

    tree = node((), "", build_parser(everything=True))
    print(SCRIPTS[options.shell](tree), end="")
    return 0
