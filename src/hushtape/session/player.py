"""Answers from a cassette: finds, claims and reads the interaction for a live request.

Lives here: building the index through the current ruleset, look-up by key, then by placeholders.
Must not: decide what a miss means (replayer), give one twice (answers), speak to the network, hold requests
or bodies. Called by: tape, answers, unmatched.
Look-up costs the same at any length: one dict access for the exact key, one more for each distinct
shape of placeholders on the tape (a handful), and a scan of the interactions that share the key only
where a matcher has to be asked twice (a callable, a placeholder).
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING, Final

from hushtape.model import Interaction, Request
from hushtape.session import stored, uncoded
from hushtape.session.index import Chains, Played

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.matching import Plan, Shape
    from hushtape.sanitize import Chain
    from hushtape.sanitize.lessons import Notebook
    from hushtape.session.nearby import Nearby
    from hushtape.session.options import Options


MOST_SHAPES: Final = 32
"""Shapes of placeholders after which those in bodies count as fewer places, and after twice as many as one:
each costs every look-up."""


class Player:
    """The replaying side of a tape."""

    def __init__(self, reader: Reader, plan: Plan, chain: Chain) -> None:
        self.reader = reader
        self.plan = plan
        self.ruleset = chain.ruleset
        # Other tools' files don't list theirs; these two are their defaults (CASSETTE.md section 1).
        listed = reader.info.placeholders if reader.info.format else ("REDACTED", "token")
        self.placeholders = tuple(sorted({*chain.ruleset.placeholders, *listed}))
        self.wild = frozenset(self.placeholders)
        self.played = Played(len(reader))
        self.nearby: Nearby | None = None
        """Made at the first miss (unmatched)."""
        self.last = 0
        self._exact = Chains(len(reader))
        self._shapes: dict[Shape, Chains] = {}
        self._build()

    def _build(self) -> None:
        """One pass over the stored requests, each scrubbed with the ruleset of today."""
        plan, wild, ruleset, add = self.plan, self.wild, self.ruleset, self._exact.add
        key, wildcard, settled, needs_body = plan.key, plan.wildcard, plan.settled, plan.needs_body
        for ordinal, request in enumerate(self.reader.requests()):
            request = settled(stored.scrub_request(request, ruleset, with_body=needs_body))
            add(key(request), ordinal)
            shape = wildcard(request, wild)
            if shape is not None:
                chains = self._shapes.get(shape)
                for most in (MOST_SHAPES, 2 * MOST_SHAPES):
                    if chains is None and len(self._shapes) >= most:
                        shape = shape.coarse(whole=most > MOST_SHAPES)
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
        for ordinal in self.candidates(live):
            interaction = self.read_if(ordinal, live)
            if interaction is not None and self.claim(ordinal):
                return interaction
        return None

    def candidates(self, live: Request) -> Iterator[int]:
        """Unplayed interactions that may answer `live`, in recorded order, wherever they are filed."""
        groups = [chains.candidates(key, self.played) for chains, key in self.places(live)]
        return groups[0] if len(groups) == 1 else merge(*groups)

    def places(self, live: Request) -> Iterator[tuple[Chains, int]]:
        """Where interactions that answer `live` would be filed: chains, and its key there."""
        plan = self.plan
        key = plan.key(live)
        yield self._exact, key
        # Placeholders are asked only where nothing is exactly this request: its answers used up, it is
        # unmatched, rather than answered with somebody else's.
        if key not in self._exact:
            for shape, chains in self._shapes.items():
                yield chains, plan.masked_key(live, shape)

    def claim(self, ordinal: int) -> bool:
        """Play this one; False if another thread was first."""
        if not self.played.claim(ordinal):
            return False
        self.last = ordinal
        return True

    def read_if(self, ordinal: int, live: Request) -> Interaction | None:
        """The interaction, if it answers `live`."""
        interaction = self.reader.read(ordinal)
        return interaction if self.matches(live, interaction.request) else None

    def matches(self, live: Request, recorded: Request) -> bool:
        """Equal keys only suggest it; the matchers settle it: as stored, then as scrubbed today."""
        plan = self.plan
        if not plan.mismatches(live, recorded):
            return True
        recorded = self.scrubbed(recorded)
        return not plan.mismatches(live, recorded, self.wild)

    def scrubbed(self, recorded: Request) -> Request:
        """A stored request under the ruleset of today, as far as the matchers look at it."""
        return stored.scrub_request(recorded, self.ruleset, with_body=self.plan.needs_body)

    def all(
        self, *, used_only: bool = False, options: Options | None = None, notebook: Notebook | None = None
    ) -> Iterator[tuple[int, Interaction]]:
        """All interactions in recorded order, or those that were played, with their ordinals.

        They are read one at a time, scrubbed with the ruleset of today.

        Args:
            options: the tape's, where they are to be written again: what another tool stored under a content
                coding is decoded.
            notebook: takes what is redacted; in bodies, once they are read.
        Raises:
            OpaqueBodyError, BodyTooLargeError: with `options`, that can't be.
        """
        unused = self.played.unplayed() if used_only else iter(())
        skipped = next(unused, None)
        for ordinal in range(len(self.reader)):
            if ordinal == skipped:
                skipped = next(unused, None)
                continue
            interaction = self.reader.read(ordinal)
            if options is not None:
                interaction = uncoded.undone(interaction, options, ours=self.ours)
            yield (
                ordinal,
                stored.scrub_interaction(interaction, self.ruleset, notebook, refuse=notebook is not None),
            )

    @property
    def ours(self) -> bool:
        """hushtape recorded the cassette: it was scrubbed, and its secrets learned, then."""
        return bool(self.reader.info.format)
