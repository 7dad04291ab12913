"""The streaming scrub: bytes in, the same bytes without secrets out.

Lives here: one body's way through a plan, with a carry. Must not: know rules or hold a body whole.
Called by: ruleset, for the session. What comes out depends on the bytes alone, never on how they were
cut: a hit is verified once all that its verifier may look at is there, and text leaves once no later hit
can reach back to it. In memory: `BLOCK` plus the plan's window, however long the body or a value is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushtape.sanitize.engine import Hit, by_start
from hushtape.sanitize.matcher import Matcher
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.spans import Context, Teach, union

if TYPE_CHECKING:
    from hushtape.sanitize.torn import Stream

BLOCK = 16 * 1024
"""Bytes gathered before they are looked at: a body of this size or less is scanned once, whole."""

SLICE = 64 * 1024


class Scrubber:
    """Scrubs one body. Not shared between threads."""

    __slots__ = (
        "_context",
        "_gathered",
        "_hits",
        "_matcher",
        "_parts",
        "_plan",
        "_rest",
        "_stream",
        "_teach",
        "changed",
    )

    def __init__(
        self, plan: Plan, context: Context, teach: Teach | None = None, stream: Stream | None = None
    ) -> None:
        """`stream`: watches what is replaced; None: nobody does."""
        self._plan, self._context, self._teach, self._stream = plan, context, teach, stream
        self._parts: list[bytes] = []
        self._gathered = 0
        self._rest = b""
        self._hits: list[Hit] = []
        self._matcher: Matcher | None = None
        self.changed = False
        """A rule matched."""

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        if len(data) > SLICE:
            return b"".join([self.feed(data[at : at + SLICE]) for at in range(0, len(data), SLICE)])
        self._parts.append(data)
        self._gathered += len(data)
        if self._gathered < BLOCK:
            return b"" if len(self._parts) < 4096 else self._compact()
        return self._advance(final=False)

    def finish(self) -> bytes:
        """The rest."""
        if not self._rest and self._matcher is None and not self._hits:
            data = self._take()
            hits = self._plan.find(data) if data else None
            return self._work(data, hits, final=True) if hits else data
        return self._advance(final=True)

    def _compact(self) -> bytes:
        """Thousands of tiny chunks weigh more than what is in them."""
        self._parts = [b"".join(self._parts)]
        return b""

    def _take(self) -> bytes:
        """What was gathered; it is gathered no more."""
        parts = self._parts
        self._parts, self._gathered = [], 0
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        if self._stream is not None:
            self._stream.feed(data, len(self._rest))
        return data

    def _advance(self, final: bool) -> bytes:
        rest, chunk, hits = self._rest, self._take(), self._hits
        if chunk:
            found = self._plan.find_behind(rest, chunk) if rest else self._plan.find(chunk)
            if hits and found:
                found = sorted(hits + found, key=by_start)
            hits = found or hits
        if hits or self._matcher is not None:
            return self._work(b"".join((rest, chunk)) if rest else chunk, hits, final)
        return self._pass(rest, chunk, final)

    def _work(self, data: bytes, hits: list[Hit], final: bool) -> bytes:
        matcher = self._matcher
        if matcher is None:
            matcher = self._matcher = Matcher(self._plan, self._context, self._teach)
            if self._stream is not None:
                matcher.names = []
        matcher.resume(data, final)
        self._hits = matcher.run(data, hits, final)
        return self._emit(data, matcher, final)

    def _safe(self, size: int, final: bool) -> int:
        """No hit to come reaches back before this point."""
        if final:
            return size
        unseen = size - self._plan.overlap
        return max(0, min(unseen, self._hits[0][1] if self._hits else unseen) - self._plan.back)

    def _pass(self, rest: bytes, chunk: bytes, final: bool) -> bytes:
        cut = self._safe(len(rest) + len(chunk), final) - len(rest)
        if cut <= 0:
            self._rest = rest[cut + len(rest) :] + chunk
            return rest[: cut + len(rest)]
        self._rest = chunk[cut:]
        return b"".join((rest, memoryview(chunk)[:cut]))

    def _emit(self, data: bytes, matcher: Matcher, final: bool) -> bytes:
        if self._stream is not None:
            self._stream.tell(matcher, len(data), self._safe(len(data), final), final)
        if matcher.names:
            matcher.names.clear()
        safe = self._safe(len(data), final)
        if not final:
            safe = min(safe, matcher.held(len(data)))
        limit = min((start for start, *_ in matcher.open), default=safe)
        limit = min(limit, safe)
        out: list[bytes | memoryview] = []
        view = memoryview(data)
        at = 0
        groups = matcher.groups
        if groups:
            groups = union(groups)
            whole = len(groups)
            if groups[-1][1] > limit:
                whole = next(number for number, group in enumerate(groups) if group[1] > limit)
            for start, end, _, text in groups[:whole]:
                out += (view[at:start], text) if start > at else (text,)
                if not self.changed:
                    self.changed = start < 0 or data[start:end] != text
                at = end
            matcher.groups = groups = groups[whole:]
            if groups:
                limit = min(limit, groups[0][0])
        out.append(view[at:limit] if limit > at else b"")
        self._rest = data[safe:]
        self._hits = [(anchor, first - safe, last - safe) for anchor, first, last in self._hits]
        matcher.shift(safe)
        return b"".join(out)
