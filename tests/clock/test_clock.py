"""The clock: ISO 8601 in UTC, microseconds, the text of a second formatted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
