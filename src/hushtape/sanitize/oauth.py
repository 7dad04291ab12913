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
from collections.abc import Iterator

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.spans import OPEN, Context

WINDOW = 2048
SMALL = 512
_NEAR = 320
_TRIES = 256
"""Codes of one buffer whose strings are looked at one by one: 0.1 ms each, 25 ms at most (measured). Of more
ones near a parameter of OAuth nobody can tell: they go."""
_LONGEST = 64
"""Bytes of a token. One that is cut at the border of what is looked at is longer than it seems."""

_MARK = lazily(
    rb"(?:(?<![A-Za-z0-9])|(?<=%26)|(?<=%2526)|(?<=%5[bB])|(?<=%255[bB])|(?<=%3[fF])|(?<=%253[fF])|(?<=u0026)|(?<=%22)|(?<=%2522)|(?<=u0022))(?:grant[_-]?type|redirect[_-]?uri"
    rb"|client[_-]?secret|code[_-]?verifier|state)"
    rb"(?:[\"'=\]]|\[[\w-]{0,32}\]=|%|\\{1,63}+[u\"'%]|\\{0,63}+&(?:amp;){0,4}(?:quot|#)|\s{0,8}+:)",
    re.IGNORECASE,
)
_SIGNS = rb"(?:[^\w\"'\\%&]|%(?:25){0,8}(?:2[^27]|3[A-Fa-f]|5[BbDd]|7[B-Eb-e]))"
_BRIEF_VALUE = rb"(?:[\w .:/-]{0,15}+|" + _SIGNS + rb"{1,15}+)"
_BRIEF_QUOTE = rb"(?P<quote>\\{0,8}+[\"']|%(?:25){0,8}22|&quot;)"
_BRIEF = lazily(_BRIEF_VALUE + _BRIEF_QUOTE)
_BRIEF_LIST = lazily(
    rb"(?:\[|%(?:25){0,8}5[bB])(?:(?:[\s+,]|\\{1,8}[nrt]|%(?:25){0,8}(?:2[cC0]|0[aAdD9]))*+"
    + _BRIEF_QUOTE
    + _BRIEF_VALUE
    + rb"(?P=quote)){1,999}+"
    rb"(?:[\s+]|\\{1,8}[nrt]|%(?:25){0,8}(?:20|0[aAdD9]))*+(?:\]|%(?:25){0,8}5[dD])"
)
"""A table's column may be called so, beside one of states."""
_BRIEF_PARAMETER = lazily(rb"[^&#%+~=\s]{0,15}+(?=[&#\s]|\Z)")
_BRIEF_PAIR = lazily(rb"[\w.:/-]{0,15}+(?![\w.:/%+~=-])")
_STATE = lazily(rb"state", re.IGNORECASE)
_BRACKETS = lazily(rb"[\[\]{}]|%(?:25){0,8}+[57][bBdD]")
_OPENING = frozenset(b"{[bB")
_TOKEN = lazily(
    rb"((?:\\|%(?:25)*+5[cC])*+)([\"']|u0022|%(?:25)*+22|(?:&|u0026)(?:amp;)*+(?:quot|#34|#[xX]22);)"
    rb"|[\[\]{}]|%(?:25){0,8}+[57][bBdD]"
)
"""Quotes with the backslashes before them, and brackets, however escaped."""
_EDGE = lazily(rb"[\s\"'<>]")

Span = tuple[int, int]


def is_oauth(
    data: bytes,
    start: int,
    limit: int,
    context: Context,
    *,
    pair: bool,
    brief: bool = False,
    quote: bytes = b"",
) -> bool:
    """Whether the `code` at `start` stands beside an OAuth parameter, or the window is too small to
    tell: then a value is redacted rather than kept. `pair`: it stands before an equals sign.
    `brief`: its value is too short to be a code (RFC 6749 10.10: nobody may guess one). `state` alone says
    nothing then: addresses and orders have one beside their code. `quote`: what the name stands in."""
    low, high = max(0, start - WINDOW), min(limit, start + WINDOW)
    cut = low > 0, high >= start + WINDOW
    if not pair and (around := _small(data, start, low, high, quote)) is not None:
        return any(not (brief and _STATE.match(one[0])) for one in _MARK.finditer(data, *around))
    look = _look(data, context)
    if pair and (context.form or context.uri or context.url == "location"):
        return look.marked(low, high, sure=brief) or any(cut)
    if pair:
        left, right = look.query(data, start)
        if look.marked(max(left, low), min(right, high), sure=brief):
            return True
    else:
        number = look.container(start)
        if look.marked(low, high, number, sure=brief):
            return True
        if look.marked(low, high, sure=brief):
            if not look.tries:
                return True
            look.tries -= 1
            if _beside(data, start, quote, (low, high), cut, brief):
                return True
        left, right = look.bounds(number)
    return (left < low and cut[0]) or (right >= high and cut[1])


