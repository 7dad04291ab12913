"""A progress bar for long work: on the error output, where that is a terminal.

Lives here: when it is drawn. Must not: draw it (demo.screen does), or appear in a file, a pipe or a CI log.
Called by: the commands that go through whole cassettes. It comes after half a second, so that short work
shows none, and is drawn at most ten times a second.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TextIO

PATIENCE = 0.5
"""Seconds before a bar appears."""

PAUSE = 0.1
"""Seconds between two drawings."""


class Bar:
    """A bar that is gone when its block ends.

    Args:
        label: what is being done.
        total: how much there is to do, or what works it out; asked only where a bar may be seen.

    Attributes: passed: tell it how much more was done; None where no bar can be seen.
    """

    def __init__(
        self,
        label: str,
        total: int | Callable[[], int],
        *,
        stream: TextIO | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        from hushtape.demo.screen import Screen

        self._screen = Screen(sys.stderr if stream is None else stream)
        self._label, self._now = label, now
        self._done, self._next = 0, now() + PATIENCE
        self._total = 0
        if self._screen.live:
            self._total = total() if callable(total) else total
        self.passed: Callable[[int], None] | None = self._passed if self._total else None

    def _passed(self, amount: int) -> None:
        self._done += amount
        at = self._now()
        if at >= self._next:
            self._next = at + PAUSE
            self._screen.progress(self._label, min(self._done, self._total), self._total)

    def step(self, amount: int = 1) -> None:
        """`passed`, where there may be no bar."""
        if self.passed is not None:
            self.passed(amount)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._screen.clear()
