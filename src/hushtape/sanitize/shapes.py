"""Token shapes: what a credential looks like when nobody named it.

Lives here: the verifiers of the shapes that `shape_table` lists, JWTs and PEM keys. Must not: guess by
entropy (the `scan` command does). Called by: plan.
Literals in the one automaton cost the scan almost nothing; 113 regular expressions cut it five-fold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.escapes import begins
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.noise import REACH, in_base64, is_table
from hushtape.sanitize.rules import ShapeRule
from hushtape.sanitize.shape_table import SHAPES, Begun, Held
from hushtape.sanitize.spans import Answer, Context, Found, Seeker, Verifier, Verify
from hushtape.sanitize.values import Through, Until

KIND = 2
_AHEAD = 256
_BACK = REACH

_PEM = lazily(rb"-----BEGIN(?: |\+|%20)(?:[A-Z0-9]{1,16}(?: |\+|%20)){0,3}PRIVATE(?: |\+|%20)KEY")
_PEM_BODY = lazily(
    rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{24}|[A-Za-z0-9+/]{16}\\{1,8}[nr/]|(?:[A-Za-z0-9+/]{4}[^A-Za-z0-9]{1,3}){6}"
)
_BODY_AHEAD = 600
_PEM_END = Through(lazily(rb"-----END[^-\r\n\"]{1,60}-----|(?=\\{0,64}[\"<]|\]\]>)"))
_JWT_REST = rb"[A-Za-z0-9_.-]"
_JWT = lazily(rb"eyJ[A-Za-z0-9_-]{8,1000}\.(?:\.[A-Za-z0-9_-]{8}|(?:eyJ)?[A-Za-z0-9_-]{4})")
"""Also encrypted with a key that both sides have: its second part is empty (RFC 7516 5.1, `dir`)."""

_KINDS, _PLACES = (b"access", b"public", b"link", b"processor"), (b"sandbox", b"production", b"development")
_BRIEF = 3
"""Letters of a literal that stand behind a sign by chance too often: `hf_`, `SG.`."""
_PLAIN = frozenset((b"AKIA", b"ASIA", b"AIza"))
"""Without a sign, but with a length of their own: `accessKeys_AKIA....csv`."""
_WORDS = frozenset(
    (b"key-", b"secret_", *(b"%s-%s-" % (kind, place) for kind in _KINDS for place in _PLACES))
)
"""Words of ordinary names: `cache-key-<md5>`, `deep-link-production-<uuid>`."""
_LIKE_BASE64 = frozenset((b"EAA", b"IGQV", b"IGAA"))
"""Of Facebook and Instagram: letters and digits alone, and a literal that binary data begin with."""


class Shape:
    """One prefix: verified from its first byte, then swallowed to the end of its characters."""

    __slots__ = ("_joins", "_pattern", "_plain", "_rest", "_text")

    def __init__(
        self,
        pattern: re.Pattern[bytes],
        rest: Seeker,
        text: bytes,
        *,
        joins: bool = False,
        plain: bool = False,
    ) -> None:
        """`joins`: it may begin right behind `-` or `_`, too. `plain`: nothing tells it from base64."""
        self._pattern, self._rest, self._text = pattern, rest, text
        self._joins, self._plain = joins, plain

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if not begins(data, start) and not (self._joins and data[start - 1] in b"-_"):
            return None
        if self._pattern.match(data, start, limit) is None:
            return None
        if self._pattern is not _JWT and in_base64(data, start, limit):
            return None  # base64 has no full stop, and a JWT two
        if self._plain and is_table(data, start):
            return None
        return Found(start, -1, self._text, self._rest, end)


class Inside:
    """A literal that a token holds: what stands before belongs to the token."""

    __slots__ = ("_after", "_back", "_before", "_rest", "_text")

    def __init__(self, held: Held, after: re.Pattern[bytes], rest: Seeker, text: bytes) -> None:
        self._before, self._back = lazily(held.before + rb"\Z"), held.back
        self._after, self._rest, self._text = after, rest, text

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if self._after.match(data, start, limit) is None:
            return None
        for first in range(max(0, start - self._back), start):
            # Digits of an escape before it may look like the token's own: `%20123456789:AA`.
            if self._before.match(data, first, start) is not None and _begins(data, first):
                return Found(first, -1, self._text, self._rest, end)
        return None


def _begins(data: bytes, start: int) -> bool:
    """A token may begin here; a bot's stands behind the word in a path (`/bot123:AA`)."""
    return begins(data, start) or data[max(0, start - 4) : start] in (b"/bot", b"Fbot", b"fbot")


def _ending(rest: bytes) -> Until:
    """Where a token of these characters ends; a percent sign among them stands for `+`, `/` and `=` only, and
    for `$` where that is one of them."""
    stop, signs = b"[^" + rest[1:], rb"2[bBfF]|3[dD]" + (b"|24" if b"$" in rest else b"")
    return Until(lazily(stop + rb"|%(?!(?:25){0,8}(?:" + signs + b"))" if b"%" in rest else stop))


def _joins(literal: bytes) -> bool:
    """Whether a token of this literal is told from the rest of a name: `deploy_ghp_...`, `prod-xoxb-...`."""
    return literal in _PLAIN or (len(literal) > _BRIEF and literal[-1] in b"-_." and literal not in _WORDS)


def _pem(text: bytes) -> Verify:
    """A private key. In the audit's windows one that has a body: programs say how keys begin."""
    shape = Shape(_PEM, _PEM_END, text)

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        found = shape(data, start, end, limit, context)
        if found is None or not context.window or start + _BODY_AHEAD > len(data):
            return found
        return found if _PEM_BODY.search(data, end, start + _BODY_AHEAD) is not None else None

    return verify


def shape_anchors(rule: ShapeRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors of all shapes."""
    text = rule.placeholder.encode()
    for one in SHAPES:
        ending = _ending(one.rest)
        for literal in one.prefixes if isinstance(one, Begun) else one.inner:
            follows = one.follows if isinstance(one, Begun) else one.after
            guard = lazily(re.escape(literal) + follows)
            found = (
                Shape(guard, ending, text, joins=_joins(literal), plain=literal in _LIKE_BASE64)
                if isinstance(one, Begun)
                else Inside(one, guard, ending, text)
            )
            name = f"shape {literal.decode()}"
            yield literal.lower(), Verifier(found, order, name, KIND, _BACK, _AHEAD, guard=guard)
    jwt = Shape(_JWT, _ending(_JWT_REST), text, joins=True)
    yield b"eyj", Verifier(jwt, order, "JWT", KIND, _BACK, 1040, guard=_JWT)
    yield b"-----begin", Verifier(_pem(text), order, "PEM private key", KIND, _BACK, _AHEAD)
