"""`hushtape component ...`: functional tests of Keboola components.

Lives here: what test, scaffold, snapshot and alias do and print. Must not: run a case (keboola.runner does),
state options (component_options does). Called by: the command line. Exit codes of `test`: 0 all passed, 1 a
case did not, 2 wrong usage; of `alias`: the command's own.
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

from hushtape.cli import component_options
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
    component_options.test(parts).set_defaults(run=test)
    component_options.scaffold(parts).set_defaults(run=scaffold)
    component_options.snapshot(parts).set_defaults(run=snapshot)
    component_options.alias(parts).set_defaults(run=alias)


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
    """A signal that ends us is an interrupt: workers are ended, and working copies with secrets removed. One
    that is ignored (`nohup`) stays so."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()  # only there handlers can be set
    numbers = (signal.SIGTERM, signal.SIGHUP) if ours else ()
    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
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
    _writable(options.junit)
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


def _writable(report: Path | None) -> None:
    """Asked before a run: its outcome must not be lost for a mistyped name."""
    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        found = "that is a folder" if report.is_dir() else f"there is no folder {report.parent}"
        remedy = "Name a file in a folder that exists."
        raise OptionError(f"write {report}", found, remedy, option="junit", value=str(report))


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
    with _ended_by_signals():
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
    from hushtape.keboola.memory import named_bound

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
        named_bound(options.max_memory)  # the command itself would tell of a bad one in a debug run only
        os.environ["HUSHTAPE_MAX_MEMORY"] = options.max_memory
    return run_aliased(command)
