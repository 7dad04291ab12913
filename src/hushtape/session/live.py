"""The body of a live request, on its way to the matchers: decoded, scrubbed, bounded.

Lives here: what a request's body becomes before it is compared with recorded ones. Must not: store
anything, hold more than `max_callback_body`: past that its digest is left. Called by: replayer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushtape import coding
from hushtape.matching import BodyDigest
from hushtape.model import Body, BytesBody, Headers
from hushtape.session.packing import Small, packed_again

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset


class LiveBody:
    """Takes a request's body as it passes.

    The same steps as a recorded body goes through (content coding undone, scrubbed, a small compressed file
    packed again), so that both meet.
    """

    __slots__ = (
        "_decoder",
        "_digest",
        "_held",
        "_limit",
        "_prefix",
        "_ruleset",
        "_scrubber",
        "_small",
        "_watch",
    )

    def __init__(self, ruleset: Ruleset, headers: Headers, limit: int) -> None:
        codings = coding.parse(headers.get("content-encoding"))
        self._decoder = coding.decoder(codings) if codings and coding.can_decode(codings) else None
        self._ruleset = ruleset
        self._small = Small()
        self._watch = ruleset.watch("request")
        self._scrubber = ruleset.scrubber("request", headers.get("content-type"), watch=self._watch)
        self._digest = BodyDigest(headers.get("content-type"))
        self._held: bytearray | None = bytearray()
        self._prefix = b""
        self._limit = limit

    def feed(self, data: bytes) -> None:
        """A piece of the body, content coding as sent."""
        decoder = self._decoder
        if decoder is None:
            self._take(data)
            return
        if not decoder.produced:
            self._prefix += data
        try:
            for piece in decoder.feed(data):
                self._prefix = b""
                self._take(piece)
        except coding.CodingError:
            # Recorded as the bytes it is, if nothing came out; torn later, it was not recorded at all.
            self._decoder = None
            self._take(self._prefix)

    def finish(self) -> Body | None:
        """The scrubbed body; of one above the limit only size and digest; None if there was none."""
        if self._decoder is not None:
            try:
                for piece in self._decoder.finish():
                    self._take(piece)
            except coding.CodingError:
                self._take(self._prefix)
        self._keep(self._scrubber.finish())
        if self._digest.size == 0:
            return None
        if self._small.data:
            # Recorded as it came, or packed again; where that was not possible it was not recorded.
            packed = packed_again(self._ruleset, self._small.data, "request")
            if packed is not None:
                return BytesBody(packed)
        return BytesBody(bytes(self._held)) if self._held is not None else self._digest.finish()

    @property
    def torn(self) -> bool:
        """Once it is finished: a rule took a part of a named value, so what is left may not be shown."""
        return self._watch is not None and self._watch.found is not None

    def _take(self, piece: bytes) -> None:
        if self._small.data is not None:
            self._small.feed(piece)
        self._keep(self._scrubber.feed(piece))

    def _keep(self, clean: bytes) -> None:
        self._digest.feed(clean)
        if self._held is not None:
            self._held += clean
            if len(self._held) > self._limit:
                self._held = None
