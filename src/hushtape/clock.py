"""What time it is: as it is, and as the program sees it while its time is frozen.

Lives here: reading the clock, waiting by it, and reading an instant that somebody wrote down. Must not:
freeze (the room `freeze` does), format for people. Called by: session, freeze, cassette, clients, front ends.
What a recording states of itself (when, how long) is real time, whatever stands between us and the clock:
our own freeze, or a library that the program froze time with. freezegun replaces what it finds in the
namespace of a module, so the genuine functions are bound where it does not look; time-machine changes the
functions themselves, and has an escape hatch. This file is loaded with the package, so that they are genuine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

_TEXT: Final = "%Y-%m-%dT%H:%M:%S"


def now_ns(read: Callable[[], int] = time.time_ns) -> int:
    """The real time in nanoseconds since 1970. The default argument is where freezegun does not look."""
    machine = sys.modules.get("time_machine")
    if machine is not None and machine.escape_hatch.is_travelling():
        try:
            return int(machine.escape_hatch.time.time_ns())
        except ValueError:  # another thread has just come back to the present
            pass
    return read()


def pause(seconds: float, wait: Callable[[float], object] = time.sleep) -> None:
    """Really wait, where we have to, while the program's sleeps are passed over."""
    wait(seconds)


def monotonic(read: Callable[[], float] = time.perf_counter) -> float:
    """Seconds from an arbitrary start, for durations; never goes backwards (PEP 418)."""
    return read()


_second: tuple[int, str] = (-1, "")
"""The last second that was formatted, and its text: formatting costs 4 µs, and is needed once a second."""


def timestamp() -> str:
    """Now, as it is, in UTC, ISO 8601 with microseconds: ``2026-11-23T16:40:17.000000+00:00``."""
    global _second
    seconds, rest = divmod(now_ns(), 1_000_000_000)
    known, text = _second
    if known != seconds:
        text = time.strftime(_TEXT, time.gmtime(seconds))
        _second = (seconds, text)  # one assignment: threads may race for it, and agree
    return f"{text}.{rest // 1000:06d}+00:00"


def now() -> datetime:
    """Now, as it is: aware, in UTC."""
    return datetime.fromisoformat(timestamp())


def seen() -> datetime:
    """Now, as the program sees it: aware, in UTC. The same as `now` unless time is frozen."""
    return datetime.now(UTC)


def written(instant: datetime) -> str:
    """An instant as `timestamp` writes it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def parsed(value: str | date) -> datetime:
    """An instant that somebody wrote down: ISO 8601 text, a datetime or a date; aware, in UTC.

    What has no offset is in UTC: the same cassette is replayed on machines in many time zones.

    Raises:
        ValueError: it is not ISO 8601, or its offset leads out of the years 1 to 9999.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    elif not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None
