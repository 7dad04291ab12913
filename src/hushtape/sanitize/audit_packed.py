"""Compressed data inside another encoding, or in the middle of a body: found by their first bytes.

Lives here: finding it in a view, and inflating it within bounds. Must not: scan, know a format beyond its
first bytes (audit_containers does), or see bodies that are files as a whole (the session looks into those).
Called by: audit_views, audit_long.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Iterator
from itertools import islice
from typing import Final
from zlib import MAX_WBITS, decompressobj, error

from hushtape.sanitize.audit_containers import GZIP, ZIP, Container, container

PORTION: Final = 1024 * 1024
"""Bytes that are handed on at once: a window holds at most 48 KiB of base64's; text shrinks to a tenth."""

SHARED: Final = 4 * 1024
"""Bytes that two portions share, as two windows of a body do."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes that may come out of one window, all levels counted: of DEFLATE, with its
1,032 for each byte, all that a window can hold."""

TOO_MUCH: Final = "compressed data that unpacks to too much"
"""The finding's rule beyond that: what is not looked into is not written."""

LEAST: Final = 6
"""Shorter beginnings are chance: noise behind two telling bytes often inflates to a few. The shortest
secrets that are looked for inside other text are as long."""

MOST_TRIES: Final = 512
"""Beginnings that are tried; noise has one in some 16 KiB."""

# Long enough that noise has one in 16 MB.
_BLOCK: Final = b"1AY&SY"
_MAGICS: Final = (GZIP, ZIP, b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", _BLOCK)
_RARE: Final = dict(zip(_MAGICS, (0x1F, 0x03, 0xFD, 0xFD, 0x59), strict=True))
"""The byte of each that text has least."""

_BZIP2_HEAD: Final = 4
"""`BZh` and the level stand before bzip2's magic of a block."""

# zlib of a 32 KiB window at the levels that zlib writes. A literal first byte, so that `re` leaps to it.
_ZLIB: Final = re.compile(rb"x[\x01\x5e\x9c\xda]")
_STEP: Final = 512

_NO_CHANCE: Final = 64
"""Bytes that noise hardly ever inflates to without an end."""

_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FIRST: Final = frozenset(
    bytes((one, two))
    for high, one in enumerate(_LETTERS)
    for low, two in enumerate(_LETTERS)
    if (high << 2 | low >> 4) & 6 in (2, 4)
)
"""How a run begins whose first byte says: a block with fixed or dynamic codes (RFC 1951 3.2.3). Half do."""

_JSON: Final = b"eyJ"
"""`{"`, as most cursors and JWTs begin: as a stream it says 0xE4 and a control character, as no text does."""


def starts(view: bytes, *, zlib: bool, low: int = 0) -> Iterator[int]:
    """Where compressed data may begin, from `low` on. `zlib`: also that of two telling bytes only."""
    for magic in _MAGICS if not view.isascii() else ():
        # One byte is found ten times as fast as four, and text has none of these.
        at = view.find(magic, low) if _RARE[magic] in view else -1
        while at >= 0:
            yield at - _BZIP2_HEAD if magic == _BLOCK else at
            # An archive's reader finds its next members by itself.
            at = -1 if magic == ZIP else view.find(magic, at + 1)
    if zlib:
        for found in _ZLIB.finditer(view, low):
            if _inflates(view[found.start() : found.start() + _STEP]):
                yield found.start()


def _inflates(beginning: bytes) -> bool:
    """Whether zlib takes it for its own: two bytes tell little, and a decoder takes long to set up."""
    try:
        return len(decompressobj().decompress(beginning, LEAST)) > 0
    except error:
        return False


def opened(view: bytes, at: int) -> Container | None:
    """The container that begins there."""
    return container(view[at : at + 8], once=True) if at >= 0 else None


def unpacked(box: Container, data: bytes) -> Iterator[bytes]:
    """What comes out, in steps: a fault further on takes only its own step."""
    for start in range(0, len(data), _STEP):
        yield from box.feed(data[start : start + _STEP])
        if not box.running:
            return


class TooMuchError(Exception):
    """More came out of one window than is looked into."""


class Room:
    """How much may still be unpacked, and how many streams are followed."""

    __slots__ = ("left", "open")

    def __init__(self) -> None:
        self.left = MOST_BYTES
        self.open = 0


def inflated(view: bytes, room: Room) -> Iterator[bytes]:
    """What compressed data in a view holds, each apart from the next, in portions.

    Raises:
        TooMuchError: it is more than there is room for.
    """
    held: list[bytes] = []
    size = 0
    for at in islice(starts(view, zlib=True), MOST_TRIES):
        box = opened(view, at)
        if box is None:
            continue
        whole = 0
        for piece in unpacked(box, view[at:]):
            held.append(piece)
            whole += len(piece)
            size += len(piece)
            room.left -= len(piece)
            if room.left < 0:
                raise TooMuchError
            if size >= PORTION:
                yield (text := b"".join(held))
                held, size = [text[-SHARED:]], SHARED
        if 0 < whole < LEAST:  # chance
            while whole > 0 and held and whole >= len(held[-1]):
                whole -= len(held.pop())
        elif whole:
            held.append(bytes(16))
    if held:
        yield b"".join(held)


def deflated(runs: list[bytes]) -> bytes:
    """What runs of base64 hold that are a raw deflate stream from their beginning on (SAML's redirect
    binding 3.4.4.1): it has no magic, so each run is tried; not paths and hex digits, in lower case."""
    found: list[bytes] = []
    left = PORTION
    likely = [run for run in runs if run[:2] in _FIRST and not run.startswith(_JSON) and not run.islower()]
    for run in likely[: MOST_TRIES // 2]:
        decoder = decompressobj(-MAX_WBITS)
        try:
            text = decoder.decompress(a2b_base64(run + b"AAA"[: -len(run) % 4]), left)
        except error:
            continue
        if decoder.eof or len(text) >= _NO_CHANCE:
            found.append(text)
            left -= len(text)
            if left <= 0:
                break
    return bytes(16).join(found)
