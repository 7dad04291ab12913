"""A tape: an open cassette, from opening to closing.

Lives here: what `use_cassette` hands out, and what the adapters see. Must not: match, scrub, parse or write
itself (player, recorder and the cassette do), know how it is opened (opening) or what it leaves (closing),
import a client.
Called by: api. The adapters see it as a seam.Session.
"""

from __future__ import annotations

import mmap
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushtape.errors import (
    HushtapeError,
    HushtapeWarning,
    TapeOrderError,
    UnmatchedRequestError,
    throw,
)
from hushtape.model import Interaction, Request
from hushtape.seam import Exchange
from hushtape.session import closing, opening, stack, timing, unplayed
from hushtape.session.front import PLAIN, FrontEnd
from hushtape.session.ledger import Ledger
from hushtape.session.modes import MODES
from hushtape.session.views import Unmatched, Unused, shown_all

if TYPE_CHECKING:
    from hushtape.cassette import CassetteInfo, Reader
    from hushtape.matching import Plan
    from hushtape.sanitize import Chain
    from hushtape.session.options import Options
    from hushtape.session.player import Player
    from hushtape.session.timing import Pauses

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

MOST_ERRORS_KEPT: Final = 100


class Tape:
    """An open cassette.

    Attributes:
        path: the cassette's file. mode: the record mode in force (`HUSHTAPE_MODE` included).
        scope: "process" or "context". options: the options it was opened with.
        thread, pid: who opened it. row: the mode's row of the table. ledger: the books of a recording.
        player: answers from the cassette, None where there is none to answer from.
        played: requests that were answered from the cassette, repeated answers (`exhausted`) included.
        front: what a front end fixed.
    """

    def __init__(
        self, path: Path, mode: str, options: Options, chain: Chain, plan: Plan, front: FrontEnd = PLAIN
    ) -> None:
        self.path: Final = path
        self.mode = mode
        self.options: Final = options
        self.scope: Final = options.scope
        self.thread: Final = threading.get_ident()
        self.pid: Final = os.getpid()
        self.chain: Final = chain
        self.plan: Final = plan
        self.front: Final = front
        self.played = 0
        self.closed = False
        self.ledger: Final = Ledger(chain, options, partial(opening.create_journal, self))
        self.row = MODES[mode]
        self.expired = False
        """The cassette is past its `max_age`, and is recorded anew: the mode is "all" from then on."""
        self.refusal: HushtapeError | None = None
        """The first error at replay that is no unmatched request: of a hook, a matcher, a body too long."""
        self.remarks: list[str] = []
        """What is to be said as warnings once the tape has closed."""
        self.dropped = 0
        """Unused interactions that were removed from the cassette (`drop_unused`), known after closing."""
        self.reader: Reader | None = None
        self.player: Player | None = None
        self._errors: list[UnmatchedRequestError] = []
        self._error_count = 0
        self._lock: Final = threading.RLock()
        self._warned_fork = False
        self.unrecorded: mmap.mmap | None = None
        """One byte shared with forked children, in which they set it: calls passed unrecorded."""
        self._exchange: Callable[[Request], Exchange]
        self.record: Callable[[Request], Exchange]
        """Begins an exchange that is recorded; not there while `offline`."""
        self.offline = False
        """seam.Session: nothing is ever forwarded."""
        self.pace: Final = timing.pace(options)
        """Replayed heads take this much of the time that they took when recorded; 0: none."""
        self.pauses: Pauses | None = None
        """Told of each request, to know a pause between two; None: the program's sleeps are slept."""
        self.frozen_at: datetime | None = None
        """What the program's clock shows while the tape is open, or showed first (`tick`); None: the time."""

    # --- what the program sees -------------------------------------------------------------------

    @property
    def complete(self) -> bool:
        """False: the cassette that replays ended in an exception or was recovered, or this one failed."""
        return self.info.complete if self.info is not None else not self.failed

    @property
    def info(self) -> CassetteInfo | None:
        """What the head of the cassette that replays says; None: none does."""
        return self.reader.info if self.reader is not None else None

    @property
    def failed(self) -> bool:
        """The recording can't be trusted, and will not be published."""
        return bool(self.ledger.faults)

    @property
    def recorded(self) -> int:
        """Interactions recorded so far."""
        return self.ledger.recorded

    @property
    def unmatched(self) -> Sequence[UnmatchedRequestError]:
        """Requests that the tape could not answer and that were not acknowledged (the first 100)."""
        return Unmatched(self._errors)

    @property
    def unused(self) -> Sequence[Interaction]:
        """Interactions that were not played, in recorded order; each is read when it is asked for."""
        return Unused(self.player)

    def interactions(self) -> Iterator[Interaction]:
        """All interactions on the tape, old ones first, read one at a time; scrubbed."""
        if self.player is not None:
            yield from shown_all(self.player)
        journal = self.ledger.started
        if journal is not None and not self.closed:
            from hushtape.session.stored import scrub_interaction

            for interaction in journal.read_all():
                alone = self.ledger.learning.alone
                yield interaction if alone is None else scrub_interaction(interaction, alone)

    def acknowledge(self, error: HushtapeError) -> None:
        """State that the program was right to survive this unmatched request, or this error of a hook or
        matcher.

        The error is then not raised again when the tape closes.
        """
        with self._lock:
            if error in self._errors:
                self._errors.remove(error)
                self._error_count -= 1
            if error is self.refusal:
                self.refusal = None

    def __repr__(self) -> str:
        state = "closed" if self.closed else "failed" if self.failed else "open"
        return (
            f"<Tape {str(self.path)!r} mode={self.mode!r} {state} played={self.played} "
            f"recorded={self.recorded}>"
        )

    # --- seam.Session ----------------------------------------------------------------------------

    @property
    def may_replay(self) -> bool:
        """seam.Session: a connection is made only after `decide` said Forward."""
        return self.player is not None

    @property
    def share_tls(self) -> bool:
        """seam.Session: TLS contexts may be shared."""
        return self.options.share_tls

    @property
    def max_held_body(self) -> int:
        """seam.Session: most bytes of a request that are held back."""
        return self.options.max_callback_body

    def open(self, request: Request) -> Exchange:
        """seam.Session: begin an exchange."""
        if self.pauses is not None:
            self.pauses.asked()
        return self._exchange(request)

    def unwatched(self, client: str, error: Exception) -> None:
        """seam.Session: the recording lacks this client's calls, so it is not published as good."""
        self.ledger.fail(error, f"watch {client}")

    @property
    def records_new(self) -> bool:
        """A request that is not on the tape is recorded rather than refused."""
        return self.row.not_found == "record"

    def record_anew(self) -> None:
        """The cassette has expired: from here on this is a tape in mode "all"."""
        self.expired, self.mode, self.row = True, "all", MODES["all"]

    def usable(self) -> Tape | None:
        """This tape, or None in a forked child of a recording: its calls pass unrecorded."""
        if self.player is not None or self.pid == os.getpid():
            return self
        self.tell_fork()
        return None

    def tell_fork(self) -> None:
        """In a forked child: a call passes unrecorded, which its parent's cassette will say."""
        if self.unrecorded is not None:
            self.unrecorded[0] = 1
        if not self._warned_fork:
            self._warned_fork = True
            warnings.warn(
                f"calls of a forked child are not recorded on {self.path}; the cassette will say "
                "complete: false",
                HushtapeWarning,
                stacklevel=4,
            )

    @property
    def missed_calls(self) -> bool:
        """A forked child made calls that were not recorded."""
        return self.unrecorded is not None and self.unrecorded[0] != 0

    def count_played(self) -> None:
        """One more request was answered from the cassette."""
        with self._lock:
            self.played += 1

    def count_unmatched(self, error: UnmatchedRequestError) -> None:
        """Remember an unmatched request until the tape closes."""
        with self._lock:
            self._error_count += 1
            if len(self._errors) < MOST_ERRORS_KEPT:
                self._errors.append(error)

    def remember(self, error: HushtapeError) -> None:
        """Keep the first refusal that is no unmatched request until the tape closes."""
        with self._lock:
            self.refusal = self.refusal or error

    # --- opening and closing ---------------------------------------------------------------------

    def start(self) -> None:
        """Open the cassette and become the innermost tape.

        Raises:
            CassetteError: it can't be read, or does not exist in mode "none", or can't be written.
            CassetteInUseError: it is open already, here or in another process that records.
            TapeOrderError: another thread has a tape of process scope open.
        """
        problem: HushtapeError | None = None
        try:
            self._exchange = opening.prepare(self)
        except HushtapeError as error:
            problem = error
        if problem is not None:
            throw(problem)
        try:
            self.frozen_at = timing.instant(self)
            stack.push(self)
        except BaseException:
            self.close_reader()
            raise

    def stop(self, error: BaseException | None) -> None:
        """End the tape: publish, or keep the journal, as the mode says (CASSETTE.md section 4).

        Args:
            error: the exception that ends the program's block, if any. It goes on to the caller; what
                this tape has to say is then added to it as a note.

        Raises:
            UnmatchedRequestError: a request was not answered, and not acknowledged.
            UnusedInteractionsError: the tape is strict, and not all was played.
            RecordingFailedError: the recording can't be trusted.
            TapeOrderError: a tape opened later is still open, or this one is closed already.
        """
        if self.closed:
            raise TapeOrderError(f"close {self.path}", "it is closed already", "close each tape once")
        problems: list[HushtapeError] = []
        misplaced = stack.pop(self)
        try:
            self.ledger.cut_running()
            closing.begin_empty(self)
        finally:
            self.closed = True
            self.ledger.close()
            unused = unplayed.complaint(self)
            unplayed.report(self, error)
            try:
                problems += closing.settle_recording(self, error)
            finally:
                self.close_reader()
        if misplaced is not None:
            problems.append(misplaced)
        problems += closing.unanswered(self.unmatched, self._error_count, error, self.ledger.ruleset)
        problems += closing.swallowed(self, error)
        problems += unused if not self.dropped else ()
        try:
            closing.warn(self.remarks)
        finally:
            closing.tell(problems, error)

    def close_reader(self) -> None:
        """Let go of the cassette's file."""
        if self.reader is not None:
            self.reader.close()
