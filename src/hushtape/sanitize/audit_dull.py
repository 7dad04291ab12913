"""Lower-case hex, digits and UUIDs: are they worth decoding as base64?

Lives here: the proof that they are not, ruleset by ruleset. Must not: decode (audit_runs does). Called by:
ruleset, for the audit. They are most of what looks like base64 in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from hushtape.sanitize.plan import anchors
from hushtape.sanitize.rules import Rule
from hushtape.sanitize.spans import SHAPES

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class DullHex:
    """Whether they hide nothing from these rules. Worked out when it is first asked: going through all
    anchors takes milliseconds."""

    __slots__ = ("_dull", "_rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._dull: bool | None = None

    def __call__(self) -> bool:
        if self._dull is None:
            self._dull = all(map(_is_dull, self._rules))
        return self._dull


@lru_cache(maxsize=4096)
def _is_dull(rule: Rule) -> bool:
    """For one rule: a tape that learns asks for all of them at each lesson (200 lessons took 5 s)."""
    # A shape's anchor may be three letters, but a token is twenty, all in such an order: none is.
    found = [one for one, asking in anchors((rule,)) if any(verifier.kind != SHAPES for verifier in asking)]
    return not found or hex_is_dull(found)


def hex_is_dull(anchors: Iterable[bytes]) -> bool:
    """Whether none of a ruleset's anchors can stand in what lower-case hex digits and dashes decode to as
    base64. Each byte decoded from them is one of few: by its place in a group, a third of all ASCII letters
    or less. Of thousands of anchors hardly one is made of such letters alone, in such an order.

    A second level (an escape, base64 or a compressed stream inside such a decoding) is as likely as a
    text whose base64 happens to be digits and a to f throughout: one in 10**9 for sixteen characters.
    """
    return _OF_HEX.search(b"\n".join(anchor.replace(b"\n", b" ") for anchor in anchors)) is None


def _of_hex() -> re.Pattern[bytes]:
    places = [_BASE64.index(letter) for letter in b"0123456789abcdef+"]
    pairs = [(one, two) for one in places for two in places]
    classes = [
        b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(set(bytes(found).lower()) - {10})) + b"]"
        for found in (
            {(one << 2 | two >> 4) & 255 for one, two in pairs},
            {(one << 4 | two >> 2) & 255 for one, two in pairs},
            {(one << 6 | two) & 255 for one, two in pairs},
        )
    ]
    first, second, third = classes
    return re.compile(
        b"(?m)^(?:%b?%b)?(?:%b%b%b)*(?:%b%b?)?$" % (second, third, first, second, third, first, second)
    )


_OF_HEX: Final = _of_hex()
