"""The option `ordered`: each request must be the next of the cassette.

Lives here: claiming the next interaction and no other, and the error that says what was expected and where
the one that was asked for stands. Must not: find options (matching.advice does), scrub live requests.
Called by: answers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from hushtape.errors import UnmatchedRequestError
from hushtape.matching.advice import ACKNOWLEDGE, Situation, Step, loosen
from hushtape.matching.nearest import Ranked
from hushtape.matching.report import listed, title
from hushtape.matching.text import telling, visible
from hushtape.sanitize.messages import safe_error, tell
from hushtape.session import unmatched
from hushtape.session.tearing import shown_request

if TYPE_CHECKING:
    from hushtape.model import Interaction, Request
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape

MOST_DIFFERENCES: Final = 12
REPEAT: Final = 'exhausted="last"'


def claim_next(player: Player, live: Request) -> Interaction | None:
    """The next unplayed interaction, if it answers `live`; then it is played."""
    while (ordinal := player.played.next) is not None:
        found = player.read_if(ordinal, live)
        if found is None:
            return None
        if player.claim(ordinal):
            return found
    return None


def stands_later(player: Player, live: Request) -> int | None:
    """The first unplayed interaction that answers `live`."""
    return next((one for one in player.candidates(live) if player.read_if(one, live) is not None), None)


def explain(tape: Tape, player: Player, live: Request, expected: int) -> UnmatchedRequestError:
    """The error for `live` (scrubbed) where interaction `expected` is next."""
    with telling(partial(tell, tape.ledger.ruleset)):
        return safe_error(tape.ledger.ruleset, _error(tape, player, live, expected))


def _error(tape: Tape, player: Player, live: Request, expected: int) -> UnmatchedRequestError:
    stored = player.reader.read(expected).request
    wanted = player.plan.settled(shown_request(player.ruleset, stored, player.scrubbed(stored)))
    best = Ranked(expected, wanted, False, player.plan.mismatches(live, wanted, player.wild), 0)
    differences = tuple([found.line for found in best.mismatches])
    known = unmatched.situation(tape, player)
    where, ways = _where(player, live, best)
    lines = [
        f"This request is not the next on {visible(known.cassette)} (ordered=True, mode {tape.mode!r}).",
        "",
        f"  asked       {title(live)}",
        f"              {where}",
        f"  expected    {title(wanted)}",
        f"              interaction {expected}, the first of {len(player.played):,} that was not played",
        *[f"              {line}" for line in differences[:MOST_DIFFERENCES]],
        "",
        "What to do:",
        *listed([*ways, *_always(known)]),
    ]
    return UnmatchedRequestError(
        f"answer {live.method} {live.uri}",
        f"the next interaction of {tape.path} is {wanted.method} {wanted.uri}, and ordered=True",
        "the report says where the one that was asked for stands",
        path=str(tape.path),
        method=live.method,
        uri=live.uri,
        nearest=expected,
        differences=differences,
        report="\n".join(lines),
    )


def _where(player: Player, live: Request, best: Ranked) -> tuple[str, list[Step]]:
    """Where the request stands on the tape, in words, and what helps there."""
    later = stands_later(player, live)
    if later is not None:
        return f"stands as interaction {later}, {later - best.ordinal} later", []
    for chains, key in player.places(live):
        for ordinal in chains.group(key):
            if player.read_if(ordinal, live) is not None:
                again = Step("If it is a poll that may be repeated, give its last answer again:", REPEAT)
                return f"stands as interaction {ordinal}, played already", [again]
    return "is not on the tape", list(loosen(live, best, player.plan, player.placeholders))


def _always(known: Situation) -> list[Step]:
    anew = "HUSHTAPE_MODE=all" if known.forced else 'mode="all"'
    return [
        Step("If the program asks otherwise now, record it anew, with the network:", anew),
        Step("If the order does not matter, as with threads, leave it out:", "ordered=False"),
        Step("If the program was right to survive it, say so where it catches the error:", ACKNOWLEDGE),
    ]
