"""`hushtape component ...`: what component teams run.

Lives here: the subcommands' options. Must not: do their work (hushtape.keboola does).
Called by: the command line.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hushtape.errors import OptionError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "component",
        description="For components of the Keboola platform: what was written for keboola.vcr runs on it.",
        epilog="example: hushtape component alias -- python -m pytest tests",
    )
    inner = parser.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    _register_alias(inner)


def _register_alias(inner: Commands) -> None:
    parser = inner.add_parser(
        "alias",
        help="run a command in which keboola.vcr is hushtape.keboola",
        description="Run a command; in it, and in the processes that it starts, `import keboola.vcr` gives "
        "hushtape.keboola, whether keboola.vcr is installed or not. It works through PYTHONPATH, so not "
        "under `python -E` or `python -I`. The exit code is the command's.",
        epilog="example: hushtape component alias -- python -m keboola.datadirtest tests/functional",
    )
    parser.add_argument("command_line", metavar="COMMAND", nargs=argparse.REMAINDER, help="after a --")
    parser.set_defaults(run=run_alias)


def run_alias(options: argparse.Namespace) -> int:
    from hushtape.keboola.aliased_command import run_aliased

    command = options.command_line
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        raise OptionError(
            "run a command with the alias",
            "none was named",
            "write: hushtape component alias -- python -m pytest tests",
            option="COMMAND",
            value=None,
        )
    return run_aliased(command)
