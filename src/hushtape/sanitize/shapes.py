"""Token shapes: what a credential looks like when nobody named it.

Lives here: the table of literal prefixes with the expression that verifies each, JWTs and PEM keys.
Must not: guess by entropy (the `scan` command does). Called by: compiling.
37 literal prefixes cost the scan almost nothing; 113 regular expressions cut it five-fold (measured).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.escapes import begins
from hushtape.sanitize.rules import ShapeRule
from hushtape.sanitize.spans import Context, Found, Seeker, Verifier
from hushtape.sanitize.values import Through, Until

KIND = 2
_AHEAD = 256
_W = rb"[A-Za-z0-9_-]"
_A = rb"[A-Za-z0-9]"

# (prefixes, what has to follow, what the rest of the token is made of)
_TABLE: tuple[tuple[tuple[bytes, ...], bytes, bytes], ...] = (
    ((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), _A + b"{30}", _A),
    ((b"github_pat_",), rb"[A-Za-z0-9_]{22}", rb"[A-Za-z0-9_]"),
    ((b"glpat-", b"glsa_"), _W + b"{20}", rb"[A-Za-z0-9_.-]"),
    ((b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xapp-"), rb"[A-Za-z0-9-]{10}", rb"[A-Za-z0-9-]"),
    ((b"AKIA", b"ASIA"), rb"[A-Z0-9]{16}(?![A-Za-z0-9])", rb"[A-Z0-9]"),
    ((b"AIza",), _W + b"{35}", _W),
    ((b"sk-ant-", b"sk-proj-", b"PMAK-", b"pypi-AgEI"), _W + b"{20}", _W),
    ((b"sk_live_", b"rk_live_"), _A + b"{16}", _A),
    ((b"SG.",), rb"[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16}", rb"[A-Za-z0-9_.-]"),
    ((b"shpat_",), rb"[0-9a-fA-F]{32}", rb"[0-9a-fA-F]"),
    ((b"npm_", b"hf_"), _A + b"{30}", _A),
    ((b"hvs.",), _W + b"{24}", _W),
    ((b"dop_v1_",), rb"[0-9a-f]{64}", rb"[0-9a-f]"),
    ((b"dapi",), rb"[0-9a-f]{32}", rb"[0-9a-f-]"),
    ((b"lin_api_", b"ntn_"), _A + b"{32}", _A),
    ((b"EAA",), _A + b"{60}", _A),
    # `{"expiration"` in base64: the signed policy of a form for S3, with the access key's id in it.
    ((b"eyJleHBpcmF0aW9uI",), rb"[A-Za-z0-9+/_-]{60}", rb"[A-Za-z0-9+/=_-]"),
    ((b"eyJ",), b"", rb"[A-Za-z0-9_.-]"),
)
_PEM = re.compile(rb"-----BEGIN(?: |\+|%20)(?:[A-Z0-9]{1,16}(?: |\+|%20)){0,3}PRIVATE(?: |\+|%20)KEY")
_PEM_END = Through(re.compile(rb"-----END[^-\r\n\"]{1,60}-----|(?=[\"<])"))
_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{8,1000}\.(?:eyJ)?[A-Za-z0-9_-]{4}")


class Shape:
    """One prefix: verified from its first byte, then swallowed to the end of its characters."""

    __slots__ = ("_pattern", "_rest", "_text")

    def __init__(self, pattern: re.Pattern[bytes], rest: Seeker, text: bytes) -> None:
        self._pattern, self._rest, self._text = pattern, rest, text

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if not begins(data, start) or self._pattern.match(data, start, limit) is None:
            return None
        return Found(start, -1, self._text, self._rest, end)


def _pem(text: bytes) -> Shape:
    return Shape(_PEM, _PEM_END, text)


def shape_anchors(rule: ShapeRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors of all shapes."""
    text = rule.placeholder.encode()
    for prefixes, follows, rest in _TABLE:
        ending = Until(re.compile(b"[^" + rest[1:]))
        for prefix in prefixes:
            pattern = _JWT if prefix == b"eyJ" else re.compile(re.escape(prefix) + follows)
            ahead = 1040 if prefix == b"eyJ" else _AHEAD
            name = "JWT" if prefix == b"eyJ" else f"shape {prefix.decode()}"
            shape = Shape(pattern, ending, text)
            yield prefix.lower(), Verifier(shape, order, name, KIND, 24, ahead, guard=pattern)
    yield b"-----begin", Verifier(_pem(text), order, "PEM private key", KIND, 24, _AHEAD)
