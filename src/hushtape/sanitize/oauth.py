"""The name `code`: an authorization code in OAuth, an error code everywhere else.

Lives here: the look around a `code` that decides between the two. Must not: look further than the
window. Called by: fields. Sources: RFC 6749 4.1.2 and 4.1.3, which send `code` with `state`,
`redirect_uri` or `grant_type`; GitHub and Slack take it with `client_secret` alone.
`{"error": {"code": "THROTTLED"}}` has to stay.
A buffer is read once for all of its hits, since a body may hold nothing but them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.spans import OPEN, Context

WINDOW = 2048
SMALL = 512

_MARK = lazily(
    rb"(?:(?<![A-Za-z0-9])|(?<=%26)|(?<=%2526)|(?<=%3[fF])|(?<=%253[fF])|(?<=u0026)|(?<=%22)|(?<=%2522)|(?<=u0022))(?:grant[_-]?type|redirect[_-]?uri"
    rb"|client[_-]?secret|code[_-]?verifier|state)"
    rb"(?:[\"'=\]]|%|\\{1,8}+[u\"]|&(?:quot|#)|\s{0,8}+:)",
    re.IGNORECASE,
)
_STATE = lazily(rb"state", re.IGNORECASE)
_BRACKETS = lazily(rb"[\[\]{}]|%(?:25){0,8}+[57][bBdD]")
_OPENING = frozenset(b"{[bB")
_EDGE = lazily(rb"[\s\"'<>]")

Span = tuple[int, int]


def is_oauth(
    data: bytes, start: int, limit: int, context: Context, *, pair: bool, brief: bool = False
) -> bool:
    """Whether the `code` at `start` stands beside an OAuth parameter, or the window is too small to
    tell: then a value is redacted rather than kept. `pair`: it stands before an equals sign.
    `brief`: its value is too short to be a code (RFC 6749 10.10: nobody may guess one). `state` alone says
    nothing then: addresses and orders have one beside their code."""
    low, high = max(0, start - WINDOW), min(limit, start + WINDOW)
    cut = low > 0, high >= start + WINDOW
    if not pair and (around := _small(data, start, low, high)) is not None:
        return any(not (brief and _STATE.match(one[0])) for one in _MARK.finditer(data, *around))
    look = _look(data, context)
    if pair and (context.form or context.uri):
        return look.marked(low, high, sure=brief) or any(cut)
    if pair:
        left, right = look.query(data, start)
        if look.marked(max(left, low), min(right, high), sure=brief):
            return True
    else:
        number = look.container(start)
        if look.marked(low, high, number, sure=brief):
            return True
        left, right = look.bounds(number)
    return (left < low and cut[0]) or (right >= high and cut[1])


def _small(data: bytes, start: int, low: int, high: int) -> Span | None:
    """The object around a place, where it is short and holds no other: nearly all that have a `code`."""
    left = data.rfind(b"{", max(low, start - SMALL), start)
    right = data.find(b"}", start, min(high, start + SMALL))
    if left < 0 or right < 0 or _BRACKETS.search(data, left + 1, right) is not None:
        return None
    return left + 1, right


def _look(data: bytes, context: Context) -> _Look:
    known = context.notes.get("oauth") if context.notes is not None else None
    if isinstance(known, _Look) and known.data is data:
        return known
    look = _Look(data)
    if context.notes is not None:
        context.notes["oauth"] = look
    return look


class _Look:
    """One buffer's marks and containers, and the stretch without an edge that was met last."""

    __slots__ = ("_at", "_ids", "_marks", "_spans", "_stretch", "_sure", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._at: list[int] = []
        """Where brackets end; the container after the nth is `_ids[n + 1]`."""
        self._ids: list[int] = [0]
        self._spans: list[list[int]] = [[-1, OPEN]]
        """By container: where it begins and ends; -1 and OPEN where that is not in the buffer."""
        self._stretch = (0, 0)
        self._nest(data)
        marks: dict[int | None, list[Span]] = {None: []}
        sure: dict[int | None, list[Span]] = {None: []}
        for found in _MARK.finditer(data):
            marks[None].append(found.span())
            container = self.container(found.start())
            marks.setdefault(container, []).append(found.span())
            if not _STATE.match(found[0]):
                sure[None].append(found.span())
                sure.setdefault(container, []).append(found.span())
        self._marks, self._sure = marks, sure

    def _nest(self, data: bytes) -> None:
        stack = [0]
        spans, ids = self._spans, self._ids
        for found in _BRACKETS.finditer(data):
            if found[0][-1] in _OPENING:
                stack.append(len(spans))
                spans.append([found.start(), OPEN])
            else:
                spans[stack.pop()][1] = found.start()
                if not stack:  # it was opened before the buffer: so was what holds it
                    stack.append(len(spans))
                    spans.append([-1, OPEN])
            self._at.append(found.end())
            ids.append(stack[-1])

    def container(self, at: int) -> int:
        """The innermost object or array around a place."""
        return self._ids[bisect_right(self._at, at)]

    def bounds(self, container: int) -> Span:
        return self._spans[container][0], self._spans[container][1]

    def marked(self, low: int, high: int, container: int | None = None, *, sure: bool = False) -> bool:
        """Whether a mark stands wholly between the two (in this container); `sure`: other than `state`."""
        marks = (self._sure if sure else self._marks).get(container, [])
        at = bisect_left(marks, (low, 0))
        return at < len(marks) and marks[at][1] <= high

    def query(self, data: bytes, start: int) -> Span:
        """The query string around a place: where it begins (-1: before the buffer) and ends."""
        left, right = self._stretch
        if not left < start < right:
            edge = _EDGE.search(data, start)
            right = edge.start() if edge else OPEN
            left = max(
                data.rfind(one, 0, start)
                for one in (b" ", b'"', b"\n", b"<", b">", b"'", b"\t", b"\r", b"\v", b"\f")
            )
            self._stretch = (left, right)
        return left, right
