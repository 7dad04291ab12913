"""The run of verifiers over an engine's hits: what a plan's rules replace in one stream.

Lives here: the state of that run, from one buffer to the next: groups found, spans still open, what they
cover, what they teach. Must not: know what a rule means (the verifier modules do), cut a stream into buffers
(`scrubber` does). Called by: scrubber, finder, heads, ruleset. Not shared between threads.
"""

from __future__ import annotations

from collections import deque

from msgspec import structs

from hushtape.sanitize.engine import Hit
from hushtape.sanitize.plan import MARGIN, Plan
from hushtape.sanitize.quoted_values import CERTAIN, bounds_of, with_string
from hushtape.sanitize.spans import (
    FIELDS,
    KINDS,
    LONGEST_LESSON,
    OPEN,
    RANK_CAP,
    WHOLE,
    Context,
    Found,
    Group,
    Seeker,
    Teach,
    Verifier,
)
from hushtape.sanitize.values import Until

Open = tuple[int, Seeker, int, Verifier, bytes]
"""A span still running: its start, its seeker, where to go on, who found it, its text."""


Ended = tuple[int, int, Seeker, Verifier, bytes]
"""A span that has ended: where it begins and ends, its seeker, who found it, its text."""

SECRETS = (0, WHOLE)
"""Kinds of verifiers that look for exact values."""

UNNAMED, LEARNED, NAMED = range(3)
"""What a span is by: a rule for what nobody named, a value that was learned, one that was named. A stretch
that spells a value is by none: it may hold more than the value."""

Named = tuple[int, int, str, bytes, int]
"""A span: its start and end, the rule's name, what replaces it, what it is by."""

LOOSE = KINDS
"""In `reach`: what those values of fields cover that may run out of the string around them. Credentials in it
are looked at: one may hold the end of such a value, and go on behind it."""

MOST = 8
"""Loose values in each other that are looked into. Each costs its length, and a body may be nothing else."""

HELD = LONGEST_LESSON + 1024
"""Bytes of a running value that stay in the buffer where it may teach; one that grows longer does not. More
than LONGEST_LESSON by all that a seeker may leave unread, so that what teaches does not hang on chunks."""

DEEPEST = 4
"""Values inside redacted ones are looked through so many levels down, for names that teach."""


