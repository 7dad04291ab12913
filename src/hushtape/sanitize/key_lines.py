"""A private key whose lines were replaced one by one: is something of it left?

Lives here: `without_lines`. Must not: look for keys, know rules. Called by: torn.
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


def without_lines(data: bytes, spans: Iterable[Span], key: bytes) -> bytes:
    """The data with spaces for each copy of the key whose lines, as plain text, are all in the spans, one
    behind the other with nothing but signs between; but for a last line that is too short to tell something.
    """
    rest, first, at, behind = bytearray(data), -1, 0, 0
    for start, end in sorted(spans):
        line = _OTHER.sub(b"", data[start:end].translate(_URL_SAFE))
        place = key.find(line) if line else -1
        if place < 0:
            continue
        if first < 0 or place > at or _LETTER.search(bared(data[behind:start])) is not None:
            first, at = (start, 0) if place == 0 else (-1, 0)
        elif place == 0 and at > len(key) - LAST:
            first, at = start, 0  # another copy
        at, behind = max(at, place + len(line)), end
        if first >= 0 and at > len(key) - LAST:
            rest[first:end] = b" " * (end - first)
    return bytes(rest)
