"""Private parts of a JSON Web Key: `d p q dp dq qi r t` and `k`, in an object that says `kty`.

Lives here: the look around a `kty`. Must not: redact a public key, whose `n e x y` a client needs to verify
tokens. Called by: plan (anchors). Source: RFC 7518 6.2.2, 6.3.2 and 6.4.1.
Single letters are no names to look for; `kty` stands in hardly anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import ShapeRule
from hushtape.sanitize.spans import KEYS, Context, Found, Verifier

WINDOW = 3400
"""Bytes on either side of `kty`: a key of 4,096 bits, whatever its order."""

_QUOTE = rb"(?:\\{0,8}\"|%(?:25){0,8}22)"
_SPACE = rb"(?:\s|\+|%(?:25){0,8}20){0,8}"
_COLON = _SPACE + rb"(?::|%(?:25){0,8}3[aA])" + _SPACE
_PRIVATE = lazily(
    rb"[\"2](?:[dpqrt]|d[pq]|qi|k)" + _QUOTE + _COLON + _QUOTE + rb"([A-Za-z0-9_-]{16,})(?=[\"\\%])"
)
_KTY = lazily(rb"kty" + _QUOTE + _COLON + _QUOTE + rb"(?:RSA|EC|OKP|oct|AKP)" + _QUOTE)
_SIGNS = lazily(
    rb"(\\{0,64}+\"|(?:%(?:25){0,8}5[cC]){0,64}+%(?:25){0,8}22)|(\{|%(?:25){0,8}7[bB])|\}|%(?:25){0,8}7[dD]"
)
"""A quote with its backslashes (the group), an opening brace (the second), a closing one."""

_PART = 800
"""Bytes of the longest part of a key of 4,096 bits, with its name."""


def jwk_anchors(rule: ShapeRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchor, `kty`."""
    text = rule.placeholder.encode()

    def key(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        if _KTY.match(data, start, limit) is None:
            return None
        looked = _looked(data, context)
        if looked is None or looked.done <= start:
            size = _length(data, end, limit)
            low = _first(data, max(0, start - WINDOW, looked.done if looked else 0), start - size, size)
            looked = _Looked(data, size, end + size)
        else:
            low = looked.done
        high = looked.last(limit)
        if context.notes is not None:
            context.notes["jwk"] = looked
        found = [Found(*one.span(1), text) for one in _PRIVATE.finditer(data, low, high)]
        return tuple(found) or None

    yield b"kty", Verifier(key, order, "private JWK", KEYS, WINDOW, WINDOW, guard=_KTY)


def _length(data: bytes, at: int, limit: int) -> int:
    """Bytes of the quote behind the name: longer ones stand inside strings, a shorter one ends the string
    around the key."""
    quote = _SIGNS.match(data, at, limit)
    return quote.end() - at if quote is not None else 1


def _first(data: bytes, low: int, start: int, size: int) -> int:
    """Where the object begins that holds the member at `start`; `low`, if it begins before that."""
    within, depth = False, 0
    for sign in reversed([*_SIGNS.finditer(data, low, start)]):
        if sign[1]:
            if len(sign[1]) < size:
                return sign.end()
            within ^= len(sign[1]) == size
        elif not within:
            depth += -1 if sign[2] else 1
            if depth < 0:
                return sign.start()
    return low


class _Looked:
    """How far the object around a `kty` was gone through. Another `kty` before that stands in the same
    object, or in one within, and goes on from there: a body may hold nothing but `kty`."""

    __slots__ = ("_at", "_data", "_depth", "_size", "_within", "done")

    def __init__(self, data: bytes, size: int, at: int) -> None:
        self._data, self._size, self._at = data, size, at
        self._within, self._depth, self.done = False, 0, 0

    def of(self, data: bytes) -> bool:
        """Whether it tells of these bytes."""
        return self._data is data

    def last(self, high: int) -> int:
        """Where the object ends; `high`, if it goes on."""
        if self._depth < 0:
            return self.done
        for sign in _SIGNS.finditer(self._data, self._at, high):
            self._at = sign.end()
            if self._ends(sign):
                self._depth, self.done = -1, sign.start()
                return self.done
        self.done = max(self.done, high - _PART)
        return high

    def _ends(self, sign: re.Match[bytes]) -> bool:
        if sign[1]:
            self._within ^= len(sign[1]) == self._size
            return len(sign[1]) < self._size
        if not self._within:
            self._depth += 1 if sign[2] else -1
        return self._depth < 0


def _looked(data: bytes, context: Context) -> _Looked | None:
    known = context.notes.get("jwk") if context.notes is not None else None
    return known if isinstance(known, _Looked) and known.of(data) else None
