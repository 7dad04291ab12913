"""A plan: all rules of one phase on one automaton.

Lives here: rules -> anchors -> engine, and which verifiers are to be asked at a hit. Must not: know what a
rule means (the verifier modules do), ask them (`matcher` does). Called by: ruleset, scrubber, matcher.
Immutable once built, but for `routes`, whose entries are the same whoever notes them; shared by threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from hushtape.sanitize import engine as engines
from hushtape.sanitize.credential_fields import credential_anchors
from hushtape.sanitize.encoded import encoded
from hushtape.sanitize.engine import Hit
from hushtape.sanitize.exact import check, is_short, plain
from hushtape.sanitize.field_names import field_anchors
from hushtape.sanitize.formed_fields import formed_anchors
from hushtape.sanitize.header_dumps import dump_anchors
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
from hushtape.sanitize.secret_places import place_anchors
from hushtape.sanitize.shapes import shape_anchors
from hushtape.sanitize.siblings import sibling_anchors
from hushtape.sanitize.spans import (
    GUARD,
    USERINFO,
    Verifier,
    Verify,
)
from hushtape.sanitize.spelled import spelled_anchors
from hushtape.sanitize.url_params import param_anchors
from hushtape.sanitize.urls import USERINFO_SIGN, crossing_signs, url_anchors, userinfo_signs

MARGIN = 64
"""Bytes beyond what verifiers state that may be looked at: padding, the character after a word."""

Asking = tuple[Verifier, ...]
"""The verifiers of an anchor, in the order of their rules."""

Asked = tuple[Verify, int, bool, Verifier]
"""A verifier that is to be asked, with what its loop reads of it (a named tuple's fields cost 30 ns each):
its function, its kind, whether it guesses."""


def anchors(rules: Iterable[Rule], order: int | None = None) -> Iterator[tuple[bytes, Asking]]:
    """Everything to look for, in lower case, rule by rule. `order`: the same for all; None: the rule's place
    in the list. Ties go to the greatest."""
    secrets: list[tuple[SecretRule, int]] = []
    for place, rule in enumerate(rules):
        at = place if order is None else order
        if not isinstance(rule, SecretRule):
            yield from _anchors(rule, at)
        elif check(rule):
            yield from _grouped((*plain(rule, at), *encoded(rule, at)))
            if rule.value and not is_short(rule):
                secrets.append((rule, at))
    yield from _grouped(spelled_anchors(secrets))


def _grouped(anchored: Iterable[tuple[bytes, Verifier]]) -> tuple[tuple[bytes, Asking], ...]:
    """Each anchor once. Names that are written in the same ways share one tuple of verifiers."""
    table: dict[bytes, list[Verifier]] = {}
    for anchor, verifier in anchored:
        entry = table.setdefault(anchor.lower(), [])
        if verifier not in entry:
            entry.append(verifier)
    shared: dict[Asking, Asking] = {}
    return tuple(
        [(anchor, shared.setdefault(asking := tuple(entry), asking)) for anchor, entry in table.items()]
    )


@lru_cache(maxsize=64)
def _anchors(rule: Rule, order: int) -> tuple[tuple[bytes, Asking], ...]:
    """Of a rule that holds no secret. Remembered: those of the default list take 7 of the 20 ms in which a
    ruleset is compiled, and each tape with secrets of its own has one."""
    return _grouped(_of_names(rule, order))


def _of_names(rule: Rule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    if isinstance(rule, FieldRule):
        yield from field_anchors(rule, order)
    elif isinstance(rule, CredentialNamesRule):
        yield from credential_anchors(rule, order)
        yield from formed_anchors(rule, order)
        yield from place_anchors(rule, order)
        yield from sibling_anchors(rule, order)
        yield from dump_anchors(rule, order)
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

    __slots__ = (
        "_guards",
        "_sign",
        "ahead",
        "back",
        "left",
        "overlap",
        "routes",
        "scan",
        "verifiers",
        "window",
    )

    def __init__(self, rules: Iterable[Rule], engine: str, order: int | None = None) -> None:
        """`order`: see `anchors`."""
        rules = tuple(rules)
        self.left = frozenset(getattr(rule, "placeholder", "").encode() for rule in rules)
        """Values that stay: another rule's placeholder must not be replaced the second time."""
        table: dict[bytes, Asking] = {}
        for anchor, asking in anchors(rules, order):
            known = table.get(anchor)
            table[anchor] = asking if known is None else tuple(dict.fromkeys(known + asking))
        signs = table.pop(USERINFO_SIGN, ())
        self.verifiers = (*table.values(), signs)
        self.routes = _routes(self.verifiers)
        """By anchor and by the byte that follows it: the verifiers to ask. Filled by `route`."""
        everyone = {one for asking in set(self.verifiers) for one in asking}
        longest = max(map(len, table), default=1)
        self.back = max((one.back for one in everyone), default=0)
        self.ahead = longest + MARGIN + max((one.ahead for one in everyone), default=0)
        self.window = longest + max((one.ahead for one in everyone if one.kind != USERINFO), default=0)
        """Bytes from an anchor on that its verifier is told it may look at; userinfo's takes its own."""
        self.overlap = longest - 1
        self._guards = tuple(_guard(entry) for entry in self.verifiers)
        self._sign = len(table) if signs else -1
        self.scan = engines.build(list(table), engine).find

    def find(self, data: bytes) -> list[Hit]:
        """Where a rule may match: hits of the automaton that their guards let pass, and userinfo's signs,
        ordered by start."""
        hits = self._anchored(data)
        # By number: `b"@" in data` is ten times slower, it fails to take it for one first.
        if self._sign >= 0 and 64 in data:
            self._add(hits, userinfo_signs(data))
        return hits

    def find_behind(self, rest: bytes, chunk: bytes) -> list[Hit]:
        """Hits of the two joined that end in `chunk`. What crosses the border is found in a window around it,
        so that they need not be joined: most chunks have no hit, and a copy costs a tenth of the scan."""
        hits, base, near = self._anchored(chunk), len(rest), self.overlap
        start = base - min(base, near)
        seam = self._anchored(rest[start:] + chunk[:near]) if near else []
        crossing = [
            (anchor, first + start, last + start)
            for anchor, first, last in seam
            if base < last + start <= base + near
        ]
        if hits:
            crossing += [(anchor, first + base, last + base) for anchor, first, last in hits if last > near]
        if self._sign >= 0 and 64 in chunk:
            self._add(crossing, crossing_signs(rest, chunk))
            self._add(crossing, [at + base for at in userinfo_signs(chunk)])
        return crossing

    def _anchored(self, data: bytes) -> list[Hit]:
        hits = self.scan(data)
        if not hits:
            return hits
        guards, sure = self._guards, len(data) - GUARD
        return [
            hit
            for hit in hits
            if (guard := guards[hit[0]]) is None or hit[1] > sure or guard.match(data, hit[1])
        ]

    def _add(self, hits: list[Hit], signs: list[int]) -> None:
        if signs:
            sign = self._sign
            hits += [(sign, at, at + 1) for at in signs]
            hits.sort(key=engines.by_start)

    def route(self, anchor: int, follows: int) -> tuple[Asked, ...]:
        """The verifiers of an anchor that this byte may follow (-1: nothing does), noted in `routes`: a name
        has one for each way to write a field, and asking each in turn took an eighth of a scrub."""
        asked = [
            (one.verify, one.kind, one.teaches is not None and one.teaches.guess, one)
            for one in self.verifiers[anchor]
            if one.follows is None or follows in one.follows
        ]
        chosen = tuple(sorted(asked, key=lambda one: one[2]))  # what guesses comes last
        self.routes[anchor][follows] = chosen
        return chosen

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
        self.window = max([one.window for one in plans])
        verifiers: list[Asking] = []
        self._parts: list[tuple[int, Plan]] = []
        for one in plans:
            self._parts.append((len(verifiers), one))
            verifiers += one.verifiers
        self.verifiers = tuple(verifiers)
        self.routes = _routes(self.verifiers)

    def find(self, data: bytes) -> list[Hit]:
        return self._united([plan.find(data) for _, plan in self._parts])

    def find_behind(self, rest: bytes, chunk: bytes) -> list[Hit]:
        return self._united([plan.find_behind(rest, chunk) for _, plan in self._parts])

    def _united(self, found: list[list[Hit]]) -> list[Hit]:
        hits = found[0]
        for (offset, _), more in zip(self._parts[1:], found[1:], strict=True):
            if more:
                hits = hits + [(anchor + offset, start, end) for anchor, start, end in more]
                hits.sort(key=engines.by_start)
        return hits


def _routes(verifiers: Iterable[Asking]) -> list[dict[int, tuple[Asked, ...]]]:
    """Nothing noted yet: one note for all anchors with the same verifiers."""
    notes: dict[Asking, dict[int, tuple[Asked, ...]]] = {}
    return [notes.setdefault(asking, {}) for asking in verifiers]


def _guard(verifiers: Asking) -> re.Pattern[bytes] | None:
    """The guard of an anchor; None if one of its verifiers has another one, or none."""
    guards = {one.guard for one in verifiers}
    return guards.pop() if len(guards) == 1 else None