class Matcher:
    """Runs verifiers over one stream's hits, in order. Positions are those of the present buffer."""

    __slots__ = (
        "_bounds",
        "_context",
        "_ended",
        "_ended_to",
        "_left",
        "_level",
        "_loose",
        "_loosely",
        "_plan",
        "groups",
        "names",
        "open",
        "reach",
        "teach",
    )

    def __init__(self, plan: Plan, context: Context, teach: Teach | None = None, level: int = 0) -> None:
        self._plan, self._left = plan, plan.left
        self._level = level
        self.teach = teach
        """Told of the credentials that are redacted; None: nobody asks."""
        self._context = structs.replace(context, notes={})
        self._bounds = bounds_of(context)
        self.groups: list[Group] = []
        self.names: list[Named] | None = None
        """Each span, for those who set it to a list."""
        self.open: list[Open] = []
        self.reach = [(0, 0)] * (KINDS + 1)
        self._loose: list[tuple[int, int]] = []
        """Where loose values begin and end."""
        self._loosely: Until | None = None
        """What ended the value that made the loose reach what it is: inside, it would end there again."""
        self._ended: deque[Ended] = deque(maxlen=4)
        """The fields whose values ended last: a secret may hold a field itself."""
        self._ended_to = 0
        """Where the last of them ends."""

    def resume(self, data: bytes, final: bool) -> None:
        """Let spans that are still running look for their ends."""
        running, self.open = self.open, []
        self._loosely = None
        self._loose = [one for one in self._loose if one[1] != OPEN]
        for start, seeker, at, verifier, text in running:
            self._seek(data, start, seeker, at, verifier, text, final)
        for _, seeker, _, verifier, _ in self.open:
            kind = LOOSE if verifier.kind == FIELDS and type(seeker) not in CERTAIN else verifier.kind
            self.reach[kind] = (self.reach[kind][0], OPEN)

    def run(self, data: bytes, hits: list[Hit], final: bool) -> list[Hit]:
        """Verify hits whose surroundings are known; what is left waits for more data."""
        plan, size, reach, context = self._plan, len(data), self.reach, self._context
        routes, window = plan.routes, plan.window
        ready = size if final else size - plan.ahead - MARGIN
        last: tuple[object, int] | None = None
        teach, named, named_to = self.teach, 0, -1
        for number, (anchor, start, end) in enumerate(hits):
            if start > ready:
                return hits[number:]
            limit = start + window
            if limit > size:
                limit = size
            next_byte = data[end] if end < size else -1
            try:
                verifiers = routes[anchor][next_byte]
            except KeyError:
                verifiers = plan.route(anchor, next_byte)
            for verify, kind, guess, verifier in verifiers:
                if guess and start >= named and end <= named_to:
                    continue  # a listed name: what guesses by its last words finds the same value
                if kind:
                    low, high = reach[kind]
                    if low < start < high and (end <= high or kind != WHOLE):
                        continue
                deep = kind == FIELDS and self._loose and self._is_deep(start)
                if deep and self._level:
                    continue
                found = verify(data, start, end, limit, context)
                if found is None or (deep and not _is_certain(found)):
                    continue
                if not kind:
                    # A secret has two anchors: the second one finds what the first has found.
                    if (this := (found, verifier.order)) == last:
                        continue
                    last = this
                if isinstance(found, Found):
                    self._take(data, found, verifier, final)
                    if kind == FIELDS and not guess and (teach is None or verifier.teaches is not None):
                        named, named_to = start, end
                else:
                    for one in found:
                        self._take(data, one, verifier, final)
        return []

    def _is_deep(self, start: int) -> bool:
        """Whether so many loose values go on here that no more of them is looked for, but what ends where
        JSON does. What they hold teaches, and is found by this run; in one for lessons alone by the next
        level's."""
        self._loose = [one for one in self._loose if one[1] > start]
        around = sum(begin < start for begin, _ in self._loose)  # not what this very hit has found
        return around >= (1 if self._level else MOST)

    def _take(self, data: bytes, found: Found, verifier: Verifier, final: bool) -> None:
        if self._bounds is not None and verifier.kind == FIELDS:
            found = self._bounds.of(data, found)
        start, end, seeker = found.start, found.end, found.seeker
        if seeker is not None and seeker is self._loosely:
            low, high = self.reach[LOOSE]
            if low < start < high:
                return
        if end >= 0 or seeker is None:
            self._close(data, start, end, verifier, found.text, seeker)
            if start <= self._ended_to and verifier.kind in SECRETS:
                self._go_on(data, start, end, final)
        else:
            if verifier.kind == FIELDS and type(seeker) not in CERTAIN and not self._context.xml:
                seeker = with_string(data, start, seeker)
            self._seek(data, start, seeker, max(found.at, start), verifier, found.text or b"", final)

    def _seek(
        self, data: bytes, start: int, seeker: Seeker, at: int, verifier: Verifier, text: bytes, final: bool
    ) -> None:
        end, resume = seeker.seek(data, at, final)
        if end >= 0:
            self._close(data, start, end, verifier, text, seeker)
        else:
            self.open.append((start, seeker, resume, verifier, text))
            self._cover(verifier.kind, start, OPEN, seeker)

    def _go_on(self, data: bytes, start: int, end: int, final: bool) -> None:
        """A secret holds what ended a field's value (an `&`, say): the value goes on behind it. Else its
        rest would stay, and be redacted by the next scrub only."""
        for ended in self._ended:
            if ended[0] <= start <= ended[1] < end:
                first, _, seeker, verifier, text = ended
                self._seek(data, first, seeker, end, verifier, text, final)
                return

    def _close(
        self,
        data: bytes,
        start: int,
        end: int,
        verifier: Verifier,
        text: bytes | None,
        seeker: Seeker | None,
    ) -> None:
        kind = verifier.kind
        if kind:
            self._cover(kind, start, end, seeker)
        if kind == FIELDS and seeker is not None and seeker.again and text is not None:
            self._ended.append((start, end, seeker, verifier, text))
            self._ended_to = max(self._ended_to, end)
        if start >= end or text is None:
            return
        if start >= 0 and (
            data[start:end] in self._left if end - start < RANK_CAP else self._is_left(data, start, end)
        ):
            return
        if self.teach is not None and start >= 0 and (kind == FIELDS or verifier.teaches is not None):
            looked_at = kind == FIELDS and not self._level and type(seeker) not in CERTAIN
            self._tell(self.teach, data[start:end], verifier, text, deeper=not looked_at)
        if self.names is not None and data[start:end] != text:
            # Those of learned values stand below all others in the order (`Learned`). Not a call: the audit
            # comes here with whatever stands under the shortest of names.
            by = UNNAMED if kind not in SECRETS else NAMED if verifier.order >= 0 else LEARNED
            self.names.append((start, end, verifier.name, text, by))
        size = end - start
        key = size if size < RANK_CAP else RANK_CAP, verifier.order
        groups = self.groups
        if groups:
            first, last, best, replacement = groups[-1]
            if first <= start < last and replacement == text:
                # What `union` would do: a body of nothing but hits must not pile up a group for each.
                groups[-1] = (first, max(last, end), max(best, key), text)
                return
        groups.append((start, end, key, text))

    def _is_left(self, data: bytes, start: int, end: int) -> bool:
        """What stands there is a rule's placeholder. A copy of a long secret at each of its repetitions, to
        look for it, would cost more than all else."""
        return max(map(len, self._left), default=0) >= RANK_CAP and data[start:end] in self._left

    def _tell(self, teach: Teach, value: bytes, verifier: Verifier, text: bytes, *, deeper: bool) -> None:
        """Tell of a credential, and of those inside a value that was redacted as a whole (`deeper`)."""
        if len(value) > LONGEST_LESSON:
            return
        if verifier.teaches is not None:
            teach(value, verifier.teaches, text)
        if deeper and (34 in value or 92 in value) and self._level < DEEPEST:
            within = value[1:] if value[0] in b"{[" else value
            hits = self._plan.find(within)
            if hits:
                Matcher(self._plan, self._context, teach, self._level + 1).run(within, hits, final=True)

    def held(self, size: int) -> int:
        """Where in a buffer of `size` bytes what has to stay begins: a running value that may teach."""
        if self.teach is None:
            return OPEN
        starts = [one[0] for one in self.open if _may_teach(one[3]) and size - one[0] <= HELD]
        return min(starts, default=OPEN)

    def _cover(self, kind: int, start: int, end: int, seeker: Seeker | None) -> None:
        """Hits inside this span need no look: what they could find lies inside it."""
        if kind == FIELDS and type(seeker) not in CERTAIN:  # by type: an instance check took 1 % of a scrub
            kind = LOOSE
        low, high = self.reach[kind]
        if kind == LOOSE:
            self._loose.append((start, end))
            if start >= high or end > high:
                self._loosely = seeker if type(seeker) is Until else None
        if start >= high:
            self.reach[kind] = (start, end)
        else:
            self.reach[kind] = (low, end if high == OPEN else max(high, end))

    def shift(self, by: int) -> None:
        """`by` bytes were dropped from the buffer's front."""
        if self.groups:
            self.groups = [(start - by, end - by, key, text) for start, end, key, text in self.groups]
        if self.open:
            self.open = [
                (start - by, seeker, at - by, verifier, text)
                for start, seeker, at, verifier, text in self.open
            ]
        if self._ended:
            moved = [(one[0] - by, one[1] - by, *one[2:]) for one in self._ended]
            self._ended = deque(moved, maxlen=4)
            self._ended_to -= by
        self.reach = [(low - by, high if high == OPEN else high - by) for low, high in self.reach]
        self._loose = [
            (begin - by, end if end == OPEN else end - by) for begin, end in self._loose if end > by
        ]


def _is_certain(found: Found | tuple[Found, ...]) -> bool:
    return isinstance(found, Found) and type(found.seeker) in CERTAIN


def _may_teach(verifier: Verifier) -> bool:
    """Whether what it finds is told: a field's value may hold another field's."""
    return verifier.kind == FIELDS or verifier.teaches is not None
