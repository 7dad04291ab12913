"""Which interaction answers a request: the next unplayed one, or one that was played before.

Lives here: `exhausted` and `ordered` carried out over a player. Must not: match or index (player, index),
know record modes, write. Called by: replayer.
Giving an interaction again costs one look-up and one read (`cycle`: two); only where a matcher looks beyond
the index key (a callable, a placeholder), the interactions that share the key are searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushtape.errors import UnmatchedRequestError
from hushtape.session import ordering, unmatched

if TYPE_CHECKING:
    from hushtape.model import Interaction, Request
    from hushtape.session.exhausted import Exhausted, Policy
    from hushtape.session.index import Chains
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape


class Answers:
    """The answers of one tape."""

    __slots__ = ("_exhausted", "_ordered", "_player")

    def __init__(self, player: Player, exhausted: Exhausted, *, ordered: bool) -> None:
        self._player = player
        self._exhausted = exhausted
        self._ordered = ordered

    def find(self, live: Request) -> Interaction | None:
        """What answers `live` (scrubbed); None if nothing does, or nothing is left that may."""
        player = self._player
        found = ordering.claim_next(player, live) if self._ordered else player.find(live)
        if found is not None:
            return found
        policy = self._exhausted.policy(live.uri)
        if policy is None or policy == "error":
            return None
        if self._ordered and ordering.stands_later(player, live) is not None:
            return None  # not used up: asked too early
        return again(player, live, policy)

    def must_refuse(self, live: Request) -> bool:
        """In a mode that records: what `find` did not answer is no new request, and may not be recorded.

        It was recorded, and `exhausted="error"` says that this is all; or the order would be lost.
        """
        player = self._player
        if self._ordered and player.played.next is not None:
            return True
        return self._exhausted.policy(live.uri) == "error" and again(player, live, "first") is not None

    def explain(self, tape: Tape, live: Request) -> UnmatchedRequestError:
        """The error for a request that `find` did not answer."""
        expected = self._player.played.next if self._ordered else None
        if expected is not None:
            return ordering.explain(tape, self._player, live, expected)
        return unmatched.explain(tape, self._player, live)


def again(player: Player, live: Request, policy: Policy) -> Interaction | None:
    """One of the interactions that answer `live`, whether it was played or not; None: there is none."""
    look = _last if policy == "last" else _first
    found = [
        (*one, chains)
        for chains, key in player.places(live)
        if (one := look(player, chains, key, live)) is not None
    ]
    if not found:
        return None
    # Placeholders may file them in several places: the recorded order holds across all of these.
    ordinal, interaction, chains = (max if policy == "last" else min)(found, key=lambda one: one[0])
    if policy != "cycle":
        return interaction
    turn = chains.next_turn(ordinal, lambda other: player.read_if(other, live) is not None)
    return player.reader.read(turn)


Found = tuple[int, "Interaction"]


def _first(player: Player, chains: Chains, key: int, live: Request) -> Found | None:
    for ordinal in chains.group(key):
        found = player.read_if(ordinal, live)
        if found is not None:
            return ordinal, found
    return None


def _last(player: Player, chains: Chains, key: int, live: Request) -> Found | None:
    ordinal = chains.last(key)
    found = player.read_if(ordinal, live) if ordinal >= 0 else None
    if found is not None:
        return ordinal, found
    last = None
    for ordinal in chains.group(key):
        found = player.read_if(ordinal, live)
        if found is not None:
            last = ordinal, found
    return last
