"""What a recording tape shares between its exchanges: journal, ruleset, counts, faults.

Lives here: the state of one recording, safe for any number of threads. Must not: see a client, do
network I/O, hold anything of an exchange that has ended. Called by: recorder, bodies, tape.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from hushtape.errors import HushtapeError, SanitizerError, TapeOrderError
from hushtape.sanitize.messages import safe_error, tell
from hushtape.session.learning import Learning

if TYPE_CHECKING:
    from hushtape.cassette import Journal
    from hushtape.sanitize import Chain, Ruleset
    from hushtape.session.options import Options

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class Running(Protocol):
    """An exchange that has begun and not ended."""

    def cut(self) -> None: ...


class Ledger:
    """The books of one recording.

    Attributes:
        faults: why the tape failed (scrubbed text), at most `MOST_FAULTS`; empty while all is well.
        pid: the process that records; in its forked children exchanges do nothing.
        closed: the tape is; what a thread that outlives it still does is not recorded.
        ruleset: the rules in force; another object once something was learned. learning: what was.
        named: whose named values must not be torn; None: those of `ruleset`.
    """

    MOST_FAULTS = 20
    MOST_SLOW = 8
    """Texts that a pattern may take too long on, 0.25 s each; a job makes thousands."""

    def __init__(self, chain: Chain, options: Options, create: Callable[[], Journal]) -> None:
        self.chain = chain
        self.options = options
        self.ruleset: Ruleset = chain.ruleset
        self.named: Ruleset | None = None
        self.learning = Learning(self)
        self.holds_bodies = bool(chain.callbacks)
        # One byte a piece: appending is atomic, wherever a finalizer comes in between; `+= 1` is not.
        self._stored = bytearray()
        self._failures = bytearray()
        self._slow = bytearray()
        self.faults: list[str] = []
        self.first_error: HushtapeError | None = None
        self.pid = os.getpid()
        self.closed = False
        self._create = create
        self._journal: Journal | None = None
        # Guards the faults and creation; no network I/O under it. Re-entrant, because a response
        # that is collected calls `cut` from wherever the collector runs, perhaps inside a section below.
        self._lock = threading.RLock()
        self._running: set[Running] = set()

    @property
    def recorded(self) -> int:
        """Interactions whose end record stands."""
        return len(self._stored)

    @property
    def fault_count(self) -> int:
        """How often the recording failed, beyond what `faults` lists."""
        return len(self._failures)

    @property
    def has_given_up(self) -> bool:
        """It failed, and a pattern would go on to cost the program its time: nothing more is recorded."""
        return len(self._slow) >= self.MOST_SLOW

    @property
    def started(self) -> Journal | None:
        """The journal, if anything was recorded."""
        return self._journal

    @property
    def journal(self) -> Journal:
        """The journal; created, and the cassette locked, at the first use.

        Raises:
            CassetteInUseError, CassetteWriteError: as `Journal.create`.
        """
        journal = self._journal
        if journal is None:
            with self._lock:
                journal = self._journal
                if journal is None:
                    if self.closed:
                        raise TapeOrderError(
                            "record an exchange", "the tape is closed", "keep it open longer"
                        )
                    journal = self._journal = self._create()
        return journal

    def close(self) -> None:
        """Nothing is recorded from here on, and no journal made."""
        with self._lock:
            self.closed = True

    def began(self, exchange: Running) -> None:
        """Remember an exchange while it runs (set.add is atomic under the GIL)."""
        self._running.add(exchange)

    def ended(self, exchange: Running, *, stored: bool) -> None:
        """Forget it; `stored`: its end record stands."""
        running = self._running
        running.discard(exchange)
        if stored:
            self._stored.append(1)

    def took_back(self) -> None:
        """An interaction that was recorded is not any more: a hook discarded it."""
        del self._stored[-1:]

    def cut_running(self) -> None:
        """End what still runs as "cut at close"."""
        for exchange in tuple(self._running):
            exchange.cut()

    def fail(self, error: BaseException, doing: str) -> None:
        """Mark the tape failed: it will not be published."""
        if isinstance(error, HushtapeError):
            error = safe_error(self.ruleset, error)
            reason = str(error).rstrip(".")
        else:
            reason = tell(self.ruleset, f"{doing}: {type(error).__name__}: {error}")
        with self._lock:
            self._failures.append(1)
            if isinstance(error, SanitizerError) and error.too_slow:
                self._slow.append(1)
            if len(self.faults) < self.MOST_FAULTS and reason not in self.faults:
                self.faults.append(reason)
            if self.first_error is None and isinstance(error, HushtapeError):
                self.first_error = error
