"""Compressed data inside base64 or hex: gzip, zlib and zip members, found by their first bytes.

Lives here: finding it in a decoded view, and inflating it within bounds. Must not: scan, or see
bodies as they stand (the session looks into those that are files). Called by: audit_views.
Sources: RFC 1952 2.3.1, RFC 1950 2.2, the ZIP application note 4.3.7.
"""

from __future__ import annotations

import re
import zlib
from itertools import islice
from typing import Final

MOST_MEMBERS: Final = 8
"""Members of one view that are inflated."""

MOST_BYTES: Final = 256 * 1024
"""Bytes that are inflated of one member: a window holds at most 24 KiB of it."""

MOST_TRIES: Final = 512
"""Beginnings that are tried; noise has one in some 16 KiB."""

# gzip; zip; zlib of a 32 KiB window at the levels that zlib writes.
_STARTS: Final = re.compile(rb"\x1f\x8b\x08|PK\x03\x04|x[\x01\x5e\x9c\xda]")
_ZIP_HEADER: Final = 30


def inflated(view: bytes) -> bytes:
    """What compressed data in a decoded view holds, each apart from the next; b"": there is none."""
    found: list[bytes] = []
    for start in islice(_STARTS.finditer(view), MOST_TRIES):
        if start[0] == b"PK\x03\x04":
            head = view[start.start() : start.start() + _ZIP_HEADER]
            names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            text = _inflate(view[start.start() + _ZIP_HEADER + names :], -zlib.MAX_WBITS)
        elif start[0] == b"\x1f\x8b\x08":
            text = _inflate(view[start.start() :], 16 + zlib.MAX_WBITS)
        else:
            text = _inflate(view[start.start() :], zlib.MAX_WBITS)
        if text:
            found.append(text)
            if len(found) == MOST_MEMBERS:
                break
    return bytes(16).join(found)


def _inflate(data: bytes, bits: int) -> bytes:
    """The beginning of what this holds; what is torn gives what came before."""
    decompress = zlib.decompressobj(bits).decompress
    out = b""
    try:
        for start in range(0, len(data), 512):  # in steps: a fault further on takes only its own step
            out += decompress(data[start : start + 512], MOST_BYTES - len(out))
            if len(out) >= MOST_BYTES:
                break
    except zlib.error:
        pass
    return out
