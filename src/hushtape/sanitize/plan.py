"""A plan: all rules of one phase on one automaton.

Lives here: rules -> anchors -> engine, and the run of verifiers over an engine's hits.
Must not: know what a rule means (the verifier modules do), hold state of a stream (`scrubber` does).
Called by: ruleset, scrubber. Immutable once built, shared by threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from hushtape.sanitize import engine as engines
from hushtape.sanitize.credential_fields import credential_anchors
from hushtape.sanitize.encoded import encoded
from hushtape.sanitize.engine import Hit
from hushtape.sanitize.exact import check, is_short, plain
from hushtape.sanitize.field_names import field_anchors
from hushtape.sanitize.jwk import jwk_anchors
from hushtape.sanitize.rules import (
    CredentialNamesRule,
    FieldRule,
    Rule,
    SecretRule,
    ShapeRule,
    UrlParamsRule,
    UrlSecretsRule,
)
from hushtape.sanitize.schemes import scheme_anchors
from hushtape.sanitize.secret_paths import path_anchors
from hushtape.sanitize.shapes import shape_anchors
from hushtape.sanitize.spans import (
    FIELDS,
    GUARD,
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
from hushtape.sanitize.spelled import spelled_anchors
from hushtape.sanitize.url_params import param_anchors
from hushtape.sanitize.urls import REACH, USERINFO_SIGN, url_anchors, userinfo_signs

MARGIN = 64
"""Bytes beyond what verifiers state that may be looked at: padding, the character after a word."""

Open = tuple[int, Seeker, int, Verifier, bytes]
"""A span still running: its start, its seeker, where to go on, who found it, its text."""


Ended = tuple[int, int, Seeker, Verifier, bytes]
"""A span that has ended: where it begins and ends, its seeker, who found it, its text."""

SECRETS = (0, WHOLE)

HELD = LONGEST_LESSON + 1024
"""Bytes of a running value that stay in the buffer where it may teach; one that grows longer does not. More
than LONGEST_LESSON by all that a seeker may leave unread, so that what teaches does not hang on chunks."""

DEEPEST = 4
"""Values inside redacted ones are looked through so many levels down, for names that teach."""


def anchors(rules: Iterable[Rule], order: int | None = None) -> Iterator[tuple[bytes, Verifier]]:
    """Everything to look for, rule by rule. `order`: the same for all; None: the rule's place in the list.
    Ties go to the greatest."""
    secrets: list[tuple[SecretRule, int]] = []
    for place, rule in enumerate(rules):
        at = place if order is None else order
        yield from _anchors(rule, at)
        if isinstance(rule, SecretRule) and rule.value and not is_short(rule):
            secrets.append((rule, at))
    yield from spelled_anchors(secrets)


def _anchors(rule: Rule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    if isinstance(rule, SecretRule):
        if check(rule):
            yield from plain(rule, order)
            yield from encoded(rule, order)
    elif isinstance(rule, FieldRule):
        yield from field_anchors(rule, order)
    elif isinstance(rule, CredentialNamesRule):
        yield from credential_anchors(rule, order)
    elif isinstance(rule, ShapeRule):
        yield from shape_anchors(rule, order)
        yield from scheme_anchors(rule, order)
        yield from jwk_anchors(rule, order)
    elif isinstance(rule, UrlSecretsRule):
        yield from url_anchors(rule, order)
        yield from path_anchors(rule, order)
    elif isinstance(rule, UrlParamsRule):
        yield from param_anchors(rule, order)


class Plan:
    """The compiled rules of a phase."""

    __slots__ = ("_guards", "_sign", "ahead", "back", "left", "near", "overlap", "scan", "verifiers")

    def __init__(self, rules: Iterable[Rule], engine: str, order: int | None = None) -> None:
        """`order`: see `anchors`."""
        rules = tuple(rules)
        self.left = frozenset(getattr(rule, "placeholder", "").encode() for rule in rules)
        """Values that stay: another rule's placeholder must not be replaced the second time."""
        table: dict[bytes, list[Verifier]] = {}
        for anchor, verifier in anchors(rules, order):
            entry = table.setdefault(anchor.lower(), [])
            if verifier not in entry:
                entry.append(verifier)
        signs = table.pop(USERINFO_SIGN, None)
        self.verifiers = (*map(tuple, table.values()), tuple(signs or ()))
        everyone = [one for entry in self.verifiers for one in entry]
        longest = max(map(len, table), default=1)
        self.back = max((one.back for one in everyone), default=0)
        self.ahead = longest + MARGIN + max((one.ahead for one in everyone), default=0)
        self.overlap = longest - 1
        self.near = max(self.overlap, REACH if signs else 0)
        """Bytes on either side of a border between two chunks within which all that crosses it is found."""
        self._guards = tuple(_guard(entry) for entry in self.verifiers)
        self._sign = len(table) if signs else -1
        self.scan = engines.build(list(table), engine).find

    def find(self, data: bytes) -> list[Hit]:
        """Where a rule may match: hits of the automaton that their guards let pass, and userinfo's signs,
        ordered by start."""
        hits = self.scan(data)
        if hits:
            guards, sure = self._guards, len(data) - GUARD
            hits = [
                hit
                for hit in hits
                if (guard := guards[hit[0]]) is None or hit[1] > sure or guard.match(data, hit[1])
            ]
        # By number: `b"@" in data` is ten times slower, it fails to take it for one first.
        if self._sign >= 0 and 64 in data and (signs := userinfo_signs(data)):
            sign = self._sign
            hits += [(sign, at, at + 1) for at in signs]
            hits.sort(key=engines.by_start)
        return hits

    def joined(self, others: Sequence[Plan]) -> Plan:
        """This plan and others as one: it finds what a plan of all their rules would."""
        return Joined(self, others)


