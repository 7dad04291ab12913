"""Freezing the clock: whoever looks sees it, in every way of looking; afterwards it is as it was."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as datetimes
import email.utils
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from time import time as imported_before
from typing import Any

import pytest
import time_machine

from hushtape import clock
from hushtape.errors import MissingDependencyError, TapeOrderError
from hushtape.freeze import Frozen, freeze

INSTANT = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
SECONDS = 981173106.789012
held_before = datetime.now


def defaulted(read: Callable[[], float] = time.time) -> float:
    return read()


@dataclasses.dataclass
class Row:
    at: datetime = dataclasses.field(default_factory=datetime.now)


class Subclass(datetime):
    pass


WAYS: dict[str, tuple[Callable[[], Any], Any]] = {
    "datetime.now": (lambda: datetime.now(), INSTANT.replace(tzinfo=None)),  # noqa: DTZ005 - what is tested
    "datetime.now(tz)": (lambda: datetime.now(UTC), INSTANT),
    "datetime.today": (lambda: datetime.today(), INSTANT.replace(tzinfo=None)),  # noqa: DTZ002 - what is tested
    "date.today": (lambda: date.today(), INSTANT.date()),  # noqa: DTZ011 - what is tested
    "module.datetime.now": (lambda: datetimes.datetime.now(UTC), INSTANT),
    "a subclass": (lambda: Subclass.now(UTC), INSTANT),
    "a function held before": (lambda: held_before(UTC), INSTANT),
    "a default argument": (defaulted, SECONDS),
    "a default factory": (lambda: Row().at, INSTANT.replace(tzinfo=None)),
    "a name imported before": (imported_before, SECONDS),
    "time.time": (lambda: time.time(), SECONDS),
    "time.time_ns": (lambda: time.time_ns(), 981173106_789012000),
    "time.gmtime": (lambda: time.gmtime()[:6], (2001, 2, 3, 4, 5, 6)),
    "time.localtime": (lambda: time.localtime()[:6], (2001, 2, 3, 4, 5, 6)),
    "time.strftime": (lambda: time.strftime("%F %T"), "2001-02-03 04:05:06"),
    "time.clock_gettime": (lambda: time.clock_gettime(time.CLOCK_REALTIME), SECONDS),
    "email.utils": (lambda: email.utils.formatdate(usegmt=True), "Sat, 03 Feb 2001 04:05:06 GMT"),
    "uuid1": (lambda: (uuid.uuid1().time - 0x01B21DD213814000) // 10_000_000, int(SECONDS)),
}


@pytest.fixture
def frozen() -> Iterator[None]:
    held = freeze(INSTANT)
    yield
    held.release()


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's time zone is not UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def is_real() -> bool:
    return all(abs(read() - clock.now().timestamp()) < 60 for read in (time.time, imported_before)) and (
        time.localtime().tm_gmtoff == 19800
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_is_told_the_frozen_time(frozen: None, way: str) -> None:
    ask, answer = WAYS[way]
    assert ask() == answer


def test_the_classes_stay_what_they_are(frozen: None) -> None:
    assert type(datetimes.datetime.now(UTC)) is datetime and datetimes.datetime is datetime


def test_all_threads_see_it_and_afterwards_all_see_the_time() -> None:
    seen: list[float] = []

    def ask() -> None:
        threads = [threading.Thread(target=lambda: seen.append(time.time())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    held = freeze(INSTANT)
    ask()
    held.release()
    assert seen == [SECONDS] * 8
    ask()
    assert is_real() and all(at > SECONDS + 1e8 for at in seen[8:])


def test_clocks_for_durations_and_timeouts_go_on(frozen: None) -> None:
    before = time.monotonic(), time.perf_counter()
    deadline = threading.Event()
    assert deadline.wait(0.01) is False
    assert time.monotonic() > before[0] and time.perf_counter() > before[1]

    async def timing_out() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        return loop.time() - began

    assert asyncio.run(timing_out()) > 0


def test_what_was_frozen_inside_goes_back_to_what_was_frozen_around() -> None:
    outer = freeze(INSTANT)
    inner = freeze(datetime(2020, 1, 1, tzinfo=UTC))
    assert datetime.now(UTC).year == 2020
    inner.release()
    assert datetime.now(UTC) == INSTANT
    outer.release()
    outer.release()
    assert is_real()


def test_a_ticking_clock_goes_on_from_there_and_a_nested_freeze_does_not_set_it_back() -> None:
    outer = freeze(INSTANT, ticks=True)
    first = datetime.now(UTC)
    inner = freeze(datetime(2020, 1, 1, tzinfo=UTC))
    inner.release()
    assert INSTANT <= first <= datetime.now(UTC) and datetime.now(UTC).year == 2001
    outer.release()
    assert is_real()


def test_our_own_clock_sees_the_real_time(frozen: None) -> None:
    assert clock.now().year >= 2026 and clock.timestamp()[:2] == "20" and clock.seen() == INSTANT


def test_another_thread_cannot_set_the_one_clock_to_another_time(frozen: None) -> None:
    caught: list[BaseException] = []

    def other(instant: datetime) -> None:
        try:
            freeze(instant).release()
        except BaseException as error:
            caught.append(error)

    for instant in (INSTANT, datetime(2020, 1, 1, tzinfo=UTC)):
        thread = threading.Thread(target=other, args=(instant,))
        thread.start()
        thread.join()
    assert [type(error) for error in caught] == [TapeOrderError]
    assert "2001-02-03T04:05:06.789012+00:00" in str(caught[0])
    assert datetime.now(UTC) == INSTANT


def test_two_tasks_may_freeze_the_same_instant_in_any_order_and_no_other() -> None:
    async def task(first: asyncio.Event, then: asyncio.Event, instant: datetime) -> datetime:
        held = freeze(instant, private=True)
        try:
            first.set()
            await then.wait()
            return datetime.now(UTC)
        finally:
            held.release()

    async def both(other: datetime) -> list[Any]:
        a, b = asyncio.Event(), asyncio.Event()
        one = asyncio.create_task(task(a, b, INSTANT))
        await a.wait()
        two = asyncio.create_task(task(b, a, other))
        done = await asyncio.wait([one, two], timeout=1)
        b.set()
        await asyncio.gather(one, two, return_exceptions=True)
        return [entry.exception() or entry.result() for entry in (one, two) if done]

    assert asyncio.run(both(INSTANT)) == [INSTANT, INSTANT]
    _, refused = asyncio.run(both(datetime(2020, 1, 1, tzinfo=UTC)))
    assert isinstance(refused, TapeOrderError)
    assert is_real()


def test_threads_let_go_in_any_order_and_the_time_zone_comes_back() -> None:
    mine = freeze(INSTANT)
    others: list[Frozen] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: others.append(freeze(INSTANT)))
        thread.start()
        thread.join()
    for held in (others[1], mine, others[2], others[0]):
        assert datetime.now(UTC) == INSTANT and time.localtime().tm_gmtoff == 0
        held.release()
    assert is_real() and os.environ["TZ"] == "Asia/Kolkata"


def test_a_program_that_removes_its_time_zone_gets_its_time_back() -> None:
    held = freeze(INSTANT)
    del os.environ["TZ"]
    held.release()
    assert is_real() and os.environ["TZ"] == "Asia/Kolkata"


def test_a_journey_of_the_programs_own_may_outlast_ours() -> None:
    held = freeze(INSTANT)
    own = time_machine.travel(datetime(2020, 1, 1), tick=False)  # noqa: DTZ001 - it takes one without a zone
    own.start()
    held.release()
    assert datetime.now(UTC).year in (2019, 2020)
    own.stop()
    assert is_real()


def test_a_program_that_ends_our_journey_does_not_break_the_release() -> None:
    held = freeze(INSTANT)
    time_machine.travel(0).stop()
    assert is_real()
    held.release()
    assert is_real()


def test_without_time_machine_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with pytest.raises(MissingDependencyError) as caught:
        freeze(INSTANT)
    assert caught.value.extra == "freeze" and "hushtape[freeze]" in str(caught.value)
