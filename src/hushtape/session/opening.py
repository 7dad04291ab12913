"""Opening a tape: what the record mode makes of the cassette that is there, or is not.

Lives here: the left half of the mode table carried out: looking before recording, loading the side that is
needed, making the journal at the first exchange. Must not: touch the stack of tapes, close, replay, record.
Called by: tape.
"""

from __future__ import annotations

import mmap
import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from hushtape.cassette import check
from hushtape.errors import CassetteFormatError, CassetteNotFoundError, HushtapeWarning
from hushtape.session import expiry, metadata, timing

if TYPE_CHECKING:
    from hushtape.cassette import Journal, Reader
    from hushtape.model import Request
    from hushtape.seam import Exchange
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


def prepare(tape: Tape) -> Callable[[Request], Exchange]:
    """Open the cassette, and say what begins an exchange.

    All is ready before the tape is on the stack: other threads may call at once.

    Raises:
        CassetteError: it can't be read, or does not exist in mode "none", or can't be written.
        CassetteExpiredError: it is older than `max_age`.
        CassetteInUseError: another process records on it.
    """
    exists = os.path.lexists(tape.path)
    empty = not exists and tape.row.missing == "error"
    if empty and not tape.front.always:
        raise _not_found(tape)
    replays = (exists or empty) and tape.row.reads and _open_reader(tape, empty)
    try:
        return _prepare(tape, replays)
    except BaseException:
        tape.close_reader()
        raise


def _open_reader(tape: Tape, empty: bool) -> bool:
    """Open the cassette; False: it has expired, and is recorded anew."""
    from hushtape.cassette.reader import CassetteReader

    reader = CassetteReader.empty(tape.path) if empty else CassetteReader.open(tape.path)
    try:
        if not empty and expiry.must_record_anew(tape, reader.info):
            reader.close()
            tape.record_anew()
            return False
    except BaseException:
        reader.close()
        raise
    tape.reader = reader
    return True


def _prepare(tape: Tape, replays: bool) -> Callable[[Request], Exchange]:
    """Load the side that is needed: the other would cost a small container 0.8 MB."""
    tape.offline = replays and tape.row.not_found == "error"
    if not tape.offline:
        check.check_writable(tape.path)
        tape.unrecorded = mmap.mmap(-1, 1)  # shared with forked children, in which it is written
        tape.record = _make_record(tape, replays)
    elif check.has_left_over(tape.path):
        _warn_of_left_over(tape)
    return _make_replay(tape, tape.reader) if tape.reader is not None else tape.record


def _make_replay(tape: Tape, reader: Reader) -> Callable[[Request], Exchange]:
    """What begins an exchange on a tape that holds a cassette."""
    from hushtape.session.answers import Answers
    from hushtape.session.player import Player
    from hushtape.session.replayer import ReplayExchange

    try:
        tape.player = Player(reader, tape.plan, tape.chain)
    except CassetteFormatError:
        if not reader.scan_anew():
            raise
        tape.player = Player(reader, tape.plan, tape.chain)
    answers = Answers(tape.player, tape.options.exhausted, ordered=tape.options.ordered)
    return partial(ReplayExchange, tape, tape.player, answers)


def _make_record(tape: Tape, replays: bool) -> Callable[[Request], Exchange]:
    """What begins an exchange that is recorded."""
    reading = tape.chain.reading
    if reading is None:
        from hushtape.session.recorder import RecordingExchange

        return partial(RecordingExchange, tape.ledger)
    from hushtape.session.before_read import ScrubbedFirst
    from hushtape.session.held_answer import BeforeRead

    return partial(ScrubbedFirst, BeforeRead(tape.ledger, reading, replays=replays))


def create_journal(tape: Tape, *, recorded_at: str | None = None) -> Journal:
    """The tape's journal, made at its first exchange.

    Args:
        recorded_at: what the head is to say; None: when this recording began, or the one that it adds to.
    Raises:
        CassetteInUseError, CassetteWriteError: as `Journal.create`.
    """
    from hushtape.cassette.journal import Journal

    return Journal.create(
        tape.path,
        max_inline_body=tape.options.max_inline_body,
        recorded_at=timing.began(tape) if recorded_at is None else recorded_at,
        freeze_time=timing.shown(tape),
        placeholders=metadata.listed(tape.ledger.ruleset, tape.chain.ruleset.possible_placeholders),
        members=members(tape),
        readable_bodies=tape.options.readable_bodies,
    )


def members(tape: Tape) -> dict[str, Any]:
    """What stands at the top of the cassette beside its interactions: what was there, scrubbed, and what the
    front end adds."""
    info = tape.info
    kept: dict[str, Any] = {}
    if info is not None and info.metadata_key:
        kept[info.metadata_key] = metadata.scrubbed(tape.ledger.ruleset, info.metadata)
    return {**kept, **tape.front.members(tape)} if tape.front.members is not None else kept


def _warn_of_left_over(tape: Tape) -> None:
    warnings.warn(
        f"{tape.path} has a journal of a recording that did not end. This tape replays the "
        f"cassette as it was; run `hushtape recover {tape.path}` for the rest",
        HushtapeWarning,
        stacklevel=6,
    )


def _not_found(tape: Tape) -> CassetteNotFoundError:
    return CassetteNotFoundError(
        f"open {tape.path} in mode 'none'",
        "there is no such cassette",
        'Record it with mode="once", or correct the path. (HUSHTAPE_MODE overrides the mode)',
        path=str(tape.path),
    )
