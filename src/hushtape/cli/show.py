"""`hushtape show CASSETTE [N ...]`: what is on a cassette, for people.

Lives here: the command's options, and which of its faces is shown: the list, interactions, one raw body.
Must not: lay out interactions (cli/showing does), hold a body. Called by: the command line. Numbers count
from 0, as in the report on an unmatched request and in JSON pointers.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.cli.output import Out, as_json, count, safe
from hushtape.cli.progress import Bar
from hushtape.errors import CassetteFormatError, OptionError

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.cli.showing import Taken
    from hushtape.model import Body, Interaction
    from hushtape.viewing.lens import Lens

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

IN_JSON = 64 * 1024
"""Bytes of each body in `--json`, without `--full`."""


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "show",
        description="List the interactions of a cassette, or show some of them with their bodies laid out. "
        "Numbers count from 0. Credentials are hidden as a recording would hide them, which matters with "
        "cassettes of other tools. Works with every format that can be replayed.",
        epilog="example: hushtape show tests/cassettes/orders.json --status 4xx --host '*.example.com'",
    )
    parser.add_argument("path", metavar="CASSETTE", type=Path, help="the cassette")
    parser.add_argument("numbers", metavar="N", nargs="*", help="interactions to show whole: 3, 5-9")
    chosen = parser.add_argument_group("which interactions (each may be given more than once)")
    chosen.add_argument("--method", metavar="NAME", action="append", default=[], help="GET, POST, ...")
    chosen.add_argument(
        "--status", metavar="CODE", action="append", default=[], help="404, 4xx, 400-418, or failed"
    )
    chosen.add_argument(
        "--host", metavar="NAME", action="append", default=[], help="a host; * stands for any text"
    )
    chosen.add_argument(
        "--url", metavar="TEXT", action="append", default=[], help="what the URL holds, or a pattern with *"
    )
    parser.add_argument("--full", action="store_true", help="bodies to their end, not their first 100 lines")
    parser.add_argument(
        "--raw", choices=("request", "response"), help="only this body of one interaction, byte for byte"
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="where --raw writes; must not exist yet")
    parser.add_argument("--unscrubbed", action="store_true", help="hide nothing of what the file holds")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run, gathers="numbers")


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette import CassetteReader
    from hushtape.cli import showing
    from hushtape.viewing.lens import Lens
    from hushtape.viewing.select import make_filter, numbers

    if options.output is not None and not options.raw:
        raise _wrong("--output", "it goes with --raw")
    wanted = make_filter(options.method, options.host, options.url, options.status)
    reader = CassetteReader.open(options.path)
    lens = Lens(unscrubbed=options.unscrubbed)
    chosen = numbers(options.numbers, len(reader))
    places = chosen or [range(len(reader))]
    bad: list[CassetteFormatError] = []

    def taken() -> Iterator[Taken]:
        busy = not sys.stdout.isatty()  # a list that scrolls by is its own progress
        with Bar("reading", sum(map(len, places)) if busy else 0) as bar:
            for number in (number for one in places for number in one):
                stored = _read(reader, number)
                bar.step()
                if isinstance(stored, CassetteFormatError):
                    bad.append(stored)
                    yield number, stored
                elif wanted.takes(stored):
                    yield number, stored

    if options.raw:
        return _raw(options, lens, taken())
    if options.json:
        _json(options, reader, lens, taken(), whole=bool(chosen))
    elif chosen:
        showing.interactions(Out(), reader, lens, taken(), full=options.full)
    else:
        showing.listing(Out(), reader, lens, taken())
    if bad:
        print(safe(f"hushtape: {count(len(bad), 'interaction')} can't be read: {bad[0]}"), file=sys.stderr)
    return 1 if bad else 0


def _read(reader: Reader, number: int) -> Interaction | CassetteFormatError:
    """The interaction; what is wrong with it where it is malformed, so that the others are shown, too."""
    try:
        return reader.read(number)
    except CassetteFormatError as error:
        return error


def _json(
    options: argparse.Namespace,
    reader: Reader,
    lens: Lens,
    taken: Iterator[Taken],
    *,
    whole: bool,
) -> None:
    """One document, written as it is made: a list of 100,000 is never held."""
    from hushtape.viewing.summary import MOST_IN_JSON, document, row, row_document

    out, info = Out(), reader.info
    head = {
        "version": 1,
        "cassette": str(options.path),
        "format": info.format,
        "source": info.source,
        "recorded_at": info.recorded_at or None,
        "complete": info.complete,
        "count": len(reader),
    }
    out.json(as_json(head, None)[:-1] + ', "interactions": [')
    limit = MOST_IN_JSON if options.full else IN_JSON
    before = "\n"
    for number, stored in taken:
        one: dict[str, object]
        if isinstance(stored, CassetteFormatError):
            one = {"number": number, "error": str(stored)}
        elif whole:
            one = document(number, lens.through(stored), stored, limit)
        else:
            one = row_document(row(number, lens.through(stored), stored))
        out.json(before + as_json(one, None))
        before = ",\n"
    out.json("\n]}\n")


def _raw(options: argparse.Namespace, lens: Lens, taken: Iterator[Taken]) -> int:
    """One body, to a file or to standard output."""
    found = [next(taken, None), next(taken, None)]
    if found[0] is None or found[1] is not None:
        raise _wrong("--raw", f"{'no' if found[0] is None else 'more than one'} interaction was chosen")
    stored = found[0][1]
    if isinstance(stored, CassetteFormatError):
        raise stored
    shown = lens.through(stored)
    body = shown.request.body
    if options.raw == "response":
        body = None if shown.response is None else shown.response.body
    if options.output is not None:
        _write(body, options.output)
        return 0
    if sys.stdout.isatty():
        raise _wrong("--raw", "a body may hold what a terminal takes for commands; name a file with --output")
    for chunk in () if body is None else body.chunks():
        sys.stdout.buffer.write(chunk)
    return 0


def _write(body: Body | None, path: Path) -> None:
    """The body as a new file, readable by its owner alone; whole or not at all."""
    from hushtape.cassette.problems import unwritable

    doing, there = f"write a body to {path}", os.path.lexists(path)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unwritable(path, doing, error, remedy="Name a new file." if there else "") from None
    try:
        with os.fdopen(fd, "wb") as file:
            for chunk in () if body is None else body.chunks():
                file.write(chunk)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(path, doing, error, remedy="Free some disk space.") from None
        raise


def _wrong(option: str, found: str) -> OptionError:
    return OptionError(f"use {option}", found, "See hushtape show --help.", option=option, value=None)