class Joined(Plan):
    """Plans that are run as one, each with its own automaton."""

    __slots__ = ("_parts",)

    def __init__(self, first: Plan, others: Sequence[Plan]) -> None:
        plans = (first, *others)
        self.left = first.left.union(*[one.left for one in others])
        self.ahead = max([one.ahead for one in plans])
        self.back = max([one.back for one in plans])
        self.overlap = max([one.overlap for one in plans])
        self.near = max([one.near for one in plans])
        verifiers: list[tuple[Verifier, ...]] = []
        self._parts: list[tuple[int, Plan]] = []
        for one in plans:
            self._parts.append((len(verifiers), one))
            verifiers += one.verifiers
        self.verifiers = tuple(verifiers)

    def find(self, data: bytes) -> list[Hit]:
        (_, first), *others = self._parts
        hits = first.find(data)
        for offset, plan in others:
            more = plan.find(data)
            if more:
                hits = hits + [(anchor + offset, start, end) for anchor, start, end in more]
                hits.sort(key=engines.by_start)
        return hits


def _guard(verifiers: tuple[Verifier, ...]) -> re.Pattern[bytes] | None:
    """The guard of an anchor; None if one of its verifiers has another one, or none."""
    guards = {one.guard for one in verifiers}
    return guards.pop() if len(guards) == 1 else None