def is_brief(data: bytes, at: int, limit: int, quote: bytes, *, listed: bool) -> bool:
    """Whether a string in these quotes, or each of a list of them, is too short to be a code."""
    found = (_BRIEF_LIST if listed else _BRIEF).match(data, at, limit)
    return found is not None and found["quote"] == quote


def is_brief_parameter(data: bytes, at: int, limit: int, context: Context) -> bool:
    """The same of a parameter."""
    alone = context.form or context.uri or context.url == "location"
    return (_BRIEF_PARAMETER if alone else _BRIEF_PAIR).match(data, at, limit) is not None


def _small(data: bytes, start: int, low: int, high: int, quote: bytes) -> Span | None:
    """The object around a place, where it is short and holds no other: nearly all that have a `code`."""
    left = data.rfind(b"{", max(low, start - SMALL), start)
    right = data.find(b"}", start, min(high, start + SMALL))
    if left < 0 or right < 0 or _BRACKETS.search(data, left + 1, right) is not None:
        return None
    if _is_open(data, left, start, quote) and _is_open(data, start, right, quote):
        return left + 1, right
    return None  # a bracket in a string


def _is_open(data: bytes, start: int, end: int, quote: bytes) -> bool:
    """Whether an odd number of quotes stands between the two."""
    deeper = (b"5C" + quote, b"5c" + quote, b"\\" + quote) if b"%" in quote else (b"\\" + quote,)
    if all(data.find(one, start, end) < 0 for one in deeper):
        return data.count(quote, start, end) % 2 == 1
    same = _Same(quote)
    return sum(map(same.is_it, _TOKEN.finditer(data, start, end))) % 2 == 1


class _Same:
    """Tells the quotes that open and close strings of one depth from those inside them, by their backslashes:
    a backslash at the end of a string in d strings is written as 2 ** (d + 1) of them."""

    __slots__ = ("_base", "_core", "_level", "_step", "raw")

    def __init__(self, quote: bytes) -> None:
        found = _TOKEN.match(quote)
        lead, self._core = (found[1] or b"", found[2]) if found is not None else (b"", quote)
        self._base = _backslashes(lead)
        self._step = 2 << self._base.bit_length()
        self._level = _percents(lead + self._core)
        self.raw = self._level == 0

    def is_it(self, token: re.Match[bytes]) -> bool:
        if token[2] is None or token[2].lower() != self._core.lower():
            return False
        more = _backslashes(token[1]) - self._base
        return more >= 0 and more % self._step == 0

    def is_around(self, token: re.Match[bytes]) -> bool:
        """Whether it is a quote of the string that holds all this: one that could not stand in a string here.
        `%22`, `u0022` and `&quot;` are letters to what writes its own quotes in another way."""
        sign = token[2]
        if sign is None or sign == b"'" or _backslashes(token[1]) >= self._base:
            return False
        if sign[0] == 37:
            return _percents(sign) <= self._level
        return sign == b'"' or (sign.lower() == self._core.lower() and (sign[0] == 38 or token[1] != b""))


def _backslashes(lead: bytes) -> int:
    return lead.count(b"\\") + lead.lower().count(b"5c")


def _percents(escape: bytes) -> int:
    """How often it is escaped for a URL; 0: it is not."""
    return 1 + escape.rsplit(b"%", 1)[1].count(b"25") if b"%" in escape else 0


def _beside(data: bytes, start: int, quote: bytes, window: Span, cut: tuple[bool, bool], brief: bool) -> bool:
    """Whether a mark stands in the object of a name in these quotes, as its own strings tell: brackets inside
    them open and close nothing. Also if the object goes on beyond the window."""
    same = _Same(quote)
    ahead = _TOKEN.finditer(data, start, window[1])
    for tokens, forth in ((ahead, True), (_back(data, start, window), False)):
        depth, inside = 0, True
        for token in tokens:
            if token[2] is None:
                if inside or (same.raw and token[0][0] == 37):
                    continue
                depth += 1 if (token[0][-1] in _OPENING) is forth else -1
                if depth < 0:
                    break
            elif same.is_it(token):
                inside = not inside
                mark = _MARK.match(data, token.end(), window[1]) if depth == 0 and inside is forth else None
                if mark is not None and not (brief and _STATE.match(mark[0])):
                    return True
            elif same.is_around(token):
                break
        else:
            if cut[forth]:
                return True
    return False


def _back(data: bytes, start: int, window: Span) -> Iterator[re.Match[bytes]]:
    """The tokens before a place, the nearest first: most objects begin near by."""
    low = window[0]
    near = max(low, start - _NEAR)
    seen = start
    for border, least in ((near, near + _LONGEST if near > low else low), (low, low)):
        for token in reversed([*_TOKEN.finditer(data, border, start)]):
            if least <= token.start() < seen:
                yield token
        seen = least
        if border == low:
            return


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

    __slots__ = ("_at", "_ids", "_marks", "_spans", "_stretch", "_sure", "data", "tries")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tries = _TRIES
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
