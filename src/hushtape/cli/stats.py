"""`hushtape stats CASSETTE`: how much there is of what.

Lives here: the command's options and what it prints. Must not: count (viewing does). Called by: the command
line.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape.cli.output import Out, Part, as_json, count, sized
from hushtape.cli.progress import Bar
from hushtape.matching.text import shortened

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.viewing.statistics import Statistics, Tally

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

NAMES = 10
"""Hosts, statuses and the like in a list for people; `--json` tells all."""


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "stats",
        description="Count what is on a cassette: interactions and bytes by host, method and status, the "
        "largest bodies, repeated requests, how long answers took, how old it is, what failed, and "
        "whether it is complete.",
        epilog="example: hushtape stats tests/cassettes/orders.json",
    )
    parser.add_argument("path", metavar="CASSETTE", type=Path, help="the cassette")
    parser.add_argument("--unscrubbed", action="store_true", help="hide nothing of what the file holds")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.cassette import CassetteReader
    from hushtape.viewing.lens import Lens
    from hushtape.viewing.statistics import gather

    reader = CassetteReader.open(options.path)
    with Bar("counting", len(reader)) as bar:
        found = gather(reader, Lens(unscrubbed=options.unscrubbed), bar.step)
    size = options.path.stat().st_size
    if options.json:
        print(as_json(document(options.path, reader, found, size)))
    else:
        show(Out(), reader, found, size)
    return 0


def document(path: Path, reader: Reader, found: Statistics, size: int) -> dict[str, Any]:
    """The figures for programs; the keys are stable. Ages are in seconds."""
    import msgspec

    info = reader.info
    figures: dict[str, Any] = msgspec.to_builtins(found)
    return {
        "version": 1,
        "cassette": str(path),
        "format": info.format,
        "source": info.source,
        "complete": info.complete,
        "recorded_at": info.recorded_at or None,
        "age": _age(info.recorded_at or found.oldest),
        "file_bytes": size,
        **figures,
        "oldest": found.oldest or None,
        "newest": found.newest or None,
    }


def show(out: Out, reader: Reader, found: Statistics, size: int) -> None:
    """The figures for people."""
    info = reader.info
    out.line(("bold", str(reader.path)))
    told: list[tuple[str, str]] = [
        ("written by", f"{info.source}, format {info.format}" if info.format else info.source),
        ("complete", "yes" if info.complete else "no: its recording ended early"),
        ("recorded", _recorded(info.recorded_at or found.oldest)),
        ("size", f"{sized(size)}{_files(found.body_files)}"),
        ("interactions", f"{found.interactions.count:,}"),
        ("bodies", f"{sized(found.request_bytes)} sent, {sized(found.response_bytes)} received"),
        ("asked again", _repeats(found)),
    ]
    if found.latency is not None:
        one = found.latency
        seconds = f"{one.median:.3f} s, 9 of 10 within {one.p90:.3f} s, longest {one.maximum:.3f} s"
        told.append(("answers took", f"median {seconds}"))
    if found.failures:
        told.append(("failed", ", ".join([f"{number:,} {name}" for name, number in found.failures.items()])))
    if found.endings:
        told.append(("cut", ", ".join([f"{number:,} {name}" for name, number in found.endings.items()])))
    for name, text in told:
        out.line("  ", ("dim", f"{name:<14}"), text)
    for title, tallies in (("host", found.hosts), ("method", found.methods), ("status", found.statuses)):
        for line in _table(title, tallies):
            out.line(*line)
    if found.largest:
        out.line()
        out.line(("bold", "  largest bodies"))
    for large in found.largest:
        where = f"{large.number:>7,}  {large.side:<8}  {large.method} {shortened(large.uri, 200)}"
        out.line(f"  {sized(large.bytes):>10}  ", where)


def _table(title: str, tallies: dict[str, Tally]) -> Iterator[list[Part]]:
    ranked = sorted(tallies.items(), key=lambda item: (-item[1].count, item[0]))
    if ranked:
        yield []
        yield [("bold", f"  {title:<40} interactions       bytes")]
    for name, tally in ranked[:NAMES]:
        yield [f"  {shortened(name, 40):<40} {tally.count:>12,} {sized(tally.bytes):>11}"]
    if len(ranked) > NAMES:
        yield [("dim", f"  and {len(ranked) - NAMES:,} more (--json tells all)")]


def _files(tally: Tally) -> str:
    return f", and {count(tally.count, 'body file')} of {sized(tally.bytes)}" if tally.count else ""


def _repeats(found: Statistics) -> str:
    if not found.repeated_requests:
        return "nothing"
    same = f"{found.duplicates.count:,} with the same answer ({sized(found.duplicates.bytes)})"
    return f"{count(found.repeated_requests, 'request')}, {same}"


def _recorded(stated: str) -> str:
    age = _age(stated)
    if age is None:
        return shortened(stated) or "not stated"
    days = int(age // 86400)
    return f"{shortened(stated)} ({'today' if days < 1 else count(days, 'day') + ' ago'})"


def _age(stated: str) -> float | None:
    """Seconds since this time; None where it states none."""
    try:
        then = datetime.fromisoformat(stated)
    except ValueError:
        return None
    then = then if then.tzinfo is not None else then.replace(tzinfo=UTC)
    return max((datetime.now(UTC) - then).total_seconds(), 0.0)
