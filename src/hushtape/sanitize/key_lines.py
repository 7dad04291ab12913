"""A private key whose lines were replaced one by one: is something of it left?

Lives here: `all_gone`. Must not: look for keys, know rules. Called by: torn.
The lines of a key are known by themselves (`otherwise.fragments`), so a list of them goes line by line. Of a
key that was wrapped anew something is left between the lines that are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hushtape.sanitize.audit_bared import bared
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.otherwise import LAST

_OTHER: Final = lazily(rb"[^A-Za-z0-9+/]+")
_LETTER: Final = lazily(rb"[A-Za-z0-9]")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")

Span = tuple[int, int]


def all_gone(data: bytes, spans: Iterable[Span], key: bytes) -> bool:
    """Whether the spans, as plain text, are the whole key, one behind the other with nothing but signs
    between, but for a last line that is too short to tell something."""
    at, behind = 0, -1
    for start, end in sorted(spans):
        line = _OTHER.sub(b"", data[start:end].translate(_URL_SAFE))
        place = key.find(line) if line else -1
        if place < 0:
            continue
        if place == 0 and at > len(key) - LAST:
            at, behind = 0, -1  # another copy
        if place > at or (behind >= 0 and _LETTER.search(bared(data[behind:start])) is not None):
            return False
        at, behind = max(at, place + len(line)), max(behind, end)
    return at > len(key) - LAST
