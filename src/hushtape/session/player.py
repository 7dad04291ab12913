"""Answers from a cassette: finds, claims and reads the interaction for a live request.

Lives here: building the index through the current ruleset, look-up by key, then by placeholders.
Must not: decide what a miss means (replayer), speak to the network, hold requests or bodies.
Called by: tape, replayer, unmatched.
Look-up costs the same at any length: one dict access for the exact key, one more for each distinct
shape of placeholders on the tape (a handful), and a scan of the interactions that share the key only
where a matcher has to be asked twice (a callable, a placeholder).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hushtape.model import Interaction, Request
from hushtape.session import stored
from hushtape.session.index import Chains, Played

if TYPE_CHECKING:
    from hushtape.cassette import CassetteReader
    from hushtape.matching import Plan, Shape
    from hushtape.sanitize import Chain


class Player:
    """The replaying side of a tape."""

    def __init__(self, reader: CassetteReader, plan: Plan, chain: Chain) -> None:
        self.reader = reader
        self.plan = plan
        self.ruleset = chain.ruleset
        # Other tools' files don't list theirs; these two are their defaults (CASSETTE.md section 1).
        listed = reader.info.placeholders if reader.info.format else ("REDACTED", "token")
        self.placeholders = tuple(sorted({*chain.ruleset.placeholders, *listed}))
        self._wild = frozenset(self.placeholders)
        self.played = Played(len(reader))
        self._last = 0
        self._exact = Chains(len(reader))
        self._shapes: dict[Shape, Chains] = {}
        self._build()

    def _build(self) -> None:
        """One pass over the stored requests, each scrubbed with the ruleset of today."""
        plan, wild, ruleset, add = self.plan, self._wild, self.ruleset, self._exact.add
        key, wildcard, needs_body = plan.key, plan.wildcard, plan.needs_body
        for ordinal, request in enumerate(self.reader.requests()):
            request = stored.scrub_request(request, ruleset, with_body=needs_body)
            add(key(request), ordinal)
            shape = wildcard(request, wild)
            if shape is not None:
                chains = self._shapes.get(shape)
                if chains is None:
                    chains = self._shapes[shape] = Chains()
                chains.add(plan.masked_key(request, shape), ordinal)
        for chains in (self._exact, *self._shapes.values()):
            chains.seal()

    def find(self, live: Request) -> Interaction | None:
        """The next interaction that answers `live`, claimed; None if there is none left.

        Args:
            live: the request, scrubbed with the same ruleset.
        """
        plan = self.plan
        key = plan.key(live)
        found = self._claim(self._exact, key, live)
        # Placeholders are asked only where nothing is exactly this request: its answers used up, it is
        # unmatched, rather than answered with somebody else's.
        if found is None and key not in self._exact:
            for shape, chains in self._shapes.items():
                found = self._claim(chains, plan.masked_key(live, shape), live)
                if found is not None:
                    break
        return found

    def _claim(self, chains: Chains, key: int, live: Request) -> Interaction | None:
        for ordinal in chains.candidates(key, self.played):
            interaction = self.reader.read(ordinal)
            if self._matches(live, interaction.request) and self.played.claim(ordinal):
                self._last = ordinal
                return interaction
        return None

    def _matches(self, live: Request, recorded: Request) -> bool:
        """Equal keys only suggest it; the matchers settle it: as stored, then as scrubbed today."""
        plan = self.plan
        if not plan.mismatches(live, recorded):
            return True
        recorded = stored.scrub_request(recorded, self.ruleset, with_body=plan.needs_body)
        return not plan.mismatches(live, recorded, self._wild)

    def neighbours(self, most: int) -> Iterator[tuple[int, Request]]:
        """Up to `most` stored requests around the one played last, scrubbed with the ruleset of today.

        Programs ask in much the order in which they asked when recorded, so what is missed is near.
        """
        first = max(0, min(self._last - most // 2, len(self.reader) - most))
        for ordinal in range(first, min(first + most, len(self.reader))):
            request = self.reader.read(ordinal).request
            yield ordinal, stored.scrub_request(request, self.ruleset, with_body=self.plan.needs_body)

    def all(self) -> Iterator[Interaction]:
        """All interactions in recorded order, read one at a time, scrubbed with the ruleset of today."""
        for ordinal in range(len(self.reader)):
            yield stored.scrub_interaction(self.reader.read(ordinal), self.ruleset)

    def unused(self) -> Iterator[Interaction]:
        """The interactions that were not played, in recorded order, read one at a time."""
        for ordinal in self.played.unplayed():
            yield stored.scrub_interaction(self.reader.read(ordinal), self.ruleset)