class Matcher:
    """Runs verifiers over one stream's hits, in order. Positions are those of the present buffer."""

    __slots__ = ("_context", "_ended", "_level", "_plan", "groups", "names", "open", "reach", "teach")

    def __init__(self, plan: Plan, context: Context, teach: Teach | None = None, level: int = 0) -> None:
        self._plan = plan
        self._level = level
        self.teach = teach
        """Told of the credentials that are redacted; None: nobody asks."""
        self._context = structs.replace(context, notes={})
        self.groups: list[Group] = []
        self.names: list[tuple[int, int, str, bytes]] | None = None
        """(start, end, rule's name, replacement) of each span, for those who set it to a list."""
        self.open: list[Open] = []
        self.reach = [(0, 0)] * KINDS
        self._ended: list[Ended] = []
        """The fields whose values ended last: a secret may hold a field itself."""

    def resume(self, data: bytes, final: bool) -> None:
        """Let spans that are still running look for their ends."""
        running, self.open = self.open, []
        for start, seeker, at, verifier, text in running:
            self._seek(data, start, seeker, at, verifier, text, final)
        for _, _, _, verifier, _ in self.open:
            self.reach[verifier.kind] = (self.reach[verifier.kind][0], OPEN)

    def run(self, data: bytes, hits: list[Hit], final: bool) -> list[Hit]:
        """Verify hits whose surroundings are known; what is left waits for more data."""
        plan, size, reach, context = self._plan, len(data), self.reach, self._context
        verifiers, window = plan.verifiers, plan.ahead - MARGIN
        ready = size if final else size - plan.ahead - MARGIN
        last: tuple[object, int] | None = None
        for number, (anchor, start, end) in enumerate(hits):
            if start > ready:
                return hits[number:]
            limit = start + window
            if limit > size:
                limit = size
            next_byte = data[end] if end < size else -1
            for verifier in verifiers[anchor]:
                if verifier.follows is not None and next_byte not in verifier.follows:
                    continue
                kind = verifier.kind
                if kind:
                    low, high = reach[kind]
                    if low < start < high and (end <= high or kind != WHOLE):
                        continue
                found = verifier.verify(data, start, end, limit, context)
                # A secret has two anchors: the second one finds what the first has found.
                if found is not None and (this := (found, verifier.order)) != last:
                    last = this
                    self._take(data, found, verifier, final)
        return []

    def _take(self, data: bytes, found: Found | tuple[Found, ...], verifier: Verifier, final: bool) -> None:
        for one in (found,) if isinstance(found, Found) else found:
            if one.end >= 0 or one.seeker is None:
                self._close(data, one.start, one.end, verifier, one.text, one.seeker)
                if self._ended and verifier.kind in SECRETS:
                    self._go_on(data, one.start, one.end, final)
            else:
                text = one.text or b""
                self._seek(data, one.start, one.seeker, max(one.at, one.start), verifier, text, final)

    def _seek(
        self, data: bytes, start: int, seeker: Seeker, at: int, verifier: Verifier, text: bytes, final: bool
    ) -> None:
        end, resume = seeker.seek(data, at, final)
        if end >= 0:
            self._close(data, start, end, verifier, text, seeker)
        else:
            self.open.append((start, seeker, resume, verifier, text))
            self._cover(verifier.kind, start, OPEN)

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
        if verifier.kind:
            self._cover(verifier.kind, start, end)
        if verifier.kind == FIELDS and seeker is not None and seeker.again and text is not None:
            self._ended = [*self._ended[-3:], (start, end, seeker, verifier, text)]
        if start >= end or text is None or (start >= 0 and data[start:end] in self._plan.left):
            return
        if self.teach is not None and verifier.kind == FIELDS and start >= 0:
            self._tell(self.teach, data[start:end], verifier, text)
        if self.names is not None and data[start:end] != text:
            self.names.append((start, end, verifier.name, text))
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

    def _tell(self, teach: Teach, value: bytes, verifier: Verifier, text: bytes) -> None:
        """Tell of a credential, and of those inside a value that was redacted as a whole."""
        if len(value) > LONGEST_LESSON:
            return
        if verifier.teaches is not None:
            teach(value, verifier.teaches, text)
        if (34 in value or 92 in value) and self._level < DEEPEST:
            within = value[1:] if value[0] in b"{[" else value
            hits = self._plan.find(within)
            if hits:
                Matcher(self._plan, self._context, teach, self._level + 1).run(within, hits, final=True)

    def held(self, size: int) -> int:
        """Where in a buffer of `size` bytes what has to stay begins: a running value that may teach."""
        if self.teach is None:
            return OPEN
        starts = [one[0] for one in self.open if one[3].kind == FIELDS and size - one[0] <= HELD]
        return min(starts, default=OPEN)

    def _cover(self, kind: int, start: int, end: int) -> None:
        """Hits inside this span need no look: what they could find lies inside it."""
        low, high = self.reach[kind]
        if start >= high:
            self.reach[kind] = (start, end)
        else:
            self.reach[kind] = (low, end if high == OPEN else max(high, end))

    def shift(self, by: int) -> None:
        """`by` bytes were dropped from the buffer's front."""
        self.groups = [(start - by, end - by, key, text) for start, end, key, text in self.groups]
        self.open = [
            (start - by, seeker, at - by, verifier, text) for start, seeker, at, verifier, text in self.open
        ]
        self._ended = [(one[0] - by, one[1] - by, *one[2:]) for one in self._ended]
        self.reach = [(low - by, high if high == OPEN else high - by) for low, high in self.reach]
