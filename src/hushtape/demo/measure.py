"""How much memory this process holds, now and at most so far. Units: bytes.

Lives here: reading it from the system, with no dependency. Must not: keep state.
Linux: /proc/self/status (VmRSS, VmHWM: of this program image alone; ru_maxrss would start with what
the parent held at fork). macOS: ru_maxrss, in bytes there; its start value stands for "now".
Called by: worker.
"""

from __future__ import annotations

import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def current_memory() -> int:
    """Resident set now."""
    return _status("VmRSS:")


def peak_memory() -> int:
    """Largest resident set so far."""
    return _status("VmHWM:")


def _status(name: str) -> int:
    if not STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in STATUS.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return 0
