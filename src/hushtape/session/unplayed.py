"""What a tape did not play, when it closes: an error (`strict`), removed (`drop_unused`), reported.

Lives here: the conditions under which unused interactions may be dropped, and the error that lists them.
Must not: write the cassette itself (closing does), hold interactions. Called by: closing, tape.
Dropping is the one thing a tape does that loses something, so every doubt keeps the cassette as it is: an
exception, an unmatched request, mode "none", CI, nothing played at all, a file that changed meanwhile.
"""

from __future__ import annotations

import errno
import os
import stat
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushtape.cassette import check
from hushtape.errors import HushtapeError, UnusedInteractionsError
from hushtape.matching.text import shortened, telling, visible
from hushtape.sanitize.messages import safe_error, tell
from hushtape.session.expiry import in_ci
from hushtape.session.stored import scrub_request
from hushtape.session.tearing import shown_request

if TYPE_CHECKING:
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

REPORT_VARIABLE: Final = "HUSHTAPE_USAGE"
ANY_WRITE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
LISTED: Final = 10
URI_SHOWN: Final = 200


def complaint(tape: Tape) -> list[HushtapeError]:
    """The error of a strict tape, made while its cassette can be read; none where all was played.

    Returned, too, is that of an interaction that can't be read: the recording has still to be settled.
    """
    player = tape.player
    if not tape.options.strict or player is None or os.getpid() != tape.pid:
        return []
    unused = player.played.unplayed_count
    if not unused:
        return []
    try:
        with telling(partial(tell, tape.ledger.ruleset)):
            lines = [_named(player, ordinal) for ordinal in islice(player.played.unplayed(), LISTED)]
    except HushtapeError as problem:
        return [problem]
    more = f"; and {unused - len(lines):,} more" if unused > len(lines) else ""
    error = UnusedInteractionsError(
        f"close {tape.path} (strict=True)",
        f"{unused:,} of {len(player.played):,} interactions were not used: {'; '.join(lines)}{more}",
        "If the program is right, drop_unused=True removes them, or record anew with mode='all'",
        path=str(tape.path),
        unused=unused,
        interactions=tuple(lines),
    )
    return [safe_error(tape.ledger.ruleset, error)]


def _named(player: Player, ordinal: int) -> str:
    given = player.reader.read(ordinal).request
    request = shown_request(player.ruleset, given, scrub_request(given, player.ruleset, with_body=False))
    uri = visible(shortened(request.uri, URI_SHOWN))
    return f"interaction {ordinal}: {visible(shortened(request.method, 40))} {uri}"


def report(tape: Tape, error: BaseException | None) -> None:
    """Tell the report that `HUSHTAPE_USAGE` names what was not played; `hushtape prune` reads it."""
    name = os.environ.get(REPORT_VARIABLE)
    player = tape.player
    if not name or player is None or os.getpid() != tape.pid:
        return
    from hushtape.cassette import usage  # a tape that only records needs no reading half

    try:
        if not player.reader.is_current():
            raise OSError(errno.ESTALE, "the cassette was changed while it was open")
        unplayed, clean = player.played.unplayed(), _ended_well(tape, error)
        usage.append(Path(name), tape.path, len(player.played), unplayed, clean=clean)
    except (OSError, HushtapeError) as problem:
        found = problem.strerror if isinstance(problem, OSError) else str(problem)
        tape.remarks.append(f"{tape.path} is not in the report {name} of {REPORT_VARIABLE}: {found}")


def may_drop(tape: Tape, error: BaseException | None) -> bool:
    """There are unused interactions, and they may be removed."""
    player = tape.player
    if not tape.options.drop_unused or player is None or not player.played.unplayed_count:
        return False
    if tape.mode == "none" or in_ci() or not _ended_well(tape, error):
        return False
    if player.played.unplayed_count == len(player.played):
        return _keep(tape, "none of its interactions was used")
    if tape.missed_calls:
        return _keep(tape, "a forked child made calls that were not recorded")
    if not tape.path.stat().st_mode & ANY_WRITE:
        return _keep(tape, "the file is read-only")  # a rename would take its place all the same
    if tape.ledger.started is None:  # a tape that recorded has asked when it opened
        try:
            check.check_writable(tape.path)
        except HushtapeError as problem:
            return _keep(tape, problem.found)
    return True


def is_as_opened(tape: Tape) -> bool:
    """Nobody replaced the cassette meanwhile; to be asked under its lock."""
    if tape.reader is not None and tape.reader.is_current():
        return True
    return _keep(tape, "the file was changed while it was open")


def _ended_well(tape: Tape, error: BaseException | None) -> bool:
    """The program ran to its end, and every request was answered. A generator that was closed did not."""
    exited = isinstance(error, SystemExit) and error.code in (None, 0)
    answered = not tape.unmatched and tape.refusal is None
    return (error is None or exited) and answered and not tape.failed


def _keep(tape: Tape, why: str) -> bool:
    """Nothing is dropped, and the tape remarks on it."""
    tape.remarks.append(f"{tape.path} keeps its unused interactions: {why}")
    return False
