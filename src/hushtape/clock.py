"""What time it is, as it is: real time for what a recording states of itself.

Lives here: reading the clock. Must not: be frozen along with the program's clock (the functions are
bound at import, before a time-freezing library can replace them), format for people, sleep.
Called by: session and the front ends.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

_now = datetime.now
monotonic = time.perf_counter
"""Seconds from an arbitrary start, for durations; never goes backwards (PEP 418)."""


def timestamp() -> str:
    """Now in UTC, ISO 8601 with microseconds: ``2026-11-23T16:40:17.000000+00:00``."""
    return _now(UTC).isoformat(timespec="microseconds")
