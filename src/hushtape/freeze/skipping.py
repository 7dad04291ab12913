"""Puts our `sleep` in the place of the genuine ones, and clocks that agree with it.

Lives here: what is replaced, and where it is found. Must not: decide which sleep is passed over, or
touch the standard library's own waiting (locks, queues, event loops, sockets: they wait for what is real).
Called by: api. Programs write `from time import sleep`, so it is replaced in every module that holds it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any, Final

from hushtape.freeze import frozen
from hushtape.freeze.sleeping import NAP, Sleeps, ahead, alone, length, move
from hushtape.patching import PatchSet, beneath

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Policy = Callable[[], Sleeps | None]
"""Which tape's sleeps those of the calling thread are; None: its sleeps are slept."""

_lock: Final = threading.RLock()
_holds: list[object] = []
_patches: Final = PatchSet()


class Skip:
    """A tape's hold on the replaced functions, until `remove`."""

    __slots__ = ()

    def remove(self) -> None:
        """Let go. With the last hold all is as it was. Again: does nothing."""
        with _lock:
            if self in _holds:
                _holds.remove(self)
                if not _holds:
                    _patches.remove()


def skip(policy: Policy) -> Skip:
    """Replace `time.sleep`, `asyncio.sleep` and the clocks around them, until `remove`.

    Args:
        policy: asked at each sleep. Nested tapes hand over the same one.
    """
    hold = Skip()
    with _lock:
        if not _holds:
            _install(policy)
        _holds.append(hold)
    return hold


def _install(policy: Policy) -> None:
    import asyncio  # brings ssl and 80 modules more, which only a tape that passes over sleeps has to pay for

    # It looks into the functions of `time` when it is imported, and would read ours as if they were C's.
    with suppress(ImportError):
        import time_machine  # noqa: F401 - only so that it is imported by now
    replaced: dict[int, Callable[[Any], Any]] = {
        id(time.sleep): lambda genuine: _sleep(policy, genuine),
        id(asyncio.sleep): lambda genuine: _sleep_async(policy, genuine),
        id(time.monotonic): _seconds,
        id(time.perf_counter): _seconds,
        id(time.time): _wall_seconds,
        id(time.monotonic_ns): _nanoseconds,
        id(time.perf_counter_ns): _nanoseconds,
        id(time.time_ns): _wall_nanoseconds,
    }
    genuine_monotonic = time.monotonic
    try:
        _patches.replace(asyncio.BaseEventLoop, "time", lambda _: lambda loop: genuine_monotonic())
        for module, name, function in list(_found(replaced)):
            _patches.replace(module, name, replaced[id(function)])
    except BaseException:
        _patches.remove()
        raise


def _found(replaced: dict[int, Any]) -> Iterator[tuple[ModuleType, str, Any]]:
    """Where these functions stand: in their own modules, and in all that are not the standard library's."""
    own = {"time", "asyncio", "asyncio.tasks"}
    for key, module in list(sys.modules.items()):
        top = key.partition(".")[0]
        if key not in own and ((top in sys.stdlib_module_names and top != "__main__") or top == "hushtape"):
            continue
        if not isinstance(module, ModuleType):
            continue
        for name, value in list(vars(module).items()):
            if type(value) is FunctionType:  # perhaps ours, from an import inside an earlier tape
                value = beneath(value)
            if id(value) in replaced:
                yield module, name, value


def _sleep(policy: Policy, genuine: Callable[[Any], None]) -> Callable[[Any], None]:
    def sleep(seconds: Any, /) -> None:
        wanted = length(seconds)
        sleeps = policy() if wanted else None
        if sleeps is None or not sleeps.passes(alone):
            return genuine(seconds)
        genuine(NAP)
        move(wanted)
        return None

    return sleep


def _sleep_async(policy: Policy, genuine: Callable[..., Any]) -> Callable[..., Any]:
    async def sleep(delay: Any, result: Any = None) -> Any:
        wanted = length(delay)
        sleeps = policy() if wanted else None
        if sleeps is None or not sleeps.passes(_alone_in_loop):
            return await genuine(delay, result)
        await genuine(NAP)
        move(wanted)
        return result

    return sleep


def _alone_in_loop() -> bool:
    import asyncio

    return len(asyncio.all_tasks()) == 1 and alone()


def _seconds(genuine: Callable[[], float]) -> Callable[[], float]:
    return lambda: genuine() + ahead() / 1e9


def _nanoseconds(genuine: Callable[[], int]) -> Callable[[], int]:
    return lambda: genuine() + ahead()


def _wall_seconds(genuine: Callable[[], float]) -> Callable[[], float]:
    return lambda: genuine() if frozen.stands_still() else genuine() + ahead() / 1e9


def _wall_nanoseconds(genuine: Callable[[], int]) -> Callable[[], int]:
    return lambda: genuine() if frozen.stands_still() else genuine() + ahead()
