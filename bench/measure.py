"""Clock and memory of the process that asks. Used inside the client processes only.

The clock is clock_gettime, which libraries that freeze time leave alone. Memory is Linux's: resident set from
/proc/self/smaps_rollup, peak from VmHWM; elsewhere both are None and the rows that need them say so.
"""

import ctypes
import gc
import time
from pathlib import Path

_ROLLUP = Path("/proc/self/smaps_rollup")
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class MeasureError(Exception):
    """This system cannot tell what was asked."""


def now() -> float:
    """Seconds of a monotonic clock that nobody freezes."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def settle() -> None:
    """Collect garbage and hand free heap back to the system, so that what remains is really held."""
    gc.collect()
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        pass  # not glibc: nothing to trim


def rss_kb() -> int:
    """Resident set of this process in KiB, exact to the page."""
    return _field(_ROLLUP, "Rss:")


def reset_peak() -> None:
    """Let the peak begin anew from what is resident now."""
    try:
        _CLEAR.write_text("5")
    except OSError as error:
        raise MeasureError(f"{_CLEAR} cannot be written: memory rows need Linux") from error


def peak_kb() -> int:
    """The largest resident set that this process had, in KiB, ever or since `reset_peak`."""
    return _field(_STATUS, "VmHWM:")


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise MeasureError(f"{path} cannot be read: memory rows need Linux") from error
    for line in lines:
        if line.startswith(name):
            return int(line.split()[1])
    raise MeasureError(f"{path} has no line {name}")
