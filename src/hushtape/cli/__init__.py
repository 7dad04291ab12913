"""The command line: `hushtape COMMAND`.

Lives here: the parser, and what every command shares: exit codes and how errors are printed.
Must not: do a command's work; each command is a module of this room, imported when it is asked for.
Exit codes: 0 it worked; 1 it did not (a hushtape error, a check that failed); 2 wrong usage. Where 1 is an
answer (`scan`, `diff`), what can't be read is 2. Called by: the console script and `python -m hushtape`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TextIO

from hushtape.errors import HushtapeError, OptionError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""

UNREAD = 141
"""128 + SIGPIPE: the reader of our output left, as `head` does."""

COMMANDS = {
    "convert": "write a cassette in another format: vcrpy's, HAR, hushtape's",
    "demo": "record and replay a small HTTPS job on this machine",
    "show": "list what is on a cassette, or show interactions whole",
    "diff": "tell what changed between two cassettes",
    "stats": "count what is on a cassette",
    "prune": "remove from cassettes what nobody needs",
    "recover": "turn the journal of a killed recording into a cassette",
    "scan": "look for secrets in cassettes before they are committed",
    "component": "test, record and migrate components of the Keboola platform",
    "completion": "print a completion script for your shell",
}
"""Every command, and its line in the help. `hushtape.cli.NAME` has `register`, which adds its parser."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. `argv` defaults to the process's own arguments. Returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    parser = build_parser(next((word for word in argv if not word.startswith("-")), None))
    try:
        options = _parsed(parser, argv)
    except SystemExit as stop:  # argparse printed help (0) or what was wrong (2)
        return stop.code if isinstance(stop.code, int) else 2
    if options.command is None:
        parser.print_help()
        return 2
    return run(options)


def _parsed(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """The options. Of a list of arguments (`show FILE 1 2`), argparse takes what stands before an option; a
    command that sets `gathers` to the list's name gets those behind one as well (`show FILE --json 1 2`).
    """
    options, rest = parser.parse_known_args(argv)
    gathers: str = getattr(options, "gathers", "")
    if rest and (not gathers or any(word.startswith("-") for word in rest)):
        options.parser.error(_unknown(options.parser, rest))
    if rest:
        getattr(options, gathers).extend([Path(word) if gathers == "paths" else word for word in rest])
    return options


def _unknown(parser: argparse.ArgumentParser, rest: Sequence[str]) -> str:
    """What is wrong with arguments that no option takes. Their values are not repeated: whoever tries to hand
    over a secret finds it in no log."""
    unknown = [word.partition("=")[0] for word in rest if word.startswith("-")]
    if not unknown:
        return f"too many arguments: {len(rest)} more than it takes"
    known = re.findall(r"--[a-z][a-z-]+", parser.format_help())
    near = get_close_matches(unknown[0], known, n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]}?" if near else f"; see {parser.prog} --help"
    return f"there is no option {', '.join(unknown)}{hint}"


def run(options: argparse.Namespace) -> int:
    """Run the chosen command; its errors are printed plainly, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        _soften(stream)
    try:
        result: int = options.run(options)
        sys.stdout.flush()  # here, where a reader that left is noticed
    except HushtapeError as error:
        return failed(error, 2 if isinstance(error, OptionError) else 1)
    except BrokenPipeError:
        _leave_unread()
        return UNREAD
    except OSError as error:  # cassettes have errors of their own: this is the output, or a file of usage
        _leave_unread()
        return _told(error)
    except KeyboardInterrupt:
        print("hushtape: interrupted", file=sys.stderr)
        return INTERRUPTED
    return result


def _told(error: OSError) -> int:
    from hushtape.cli.output import safe

    where = f": {error.filename}" if error.filename else ""
    print(safe(f"hushtape: {error.strerror or type(error).__name__}{where}"), file=sys.stderr)
    return 1


def failed(error: HushtapeError, code: int = 1) -> int:
    """Print an error; returns `code`. Its text may speak of a file by its name, which may hold anything."""
    from hushtape.cli.output import safe

    print("\n".join(map(safe, f"hushtape: {error}".split("\n"))), file=sys.stderr)
    return code


def build_parser(command: str | None = None, *, everything: bool = False) -> argparse.ArgumentParser:
    """The parser. Only `command` gets its arguments: the others' modules are not imported.

    `everything`: all of them do.
    """
    parser = argparse.ArgumentParser(
        prog="hushtape",
        description="Records HTTP once and replays it for ever.",
        epilog="example: hushtape demo",
    )
    parser.set_defaults(parser=parser)
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, line in COMMANDS.items():
        if name == command or everything:
            import_module(f"hushtape.cli.{name}").register(commands)
            commands.choices[name].set_defaults(parser=commands.choices[name])
        else:
            commands.add_parser(name, help=line)
    return parser


def _soften(stream: TextIO) -> None:
    """A character that the terminal's encoding lacks is printed as its escape, and stops nothing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _leave_unread() -> None:
    """What is still buffered has no reader: it goes nowhere, and the interpreter's last flush is quiet."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # a stand-in for standard output, without a descriptor
        return


class _Version(argparse.Action):
    """Reads the version only when asked: it is not needed for anything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"hushtape {version('hushtape')}")
        parser.exit(0)
