"""The client process: runs one task, writes its figures as JSON, ends. One figure, one process.

Called by `bench.schedule` as `python -m bench.worker RESULT TASK`. A task that fails writes
`{"failure": ...}`; a process that dies of a signal writes nothing, and the parent says what it saw.
"""

import json
import logging
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from bench.task import Task

_MEMORY_LIMIT = 12 << 30  # a recorder that holds a whole download must fail here, not take the machine along


def _figures(task: Task) -> dict[str, Any]:
    from bench import jobs

    return jobs.JOBS[task.job](task)


def main(result: Path, task: Task) -> None:
    """Run `task` and leave its figures in `result`."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # urllib3 warns once a connection when 64 threads share a pool of ten
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    try:
        figures = _figures(task)
    except Exception as error:  # noqa: BLE001  # whatever a recorder fails with is this run's result
        text = " ".join(str(error).replace(f"{task.folder}/", "").split())[:300]
        figures = {"failure": f"{type(error).__name__}: {text}".removesuffix(": ")}
    result.write_text(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Task.loads(sys.argv[2]))
