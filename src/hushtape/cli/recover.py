"""`hushtape recover PATH`: turn the journal of a killed recording into a cassette.

Lives here: the command's options and what it prints. Must not: read a journal (cassette does).
Called by: the command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.cli.output import as_json, count, listed, safe

if TYPE_CHECKING:
    from hushtape.cassette import Recovery

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "recover",
        description="Write every finished exchange of the journal beside PATH into a cassette. Beside an "
        "earlier cassette the result is named NAME.recovered.json, unless --replace is given. Needs no "
        "secrets: an exchange is in the journal only after its audit passed.",
        epilog="example: hushtape recover tests/cassettes/orders.json",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="the cassette that was being recorded")
    parser.add_argument("--replace", action="store_true", help="take the place of an earlier cassette")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette import recover

    recovery = recover(options.path, replace=options.replace)
    if options.json:
        print(as_json(document(recovery)))
    else:
        for line in told(recovery):
            print(safe(line))
    doubtful = recovery.damaged or recovery.unsearched or recovery.unsearched_lists
    return 0 if recovery.path is not None and not doubtful else 1


def document(recovery: Recovery) -> dict[str, object]:
    """The result for programs; its keys are stable."""
    return {
        "version": 1,
        "cassette": None if recovery.path is None else str(recovery.path),
        "recovered": recovery.recovered,
        "in_flight": recovery.in_flight,
        "damaged": recovery.damaged,
        "beside_earlier": recovery.beside,
        "unsearched": [place - 1 for place in recovery.unsearched],
        "unsearched_lists": list(recovery.unsearched_lists),
    }


def told(recovery: Recovery) -> Iterator[str]:
    """What became of the journal, a line for each thing the reader should know."""
    if recovery.path is None:
        yield "nothing to recover: no exchange had finished; the journal was removed"
    else:
        yield f"recovered {count(recovery.recovered, 'interaction')} into {recovery.path}"
    if recovery.in_flight:
        yield f"{count(recovery.in_flight, 'exchange')} had not finished and can't be recovered"
    if recovery.damaged:
        yield f"{count(recovery.damaged, 'exchange')} stood damaged on the disk and were left out"
    if recovery.unsearched:
        places = listed(place - 1 for place in recovery.unsearched)  # as `hushtape show` counts them
        yield (
            f"{count(len(recovery.unsearched), 'interaction')} may hold a secret that was learned later, and "
            f"were not searched for it: {places}. Read them (hushtape show {recovery.path} N) before "
            "you share the cassette, or record it again"
        )
    for name in recovery.unsearched_lists:
        yield (
            f"{name} may hold a secret that was learned later, and was not searched for it. "
            f"Read it (in {recovery.path}) before you share the cassette, or record it again"
        )
    if recovery.beside:
        yield "the earlier cassette was left alone; compare the two, then rename or remove one"
