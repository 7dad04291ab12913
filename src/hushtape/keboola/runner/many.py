"""Many cases: one after the other in this process, or several at a time in processes of their own.

Lives here: the order, the worker processes, what becomes of one that dies. Must not: judge a case.
Called by: cli.component. A process a case: nothing of one case is seen by another, and a crash is its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from hushtape.keboola.runner.folders import Case
from hushtape.keboola.runner.one import run_case
from hushtape.keboola.runner.outcome import Outcome, Problem
from hushtape.keboola.runner.settings import Settings


class Task(Struct, frozen=True):
    """What a worker process is handed."""

    case: Case
    settings: Settings


def run_cases(cases: Sequence[Case], settings: Settings, jobs: int = 1) -> Iterator[list[Outcome]]:
    """Run cases, and give each one's outcomes as soon as it has ended.

    Args:
        jobs: how many run at a time. 1: in this process, one after the other, where a debugger reaches them.
    """
    if jobs <= 1:
        for case in cases:
            yield run_case(case, settings)
        return
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(_in_a_process, Task(case, settings)) for case in cases]
        try:
            for ended in as_completed(waiting):
                yield ended.result()
        finally:
            for one in waiting:
                one.cancel()


def _in_a_process(task: Task) -> list[Outcome]:
    with TemporaryDirectory(prefix="hushtape-case-") as folder:
        answer = Path(folder) / "outcomes.json"
        command = [sys.executable, "-m", "hushtape.keboola.runner.child", str(answer)]
        done = subprocess.run(
            command,
            input=msgspec.json.encode(task, enc_hook=str),
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        if done.returncode == 0 and answer.is_file():
            return msgspec.json.decode(answer.read_bytes(), type=list[Outcome])
        return [Outcome(name=task.case.name, problems=(_died(done.returncode),))]


def _died(code: int) -> Problem:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    return Problem("error", f"the process that ran the case {how} before it could tell what it found")
