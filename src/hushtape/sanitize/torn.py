"""Torn values: a named value of which a rule that is not its own took a part.

Lives here: the look at what a body was around the spans that such rules replace. Must not: change a body,
look far from a span (the audit does), know rules. Called by: scrubber, which feeds it; ruleset makes it.
Where `password=` takes the beginning of a value in a writing that only the audit reads, the audit meets the
rest alone, and a rest is no value. So the stretch is looked at as it was, with nothing but named values
replaced. What is found there lies across an end of the span, or wholly within it, and then nothing is left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher

from msgspec import Struct, structs

from hushtape.sanitize.audit import WINDOW
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.key_lines import without_lines
from hushtape.sanitize.matcher import NAMED, SECRETS, Matcher, Named
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.spans import OPEN, TEXT, Context, union

Look = Callable[[bytes], Finding | None]
"""The audit of a stretch by named values alone."""


class Looking(Struct, frozen=True):
    """Of some named values: the plan that replaces them, how they are looked for, whether they may be torn by
    named values, too, and the letters of the private key that they are, if they are one. `each`: the same of
    each by itself; None: they are one."""

    plan: Plan
    look: Look
    by_named: bool = False
    key: bytes = b""
    each: Callable[[], Iterable[Looking]] | None = None

    def alone(self, data: bytes) -> Finding | None:
        """A value that stands there in a writing that only the audit reads."""
        return self.look(without_named(self.plan, data, _WITHIN))


Tell = Callable[[bytes, int, Look], None]
"""Told of a stretch in which a value is torn: the stretch as it was, where it begins, how to look for it."""

Span = tuple[int, int]

_WITHIN = structs.replace(TEXT, window=True)

MOST = 16
"""Values within one span that are looked for. Of one with more the recording fails: it holds little else."""

EDGE = 8
"""Letters of twofold base64 that hold a bit of one byte."""

LONGEST = 4096
"""Bytes of a header field's value of which the changes are looked for."""


class Watch:
    """Watches one body, in all the streams that its scrubber makes of it. Not shared between threads.

    Args:
        looks: gives the looks, of all named values and of portions of those that hold others. Asked when
            something was replaced: they are compiled by then.
        reach: bytes on either side of a span's ends that are looked at.
        by_named: some values may be torn by named ones.
        apart: they are replaced later, by other rules than those that are watched: one that stands there as
            it is may be torn, too.

    `found`: the name of a value that was torn; None: there is none so far. `tell`: for those who want all of
    them; `found` stays None then.
    """

    __slots__ = ("_apart", "_by_named", "_looks", "_reach", "_streams", "found", "tell")

    def __init__(
        self, looks: Callable[[], Iterable[Looking]], reach: int, *, by_named: bool, apart: bool = False
    ) -> None:
        self._looks, self._reach, self._apart = looks, reach, apart
        self._by_named = by_named or apart
        self._streams: list[Stream] = []
        self.found: str | None = None
        self.tell: Tell | None = None

    def stream(self) -> Stream:
        """A stream to be watched."""
        stream = Stream(self, self._reach, by_named=self._by_named)
        self._streams.append(stream)
        return stream

    def look_ahead(self) -> None:
        """Look at what has come so far, without waiting for all that may belong to it: bytes of it are about
        to go to the disk."""
        for stream in self._streams:
            stream.look(ahead=True)

    def look_at(self, plan: Plan, data: bytes, context: Context) -> None:
        """Look at a whole text. `plan`: what it is scrubbed with."""
        spans = [(start, end, kind == NAMED) for start, end, _, _, kind in spans_of(plan, data, context)]
        if spans:
            self.look(data, 0, spans)

    def look_at_change(self, before: bytes, after: bytes) -> None:
        """The same of what was redacted by other means than a plan's."""
        looks = tuple(self._looks())
        named = any(one.look(without_named(one.plan, before, _WITHIN)) is not None for one in looks)
        if named or (self._apart and before != without_named(looks[0].plan, before, _WITHIN)):
            self.look(before, 0, [(start, end, False) for start, end in _changes(before, after)])

    def look(self, data: bytes, base: int, spans: list[tuple[int, int, bool]]) -> None:
        """Look at a stretch as it was. `base`: where it begins; `spans`: what was replaced, and whether by a
        named value's rule."""
        for one in self._looks():
            others = [(start, end) for start, end, named in spans if one.by_named or self._apart or not named]
            if not others or self.found is not None:
                continue
            part = without_lines(data, others, one.key) if one.key else data
            # Spans that overlap go as one: what a value holds, such as a URL's password, has a rule of its
            # own beside that of the value.
            if self._apart and (bitten := _bitten(part, _united(others), one.plan)) is not None:
                self._note(bitten, data, base, one.alone)
            if one.alone(part) is None:
                continue
            # What is looked through for all of them at once tears one by taking out another within it.
            for each in (one,) if one.each is None else one.each():
                torn = _torn(part, others, each.alone)
                if torn is not None:
                    self._note(torn, data, base, each.alone)

    def _note(self, torn: Finding, data: bytes, base: int, look: Look) -> None:
        if self.tell is not None:
            self.tell(data, base, look)
        else:
            self.found = torn.rule


