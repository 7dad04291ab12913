"""A worker process: `python -m hushtape.keboola.runner.child ANSWER`, the task on standard input.

Lives here: reading the task, writing the outcomes. Must not: judge. Called by: many.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from hushtape.keboola.runner.many import Task
from hushtape.keboola.runner.one import run_case


def main(answer: str) -> None:
    """Run the task's case; the answer file is whole or not there."""

    def made(kind: type, value: Any) -> Any:
        return kind(value)  # paths

    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task, dec_hook=made)
    text = msgspec.json.encode(run_case(task.case, task.settings))
    beside = Path(f"{answer}.tmp")
    beside.write_bytes(text)
    beside.replace(answer)


if __name__ == "__main__":
    main(sys.argv[1])
