"""What time it is, as it is: real time for what a recording states of itself.

Lives here: reading the clock. Must not: be frozen along with the program's clock (the functions are
bound at import, before a time-freezing library can replace them), format for people, sleep.
Called by: session and the front ends.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

_now_ns = time.time_ns
_from_timestamp = datetime.fromtimestamp
monotonic = time.perf_counter
"""Seconds from an arbitrary start, for durations; never goes backwards (PEP 418)."""

_second: tuple[int, str] = (-1, "")
"""The last second that was formatted, and its text: formatting costs 4 µs, and is needed once a second."""


def timestamp() -> str:
    """Now in UTC, ISO 8601 with microseconds: ``2026-11-23T16:40:17.000000+00:00``."""
    global _second
    seconds, rest = divmod(_now_ns(), 1_000_000_000)
    known, text = _second
    if known != seconds:
        text = _from_timestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        _second = (seconds, text)  # one assignment: threads may race for it, and agree
    return f"{text}.{rest // 1000:06d}+00:00"
