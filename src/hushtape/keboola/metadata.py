"""`_metadata`: what a cassette says of the run that it was recorded from.

Lives here: making it, reading it, and the time that a replay runs at. Must not: freeze time, write files.
Called by: recorder, debug_run. All of it is numbers, times and names of ours: no text of the component.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape import clock
from hushtape.cassette.members import read_member
from hushtape.errors import CassetteError

if TYPE_CHECKING:
    from hushtape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

AUTO = "auto"
DEFAULT_FREEZE_TIME = "2025-01-01T12:00:00"
"""What a replay runs at where the cassette says nothing."""
WRITES_AS = "0.7.1"
"""The version of keboola.vcr whose files these are."""


class RunClock:
    """When a run began and ended, in real time."""

    def __init__(self) -> None:
        self.started_at = ""
        self.ended_at = ""
        self._from = self._to = 0.0

    def start(self) -> None:
        self.started_at, self._from = clock.timestamp(), clock.monotonic()

    def stop(self) -> None:
        self.ended_at, self._to = clock.timestamp(), clock.monotonic()

    @property
    def seconds(self) -> float:
        """How long it took; to milliseconds."""
        return round(max(0.0, self._to - self._from), 3)


def describe(tape: Tape, run: RunClock, freeze_time: str | None, databases: dict[str, Any]) -> dict[str, Any]:
    """The `_metadata` of a recording; asked when it begins (what a kill leaves) and when it is sealed."""
    first, last = _span(tape)
    made = {
        "recorded_at": clock.timestamp(),
        "freeze_time": freeze_time,
        "keboola_vcr_version": f"{WRITES_AS}+hushtape.{_version()}",
        "component_run_started_at": run.started_at or None,
        "component_run_ended_at": run.ended_at or None,
        "component_run_duration_seconds": run.seconds if run.ended_at else None,
        "recording_started_at": first,
        "recording_ended_at": last,
        "recording_duration_seconds": _seconds(first, last),
        "request_pairs": tape.recorded,
    }
    return {"_metadata": dict(sorted({**made, **databases}.items()))}


def load(path: Path) -> dict[str, Any]:
    """The `_metadata` of a cassette; empty where there is no file or it has none.

    Raises:
        CassetteFormatError: it is no cassette.
    """
    if not path.exists():
        return {}
    found = read_member(path, "_metadata")
    return found if isinstance(found, dict) else {}


def replay_time(asked: str | None, path: Path) -> str | None:
    """The time that a replay runs at: ISO 8601, or None for the time as it goes on.

    "auto": what the recording ran at, else when it was made, else `DEFAULT_FREEZE_TIME`.
    """
    if asked != AUTO:
        return asked or None
    try:
        stated = load(path) or _own(path)
    except CassetteError:
        return DEFAULT_FREEZE_TIME  # opening it tells what is wrong with it
    for key in ("freeze_time", "recorded_at"):
        value = stated.get(key)
        if isinstance(value, str) and value not in ("", AUTO):
            return value
    return DEFAULT_FREEZE_TIME


def _own(path: Path) -> dict[str, Any]:
    """The head of a cassette that `use_cassette` recorded."""
    found = read_member(path, "hushtape") if path.exists() else None
    return found if isinstance(found, dict) else {}


def _span(tape: Tape) -> tuple[str | None, str | None]:
    """When the first and the last interaction were recorded."""
    journal = tape.ledger.started
    entries = journal.present() if journal is not None else []
    if journal is None or not entries:
        return None, None
    return tuple(journal.interaction(index).recorded_at for index in (entries[0], entries[-1]))  # type: ignore[return-value]  # two of them


def _seconds(first: str | None, last: str | None) -> float | None:
    if first is None or last is None:
        return None
    span = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    return round(max(0.0, span.total_seconds()), 3)


def _version() -> str:
    from hushtape import __version__

    return __version__
