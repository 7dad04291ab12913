"""Freezing time: what `datetime.now`, `time.time` and the like tell the program.

Lives here: holding the clock at an instant, nested, and letting it go. Must not: touch `time.monotonic`,
`perf_counter` or `sleep` (timeouts, event loops and locks go by them), or know a tape. Called by: api.
time-machine does the work: it changes the functions inside CPython, so whoever holds a reference to
`datetime.now` sees the frozen time, too (docs/architecture.md says how it was chosen).
"""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Final

from hushtape import clock
from hushtape.errors import MissingDependencyError, TapeOrderError, UsageError

if TYPE_CHECKING:
    import time_machine

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_lock: Final = threading.RLock()
_all: list[Frozen] = []
_here: ContextVar[tuple[Frozen, ...]] = ContextVar("hushtape_frozen", default=())


class Frozen:
    """One hold on the clock, until `release`.

    Attributes:
        instant: what the clock shows, or showed first: aware, in UTC. ticks: it goes on from there.
        private: it was asked for by one context, not by the thread that speaks for the process.
    """

    __slots__ = ("__weakref__", "_thread", "_travel", "instant", "private", "ticks", "traveller")

    def __init__(self, instant: datetime, *, ticks: bool, private: bool) -> None:
        self.instant = instant
        self.ticks = ticks
        self.private = private
        self._thread = threading.get_ident()
        self._travel = require().travel(instant, tick=ticks)
        self.traveller: time_machine.Traveller | None = None

    @property
    def around(self) -> bool:
        """It was asked for by a block that the caller is in."""
        return self in _here.get() if self.private else self._thread == threading.get_ident()

    def start(self) -> None:
        try:
            self.traveller = self._travel.start()
        except RuntimeError as error:  # what time-machine raises where freezegun is active
            raise UsageError(
                f"freeze time at {clock.written(self.instant)}",
                f"another library holds the clock ({error})",
                "Leave freeze_time out here, or let hushtape alone freeze time",
            ) from None

    def release(self) -> None:
        """Give the clock back to who held it before, or to the present. Again: does nothing."""
        with _lock:
            if self not in _all:
                return
            _all.remove(self)
            self._stop()
        _here.set(tuple(held for held in _here.get() if held is not self))

    def _stop(self) -> None:
        """End this journey, wherever it stands: the program may be on one of its own that it began later."""
        journeys = require().traveller_stack
        if self.traveller not in journeys:
            return  # the program ended ours instead of its own
        for other in _all:
            if other.traveller is journeys[-1]:
                # Of another task, so to the same instant. Each knows the time zone of the one below it.
                self.traveller, other.traveller = other.traveller, self.traveller
        journeys.append(journeys.pop(journeys.index(self.traveller)))
        # time-machine deletes the variable; a program that did that itself must not make it fail halfway.
        os.environ.setdefault("TZ", "UTC")
        self._travel.stop()


def freeze(instant: datetime, *, ticks: bool = False, private: bool = False) -> Frozen:
    """Stop the program's clock at `instant`, in all threads, until `release`; its local time zone is UTC.

    Args:
        instant: what it shows from now on (`clock.parsed` reads texts).
        ticks: True: it goes on from there; default: it stands still.
        private: asked for by one context (a tape of context scope).

    Raises:
        MissingDependencyError: time-machine is not installed.
        TapeOrderError: another thread or context holds the clock at another instant.
        UsageError: freezegun holds it.
    """
    held = Frozen(instant, ticks=ticks, private=private)
    with _lock:
        for other in _all:
            if not other.around and (ticks or other.ticks or other.instant != instant):
                raise _taken(held, other)
        held.start()
        _all.append(held)
    if private:
        _here.set((*_here.get(), held))
    return held


def stands_still() -> bool:
    """The program's clock shows one instant, and will go on showing it."""
    return bool(_all) and not _all[-1].ticks


def require() -> ModuleType:
    """time-machine.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import time_machine
    except ImportError:
        raise MissingDependencyError(
            "freeze time", "time-machine is not installed", "pip install 'hushtape[freeze]'", extra="freeze"
        ) from None
    return time_machine


def _taken(held: Frozen, other: Frozen) -> TapeOrderError:
    return TapeOrderError(
        f"freeze time at {clock.written(held.instant)}",
        f"another thread or task has frozen it at {clock.written(other.instant)}, "
        "and there is one clock for the whole process",
        "Give both the same freeze_time, or run one after the other",
    )
