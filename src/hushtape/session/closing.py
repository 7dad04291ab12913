"""What a tape does with its recording when it closes, and what it says about it.

Lives here: the right half of the mode table carried out (publish, publish as partial, keep the
journal, nothing), and the errors raised at close. Must not: keep state, touch the stack of tapes.
Called by: tape.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hushtape.errors import (
    BodyTooLargeError,
    CassetteError,
    HushtapeError,
    HushtapeWarning,
    OpaqueBodyError,
    RecordingFailedError,
    SecretFoundError,
    UnmatchedRequestError,
    throw,
)
from hushtape.sanitize import messages
from hushtape.session import expiry, hooks, metadata, opening, timing, unplayed
from hushtape.session.modes import AtClose

if TYPE_CHECKING:
    from hushtape.cassette import Journal
    from hushtape.sanitize import Ruleset
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


def settle_recording(tape: Tape, error: BaseException | None) -> list[HushtapeError]:
    """Publish what was recorded, or keep its journal; the problems met on the way."""
    journal = tape.ledger.started
    if os.getpid() != tape.pid:
        return []  # a forked child that leaves the block: the journal is its parent's
    if tape.failed and journal is None:
        return [_failure(tape, None)]
    try:
        drops = unplayed.may_drop(tape, error)
        if journal is None:
            if not drops or tape.info is None:
                return []
            # Dropping makes nothing younger, and what never said its age does not begin to.
            journal = opening.create_journal(tape, recorded_at=timing.known(tape.info))
        return _settle(tape, journal, error, drops)
    except HushtapeError as problem:
        return [problem]
    finally:
        if journal is not None and journal.held:  # whatever went wrong: the lock must not stay behind
            journal.abandon()


def _settle(tape: Tape, journal: Journal, error: BaseException | None, drops: bool) -> list[HushtapeError]:
    """The mode table's right half, for a journal that holds something, or will hold what is kept."""
    _search_the_rest(tape)
    drops = drops and not tape.failed and unplayed.is_as_opened(tape)  # now that the cassette is locked
    if tape.failed:
        return [_failure(tape, str(journal.abandon()))]
    if not (tape.ledger.recorded or drops or tape.front.always):
        journal.discard()
    elif action_at_close(tape, error) == "keep-journal" or expiry.missed(tape, journal):
        journal.abandon()
    elif not _hooked(tape, journal) and not (drops or tape.front.always):
        journal.discard()  # hooks left nothing of what was recorded
    elif not tape.failed and _copy_old(tape, journal, used_only=drops):
        _publish(tape, journal, complete=action_at_close(tape, error) == "publish")
        if drops and tape.player is not None:
            tape.dropped = tape.player.played.unplayed_count
    elif tape.ledger.recorded:
        return [_failure(tape, str(journal.abandon()))]
    else:
        journal.discard()
        return [_failure(tape, None)]
    return []


def _hooked(tape: Tape, journal: Journal) -> bool:
    """Run the hooks of `before_save`; whether anything is left to be published, or the tape failed."""
    return not hooks.before_save(tape, journal) or tape.ledger.recorded > 0


def begin_empty(tape: Tape) -> None:
    """Where an empty recording counts, it has a journal, too. The tape still records."""
    nothing_yet = tape.ledger.started is None and not tape.failed and os.getpid() == tape.pid
    if not tape.front.always or tape.offline or not nothing_yet:
        return
    try:
        _ = tape.ledger.journal
    except (HushtapeError, OSError) as problem:
        tape.ledger.fail(problem, "begin the recording")


def _search_the_rest(tape: Tape) -> None:
    """What was learned late is searched for, also in a journal that is only kept."""
    try:
        tape.ledger.learning.finish()
    except (HushtapeError, OSError) as error:
        tape.ledger.fail(error, "search the journal for what was learned")


def action_at_close(tape: Tape, error: BaseException | None) -> AtClose:
    """The mode table's verdict. SystemExit(0 or None) and GeneratorExit are clean ends."""
    clean = error is None or isinstance(error, GeneratorExit)
    if isinstance(error, SystemExit):
        clean = error.code in (None, 0)
    if clean:
        return tape.row.clean_end
    return tape.row.on_exception if tape.path.exists() else tape.row.on_exception_first


def unanswered(
    errors: Sequence[UnmatchedRequestError], total: int, error: BaseException | None, ruleset: Ruleset
) -> list[HushtapeError]:
    """The unmatched requests that the program survived: all but one that ends the block right now."""
    survived = [other for other in errors if not _caused_by(error, other)]
    if not survived:
        return []
    from hushtape.session import unmatched  # the side that explains: rarely needed, never while recording

    again = unmatched.raised_again(survived[0], total - (len(errors) - len(survived)))
    return [messages.safe_error(ruleset, again)]


