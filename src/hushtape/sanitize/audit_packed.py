"""Compressed data inside another encoding, or in the middle of a body: found by their first bytes.

Lives here: finding it in a view, and inflating it within bounds. Must not: scan, know a format beyond its
first bytes (audit_containers does), or see bodies that are files as a whole (the session looks into those).
Called by: audit_views, audit_long.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Iterator
from typing import Final
from zlib import MAX_WBITS, decompressobj, error

from hushtape.sanitize.audit_containers import (
    FIRST,
    LZMA,
    XZ,
    ZLIB_HEADS,
    Container,
    container,
    follows,
)
from hushtape.sanitize.audit_unpack import GZIP, Packed
from hushtape.sanitize.audit_zip import ZIP
from hushtape.sanitize.audit_zstd import ZSTD, Sealed
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.noise import TEXT

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

MOST_TRIES: Final = 16 * 1024
"""Beginnings of one view that are tried: noise has one in some 16 KiB, rows of tiny files one in 20 bytes."""

TOO_MANY_FILES: Final = f"more than {MOST_TRIES:,} compressed files in one stretch"
"""The finding's rule beyond that."""

MOST_BARE: Final = 256
"""Runs that are tried for bare deflate."""

# Long enough that noise has one in 16 MB. `re` leaps to the first byte of each, which is faster than `find`.
_ARCHIVE: Final = lazily(re.escape(ZIP))
_MAGICS: Final = (
    (GZIP[0], lazily(re.escape(GZIP)), 0),
    (ZIP[2], _ARCHIVE, 0),
    (XZ[0], lazily(re.escape(XZ)), 0),
    (ZSTD[3], lazily(b"%b(?<=%b)" % (re.escape(ZSTD[3:]), re.escape(ZSTD))), len(ZSTD) - 1),
    (0x59, lazily(rb"1AY&SY"), len(b"BZh9")),
    # The dictionary's size, up to 128 MiB, and that of the content: not said, or under 4 GiB.
    (0, lazily(rb"%b[\x00-\xff][\x00-\x07](?:\xff{8}|[\x00-\xff]{4}\x00{4})" % re.escape(LZMA)), 0),
)
"""The byte of it that text has least, what is looked for, and how many bytes of the stream stand before that.
A block of bzip2 is told by its own magic."""

_USUAL: Final = 0x78
_ZLIB: Final = lazily(rb"x[\x01\x5e\x9c\xda]")

# Of any window and level. Noise has a head in 2 KiB, and a look at every byte would cost the audit of a
# picture a third more: they are looked for where a line begins, or a run (behind 0xFF, see audit_runs).
_BLOCKS: Final = re.escape(bytes([one for one in range(256) if one & 6 in (2, 4) or one < 2]))
_HEADS: Final = b"|".join(map(re.escape, ZLIB_HEADS))
_FIRSTS: Final = re.escape(bytes(sorted({head[0] for head in ZLIB_HEADS})))
_ANY_ZLIB: Final = b"(?=[%b])(?:%b)[%b]" % (_FIRSTS, _HEADS, _BLOCKS)
_FIRST_ZLIB: Final = lazily(_ANY_ZLIB)
_LINE: Final = lazily(rb"\n(?=%b)" % _ANY_ZLIB)
_RUN: Final = lazily(rb"\xff(?=%b)" % _ANY_ZLIB)
_LOOK: Final = 512

_NO_CHANCE: Final = 64
"""Bytes that noise hardly ever inflates to without an end."""

_FLUSHED: Final = b"\0\0\xff\xff"
"""How a stream ends that was flushed, not finished: a stored block of nothing (zlib's manual, deflate)."""

_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FIRST: Final = lazily(b"[%b][A-Za-f]|[%b][g-z0-9+/]" % (_LETTERS[1::2], _LETTERS[::2]))
"""How a run begins whose first byte says: a block with fixed or dynamic codes (RFC 1951 3.2.3). Half do."""

_JSON: Final = b"eyJ"
"""`{"`, as most cursors and JWTs begin: as a stream it says 0xE4 and a control character, as no text does."""


