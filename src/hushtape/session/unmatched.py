"""Unmatched requests, explained.

Lives here: making the error for a request that the tape does not answer, and raising it again at
close. Must not: print, rank or compare (matching does), hold a live request: what arrives here is
scrubbed. Called by: answers, ordering, closing.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.cassette import check
from hushtape.errors import UnmatchedRequestError
from hushtape.matching.advice import Situation
from hushtape.matching.nearest import nearest
from hushtape.matching.report import report
from hushtape.matching.text import telling
from hushtape.sanitize.messages import safe_error, tell
from hushtape.session.nearby import Nearby
from hushtape.session.options import MODE_VARIABLE

if TYPE_CHECKING:
    from hushtape.model import Request
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape


def explain(tape: Tape, player: Player, live: Request) -> UnmatchedRequestError:
    """The error for `live` (scrubbed), with the report on the nearest recorded interactions."""
    if player.nearby is None:
        player.nearby = Nearby(player)
    with telling(partial(tell, tape.ledger.ruleset)):
        ranked = nearest(
            player.plan,
            live,
            player.nearby.candidates(live),
            played=player.played.__getitem__,
            placeholders=player.placeholders,
            is_late=player.nearby.is_late,
        )
        text = report(live, ranked, player.plan, situation(tape, player), player.placeholders)
    best = ranked[0] if ranked else None
    error = UnmatchedRequestError(
        f"answer {live.method} {live.uri}",
        f"{tape.path} holds no unplayed interaction that matches",
        "the report says what differs and what to do",
        path=str(tape.path),
        method=live.method,
        uri=live.uri,
        nearest=best.ordinal if best else None,
        differences=tuple(mismatch.line for mismatch in best.mismatches) if best else (),
        report=text,
    )
    return safe_error(tape.ledger.ruleset, error)


def situation(tape: Tape, player: Player) -> Situation:
    """What the report has to know of the tape."""
    return Situation(
        cassette=named(tape.path),
        mode=tape.mode,
        forced=bool(os.environ.get(MODE_VARIABLE)),
        total=len(player.played),
        looked_at=player.nearby.looked_at if player.nearby is not None else None,
        complete=tape.complete,
        left_over=check.has_left_over(tape.path),
        bound=tape.options.max_callback_body,
    )


def named(path: Path) -> str:
    """A cassette's path as it is typed in the working folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere; or the working folder is gone
        return str(path)


def raised_again(error: UnmatchedRequestError, total: int) -> UnmatchedRequestError:
    """A fresh copy of `error`, for the end of the tape: the first of `total` unanswered requests."""
    others = f", and {total - 1} more request{'s' if total > 2 else ''}" if total > 1 else ""
    values = {key: value for key, value in error.__dict__.items() if key not in ("asked", "found", "remedy")}
    values["report"] = (
        f"{error.report}\n\nThis request{others} went unanswered while the program ran, and the program went "
        "on. If it was right to, call tape.acknowledge(error) where it catches the error."
    )
    return UnmatchedRequestError(error.asked, error.found, error.remedy, **values)
