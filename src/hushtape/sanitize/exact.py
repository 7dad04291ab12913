"""Exact secrets: a value, wherever and however it is written.

Lives here: the anchors of a secret's plain and escaped forms and the verifier that grows from them.
Must not: know fields, headers or streaming. Called by: compiling; `encoded` adds base64, hex, UTF-16.
A secret is anchored on runs of letters and digits, which escapes leave alone, and grown over any nesting
of escapes: listing every encoding instead missed 12 of 1,009 planted values (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hushtape.errors import SanitizerError
from hushtape.sanitize import json_numbers, otherwise
from hushtape.sanitize.escape_edges import REACH, end_of_backslashes, first_of_escape
from hushtape.sanitize.escapes import stands_alone
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import WHOLE, Context, Found, Verifier
from hushtape.sanitize.value_forms import forms, growth, more_forms, pieces
from hushtape.sanitize.values import backslashes
from hushtape.sanitize.written import Written

SHORT = 6
"""Shorter secrets (bytes) are matched as whole words only."""

TOO_SHORT = 3
_QUOTE, _BACKSLASH = b'"\\'

_GOES_ON = (b"25", b"amp", b"#")
"""What follows `%` or `&` where it is the beginning of its own escape."""

Anchored = Iterator[tuple[bytes, Verifier]]
Source = Callable[[], tuple[Written | None, Written]]


def check(rule: SecretRule) -> bool:
    """Whether there is anything to look for.

    Raises:
        SanitizerError: the value is under 3 bytes: it would redact everything.
    """
    if not rule.value:
        return False
    if len(rule.value.encode("utf-8", "surrogatepass")) < TOO_SHORT:
        raise SanitizerError(
            f"redact the secret {rule.name or 'without a name'}",
            f"its value is shorter than {TOO_SHORT} bytes and would be found everywhere",
            "Leave it out, or name the field that holds it in BodyFieldSanitizer.",
            sanitizer=rule.name or "secret",
        )
    return True


def is_short(rule: SecretRule) -> bool:
    """Whether it is matched as a whole word only."""
    return len(rule.value.encode("utf-8", "surrogatepass")) < SHORT


class Searcher:
    """Verifies an anchor: what follows it in the value has to follow it in the data, and what stands
    before it, before. Both are made at the first hit: most secrets of a configuration are never met.

    Each hit costs a match from its own place and, if that holds, one search over `back` bytes: never one
    over all that surrounds it, so a body of nothing but hits takes linear time.
    """

    __slots__ = (
        "_back",
        "_behind",
        "_edged",
        "_every",
        "_head",
        "_next",
        "_number",
        "_offset",
        "_open",
        "_own",
        "_plain",
        "_quotes",
        "_raw",
        "_source",
        "_tail",
        "_text",
        "_whole",
    )

    def __init__(
        self,
        source: Source,
        text: bytes,
        *,
        back: int = 0,
        whole: bool = False,
        raw: bytes = b"",
        following: frozenset[int] = frozenset(),
        value: str = "",
        offset: int = 0,
        every: frozenset[bytes] = frozenset(),
    ) -> None:
        """`source`: makes what finds the text before the anchor, and the rest, anchor included.
        `back`: how far the former may reach. `raw`: the anchor in its own case; `following`:
        what its next byte may be. Both are cheap, and turn down nearly all chance hits of an anchor that
        is a common word. `value`, `offset`: where they are given, the value as it is needs no expression,
        and its anchor stands so many characters within it. `every`: anchors that are the whole value."""
        self._source, self._text, self._back, self._whole = source, text, back, whole
        self._raw, self._next, self._every = raw, following, every
        self._plain = value.encode("utf-8", "surrogatepass")
        self._offset = len(value[:offset].encode("utf-8", "surrogatepass"))
        # An escape of its last sign may begin with that sign.
        self._open = value[-1:] in ("%", "&")
        inner = value.strip('"')
        self._quotes = bool(inner) and value[0] == '"', bool(inner) and value[-1] == '"'
        self._behind = len(value) - len(value.rstrip("\\")) if value.strip("\\") else 0
        self._edged = self._behind > 0 or any(self._quotes)
        self._own = value[:offset].endswith("\\")
        self._number = json_numbers.may_hold(value)
        self._head: Written | None = None
        self._tail: Written | None = None

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if self._raw and data[start:end] != self._raw:
            return None
        if self._next and (end >= len(data) or data[end] not in self._next):
            return None
        first = start - self._offset
        stop = first + len(self._plain)
        if (
            self._raw
            and stop > first >= 0
            and data.startswith(self._plain, first)
            and not (self._open and data.startswith(_GOES_ON, stop))
        ):
            span = first, stop
        elif (found := self._search(data, start, limit, context)) is not None:
            span = found
        elif data[start:end] in self._every:
            span = start, end
        else:
            return None
        if self._whole and not stands_alone(data, *span):
            return None
        number = json_numbers.whole(data, *span) if self._number else None
        if number is None:
            if self._edged:
                span = self._whole_escapes(data, *span, limit)
            return Found(first_of_escape(data, span[0]), span[1], self._text)
        return Found(number[0], number[1], number[2] + self._text + number[2])

    def _whole_escapes(self, data: bytes, first: int, end: int, limit: int) -> tuple[int, int]:
        """A span of a value that begins or ends with a quote, or ends with a backslash."""
        if self._behind:
            end = end_of_backslashes(data, end, limit, self._behind)
        elif self._quotes[1] and data[end - 1] == _QUOTE and data[end - 2] != _BACKSLASH:
            end -= 1  # it may be the quote that ends a string of JSON
        alone = self._quotes[0] and data[first] == _QUOTE and data[first - 1 : first] != b"\\"
        return first + alone, end

    def _search(self, data: bytes, start: int, limit: int, context: Context) -> tuple[int, int] | None:
        if self._tail is None:
            self._head, self._tail = self._source()
        if data[start] == 92 and not self._own:
            # An escape's own backslashes, however many: one that stayed would spoil what follows it.
            start -= backslashes(data, start)
        end = self._tail.after(data, start, limit, context.notes)
        if end < 0:
            return None
        first = start if self._head is None else self._head.before(data, start, max(0, start - self._back))
        return None if first < 0 else (first, end)


def plain(rule: SecretRule, order: int) -> Anchored:
    """Anchors of the value as it is and under escapes."""
    value, name = rule.value, rule.name or "secret"
    text = rule.placeholder.encode()
    before, ahead = _reach(value)
    for spelling in (value, *otherwise.texts(value, whole=rule.whole)):
        size = len(spelling.encode("utf-8", "surrogatepass"))
        if size < TOO_SHORT:  # of line ends, or of one letter, little is left
            continue
        whole, found = size < SHORT, pieces(spelling)
        for offset, run in found:
            back = growth(offset) if offset else 0
            as_is = Searcher(
                _halves(spelling, offset),
                text,
                back=back,
                whole=whole,
                raw=run.encode(),
                following=_following(spelling, offset + len(run)),
                value=spelling,
                offset=offset,
            )
            yield run.encode(), Verifier(as_is, order, name, 0, back + before, ahead)
        if not found:
            every = frozenset(forms(spelling) | more_forms(spelling))
            searcher = Searcher(_halves(spelling, 0), text, whole=whole, value=spelling, every=every)
            verifier = Verifier(searcher, order, name, WHOLE, before, ahead)
            yield from ((form, verifier) for form in every)
    for piece in otherwise.fragments(value, whole=rule.whole):
        yield from _fragment(piece, text, order, name)


def _reach(value: str) -> tuple[int, int]:
    """Bytes before and behind a value's own that decide what becomes of it."""
    ahead = growth(len(value)) + (REACH if value.endswith("\\") else 0)
    if json_numbers.may_hold(value):
        return REACH + json_numbers.BACK, ahead + json_numbers.AHEAD
    return REACH, ahead


def _fragment(piece: str, text: bytes, order: int, name: str) -> Anchored:
    for offset, run in pieces(piece)[:1]:
        back = growth(offset)
        source = _halves(piece, offset, as_is=True)
        searcher = Searcher(source, text, back=back, raw=run.encode(), value=piece, offset=offset)
        yield run.encode(), Verifier(searcher, order, name, 0, back + REACH, growth(len(piece)))


def _halves(value: str, offset: int, *, as_is: bool = False) -> Source:
    head, tail = value[:offset], value[offset:]
    return lambda: (Written(head, plain=as_is) if head else None, Written(tail, plain=as_is))


def _following(value: str, at: int) -> frozenset[int]:
    """The bytes that may follow once `value[:at]` was seen: the next character's own, or an escape's."""
    if at >= len(value):
        return frozenset()
    char = value[at]
    first = {char.encode("utf-8", "surrogatepass")[0]}
    if 127 < ord(char) < 256:
        first.add(ord(char))
    return frozenset(first | set(b"\\%&+=\r"))
