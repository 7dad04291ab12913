"""Private parts of a JSON Web Key: `d p q dp dq qi` and `k`, in an object that says `kty`.

Lives here: the look around a `kty`. Must not: redact a public key, whose `n e x y` a client needs to verify
tokens. Called by: plan (anchors). Source: RFC 7518 6.2.2, 6.3.2 and 6.4.1.
Single letters are no names to look for; `kty` stands in hardly anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.rules import ShapeRule
from hushtape.sanitize.spans import Context, Found, Verifier

WINDOW = 3400
"""Bytes on either side of `kty`: a key of 4,096 bits, whatever its order."""

_QUOTE = rb"(?:\\{0,8}\"|%(?:25){0,8}22)"
_COLON = rb"(?:\s{0,8}:\s{0,8}|%(?:25){0,8}3[aA])"
_PRIVATE = re.compile(
    rb"[\"2](?:[dpq]|d[pq]|qi|k)" + _QUOTE + _COLON + _QUOTE + rb"([A-Za-z0-9_-]{16,})(?=[\"\\%])"
)
_KTY = re.compile(rb"kty" + _QUOTE + _COLON + _QUOTE + rb"(?:RSA|EC|OKP|oct|AKP)" + _QUOTE)
_BRACES = ((b"{", b"}"), (b"%7b", b"%7d"), (b"%7B", b"%7D"), (b"57b", b"57d"), (b"57B", b"57D"))
_PART = 800
"""Bytes of the longest part of a key of 4,096 bits, with its name."""


def jwk_anchors(rule: ShapeRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchor, `kty`."""
    text = rule.placeholder.encode()

    def key(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        if _KTY.match(data, start, limit) is None:
            return None
        low, high = max(0, start - WINDOW, _done(data, context)), limit
        for opening, closing in _BRACES if data.find(b"%", low, limit) >= 0 else _BRACES[:1]:
            low = max(low, data.rfind(opening, low, start))
            at = data.find(closing, end, high)
            high = at if at >= 0 else high
        if context.notes is not None:
            context.notes["jwk"] = data, high if high < limit else high - _PART
        found = [Found(*one.span(1), text) for one in _PRIVATE.finditer(data, low, high)]
        return tuple(found) or None

    yield b"kty", Verifier(key, order, "private JWK", 0, WINDOW, WINDOW, guard=_KTY)


def _done(data: bytes, context: Context) -> int:
    """Up to where the buffer was gone through: a body may hold nothing but `kty`."""
    known = context.notes.get("jwk") if context.notes is not None else None
    return known[1] if isinstance(known, tuple) and known[0] is data else 0
