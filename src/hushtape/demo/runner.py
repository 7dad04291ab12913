"""Starts a worker process, shows its progress, returns what it measured.

Lives here: the parent's half of the conversation with `worker`. Must not: do the job itself.
Raises RunFailedError with what the worker said. Called by: story.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from msgspec import Struct

from hushtape.demo.screen import Screen
from hushtape.errors import HushtapeError


class RunFailedError(HushtapeError):
    """A run of the demonstration ended in an error."""


class Run(Struct, frozen=True):
    """What one run cost: seconds, bytes of growth, seconds to the stream's first event, exchanges."""

    seconds: float
    memory: int
    first_event: float
    exchanges: int


def launch(order: dict[str, Any], screen: Screen) -> Run:
    """Run the worker on `order`, in a fresh interpreter."""
    command = [sys.executable, "-m", "hushtape.demo.worker"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(order) + "\n")
        child.stdin.close()
        told: dict[str, Any] = {}
        for line in child.stdout:
            message = json.loads(line)
            if "stage" in message:
                screen.progress(f"{order['way']}: {message['stage']}", message["done"], message["total"])
            else:
                told = message
    if "result" not in told:
        found = told.get("error", f"the process ended with code {child.returncode} and said nothing")
        raise RunFailedError(
            f"do the {order['way']} run of the demo", found, "Run it again; if it stays, please report it."
        )
    return Run(**told["result"])
