"""A command, run so that `keboola.vcr` is this package in it and in all processes that it starts.

Lives here: the command's environment, its signals, its exit code. Must not: know the command.
Called by: cli.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from hushtape.errors import OptionError
from hushtape.keboola.alias import path_folder

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def run_aliased(command: Sequence[str]) -> int:
    """Run it, wait for it, and return its exit code; 128 and the number where a signal ended it.

    Raises:
        OptionError: there is no such program.
    """
    with path_folder() as folder:
        environment = {**os.environ, "PYTHONPATH": _python_path(folder)}
        try:
            child = subprocess.Popen(list(command), env=environment)
        except OSError as error:
            raise OptionError(
                f"run {command[0]}",
                error.strerror or "it can't be run",
                "Check its name and path.",
                option="COMMAND",
                value=command[0],
            ) from None
        with _passing_on(child):
            code = child.wait()
    return code if code >= 0 else 128 - code


def _python_path(folder: Path) -> str:
    """The folder first, then what was there."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))


@contextmanager
def _passing_on(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """The signals that would end us go to the child; we end when it does. An interrupt reaches it anyway."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in _PASSED_ON}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
