"""The command line: `hushtape COMMAND`.

Lives here: the parser, and what every command shares: exit codes and how errors are printed.
Must not: do a command's work; each command is a module of this room, imported when it is asked for.
Exit codes: 0 it worked; 1 it did not (a hushtape error, a check that failed); 2 wrong usage.
Called by: the console script and `python -m hushtape`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hushtape.errors import HushtapeError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. `argv` defaults to the process's own arguments. Returns the exit code."""
    parser = build_parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:  # argparse printed help (0) or what was wrong (2)
        return stop.code if isinstance(stop.code, int) else 2
    if options.command is None:
        parser.print_help()
        return 2
    return run(options)


def run(options: argparse.Namespace) -> int:
    """Run the chosen command; its errors are printed plainly, without a traceback."""
    try:
        result: int = options.run(options)
    except HushtapeError as error:
        print(f"hushtape: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output left, as `head` does
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("hushtape: interrupted", file=sys.stderr)
        return INTERRUPTED
    return result


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hushtape",
        description="Records HTTP once and replays it for ever.",
        epilog="example: hushtape demo",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    from hushtape.cli import demo, recover, scan

    demo.register(commands)
    recover.register(commands)
    scan.register(commands)
    return parser


class _Version(argparse.Action):
    """Reads the version only when asked: it is not needed for anything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"hushtape {version('hushtape')}")
        parser.exit(0)
