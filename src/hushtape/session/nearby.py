"""The recorded requests that may be nearest to an unmatched one: looked for over all of the tape.

Lives here: sketches of the stored requests, made at the first miss within a bound of time and kept (16 bytes
an interaction). Must not: cost anything before, compare in full (matching.nearest). Called by: unmatched.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from hushtape import clock
from hushtape.matching.sketch import Sketches, sketch
from hushtape.session import stored
from hushtape.session.tearing import shown_request

if TYPE_CHECKING:
    from hushtape.model import Request
    from hushtape.session.player import Player

SECONDS: Final = 1.0
"""Longest that one miss spends on sketches (some 50,000 requests); the next miss goes on from there."""
AROUND: Final = 50
"""Neighbours of the interaction played last that are always looked at."""
LIKELY: Final = 150
AT_LEAST: Final = 10
"""Candidates that are read however long that takes; long bodies make it long."""


class Nearby:
    """The sketches of one tape."""

    def __init__(self, player: Player, seconds: float = SECONDS) -> None:
        self._player = player
        self._seconds = seconds
        self._requests: Iterator[Request] | None = None
        self._sketches = Sketches()
        self._lock = threading.Lock()
        self._until = 0.0

    @property
    def looked_at(self) -> int:
        """Interactions that have a sketch by now."""
        return len(self._sketches)

    def candidates(self, live: Request) -> Iterator[tuple[int, Request]]:
        """Ordinals and stored requests (scrubbed with the ruleset of today), the likeliest first."""
        player = self._player
        last = player.last
        self._until = clock.monotonic() + self._seconds
        with self._lock:  # another thread may have missed, too
            self._go_on()
            likely = self._sketches.nearest(sketch(player.plan, live), last, LIKELY)
        around = range(max(0, last - AROUND // 2), min(len(player.reader), last + AROUND // 2))
        self._until = max(self._until, clock.monotonic() + self._seconds / 2)
        for place, ordinal in enumerate(dict.fromkeys((*likely, *around))):
            if place >= AT_LEAST and self.is_late():
                return
            request = player.reader.read(ordinal).request
            told = shown_request(player.ruleset, request, player.scrubbed(request))
            yield ordinal, player.plan.settled(told)

    def is_late(self) -> bool:
        """The time for this miss is up."""
        return clock.monotonic() > self._until

    def _go_on(self) -> None:
        """Make sketches until all have one or the time is up."""
        player, add, plan = self._player, self._sketches.add, self._player.plan
        if self._requests is None:
            self._requests = player.reader.requests()
        for request in self._requests:
            request = stored.scrub_request(request, player.ruleset, with_body=plan.needs_body)
            add(sketch(plan, plan.settled(request)))
            if self.is_late():
                return
