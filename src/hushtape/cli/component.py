"""`hushtape component ...`: functional tests of Keboola components.

Lives here: the options of test, scaffold, snapshot and alias, and what they print. Must not: run a case
(keboola.runner does). Called by: the command line. Exit codes of `test`: 0 all passed, 1 a case did not, 2
wrong usage; of `alias`: the command's own.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from hushtape.cli.output import Out
from hushtape.cli.progress import Bar
from hushtape.errors import OptionError

if TYPE_CHECKING:
    from hushtape.keboola.runner import Outcome, Settings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "component",
        description="Functional tests of Keboola components: a folder a case, recorded once, replayed.",
        epilog="example: hushtape component test tests/functional --jobs 2",
    )
    parts = parser.add_subparsers(dest="part", metavar="PART", title="parts", required=True)
    _test(parts)
    _scaffold(parts)
    _snapshot(parts)
    _alias(parts)


def _test(parts: Commands) -> None:
    parser = parts.add_parser(
        "test",
        help="run the cases of a tests' folder",
        description="Run each case: replay it where it has a cassette, record it where it has secrets "
        "(config.secrets.json), and compare what it writes with expected/. Ends with 0 if all passed, 1 if "
        "one did not or there is none.",
        epilog="example: hushtape component test tests/functional --tests 01_full_load --record",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=Path("tests/functional"))
    _component(parser)
    mode = parser.add_mutually_exclusive_group()
    for name, line in (
        ("record", "record every case anew"),
        ("replay", "replay only: a case without a cassette may make no request"),
        ("live", "run against the real API, without a tape"),
    ):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name, help=line)
    parser.add_argument(
        "--tests", metavar="NAME[,NAME]", default="", help="only these; * stands for any text"
    )
    parser.add_argument(
        "--update", action="store_true",
        help="record where there are secrets, else replay, and take what was written for expected/ and the "
        "snapshot",
    )  # fmt: skip
    parser.add_argument("--validate-snapshots", action="store_true", help="compare output_snapshot.json, too")
    parser.add_argument(
        "--freeze-time", metavar="ISO", default="auto",
        help="the time that components see; `disable`: as it goes on; default: as recorded",
    )  # fmt: skip
    parser.add_argument(
        "--real-pauses", action="store_true", help="a replay waits between requests as the component asks"
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--jobs", metavar="N", type=int, default=1, help="cases at a time, each in a process")
    ways.add_argument(
        "--in-process", action="store_true", help="all cases in this process, where a debugger reaches them"
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write JUnit XML there")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.add_argument("--verbose", "-v", action="store_true", help="show differences whole")
    parser.set_defaults(parser=parser, run=test, mode="auto")


def _scaffold(parts: Commands) -> None:
    parser = parts.add_parser(
        "scaffold",
        help="make test folders from configurations, and record them",
        description="Make a test folder for each definition, record it, and take its outputs for expected/. "
        "Real secrets are merged into a temporary copy alone.",
        epilog="example: hushtape component scaffold --definitions tests/setup/configs.json "
        "--secrets secrets.json",
    )
    parser.add_argument(
        "--definitions", metavar="FILE", type=Path, default=Path("tests/setup/configs.json"),
        help="JSON: definitions with name and config, or configurations",
    )  # fmt: skip
    parser.add_argument("--output", metavar="DIR", type=Path, default=Path("tests/functional"))
    _component(parser)
    parser.add_argument(
        "--input-files", metavar="DIR", type=Path, default=Path("tests/setup/input_files"),
        help="where the inputs stand that configurations name",
    )  # fmt: skip
    parser.add_argument("--no-record", action="store_true", help="make the folders only")
    parser.add_argument("--secrets", metavar="FILE", type=Path, help="JSON, merged in for the recording")
    parser.add_argument("--freeze-time", metavar="ISO", help="the time that components see; default: now")
    parser.add_argument(
        "--chain-state", action="store_true", help="each case's out/state.json is the next one's input"
    )
    parser.add_argument("--regenerate", action="store_true", help="record cases that have a cassette, too")
    parser.add_argument("--db-driver", choices=("auto", "oracledb", "none"), default="auto")
    parser.set_defaults(parser=parser, run=scaffold)


def _snapshot(parts: Commands) -> None:
    parser = parts.add_parser(
        "snapshot",
        help="write output_snapshot.json of a case",
        description="Write the hashes and sizes of a case's expected outputs to its output_snapshot.json, "
        "which `test --validate-snapshots` compares.",
        epilog="example: hushtape component snapshot tests/functional/01_full_load",
    )
    parser.add_argument("folder", metavar="CASE", type=Path)
    parser.add_argument(
        "--output-subdir", metavar="NAME", help="a folder below source/data, instead of expected/"
    )
    parser.set_defaults(parser=parser, run=snapshot)


def _alias(parts: Commands) -> None:
    parser = parts.add_parser(
        "alias",
        help="run a command in which keboola.vcr is hushtape.keboola",
        description="Run a command; in it, and in the processes that it starts, `import keboola.vcr` gives "
        "hushtape.keboola, whether keboola.vcr is installed or not. It works through PYTHONPATH, so not "
        "under `python -E` or `python -I`. The exit code is the command's.",
        epilog="example: hushtape component alias -- python -m pytest tests",
    )
    parser.add_argument(
        "--max-memory", metavar="SIZE",
        help="warn, with the figure, where a debug run in it takes more (512M, 2G): HUSHTAPE_MAX_MEMORY",
    )  # fmt: skip
    parser.add_argument("command_line", metavar="COMMAND", nargs=argparse.REMAINDER, help="after a --")
    parser.set_defaults(parser=parser, run=alias)


def _component(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--component", metavar="SCRIPT", type=Path, default=Path("src/component.py"),
        help="the component's script; default: src/component.py",
    )  # fmt: skip


def test(options: argparse.Namespace) -> int:
    from hushtape.keboola.runner import IN_PROCESS, find_cases, run_cases

    settings = _settings(options)
    cases = find_cases(options.folder, [name for name in options.tests.split(",") if name])
    out, outcomes = Out(), []
    bar = Bar("testing", len(cases))
    with bar, _ended_by_signals():
        for ended in run_cases(cases, settings, IN_PROCESS if options.in_process else options.jobs):
            outcomes += ended
            bar.step()
            if not options.json:
                for outcome in ended:
                    _show(out, outcome)
    outcomes.sort(key=lambda one: one.name)  # they ended in any order
    _report(options, out, outcomes)
    # No case at all is no success: a folder's name is easily mistyped in a pipeline.
    return 1 if not outcomes or any(one.problems for one in outcomes) else 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A signal that ends us is an interrupt: workers are ended, and working copies with secrets removed."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()  # only there handlers can be set
    numbers = (signal.SIGTERM, signal.SIGHUP) if ours else ()
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(options: argparse.Namespace) -> Settings:
    from hushtape.keboola.runner import Settings

    if options.jobs < 1:
        found = f"{options.jobs} is no number of processes"
        raise OptionError("use --jobs", found, "Give 1 or more.", option="jobs", value=options.jobs)
    if options.mode == "live" and options.update:
        raise OptionError(
            "use --update with --live", "a live run's outputs may hold secrets", "Use --record --update.",
            option="update", value=True,
        )  # fmt: skip
    _there(options.component)
    return Settings(
        component=str(options.component.absolute()),
        mode=options.mode,
        update=options.update,
        validate_snapshots=options.validate_snapshots,
        freeze_time=None if options.freeze_time == "disable" else options.freeze_time,
        skip_pauses=not options.real_pauses,
        verbose=options.verbose,
    )


def _there(script: Path) -> None:
    if not script.is_file():
        raise OptionError(
            f"run the component {script}", "there is no such file", "Name its script with --component.",
            option="component", value=str(script),
        )  # fmt: skip


def _show(out: Out, outcome: Outcome) -> None:
    from hushtape.keboola.runner.report import details, head

    out.line(("green" if outcome.verdict == "passed" else "red", head(outcome)))
    for line in details(outcome):
        out.line(line)


def _report(options: argparse.Namespace, out: Out, outcomes: list[Outcome]) -> None:
    from hushtape.keboola.files import write_atomically
    from hushtape.keboola.runner.junit import junit
    from hushtape.keboola.runner.report import closing

    if options.json:
        import msgspec

        from hushtape.cli.output import as_json

        cases = [{**msgspec.to_builtins(one), "verdict": one.verdict} for one in outcomes]
        out.json(as_json({"cases": cases}) + "\n")
    else:
        out.line(closing(outcomes))
    if options.junit is not None:
        write_atomically(options.junit, junit(outcomes, options.folder.name))


def scaffold(options: argparse.Namespace) -> int:
    from hushtape.keboola import OracleDBAdapter, TestScaffolder

    if not options.no_record:
        _there(options.component)
    made = TestScaffolder().scaffold_from_json(
        options.definitions,
        options.output,
        None if options.no_record else options.component,
        record=not options.no_record,
        freeze_time_at=None if options.freeze_time == "disable" else options.freeze_time,
        secrets_file=options.secrets,
        chain_state=options.chain_state,
        regenerate=options.regenerate,
        input_files_dir=options.input_files,
        db_adapter=OracleDBAdapter() if options.db_driver == "oracledb" else None,
    )
    for folder in made:
        Out().line(str(folder))
    return 0


def snapshot(options: argparse.Namespace) -> int:
    from hushtape.keboola import OutputSnapshot
    from hushtape.keboola.runner import SNAPSHOT, Case, files_in

    case = Case(options.folder.name, options.folder)
    named = options.output_subdir
    places = [case.data / named] if named else [case.expected, case.data / "out"]
    out = next((one for one in places if files_in(one / "tables") or files_in(one / "files")), None)
    if out is None:
        raise OptionError(
            f"take a snapshot of {options.folder}", f"there are no outputs in {places[0]}",
            "Name the folder of a case that has expected outputs.", option="CASE", value=str(options.folder),
        )  # fmt: skip
    snapshots = OutputSnapshot()
    place = case.data / SNAPSHOT
    snapshots.save(snapshots.capture(out), place)
    Out().line(str(place))
    return 0


def alias(options: argparse.Namespace) -> int:
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
    if options.max_memory is not None:
        os.environ["HUSHTAPE_MAX_MEMORY"] = options.max_memory
    return run_aliased(command)
