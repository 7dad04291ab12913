"""The command line of the benchmark: options in, figures out, results kept under bench/results/.

Joins the other rooms: environments, server, schedule, summary, table, README. Exit code 0 when every promise
that was measured is met, 1 when one is missed, 2 when the benchmark itself could not run.
"""

import argparse
import datetime
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import environments, readme, results, table
from bench.contenders import BARE, CONTENDERS, FAST_ENVIRONMENT, HUSHTAPE, RECORDERS
from bench.figure import Row
from bench.rows import ROWS
from bench.schedule import Outcomes, Schedule
from bench.service import Service
from bench.summary import Line, line
from bench.task import FAST_MODES


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="hushtape beside the others, measured"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, two repetitions: figures are rough"
    )
    parser.add_argument("--only", nargs="+", choices=names, metavar="ROW", help=f"rows: {', '.join(names)}")
    parser.add_argument("--tools", nargs="+", choices=RECORDERS, default=list(RECORDERS), metavar="TOOL",
                        help=f"recorders: {', '.join(RECORDERS)}; the bare client always runs")  # fmt: skip
    parser.add_argument("--repetitions", type=int, help="instead of the row's own number")
    parser.add_argument("--timeout", type=float, help="seconds a process may take (180; 60 with --quick)")
    parser.add_argument(
        "--long", type=float, default=30.0, help="seconds after which a point is not repeated"
    )
    parser.add_argument(
        "--from", nargs="+", type=Path, dest="kept", metavar="FILE", help="measure nothing: show kept rows"
    )
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    options = parser.parse_args(argv)
    if options.write_readme and options.quick:
        parser.error("--write-readme wants the full sizes: leave --quick out")
    return options


def _say(text: str) -> None:
    print(f"{datetime.datetime.now().astimezone():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def _measure(options: argparse.Namespace, rows: Sequence[Row], tools: tuple[str, ...]) -> results.Results:
    """All rows; the figures are saved after each, so that a run that is ended keeps what it has."""
    needed = dict.fromkeys(CONTENDERS[name].environment for name in tools)
    if HUSHTAPE in tools and any(FAST_MODES.intersection(row.own_modes) for row in rows):
        needed[FAST_ENVIRONMENT] = None
    pythons = {name: environments.ensure(name, _say) for name in needed}
    server = environments.ensure("server", _say)
    measured: dict[str, Outcomes] = {}
    place = results.place(quick=options.quick)
    with tempfile.TemporaryDirectory(prefix="hushtape-bench-") as name:
        work = Path(name)
        with Service.start(server, work) as service:
            schedule = Schedule(
                service=service,
                pythons=pythons,
                tools=tools,
                work=work,
                quick=options.quick,
                say=_say,
                timeout=options.timeout or (60 if options.quick else 180),
                long=options.long,
                repetitions=options.repetitions,
            )
            for position, row in enumerate(rows, 1):
                _say(f"row {position} of {len(rows)}: {row.title}")
                measured[row.name] = schedule.run(row)
                for shown in _lines([row], measured, tools):
                    print(table.block(shown), flush=True)
                kept = results.save(results.Results.here(measured, quick=options.quick), place)
                _say(f"raw figures: {kept}")
    return results.Results.here(measured, quick=options.quick)


def _lines(rows: Sequence[Row], measured: dict[str, Outcomes], tools: tuple[str, ...]) -> list[Line]:
    return [line(row.name, figure, measured[row.name], tools) for row in rows for figure in row.figures]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module's docstring for the exit code."""
    options = _arguments(argv)
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    tools = (BARE, *(name for name in RECORDERS if name in options.tools))
    try:
        if options.write_readme:  # a missing mark should be told before hours of measuring, not after
            readme.replace_table((environments.ROOT / "README.md").read_text(encoding="utf-8"), "")
        kept = results.load(options.kept) if options.kept else _measure(options, rows, tools)
    except (RuntimeError, ValueError, OSError) as error:
        print(f"the benchmark could not run: {error}", file=sys.stderr)
        return 2
    lines = _lines([row for row in rows if row.name in kept.rows], kept.rows, tools)
    told = [shown for shown in lines if not shown.figure.detail]
    text = f"{kept.caption()}\n\n{table.markdown(told, tools)}"
    print(f"\n{text}\n\n{table.closing(lines)}")
    if options.write_readme:
        readme.write(environments.ROOT / "README.md", text)
    return 1 if any(shown.verdict == "missed" for shown in lines) else 0