def warn(remarks: list[str]) -> None:
    """Say what is no error, once all is done: filters may turn warnings into errors."""
    for remark in remarks:
        warnings.warn(remark, HushtapeWarning, stacklevel=4)


def tell(problems: list[HushtapeError], error: BaseException | None) -> None:
    """Raise the first problem, the others as notes; all as notes on an exception that is in flight."""
    if not problems:
        return
    if error is not None and not isinstance(error, GeneratorExit):
        for problem in problems:
            error.add_note(f"hushtape: {problem}")
        return
    first, *rest = problems
    for problem in rest:
        first.add_note(f"hushtape: {problem}")
    throw(first)


def swallowed(tape: Tape, error: BaseException | None) -> list[HushtapeError]:
    """The first error at replay that was no unmatched request, unless it ends the block right now: a copy."""
    first = tape.refusal
    if first is None or _caused_by(error, first):
        return []
    return [messages.safe_error(tape.ledger.ruleset, first)]


def _copy_old(tape: Tape, journal: Journal, *, used_only: bool) -> bool:
    """Write the old interactions again, scrubbed and audited; False: one of them failed the tape.

    They teach: another tool stored them unscrubbed. What one shows is taken out of those after it at once,
    and at the end of all that the journal holds by then.
    """
    player = tape.player
    if player is None:
        return True
    from hushtape.session.auditing import audited  # a tape that only replays needs none of it
    from hushtape.session.stored import scrub_interaction

    learning, options = tape.ledger.learning, tape.ledger.options
    try:
        for ordinal, interaction in player.all(
            used_only=used_only, options=options, notebook=learning.notebook
        ):
            learning.absorb(interaction.request.uri)  # of its head
            ruleset = tape.ledger.ruleset
            alone = learning.alone  # read second: at least as new
            if alone is not None:
                interaction = scrub_interaction(interaction, alone)
            # Negative numbers: before the new ones.
            journal.copy(ordinal - len(player.reader), audited(tape.ledger, interaction, ruleset))
            learning.absorb(interaction.request.uri)
    except (CassetteError, SecretFoundError, BodyTooLargeError, OpaqueBodyError) as error:
        tape.ledger.fail(error, "keep an earlier interaction")
    _search_the_rest(tape)
    return not tape.failed


def _publish(tape: Tape, journal: Journal, *, complete: bool) -> None:
    placeholders = set(tape.ledger.ruleset.placeholders)
    if tape.player is not None:
        complete = complete and tape.complete
        placeholders.update(tape.player.placeholders)  # other options may have left some in what is kept
    complete = complete and not tape.missed_calls
    journal.members.update(opening.members(tape))  # anew: the ruleset has learned meanwhile
    journal.seal(complete=complete, placeholders=metadata.listed(tape.ledger.ruleset, placeholders))


def _failure(tape: Tape, journal: str | None) -> RecordingFailedError:
    ledger = tape.ledger
    rules = ledger.ruleset  # it may know more by now than when the reasons were written down
    reasons = tuple([messages.tell(rules, reason) for reason in ledger.faults])
    more = ledger.fault_count - len(reasons)
    listed = "; ".join(reasons) + (f"; and {more} more" if more > 0 else "")
    kept = f"What was recorded is in {journal}; `hushtape recover {tape.path}` makes a cassette of it"
    failure = RecordingFailedError(
        f"publish {tape.path}",
        f"the recording failed: {listed}",
        f"The earlier cassette, if any, is untouched. {kept if journal else 'Nothing was recorded'}",
        path=str(tape.path),
        journal=journal or "",
        reasons=reasons,
    )
    if ledger.first_error is not None:
        failure.__cause__ = messages.safe_error(rules, ledger.first_error)
    return failure


def _caused_by(error: BaseException | None, ours: HushtapeError) -> bool:
    """True if the exception in flight is this one, or was raised because of it."""
    for _ in range(50):  # bounded: a chain of contexts may be circular
        if error is None:
            return False
        # botocore wraps any exception and keeps it as `error` in its keyword arguments (CLIENTS.md).
        wrapped = getattr(error, "kwargs", None)
        inner = wrapped.get("error") if isinstance(wrapped, dict) else None
        if error is ours or inner is ours:
            return True
        error = error.__cause__ or error.__context__
    return False