class Stream:
    """What a scrubber was fed, as far back as it may matter, and where it replaces something."""

    __slots__ = ("_by_named", "_edges", "_end", "_known", "_parts", "_reach", "_running", "_spans", "_watch")

    def __init__(self, watch: Watch, reach: int, *, by_named: bool) -> None:
        self._watch, self._reach, self._by_named = watch, reach, by_named
        self._parts: list[tuple[int, bytes]] = []
        self._end = self._known = 0
        """Where what was fed ends, and the part of it in which every span has been told of."""
        self._edges: list[int] = []
        """Ends of spans that were not looked at."""
        self._spans: list[tuple[int, int, bool]] = []
        self._running: dict[int, bool] = {}
        """Where spans begin that have not ended."""

    def feed(self, data: bytes, held: int) -> None:
        """Take what the scrubber takes. `held`: bytes before it that the scrubber still has."""
        needed = min([*self._edges, self._end - held]) - self._reach
        parts = self._parts
        while parts and parts[0][0] + len(parts[0][1]) <= needed:
            del parts[0]
        parts.append((self._end, data))
        self._end += len(data)

    def tell(self, matcher: Matcher, size: int, known: int, final: bool) -> None:
        """What was found in the scrubber's buffer, the last `size` bytes: spans that have ended, and where
        those begin that have not. `known`: no further span begins before it."""
        base = self._end - size
        self._known = base + known
        for start, end, _, _, kind in matcher.names or ():
            self._add(base + start, base + end, kind == NAMED)
        before, self._running = self._running, {}
        for start, _, _, verifier, _ in matcher.open:
            named = verifier.kind in SECRETS and verifier.order >= 0
            if self._by_named or not named:
                self._running[base + start] = named
                if base + start not in before:
                    self._edges.append(base + start)
        self.look(final=final)

    def _add(self, start: int, end: int, named: bool) -> None:
        if named and not self._by_named:
            return
        spans = self._spans
        if spans and spans[-1][0] <= start and end <= spans[-1][1] and spans[-1][2] == named:
            return
        spans.append((start, end, named))
        self._edges += (start, end)

    def look(self, *, final: bool = False, ahead: bool = False) -> None:
        """Look around the edges that wait, once they are a window's worth; `final`: there is no more to come;
        `ahead`: it can't wait. Where more may belong to one it is looked at again."""
        edges, reach, end = sorted(set(self._edges)), self._reach, self._known
        if not edges or not (final or ahead or end - edges[0] > WINDOW + reach):
            return
        for first, last in _groups(edges, reach):
            self._look_at(first - reach, min(last + reach, end))
        self._edges = [edge for edge in edges if edge > end - reach]
        oldest = min(self._edges, default=end) - reach
        self._spans = [span for span in self._spans if span[1] > oldest]

    def _look_at(self, low: int, high: int) -> None:
        low = max(low, self._parts[0][0])
        data = b"".join([part[max(0, low - at) : high - at] for at, part in self._parts if at < high])
        spans = [*self._spans, *[(start, OPEN, named) for start, named in self._running.items()]]
        within = [(max(start, low) - low, min(end, high) - low, one) for start, end, one in spans]
        self._watch.look(data, low, [span for span in within if span[0] < span[1]])


