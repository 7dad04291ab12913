"""`hushtape prune CASSETTE...`: what nobody needs goes.

Lives here: the command's options, which interactions they choose, and what is printed. Must not: write
cassettes (cassette/prune does), decide what a duplicate is (viewing does). Called by: the command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape.cli import failed
from hushtape.cli.output import Out, as_json, count, listed, sized
from hushtape.cli.progress import Bar
from hushtape.errors import CassetteNotFoundError, HushtapeError, OptionError, ReplayError

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.cassette.prune import Pruned

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "prune",
        description="Remove from cassettes in JSON what nobody needs: body files that nothing names, always; "
        "interactions that no replay played, with --unused; repeated ones, with --duplicates. A cassette is "
        "replaced whole or not at all. To learn what is unused, replay the whole test suite with the "
        "environment variable HUSHTAPE_USAGE naming a file.",
        epilog="example: hushtape prune tests/cassettes/*.json --unused used.jsonl --dry-run",
    )
    parser.add_argument("paths", metavar="CASSETTE", type=Path, nargs="+", help="a cassette in JSON")
    parser.add_argument(
        "--unused", metavar="REPORT", type=Path, help="drop what no replay in this report played"
    )
    parser.add_argument(
        "--duplicates", action="store_true",
        help="drop requests that repeat an earlier one, where all answers to that URL are the same; replay "
        "the rest with exhausted='last'",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="change nothing, tell what would go")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.set_defaults(run=run, gathers="paths")


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette.prune import prune

    done: list[dict[str, Any]] = []
    code = 0
    for path in dict.fromkeys(options.paths):
        try:
            pruned = prune(path, partial(_chosen, options, path), dry_run=options.dry_run)
        except OptionError:
            raise
        except HushtapeError as error:
            code = failed(error)
            done.append({"cassette": str(path), "error": str(error)})
            continue
        done.append(document(path, pruned))
        if not options.json:
            _tell(pruned, path, dry_run=options.dry_run)
    if options.json:
        print(as_json({"version": 1, "dry_run": options.dry_run, "cassettes": done}))
    return code


def _chosen(options: argparse.Namespace, path: Path, reader: Reader) -> set[int]:
    """The numbers of what goes."""
    chosen: set[int] = set()
    if options.unused is not None:
        chosen |= _unused(options.unused, path, reader)
    if options.duplicates:
        from hushtape.viewing.repeats import duplicates

        with Bar("comparing", len(reader)) as bar:
            chosen.update(duplicates(reader, bar.step))
    return chosen


def _unused(report: Path, path: Path, reader: Reader) -> set[int]:
    """What no replay in the report played. Fails closed: where the report can't tell, nothing goes."""
    from hushtape.cassette import usage

    found = usage.load(report, path, usage.digest_of(path), len(reader))
    if not found.replays:
        raise CassetteNotFoundError(
            f"drop from {path} what is unused",
            f"{report} has no replay of it as it stands now",
            f"Replay it with {usage.VARIABLE}={report}.",
            path=str(path),
        )
    if found.unclean:
        raise ReplayError(
            f"drop from {path} what is unused",
            f"{count(found.unclean, 'replay')} of it ended in an error: what it needs is not known",
            "Make the program succeed, and write a new report.",
        )
    if len(found.unplayed) == len(reader):
        raise ReplayError(
            f"drop from {path} what is unused",
            "no replay played anything of it",
            "Delete the cassette if nothing needs it.",
        )
    return found.unplayed


def document(path: Path, pruned: Pruned) -> dict[str, Any]:
    """The result for programs; its keys are stable."""
    return {
        "cassette": str(path),
        "dropped": list(pruned.dropped),
        "kept": pruned.kept,
        "bytes": pruned.bytes,
        "body_files": list(pruned.body_files),
        "body_bytes": pruned.body_bytes,
        "shared_bodies": pruned.shared,
    }


def _tell(pruned: Pruned, path: Path, *, dry_run: bool) -> None:
    out = Out()
    verb = "would drop" if dry_run else "dropped"
    told = list(_told(pruned, verb))
    out.line(("bold", str(path)), f": {'; '.join(told) if told else 'nothing to drop'}")
    if pruned.shared:
        out.line("    its body files stay: another cassette beside it has the same name before the suffix")


def _told(pruned: Pruned, verb: str) -> Iterable[str]:
    if pruned.dropped:
        total = pruned.kept + len(pruned.dropped)
        number = count(len(pruned.dropped), "interaction")
        yield f"{verb} {number} of {total:,} ({listed(pruned.dropped)}), {sized(pruned.bytes)}"
    if pruned.body_files:
        yield f"{verb} {count(len(pruned.body_files), 'body file')}, {sized(pruned.body_bytes)}"
