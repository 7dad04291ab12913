"""A plan: all rules of one phase on one automaton.

Lives here: rules -> anchors -> engine, and the run of verifiers over an engine's hits.
Must not: know what a rule means (the verifier modules do), hold state of a stream (`scrubber` does).
Called by: ruleset, scrubber. Immutable once built, shared by threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hushtape.sanitize import engine as engines
from hushtape.sanitize.encoded import encoded
from hushtape.sanitize.engine import Hit
from hushtape.sanitize.exact import check, plain
from hushtape.sanitize.fields import field_anchors
from hushtape.sanitize.rules import (
    FieldRule,
    Rule,
    SecretRule,
    ShapeRule,
    UrlParamsRule,
    UrlSecretsRule,
)
from hushtape.sanitize.shapes import shape_anchors
from hushtape.sanitize.spans import (
    FIELDS,
    GUARD,
    KINDS,
    OPEN,
    RANK_CAP,
    WHOLE,
    Context,
    Found,
    Group,
    Seeker,
    Verifier,
)
from hushtape.sanitize.urls import USERINFO_SIGN, param_anchors, url_anchors, userinfo_signs

MARGIN = 64
"""Bytes beyond what verifiers state that may be looked at: padding, the character after a word."""

Open = tuple[int, Seeker, int, Verifier, bytes]
"""A span still running: its start, its seeker, where to go on, who found it, its text."""


Ended = tuple[int, int, Seeker, Verifier, bytes]
"""A span that has ended: where it begins and ends, its seeker, who found it, its text."""

SECRETS = (0, WHOLE)


def anchors(rules: Iterable[Rule]) -> Iterator[tuple[bytes, Verifier]]:
    """Everything to look for, rule by rule. `order` is the rule's place: ties go to the last."""
    for order, rule in enumerate(rules):
        if isinstance(rule, SecretRule):
            if check(rule):
                yield from plain(rule, order)
                yield from encoded(rule, order)
        elif isinstance(rule, FieldRule):
            yield from field_anchors(rule, order)
        elif isinstance(rule, ShapeRule):
            yield from shape_anchors(rule, order)
        elif isinstance(rule, UrlSecretsRule):
            yield from url_anchors(rule, order)
        elif isinstance(rule, UrlParamsRule):
            yield from param_anchors(rule, order)


class Plan:
    """The compiled rules of a phase."""

    __slots__ = ("_guards", "_sign", "ahead", "back", "left", "overlap", "scan", "verifiers")

    def __init__(self, rules: Iterable[Rule], engine: str) -> None:
        rules = tuple(rules)
        self.left = frozenset(getattr(rule, "placeholder", "").encode() for rule in rules)
        """Values that stay: another rule's placeholder must not be replaced the second time."""
        table: dict[bytes, list[Verifier]] = {}
        for anchor, verifier in anchors(rules):
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


def _guard(verifiers: tuple[Verifier, ...]) -> re.Pattern[bytes] | None:
    """The guard of an anchor; None if one of its verifiers has another one, or none."""
    guards = {one.guard for one in verifiers}
    return guards.pop() if len(guards) == 1 else None


class Matcher:
    """Runs verifiers over one stream's hits, in order. Positions are those of the present buffer."""

    __slots__ = ("_context", "_ended", "_plan", "groups", "names", "open", "reach")

    def __init__(self, plan: Plan, context: Context) -> None:
        self._plan = plan
        self._context = Context(context.uri, context.form, context.xml, context.header, {})
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
        plan, ready = self._plan, len(data) if final else len(data) - self._plan.ahead - MARGIN
        for number, (anchor, start, end) in enumerate(hits):
            if start > ready:
                return hits[number:]
            limit = min(len(data), start + plan.ahead - MARGIN)
            for verifier in plan.verifiers[anchor]:
                if verifier.kind:
                    low, high = self.reach[verifier.kind]
                    if low < start < high and (end <= high or verifier.kind != WHOLE):
                        continue
                found = verifier.verify(data, start, end, limit, self._context)
                if found is not None:
                    self._take(data, found, verifier, final)
        return []

    def _take(self, data: bytes, found: Found | tuple[Found, ...], verifier: Verifier, final: bool) -> None:
        for one in (found,) if isinstance(found, Found) else found:
            if one.end >= 0 or one.seeker is None:
                self._close(data, one.start, one.end, verifier, one.text, one.seeker)
                if verifier.kind in SECRETS:
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
        self._cover(verifier.kind, start, end)
        if verifier.kind == FIELDS and seeker is not None and seeker.again and text is not None:
            self._ended = [*self._ended[-3:], (start, end, seeker, verifier, text)]
        if start >= end or text is None or (start >= 0 and data[start:end] in self._plan.left):
            return
        if self.names is not None and data[start:end] != text:
            self.names.append((start, end, verifier.name, text))
        key = min(end - start, RANK_CAP), verifier.order
        last = self.groups[-1] if self.groups else None
        if last is not None and last.start <= start < last.end and last.text == text:
            # What `union` would do: a body of nothing but hits must not pile up a group for each.
            self.groups[-1] = Group(last.start, max(last.end, end), max(last.key, key), text)
        else:
            self.groups.append(Group(start, end, key, text))

    def _cover(self, kind: int, start: int, end: int) -> None:
        """Hits inside this span need no look: what they could find lies inside it."""
        low, high = self.reach[kind]
        if start >= high:
            self.reach[kind] = (start, end)
        else:
            self.reach[kind] = (low, end if high == OPEN else max(high, end))

    def shift(self, by: int) -> None:
        """`by` bytes were dropped from the buffer's front."""
        self.groups = [group.shifted(by) for group in self.groups]
        self.open = [
            (start - by, seeker, at - by, verifier, text) for start, seeker, at, verifier, text in self.open
        ]
        self._ended = [(one[0] - by, one[1] - by, *one[2:]) for one in self._ended]
        self.reach = [(low - by, high if high == OPEN else high - by) for low, high in self.reach]
