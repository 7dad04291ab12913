"""The name `code`: an authorization code in OAuth, an error code everywhere else.

Lives here: the look around a `code` that decides between the two. Must not: look further than the
window. Called by: fields. Sources: RFC 6749 4.1.2 and 4.1.3, which send `code` with `state`,
`redirect_uri` or `grant_type`; `{"error": {"code": "THROTTLED"}}` has to stay.
"""

from __future__ import annotations

import re

from hushtape.sanitize.spans import Context

WINDOW = 2048

_MARK = re.compile(
    rb"(?<![A-Za-z0-9])(?:grant_?type|redirect_?uri|state)"
    rb"(?:[\"'=\]]|%|\\+[u\"]|&(?:quot|#)|\s*:)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(rb"[\[\]{}]|%(?:25)*[57][bBdD]")
_OPENING = (b"{", b"[")
_EDGE = re.compile(rb"[\s\"'<>]")


def is_oauth(data: bytes, start: int, limit: int, context: Context, *, pair: bool) -> bool:
    """Whether the `code` at `start` stands beside an OAuth parameter, or the window is too small to
    tell: then a value is redacted rather than kept. `pair`: it stands before an equals sign."""
    low, high = max(0, start - WINDOW), min(limit, start + WINDOW)
    cut = low > 0, high >= start + WINDOW
    if pair and (context.form or context.uri):
        return _MARK.search(data, low, high) is not None or any(cut)
    sides = _query(data, start, low, high) if pair else _object(data, start, low, high)
    if any(_MARK.search(part) for part in sides[2]):
        return True
    return (not sides[0] and cut[0]) or (not sides[1] and cut[1])


Sides = tuple[bool, bool, list[bytes]]


def _query(data: bytes, start: int, low: int, high: int) -> Sides:
    """The query string around `start`: (its beginning was seen, its end was seen, its parts)."""
    right = _EDGE.search(data, start, high)
    left = max(data.rfind(one, low, start) for one in (b" ", b'"', b"\n", b"<", b">", b"'", b"\t", b"\r"))
    return left >= 0, right is not None, [data[max(left, low) : right.start() if right else high]]


def _object(data: bytes, start: int, low: int, high: int) -> Sides:
    """The object around `start`, inner objects left out."""
    parts: list[bytes] = []
    depth, at = 0, start
    for found in _BRACKETS.finditer(data, start, high):
        if depth == 0:
            parts.append(data[at : found.start()])
        depth += 1 if _opens(found[0]) else -1
        at = found.end()
        if depth < 0:
            break
    if depth == 0:
        parts.append(data[at:high])
    return _before(data, start, low, parts), depth < 0, parts


def _opens(token: bytes) -> bool:
    return token in _OPENING or token[-1] in b"bB"


def _before(data: bytes, start: int, low: int, parts: list[bytes]) -> bool:
    """Collect the object's parts before `start`; True if its beginning was seen."""
    near = data.rfind(b"{", low, start)
    if near >= 0 and _BRACKETS.search(data, near + 1, start) is None:
        parts.append(data[near:start])
        return True
    depth, at = 0, start
    for found in reversed(list(_BRACKETS.finditer(data, low, start))):
        if depth == 0:
            parts.append(data[found.end() : at])
        depth += -1 if _opens(found[0]) else 1
        at = found.start()
        if depth < 0:
            return True
    if depth == 0:
        parts.append(data[low:at])
    return False
