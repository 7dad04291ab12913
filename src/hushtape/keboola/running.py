"""One run of the component's code, watched.

Lives here: what a run leaves (logs, output, exit) as one value, and how it is got. Must not: open a cassette.
Called by: recorder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack, redirect_stdout

from msgspec import Struct

from hushtape.keboola.log_capture import ComponentRunResult, run_with_log_capture
from hushtape.keboola.metadata import RunClock
from hushtape.keboola.streams import Tee

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

Runner = Callable[[], object]
"""The component: runs once, raises or exits."""


class Ended(Struct, frozen=True):
    """How a run ended.

    Attributes:
        result: its logs, stderr and exit code; None where they were not to be captured.
        output: what a sync action printed; None for a run.
        stop: its SystemExit, where nobody asked for that to be caught: for the caller, once all is kept.
    """

    result: ComponentRunResult | None = None
    output: str | None = None
    stop: SystemExit | None = None


def watch(
    runner: Runner,
    clock: RunClock,
    *,
    sync_action: bool,
    capture_logs: bool,
    ignored_loggers: Iterable[str] | None,
) -> Ended:
    """Run the component. SystemExit is its verdict, and no failure; other exceptions go on."""
    result: ComponentRunResult | None = None
    stop: SystemExit | None = None
    printed = Tee(sys.stdout) if sync_action else None
    with ExitStack() as stack:
        if printed is not None:
            stack.enter_context(redirect_stdout(printed))
        clock.start()
        try:
            if capture_logs:
                result = run_with_log_capture(runner, ignored_loggers)
            else:
                runner()
        except SystemExit as error:
            stop = error
        finally:
            clock.stop()
    return Ended(result, None if printed is None else printed.release(), stop)
