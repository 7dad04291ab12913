"""`hushtape convert SOURCE TARGET`: a cassette in another format.

Lives here: the command's options and what it prints. Must not: read or write a cassette (cassette does).
Called by: the command line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.cli.output import as_json, count, safe

if TYPE_CHECKING:
    from hushtape.cassette import Conversion

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

STYLES = ("json", "vcrpy-json", "vcrpy-yaml", "har")


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "convert",
        description="Write the cassette SOURCE (hushtape's, vcrpy's YAML or JSON, keboola.vcr's, HAR 1.2) as "
        "TARGET, and say what the new format can't hold. SOURCE stays as it is. Nothing is scrubbed: see "
        "`hushtape scan`.",
        epilog="example: hushtape convert tests/cassettes/orders.yaml tests/cassettes/orders.json",
    )
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the cassette to read")
    parser.add_argument("target", metavar="TARGET", type=Path, help="the cassette to write")
    parser.add_argument(
        "--to", choices=STYLES, help="the format; default what TARGET's suffix says (.json is hushtape's own)"
    )
    parser.add_argument(
        "--readable-bodies", action="store_true", help="lay JSON bodies out as JSON (hushtape's format only)"
    )
    parser.add_argument("--replace", action="store_true", help="take the place of a file that is there")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette import CassetteReader, convert
    from hushtape.cli.progress import Bar

    with Bar("converting", lambda: len(CassetteReader.open(options.source))) as bar:
        result = convert(
            options.source,
            options.target,
            style=options.to or "",
            replace=options.replace,
            readable_bodies=options.readable_bodies,
            progress=bar.step,
        )
    if options.json:
        print(as_json(document(result)))
        return 0
    print(safe(f"wrote {count(result.interactions, 'interaction')} of {result.source} to {result.path}"))
    for line in told(result):
        print(safe(line), file=sys.stderr)
    return 0


def document(result: Conversion) -> dict[str, object]:
    """The result for programs; its keys are stable."""
    return {
        "version": 1,
        "cassette": str(result.path),
        "source": result.source,
        "format": result.style,
        "interactions": result.interactions,
        "lost": result.lost,
        "notes": result.notes,
    }


def told(result: Conversion) -> Iterator[str]:
    """What the new cassette does not hold, and what its own tool makes of the rest."""
    for sentence, times in result.lost.items():
        yield f"lost ({times:,}): {sentence}"
    for sentence, times in result.notes.items():
        yield f"note ({times:,}): {sentence}"
