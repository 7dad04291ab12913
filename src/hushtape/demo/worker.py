"""One run of the extractor in a process of its own: bare, recorded or replayed, and measured.

Lives here: the child's half of the demonstration. Must not: print anything but JSON lines.
Its order comes through stdin, since an argument list can be read by everybody on the machine.
Called by: story, as `python -m hushtape.demo.worker`.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from hushtape.demo.extractor import extract
from hushtape.demo.measure import current_memory, peak_memory

STEP = 0.05
"""Seconds between two progress lines: enough for the eye, nothing beside the work."""


class Reporter:
    """Sends progress to the parent, at most one line each STEP seconds."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = perf_counter()
        if now >= self._next:
            self._next = now + STEP
            emit({"stage": stage, "done": done, "total": total})


def emit(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def tape_for(order: dict[str, Any]) -> contextlib.AbstractContextManager[Any]:
    """The tape that the run is under; none for the bare one."""
    if order["way"] == "bare":
        return contextlib.nullcontext()
    import hushtape

    mode: Literal["all", "none"] = "all" if order["way"] == "recorded" else "none"
    names = ("client_secret", "api_key")
    secrets = {f"#{name}": order["client"].get(name) for name in names}
    tape: contextlib.AbstractContextManager[Any] = hushtape.use_cassette(
        order["cassette"], mode=mode, secrets=secrets
    )
    return tape


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Do the job once; returns what it cost."""
    import requests  # noqa: F401  # imported before the measure begins, in every way alike

    if order["way"] != "bare":
        import hushtape.api  # noqa: F401  # likewise: loading our code is no growth of a run
    client = dict.fromkeys(("client_id", "client_secret", "api_key"), "unknown-here") | order["client"]
    seconds: dict[str, float] = {}
    before, start = current_memory(), perf_counter()
    with tape_for(order) as tape:
        extract(order["url"], order["bundle"], client, Path(order["output"]), Reporter(), seconds)
    return {
        "seconds": perf_counter() - start,
        "memory": max(0, peak_memory() - before),
        "first_event": seconds.get("first event", 0.0),
        "exchanges": 0 if tape is None else tape.recorded + tape.played,
    }


def main() -> int:
    """Read the order, run, answer. Exit code 1 and an `error` line where it failed."""
    order = json.loads(sys.stdin.readline())
    try:
        emit({"result": run(order)})
    except Exception as error:  # noqa: BLE001  # whatever ended the run is told to the parent in a line
        emit({"error": f"{type(error).__name__}: {error}"})
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
