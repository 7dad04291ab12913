"""A worker process: one case, from a task file to a file of outcomes.

Lives here: reading the task, writing the outcomes, ending with the process that started it. Must not: judge.
Called by: many. Standard input is a pipe that the starter holds: its end tells that nobody waits any more.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from pathlib import Path

from hushtape.keboola.runner.many import ANSWER, TASK, Task, failed
from hushtape.keboola.runner.one import run_case
from hushtape.keboola.runner.scratch import removed

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


def main(folder: str) -> None:
    """Run the task's case. The answer is whole or not there. What the component left running ends here."""
    place = Path(folder)
    task: Task = pickle.loads((place / TASK).read_bytes())
    _end_with_starter(place)
    try:
        outcomes = run_case(task.case, task.settings, place)
    except KeyboardInterrupt:  # nobody else sends one: this is a session of its own
        outcomes = [failed(task, "the component raised KeyboardInterrupt")]
    beside = place / f"{ANSWER}.tmp"
    beside.write_bytes(pickle.dumps(outcomes))
    beside.replace(place / ANSWER)
    os._exit(0)  # at once: exit handlers and threads of the component would call without a tape


def _end_with_starter(place: Path) -> None:
    """Watch the pipe; the component's standard input is empty."""
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        os.read(pipe, 1)
        try:
            # Real secrets stand there. Under another name, so that the run finds no place to write to.
            removed(place.rename(place.with_name(f"{place.name}-ended")))
        finally:
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="hushtape: ends with its starter", daemon=True).start()
