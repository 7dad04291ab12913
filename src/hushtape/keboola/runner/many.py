"""Many cases: a process each, one at a time or several, or one after the other in this process.

Lives here: the order, the worker processes, what becomes of one that dies. Must not: judge a case.
Called by: cli.component. A process a case: nothing of one case is seen by another, a component that ends the
process (`os._exit`, a crash) ends its own, and the folder with its working copies is removed by us.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from hushtape.keboola.runner.folders import Case
from hushtape.keboola.runner.one import run_case
from hushtape.keboola.runner.outcome import Outcome, Problem
from hushtape.keboola.runner.scratch import removed, scratch
from hushtape.keboola.runner.settings import Settings

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

IN_PROCESS = 0
TASK, ANSWER = "task.pickle", "outcomes.pickle"
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from hushtape.keboola.runner.child import main; main(sys.argv[2])"
)


class Task(Struct, frozen=True):
    """What a worker process is handed."""

    case: Case
    settings: Settings


def run_cases(cases: Sequence[Case], settings: Settings, jobs: int = 1) -> Iterator[list[Outcome]]:
    """Run cases, and give each one's outcomes as soon as it has ended.

    Args:
        jobs: how many run at a time, each in a process of its own; `IN_PROCESS` (0): one after the other in
            this process, where a debugger reaches them.
    """
    with scratch() as folder:
        if jobs == IN_PROCESS:
            for number, case in enumerate(cases):
                place = folder / str(number)
                place.mkdir()
                yield run_case(case, settings, place)
            return
        yield from _in_processes(cases, settings, jobs, folder)


def _in_processes(
    cases: Sequence[Case], settings: Settings, jobs: int, folder: Path
) -> Iterator[list[Outcome]]:
    workers = _Workers()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [
            pool.submit(workers.run, Task(case, settings), folder / str(number))
            for number, case in enumerate(cases)
        ]
        try:
            for ended in as_completed(waiting):
                yield ended.result()
        finally:
            for one in waiting:
                one.cancel()
            workers.stop()


class _Workers:
    """The processes that run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, task: Task, place: Path) -> list[Outcome]:
        """Run a task to its end, in a process."""
        try:
            place.mkdir()
            (place / TASK).write_bytes(pickle.dumps(task))
            return self._answer(task, place, self._watched(place))
        except OSError as error:
            return [failed(task, f"no process could run the case: {error}")]
        finally:
            removed(place)

    def _answer(self, task: Task, place: Path, code: int) -> list[Outcome]:
        answer = place / ANSWER
        if answer.is_file():
            outcomes: list[Outcome] = pickle.loads(answer.read_bytes())
            return outcomes
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        return [failed(task, f"the process that ran the case {how} before it could tell what it found")]

    def _watched(self, place: Path) -> int:
        """Start the process, and wait for it. It ends when its standard input does: when we are gone."""
        with self._lock:
            if self._stopped:
                return -signal.SIGTERM
            # A group of its own, so that what the component started is ended with it.
            child = subprocess.Popen(
                [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path), str(place)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._running.add(child)
        try:
            code = child.wait()
        finally:
            with self._lock:
                self._running.discard(child)
        _end_group(child)  # what the component left running
        if child.stdin is not None:
            child.stdin.close()
        return code

    def stop(self) -> None:
        """End all; none is started any more."""
        with self._lock:
            self._stopped = True
            for child in self._running:
                _end_group(child)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """A group's number is not given away while the group has members."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def failed(task: Task, text: str) -> Outcome:
    """The outcome of a case that could not be run to its end."""
    shown = task.case.name.encode("utf-8", "backslashreplace").decode()
    return Outcome(name=shown, problems=(Problem("error", text),))
