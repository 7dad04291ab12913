"""Authorization written down in a body: `Bearer ...`, `Basic ...`, `Negotiate ...` in echoes, logs, HAR.

Lives here: these schemes and NTLM, and what tells a credential from a sentence. Must not: look at header
fields (`header_policy` does). Called by: plan (anchors). Sources: RFC 6750 2.1, RFC 7617 2, RFC 4559 4.2.
`Bearer authentication is required` is a sentence: a token has a digit, and Basic decodes to a pair.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator

from hushtape.sanitize.escapes import begins
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import REDACTED, ShapeRule
from hushtape.sanitize.spans import SHAPES, Context, Found, Lesson, Verifier
from hushtape.sanitize.values import Until

_SPACE = rb"(?: |\+|%(?:25){0,8}20)"
_BEARER = lazily(
    rb"bearer" + _SPACE + rb"(?=[A-Za-z._~+/|-]{0,512}\d)([A-Za-z0-9._~+/|-]{12})", re.IGNORECASE
)
_BEARER_END = Until(lazily(rb"[^A-Za-z0-9._~+/=|-]"))
"""RFC 6750 2.1, and `|`, which stands in tokens of Laravel's Sanctum, Amazon and Facebook."""
_TICKET = lazily(
    rb"(?i:negotiate|ntlm)" + _SPACE + rb"(?=[A-Za-z+/]{0,512}\d)(?=[a-z0-9+/]{0,64}[A-Z])([A-Za-z0-9+/]{16})"
)
"""RFC 4559 4.2: a token in base64, of the challenge and of the answer."""
_BASIC = lazily(rb"basic" + _SPACE + rb"([A-Za-z0-9+/]{4,600}={0,2})(?![A-Za-z0-9_-])", re.IGNORECASE)
_PAIR = lazily(r"[^:\x00-\x1f\x7f-\x9f]{0,256}:[^\x00-\x1f\x7f-\x9f]*")
_AHEAD = 1024


class Scheme:
    """The name of a scheme and what follows."""

    __slots__ = ("_basic", "_pattern", "_text")

    def __init__(self, pattern: re.Pattern[bytes], text: bytes) -> None:
        self._pattern, self._basic, self._text = pattern, pattern is _BASIC, text

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        found = self._pattern.match(data, start, limit)
        if found is None or not begins(data, start) or _is_escape(data, start, found[0]):
            return None
        if not self._basic:
            return Found(found.start(1), -1, self._text, _BEARER_END)
        if not is_pair(found[1]) or self._is_left(found[1]):
            return None
        return Found(found.start(1), found.end(1), self._text)

    def _is_left(self, coded: bytes) -> bool:
        """Whether the password of the pair was replaced, as `encoded` does it."""
        password = b64decode(coded + b"==").partition(b":")[2]
        return password.rstrip(b"!") in (self._text, REDACTED.encode())


def _is_escape(data: bytes, start: int, found: bytes) -> bool:
    """Whether the first letter is that of an escape: `\\nTlM+...` begins a line of base64 in JSON."""
    return found[:5].lower() == b"ntlm+" and data[start - 1 : start] == b"\\"


def is_pair(coded: bytes) -> bool:
    """Whether it decodes to `user:password` in characters that can be typed."""
    try:
        text = b64decode(coded + b"==").decode()
    except (binascii.Error, ValueError):
        return False
    return _PAIR.fullmatch(text) is not None


def scheme_anchors(rule: ShapeRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors of all of them."""
    text = rule.placeholder.encode()
    for name, pattern, lesson in (
        (b"bearer", _BEARER, Lesson("raw", guess=True)),
        (b"basic", _BASIC, Lesson("basic", guess=True)),
        (b"negotiate", _TICKET, None),  # made anew for each request
        (b"ntlm", _TICKET, None),
    ):
        scheme, label = Scheme(pattern, text), f"scheme {name.decode().title()}"
        for space in (b" ", b"+", b"%20", b"%2520"):
            found = Verifier(scheme, order, label, SHAPES, 24, _AHEAD, guard=pattern, teaches=lesson)
            yield name + space, found