def starts(view: bytes, *, coded: bool, low: int = 0) -> Iterator[int]:
    """Where compressed data may begin, from `low` on. `coded`: base64 or hex runs were decoded to this."""
    if view.isascii() and not (1 in view or 3 in view):  # a short one begins `x\x01` or `PK\x03`
        return
    for rare, magic, before in _MAGICS:
        for found in magic.finditer(view, low) if rare in view else ():
            yield found.start() - before
            if magic is _ARCHIVE:
                break  # its reader finds its next members by itself
    for at in _zlib_heads(view, low, _RUN if coded else _LINE):
        if _inflates(view[at + 2 : at + _LOOK]):
            yield at


def _zlib_heads(view: bytes, low: int, begin: re.Pattern[bytes]) -> Iterator[int]:
    if low == 0 and view[0] != _USUAL and _FIRST_ZLIB.match(view):
        yield 0
    for found in _ZLIB.finditer(view, low):
        yield found.start()
    for found in begin.finditer(view, max(0, low - 1)):
        if view[found.end()] != _USUAL:
            yield found.end()


def _inflates(beginning: bytes) -> bool:
    """Whether something comes out of it: two bytes tell little, and a decoder takes long to set up."""
    try:
        return len(decompressobj(-MAX_WBITS).decompress(beginning, LEAST)) > 0
    except error:
        return False


def opened(view: bytes, at: int) -> Container | None:
    """The container that begins there."""
    return container(view[at : at + FIRST], once=True) if at >= 0 else None


def tells_little(view: bytes, at: int) -> bool:
    """Whether only two bytes say that something compressed begins there: that is often chance."""
    return view[at : at + 2] in ZLIB_HEADS


class UnreadError(Exception):
    """Compressed data that can't be looked into. `rule`: the finding's."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Room:
    """How much may still be unpacked, and how many streams are followed."""

    __slots__ = ("left", "open")

    def __init__(self) -> None:
        self.left = MOST_BYTES
        self.open = 0


def inflated(view: bytes, room: Room, *, coded: bool = True) -> Iterator[bytes]:
    """What compressed files in a view hold, each apart from the next, in portions. `coded`: see `starts`.

    Raises:
        UnreadError: it is more than there is room for, or nothing here unpacks it.
    """
    held: list[bytes] = []
    size, last, end = 0, 0, -1
    for number, at in enumerate(starts(view, coded=coded)):
        if number >= MOST_TRIES:
            raise UnreadError(TOO_MANY_FILES)
        box = opened(view, at)
        if box is None:
            continue
        if isinstance(box, Sealed):
            raise UnreadError(box.unread)
        if at < last:  # of another kind
            end = -1
        if held and not follows(view, end, at):
            held.append(bytes(16))
        last = at
        whole = 0
        for piece in box.feed(view[at:]):
            held.append(piece)
            whole += len(piece)
            size += len(piece)
            room.left -= len(piece)
            if room.left < 0:
                raise UnreadError(TOO_MUCH)
            if size >= PORTION:
                yield (text := b"".join(held))
                held, size = [text[-SHARED:]], SHARED
        if isinstance(box, Packed) and box.unread:
            raise UnreadError(box.unread)
        if box.rest is not None:
            end = max(end, len(view) - len(box.rest))
        if 0 < whole < LEAST and tells_little(view, at):  # chance
            while whole > 0 and held and whole >= len(held[-1]):
                whole -= len(held.pop())
    if held:
        yield b"".join(held)


def deflated(runs: list[bytes]) -> bytes:
    """What runs of base64 hold that are a raw deflate stream from their beginning on (SAML's redirect
    binding 3.4.4.1): it has no magic, so each run is tried; not paths and hex digits, in lower case."""
    found: list[bytes] = []
    left = PORTION
    likely = [run for run in runs if _FIRST.match(run) and not run.startswith(_JSON) and not run.islower()]
    for run in likely[:MOST_BARE]:
        decoder = decompressobj(-MAX_WBITS)
        data = a2b_base64(run + b"AAA"[: -len(run) % 4])
        try:
            text = decoder.decompress(data, left)
        except error:
            continue
        if decoder.eof or len(text) >= _NO_CHANCE or _FLUSHED in data[-8:] or TEXT.fullmatch(text):
            found.append(text)
            left -= len(text)
            if left <= 0:
                break
    return bytes(16).join(found)
