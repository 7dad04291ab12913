"""`hushtape recover PATH`: turn the journal of a killed recording into a cassette.

Lives here: the command's options and what it prints. Must not: read a journal (cassette does).
Called by: the command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hushtape.cassette import Recovery

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "recover",
        help="turn the journal of a killed recording into a cassette",
        description="Write every finished exchange of the journal beside PATH into a cassette. Beside an "
        "earlier cassette the result is named NAME.recovered.json, unless --replace is given. Needs no "
        "secrets: an exchange is in the journal only after its audit passed.",
        epilog="example: hushtape recover tests/cassettes/orders.json",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="the cassette that was being recorded")
    parser.add_argument("--replace", action="store_true", help="take the place of an earlier cassette")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette import recover

    recovery = recover(options.path, replace=options.replace)
    for line in told(recovery):
        print(line)
    return 0 if recovery.path is not None and not recovery.damaged and not recovery.unsearched else 1


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
        yield (
            f"{count(len(recovery.unsearched), 'interaction')} may hold a secret that was learned later, and "
            f"were not searched for it: {listed(recovery.unsearched)}. Read them before you share the "
            "cassette, or record it again"
        )
    if recovery.beside:
        yield "the earlier cassette was left alone; compare the two, then rename or remove one"


def listed(places: tuple[int, ...]) -> str:
    """Places in a cassette as ranges: `1-14, 20`."""
    ranges: list[list[int]] = []
    for place in places:
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return ", ".join(f"{first:,}" if first == last else f"{first:,}-{last:,}" for first, last in ranges)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
