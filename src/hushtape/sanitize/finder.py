"""What a ruleset would redact in a stream: where each span stands, how long it is, what would take its place.

Lives here: Finder, the scrubber with its spans told. Must not: decode, or hold more than the scrubber does.
Called by: ruleset, for `scan`, which has to show each secret and to redact some of them.
"""

from __future__ import annotations

from typing import NamedTuple

from hushtape.sanitize.matcher import Matcher, Named
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.scrubber import Scrubber
from hushtape.sanitize.spans import Context
from hushtape.sanitize.torn import Stream


class Span(NamedTuple):
    """Bytes `start` to `end` of the stream hold what the rule `name` redacts; `text` would stand there.

    `head`: the first bytes of the value; None where they had left the buffer when its end was found.
    """

    start: int
    end: int
    name: str
    text: bytes
    head: bytes | None


HEAD = 256
"""Bytes of a value that are kept with its span."""


class Finder(Scrubber):
    """Scrubs one stream and keeps the spans it met. `take` hands them out."""

    __slots__ = ("_gone", "_names", "_spans")

    def __init__(self, plan: Plan, context: Context, stream: Stream | None = None) -> None:
        super().__init__(plan, context, None, stream)
        self._matcher = Matcher(plan, context)
        self._names: list[Named] = []
        self._matcher.names = self._names
        self._spans: list[Span] = []
        self._gone = 0

    def take(self) -> list[Span]:
        """The spans that have ended since the last call; some may overlap."""
        spans, self._spans = self._spans, []
        return spans

    def _emit(self, data: bytes, matcher: Matcher, final: bool) -> bytes:
        for start, end, name, text, _ in self._names:
            head = data[start : min(end, start + HEAD)] if start >= 0 else None
            self._spans.append(Span(self._gone + start, self._gone + end, name, text, head))
        clean = super()._emit(data, matcher, final)
        self._gone += len(data) - len(self._rest)  # the next buffer begins so far from the stream's start
        return clean
