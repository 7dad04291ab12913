"""Sleeping without waiting: which sleep of the program is passed over, and what its clocks show then.

Lives here: the decision, and the time that each context is ahead. Must not: patch (skipping.py does), know a
tape. Called by: the replaced functions.
A thread (a task) whose sleep was passed over sees the clock that it would see if it had slept: its own
`monotonic`, `perf_counter` and `time` are ahead by that much. Nobody else's are: threads that sleep side by
side would push a shared clock ahead by the sum of their sleeps, and timeouts of others would end early.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, SupportsIndex

NAP: Final = 0.0005
"""Seconds that a sleep really takes when it is passed over: loops that only sleep must not eat a core."""
LONGEST: Final = 1e9
"""Seconds; about here CPython's own sleep raises OverflowError, so it is left to it."""
AT_ONCE: Final = 2
"""Sleeps after a request that are passed over in any case: a client's retry, and the program's own pause."""
IN_A_ROW: Final = 1000
"""Sleeps without a request between them that are passed over at most. A program that sleeps on waits for
something else, or goes by a clock that we don't move."""

_ahead: ContextVar[int] = ContextVar("hushtape_ahead", default=0)
_row: ContextVar[Row | None] = ContextVar("hushtape_sleeps", default=None)


class Row:
    """Sleeps in a row, of one thread; the tasks and `to_thread` calls that start there share it.

    Attributes:
        fresh: sleeps that are passed over because a request came before. left: sleeps until the row is full.
    """

    __slots__ = ("fresh", "left")

    def __init__(self, fresh: int = 0) -> None:
        self.fresh = fresh
        self.left = IN_A_ROW


class Sleeps:
    """What one tape lets its program pass over; made by the thread that opens it."""

    __slots__ = ("thread",)

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        _row.set(Row(AT_ONCE))

    def asked(self) -> None:
        """The calling thread makes a request of the tape."""
        row = _row_here()
        row.fresh, row.left = AT_ONCE, IN_A_ROW

    def passes(self, alone: Callable[[], bool]) -> bool:
        """True: the sleep that the calling thread is about to begin is passed over.

        After a request it is, since that is a pause between requests. Later only while nothing else of
        the program runs: what sleeps on beside others waits for them, and they take real time. A daemon
        thread always sleeps: it beats, watches or refreshes for as long as the program runs.
        """
        if threading.get_ident() != self.thread and threading.current_thread().daemon:
            return False
        row = _row_here()
        if row.fresh > 0:
            row.fresh -= 1
        elif row.left <= 0 or not alone():
            return False
        row.left -= 1
        return True


def ahead() -> int:
    """Nanoseconds that the calling thread or task is ahead of the real clock."""
    return _ahead.get()


def move(seconds: float) -> None:
    """The calling thread or task has passed over a sleep of so many seconds."""
    _ahead.set(_ahead.get() + round(seconds * 1e9))


def length(seconds: Any) -> float:
    """Seconds that are asked for; 0 where they are so few, or so odd, that the genuine sleep sees to it."""
    if not isinstance(seconds, float | SupportsIndex):
        return 0.0
    wanted = seconds if isinstance(seconds, float) else operator.index(seconds)
    return float(wanted) if NAP < wanted < LONGEST else 0.0


def alone() -> bool:
    """Nothing else of the program runs: no other thread that keeps it alive, no child process."""
    here = threading.current_thread()
    if any(other is not here and not other.daemon for other in threading.enumerate()):
        return False
    return not _has_children()


def _has_children() -> bool:
    waitid = getattr(os, "waitid", None)  # macOS has it from Python 3.13 on
    if waitid is None:
        return True
    try:
        waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _row_here() -> Row:
    row = _row.get()
    if row is None:
        row = Row()
        _row.set(row)
    return row
