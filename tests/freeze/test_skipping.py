"""Passing over sleeps: which, how often, what the clocks show; the genuine `sleep` is counted, not timed."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from hushtape import clock
from hushtape.freeze import freeze
from hushtape.freeze.skipping import skip
from hushtape.freeze.sleeping import AT_ONCE, IN_A_ROW, NAP, Sleeps
from tests.support.forking import in_child

genuine_functions = (time.sleep, time.monotonic, time.perf_counter, time.time, time.time_ns, asyncio.sleep)
LONG = 100_000.0


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What reached the genuine `sleep`; nobody waits."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@contextmanager
def skipping() -> Iterator[Sleeps]:
    sleeps = Sleeps()
    hold = skip(lambda: sleeps)
    try:
        yield sleeps
    finally:
        hold.remove()


def in_thread(work: Callable[[], Any], *, daemon: bool = False) -> Any:
    """Run it in a thread of its own while this one waits."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=daemon)
    thread.start()
    thread.join(30)
    (result,) = found
    return result


@pytest.fixture
def others() -> Iterator[None]:
    """The program has another thread that keeps it alive."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


def test_a_pause_is_passed_over_and_the_clocks_show_it(slept: list[float]) -> None:
    with skipping():
        before = time.monotonic(), time.perf_counter(), time.time(), time.time_ns(), time.monotonic_ns()
        time.sleep(LONG)
        after = time.monotonic(), time.perf_counter(), time.time(), time.time_ns(), time.monotonic_ns()
    assert slept == [NAP]
    moved = [late - early for early, late in zip(before, after, strict=True)]
    assert all(LONG - 1 <= by <= LONG + 1000 for by in moved[:3])
    assert all(LONG - 1 <= by / 1e9 <= LONG + 1000 for by in moved[3:])


def test_afterwards_all_is_as_it_was() -> None:
    loop_time = vars(asyncio.BaseEventLoop)["time"]
    with skipping(), skipping():
        assert time.sleep is not genuine_functions[0]
    assert genuine_functions == (
        time.sleep,
        time.monotonic,
        time.perf_counter,
        time.time,
        time.time_ns,
        asyncio.sleep,
    )
    assert vars(asyncio.BaseEventLoop)["time"] is loop_time


@pytest.mark.parametrize("read", ["monotonic", "time", "perf_counter"])
def test_loops_that_wait_for_a_moment_come_to_their_end(slept: list[float], read: str) -> None:
    with skipping():
        now: Callable[[], float] = getattr(time, read)
        until = now() + LONG
        while now() < until:
            time.sleep(until - now())
        until = now() + 10
        while now() < until:
            time.sleep(0.1)
    assert 2 <= len(slept) <= 150 and max(slept) <= NAP


def test_names_that_modules_imported_before_are_replaced_too(slept: list[float]) -> None:
    module: Any = ModuleType("a_program_of_tests")
    module.pause, module.now = time.sleep, time.monotonic
    sys.modules["a_program_of_tests"] = module
    try:
        with skipping():
            before = module.now()
            module.pause(LONG)
            assert module.now() - before >= LONG - 1
        assert module.pause == slept.append and module.now is time.monotonic
    finally:
        del sys.modules["a_program_of_tests"]
    assert slept == [NAP]


def test_a_module_that_was_imported_inside_an_earlier_tape_is_seen_by_the_next(slept: list[float]) -> None:
    module: Any = ModuleType("a_program_of_tests")
    sys.modules["a_program_of_tests"] = module
    try:
        with skipping():
            module.pause = time.sleep
        module.pause(1)
        with skipping():
            module.pause(1)
        module.pause(1)
    finally:
        del sys.modules["a_program_of_tests"]
    assert slept == [1, NAP, 1]


def test_the_standard_librarys_own_waiting_is_left_alone() -> None:
    import queue

    held = threading._time, queue.time  # type: ignore[attr-defined]
    with skipping():
        assert held == (threading._time, queue.time)  # type: ignore[attr-defined]


def test_our_own_clock_does_not_move(slept: list[float]) -> None:
    with skipping():
        before, when = clock.monotonic(), clock.now()
        time.sleep(LONG)
        assert clock.monotonic() - before < LONG / 2
        assert (clock.now() - when).total_seconds() < LONG / 2


def test_a_frozen_clock_stands_still_and_a_ticking_one_moves(slept: list[float]) -> None:
    instant = datetime(2025, 1, 1, 12, tzinfo=UTC)
    for ticks in (False, True):
        held = freeze(instant, ticks=ticks)
        with skipping():
            before = time.time()
            time.sleep(LONG)
            moved = time.time() - before
        held.release()
        assert (moved >= LONG - 1) is ticks
        assert ticks or moved == 0


@pytest.mark.parametrize("seconds", [0, 0.0, NAP, NAP / 2, False, 1e10])
def test_a_sleep_that_is_short_or_odd_is_the_genuine_one(slept: list[float], seconds: float) -> None:
    with skipping():
        time.sleep(seconds)
    assert slept == [seconds]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ValueError),
        (math.nan, ValueError),
        (math.inf, OverflowError),
        ("1", TypeError),
        (None, TypeError),
    ],
)
def test_what_sleep_refuses_is_refused_in_its_own_words(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as bare:
        time.sleep(value)
    with skipping(), pytest.raises(error) as caught:
        time.sleep(value)
    assert str(caught.value) == str(bare.value)


def test_a_program_that_only_sleeps_is_let_sleep_after_a_while(slept: list[float]) -> None:
    with skipping() as sleeps:
        for _ in range(IN_A_ROW + 3):
            time.sleep(1)
        assert slept == [NAP] * IN_A_ROW + [1] * 3
        sleeps.asked()
        time.sleep(1)
        assert slept[-1] == NAP


def test_beside_other_threads_only_what_follows_a_request_is_passed_over(
    slept: list[float], others: None
) -> None:
    with skipping() as sleeps:
        sleeps.asked()
        for _ in range(AT_ONCE + 2):
            time.sleep(1)
    assert slept == [NAP] * AT_ONCE + [1, 1]


def test_beside_a_child_process_too(slept: list[float]) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with skipping() as sleeps:
            sleeps.asked()
            for _ in range(AT_ONCE + 1):
                time.sleep(1)
        assert child.stdin is not None
        child.stdin.close()
    assert slept == [NAP] * AT_ONCE + [1]


def test_a_thread_passes_over_its_own_pauses_once_it_has_asked(slept: list[float]) -> None:
    with skipping() as sleeps:

        def work() -> float:
            time.sleep(1)
            sleeps.asked()
            before = time.monotonic()
            time.sleep(LONG)
            return time.monotonic() - before

        before = time.monotonic()
        assert in_thread(work) >= LONG - 1
        assert time.monotonic() - before < LONG / 2, "the other thread's sleep moved this one's clock"
    assert slept == [1, NAP]


def test_a_daemon_thread_sleeps_as_ever(slept: list[float]) -> None:
    with skipping() as sleeps:

        def beat() -> None:
            for _ in range(3):
                sleeps.asked()
                time.sleep(10)

        in_thread(beat, daemon=True)
    assert slept == [10, 10, 10]


def test_the_policy_is_asked_at_each_sleep(slept: list[float]) -> None:
    sleeps: Sleeps | None = Sleeps()
    hold = skip(lambda: sleeps)
    time.sleep(1)
    sleeps = None
    time.sleep(1)
    hold.remove()
    assert slept == [NAP, 1]


def test_a_coroutine_passes_over_asyncios_sleep_and_the_loop_keeps_its_time() -> None:
    async def job() -> tuple[Any, float, float]:
        loop = asyncio.get_running_loop()
        before, mine = loop.time(), time.monotonic()
        result = await asyncio.sleep(LONG, "a result")
        return result, loop.time() - before, time.monotonic() - mine

    with skipping():
        result, by_loop, by_task = asyncio.run(job())
    assert result == "a result" and by_loop < LONG / 2 and by_task >= LONG - 1


def test_beside_other_tasks_asyncios_sleep_sleeps() -> None:
    asked: list[float] = []

    async def job() -> None:
        other = asyncio.create_task(asyncio.Event().wait())
        sleeping = asyncio.create_task(asyncio.sleep(LONG))
        done, _ = await asyncio.wait([sleeping], timeout=0.05)
        asked.append(len(done))
        other.cancel()
        sleeping.cancel()

    sleeps = Sleeps()
    for _ in range(AT_ONCE):
        assert sleeps.passes(lambda: False)
    hold = skip(lambda: sleeps)
    asyncio.run(job())
    hold.remove()
    assert asked == [0]


def test_a_forked_child_passes_over_its_sleeps(slept: list[float]) -> None:
    with skipping():
        assert in_child(lambda: (time.sleep(LONG), slept)[1]) == [NAP]


def test_time_machine_may_be_imported_while_the_functions_are_ours() -> None:
    """It reads the functions of `time` as C structures, at its import."""
    code = (
        "from hushtape.freeze.skipping import skip\n"
        "hold = skip(lambda: None)\n"
        "import time_machine, time\n"
        "with time_machine.travel(0, tick=False): assert time.time() == 0\n"
        "hold.remove()\n"
        "assert time.time() > 1e9\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
