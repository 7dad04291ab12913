"""The clock: ISO 8601 in UTC, microseconds, the text of a second formatted once; real, always."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from hushtape import clock


def test_a_timestamp_is_now_in_utc_to_the_microsecond() -> None:
    before = datetime.now(UTC)
    found = datetime.fromisoformat(clock.timestamp())
    after = datetime.now(UTC)
    assert before - timedelta(milliseconds=1) <= found <= after + timedelta(milliseconds=1)
    assert found.utcoffset() == timedelta(0)


def test_timestamps_sort_as_text() -> None:
    stamps = [clock.timestamp() for _ in range(2_000)]
    assert stamps == sorted(stamps)
    assert {len(stamp) for stamp in stamps} == {len("2026-11-23T16:40:17.000000+00:00")}


def test_a_program_that_freezes_time_itself_does_not_freeze_ours() -> None:
    before, since = clock.now(), clock.monotonic()
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC), tick=False):
        assert clock.seen() == datetime(2001, 1, 1, tzinfo=UTC)
        assert before <= clock.now() and clock.timestamp() > "2026" and clock.monotonic() > since
    assert abs(clock.seen() - clock.now()) < timedelta(minutes=1)


def test_a_journey_that_ends_while_we_look_leaves_the_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended() -> int:
        raise ValueError("Not currently time-travelling.")

    hatch = SimpleNamespace(is_travelling=lambda: True, time=SimpleNamespace(time_ns=ended))
    monkeypatch.setitem(sys.modules, "time_machine", SimpleNamespace(escape_hatch=hatch))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2025-01-01T12:00:00", NOON),
        ("2025-01-01 12:00", NOON),
        (" 2025-01-01T12:00:00Z ", NOON),
        ("2025-01-01T14:00:00+02:00", NOON),
        ("2025-01-01T12:00:00.250000", NOON + timedelta(milliseconds=250)),
        ("2025-01-01", NOON - timedelta(hours=12)),
        (date(2025, 1, 1), NOON - timedelta(hours=12)),
        (datetime(2025, 1, 1, 12), NOON),  # noqa: DTZ001 - what has no zone is in UTC
        (datetime(2025, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))), NOON),
    ],
)
def test_what_somebody_wrote_down_is_an_instant_in_utc(value: str | date, instant: datetime) -> None:
    assert clock.parsed(value) == instant and clock.parsed(value).tzinfo is UTC


@pytest.mark.parametrize("value", ["", "tomorrow", "2025-13-01", "12:00", "0001-01-01T00:00:00+01:00"])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        clock.parsed(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_read_as_it_was_written(instant: datetime) -> None:
    assert clock.parsed(clock.written(instant)) == instant