def _groups(edges: list[int], reach: int) -> Iterator[Span]:
    """Edges that share a stretch. A stretch holds a window of the audit and what is around: where edges stand
    close, each byte is looked at twice at most."""
    first = last = edges[0]
    for edge in edges[1:]:
        if edge - last > 2 * reach or edge - first > WINDOW:
            yield first, last
            first = edge
        last = edge
    yield first, last


def _united(spans: Iterable[Span]) -> list[Span]:
    left: list[Span] = []
    for start, end in sorted(spans):
        if left and start < left[-1][1]:
            left[-1] = left[-1][0], max(end, left[-1][1])
        else:
            left.append((start, end))
    return left


def _torn(data: bytes, spans: list[Span], look: Look) -> Finding | None:
    """A value that lies across the end of a span."""
    if look(data) is None:
        return None
    for start, end in spans:
        data = _without_whole(data, start, end, look)
    return look(data)


def _bitten(data: bytes, spans: list[Span], plan: Plan) -> Finding | None:
    """A named value, as its own rule finds it, that a span cuts."""
    named = (one for one in spans_of(plan, data, _WITHIN) if one[4] == NAMED)
    for start, end, name, _, _ in named:
        if any(low < end and start < high and not low <= start < end <= high for low, high in spans):
            return Finding(name, "")
    return None


def _changes(before: bytes, after: bytes) -> Iterator[Span]:
    """Where the two differ, in the first. Of long ones the first letter stands for all, so that what is found
    there counts as torn."""
    if len(before) > LONGEST:
        yield 0, 1
        return
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    yield from ((start, end) for tag, start, end, _, _ in codes if tag in ("replace", "delete"))


def _without_whole(data: bytes, start: int, end: int, look: Look) -> bytes:
    """The stretch without the values that lie within a span: what else is in it may go on behind its end.
    Letters stand in for them, as many: what follows in base64 has to be decoded as before."""
    for _ in range(MOST):
        if look(data[start:end]) is None:
            break
        if look(data[start + 1 : end]) is None and look(data[start : end - 1]) is None:
            return _gone(data, start, end)  # it is the value, as nearly all are
        ends = range(start, end + 1)
        last = ends[bisect_left(ends, True, key=lambda at: look(data[start:at]) is not None)]
        starts = range(start, last)
        first = starts[bisect_left(starts, True, key=lambda at: look(data[at:last]) is None) - 1]
        data = _gone(data, first, last)
    return data


def _gone(data: bytes, start: int, end: int) -> bytes:
    """Without the inside of a value, which is none then. In base64 its ends may hold bits of a neighbour."""
    edge = min(EDGE, (end - start) // 4)
    return data[: start + edge] + b"A" * (end - start - 2 * edge) + data[end - edge :]


def without_named(plan: Plan, data: bytes, context: Context) -> bytes:
    """A text with nothing but named values replaced."""
    names = spans_of(plan, data, context)
    return _replaced(data, [(start, end, text) for start, end, _, text, kind in names if kind == NAMED])


def spans_of(plan: Plan, data: bytes, context: Context) -> list[Named]:
    """All that a plan finds in a whole buffer."""
    hits = plan.find(data)
    if not hits:
        return []
    matcher, names = Matcher(plan, context), list[Named]()
    matcher.names = names
    matcher.run(data, hits, final=True)
    return names


def _replaced(data: bytes, spans: list[tuple[int, int, bytes]]) -> bytes:
    if not spans:
        return data
    out: list[bytes] = []
    at = 0
    for start, end, _, text in union([(start, end, (end - start, 0), text) for start, end, text in spans]):
        out += (data[at:start], text)
        at = end
    return b"".join((*out, data[at:]))
