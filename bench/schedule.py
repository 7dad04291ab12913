"""Runs a row: every point in turn, repetition after repetition, each in a fresh process.

Repetitions are interleaved between the recorders, so that the machine's noise falls on all alike. A point
that fails or exceeds its time is not tried again; one that took long is not repeated. Called by `bench.cli`.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contenders import CONTENDERS, FAST_ENVIRONMENT
from bench.environments import clean_variables
from bench.figure import Point, Row
from bench.library import Library
from bench.service import Service
from bench.task import FAST_MODES, RECORD, REPLAY, Task


@dataclass(slots=True)
class Outcome:
    """What came of one point: the figures of each repetition, or why there are none."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None
    over_seconds: float | None = None
    took: float = 0.0


Outcomes = dict[Point, Outcome]


@dataclass(slots=True)
class Schedule:
    """Everything a run of rows shares: interpreters by environment, `timeout` in seconds a process; `long`
    ends repetitions of a point."""

    service: Service
    pythons: Mapping[str, Path]
    tools: tuple[str, ...]
    work: Path
    quick: bool
    say: Callable[[str], None]
    timeout: float
    long: float
    repetitions: int | None = None

    def run(self, row: Row) -> Outcomes:
        """All repetitions of all points of `row`."""
        library = Library(self.work / row.name)
        points = row.points(self.tools)
        outcomes: Outcomes = {point: Outcome() for point in points}
        rounds = self.repetitions or (row.quick_repetitions if self.quick else row.repetitions)
        try:
            for number in range(rounds):
                shift = number % len(points) if REPLAY not in row.modes or RECORD not in row.modes else 0
                for point in points[shift:] + points[:shift]:
                    outcomes[point].failure = outcomes[point].failure or _gave_up(row, point, outcomes)
                    self._repeat(row, point, outcomes[point], library, f"run {number + 1} of {rounds}")
        finally:
            library.clear()
        return outcomes

    def _repeat(self, row: Row, point: Point, outcome: Outcome, library: Library, label: str) -> None:
        if outcome.failure or (outcome.runs and outcome.took > self.long):
            return
        told = " ".join(part for part in (row.name, point.variant, point.tool, point.mode) if part)
        if point.mode == REPLAY and not library.has(point) and library.why_missing(point) is None:
            self.say(f"{told}: recording the cassette first")
            self._attempt(row, Point(point.tool, RECORD, point.variant), Outcome(), library)
        missing = library.why_missing(point) if point.mode == REPLAY else None
        if missing is not None:
            outcome.failure = f"its recording {missing}"
        else:
            self._attempt(row, point, outcome, library)
        self.say(f"{told}, {label}: {outcome.failure or f'{outcome.took:.1f} s'}")

    def _attempt(self, row: Row, point: Point, outcome: Outcome, library: Library) -> None:
        folder = library.fresh(point) if point.mode == RECORD else library.folder(point)
        sizes = row.quick_sizes if self.quick else row.sizes
        task = Task(
            job=row.job,
            tool=point.tool,
            mode=point.mode,
            base=self.service.base,
            ca=self.service.ca,
            folder=str(folder),
            params=dict(sizes[point.variant]),
            options=dict(row.options) if point.tool == "hushtape" else {},
        )
        served = self.service.served()
        begin = time.monotonic()
        self._process(task, outcome)
        outcome.took = time.monotonic() - begin
        if point.mode == REPLAY and not outcome.failure and self.service.served() != served:
            outcome.failure = "fails: asked the server while replaying"
        if point.mode == RECORD:
            library.note(point, outcome.failure)

    def _process(self, task: Task, outcome: Outcome) -> None:
        """Run `task` in a process of its own and put what it says into `outcome`."""
        environment = FAST_ENVIRONMENT if task.mode in FAST_MODES else CONTENDERS[task.tool].environment
        python = self.pythons[environment]
        result = self.work / "result.json"
        result.unlink(missing_ok=True)
        command = [str(python), "-m", "bench.worker", str(result), task.dumps()]
        errors = self.work / "stderr.txt"
        with errors.open("wb") as sink:
            process = subprocess.Popen(
                command,
                cwd=self.work,
                env=clean_variables(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
            try:
                status = process.wait(self.timeout)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                outcome.failure, outcome.over_seconds = f"over {self.timeout:.0f} s", self.timeout
                return
        if not result.exists():
            outcome.failure = f"fails: {_ending(status, errors)}"
            return
        figures = json.loads(result.read_text())
        if "failure" in figures:
            outcome.failure = f"fails: {figures['failure']}"
        else:
            outcome.runs.append(figures)


def _gave_up(row: Row, point: Point, outcomes: Outcomes) -> str | None:
    """Where a recorder failed at a smaller variant of a rising row: that it did."""
    variants = list(row.sizes)
    for smaller in variants[: variants.index(point.variant)] if row.rising else ():
        failure = outcomes[Point(point.tool, point.mode, smaller)].failure
        if failure:
            return failure if " at " in failure else f"{failure} at {smaller}"
    return None


def _ending(status: int, errors: Path) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    lines = errors.read_text(errors="replace").strip().splitlines()
    return f"exit code {status}" + (f", {lines[-1][:200]}" if lines else "")
