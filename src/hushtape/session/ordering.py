"""The option `ordered`: each request must be the next of the cassette.

Lives here: claiming the next interaction and no other, and the error that says what was expected and where
the one that was asked for stands. Must not: rank candidates (matching), scrub live requests.
Called by: answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushtape.errors import UnmatchedRequestError
from hushtape.matching.text import shortened, visible
from hushtape.sanitize.messages import safe_error

if TYPE_CHECKING:
    from hushtape.model import Interaction, Request
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape

URI_SHOWN: Final = 400
"""Most characters of a URI in a report."""
MOST_DIFFERENCES: Final = 12


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
    wanted = player.scrubbed(player.reader.read(expected).request)
    differences = tuple([found.line for found in player.plan.mismatches(live, wanted, player.wild)])
    lines = [
        f"This request is not the next on {visible(str(tape.path))} (ordered=True, mode {tape.mode!r}).",
        "",
        f"  asked       {_title(live)}",
        f"              {_where(player, live, expected)}",
        f"  expected    {_title(wanted)}",
        f"              interaction {expected}, the first of {len(player.played):,} that was not played",
        *[f"              {line}" for line in differences[:MOST_DIFFERENCES]],
        "",
        "What to do:",
        "  - If the program asks in another order now: record it anew with mode='all'.",
        "  - If the order does not matter, as with threads: leave ordered=True out.",
        "  - If the program was right to survive it: tape.acknowledge(error) in the test.",
    ]
    error = UnmatchedRequestError(
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
    return safe_error(tape.ledger.ruleset, error)


def _where(player: Player, live: Request, expected: int) -> str:
    """Where the request that was asked for stands."""
    later = stands_later(player, live)
    if later is not None:
        return f"stands as interaction {later}, {later - expected} later"
    for chains, key in player.places(live):
        for ordinal in chains.group(key):
            if player.read_if(ordinal, live) is not None:
                return f"stands as interaction {ordinal}, played already"
    return "is not on the tape"


def _title(request: Request) -> str:
    return f"{visible(shortened(request.method, 40))} {visible(shortened(request.uri, URI_SHOWN))}"
