"""Compressed files: gzip, zip, zlib, bzip2, xz, LZMA and zstd, looked into as they pass.

Lives here: telling such a file by its first bytes. Must not: inflate (audit_unpack, audit_zip and
audit_zstd do), change a container (the body is stored as it came or not at all), know rules. Called by:
audit_packed, audit_long; the session, for bodies. Sources: RFC 1952 2.3.1, RFC 1950 2.2. Libraries beyond
zlib are imported at the first file that asks for them. Other archives are scanned as the bytes they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from hushtape.sanitize import audit_unpack as unpack
from hushtape.sanitize.audit_unpack import GZIP, TRAILER
from hushtape.sanitize.audit_zip import ZIP, ZipFile
from hushtape.sanitize.audit_zstd import ZSTD, zstd

XZ: Final = b"\xfd7zXZ\0"
LZMA: Final = b"]\0\0"
"""The properties that all write, and a dictionary of 64 KiB or more (7-Zip's lzma.txt)."""

FIRST: Final = 24
"""Bytes that tell a container; fewer do for all but zstd without its library."""


ZLIB_HEADS: Final = tuple(
    bytes((window << 4 | 8, level << 6 | check))
    for window in range(8)
    for level in range(4)
    for check in range(31)
    if (window << 12 | 8 << 8 | level << 6 | check) % 31 == 0
)
"""RFC 1950 2.2: a window of 256 bytes to 32 KiB, no dictionary."""


class Container(Protocol):
    """A container on its way: bytes in, what they hold out, in pieces of at most 64 KiB."""

    @property
    def unread(self) -> str:
        """What in it can't be looked into ("an encrypted member"); "": nothing."""

    @property
    def running(self) -> bool:
        """It is not torn, and has not ended."""

    @property
    def rest(self) -> bytes | None:
        """Of what was fed last, what stands behind the end; None: it was not met, or is not known."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out. Each iterator is exhausted before the next call."""


def container(first: bytes, *, once: bool = False) -> Container | None:
    """What the first bytes of a body say it is; None for no container, or too few bytes to tell.

    `once`: of streams that stand one behind another only the first is read: each is found for itself, and
    `follows` tells whose content goes on in the next.
    """
    if first[:2] in _ZLIB and _is_zlib(first[:FIRST]):
        return unpack.zlib_stream()
    if first.startswith(ZIP):
        return ZipFile()
    if first.startswith(ZSTD):
        return zstd(first, once=once)
    for magic, kind in _KINDS:
        if first.startswith(magic):
            return kind(once=once)
    return None


def follows(view: bytes, end: int, at: int) -> bool:
    """Whether the stream that begins at `at` goes on with the content of one that ended at `end`: all tools
    read gzip, bzip2 and xz files and zstd frames that were joined as one file."""
    if end < 0 or view[at : at + 2] in _ZLIB:
        return False
    end += TRAILER if view.startswith(GZIP, at) else 0
    while view[end : end + 4] in _SKIPPABLE and end < at:
        end += 8 + int.from_bytes(view[end + 4 : end + 8], "little")
    return end <= at and not view[end:at].strip(b"\0")


def _is_zlib(first: bytes) -> bool:
    """Whether it may be one: `HK`, `XG` and `x^` are heads, and words begin so; not with a control."""
    if first[1] >= 32 and first.isascii():
        return False
    flushed = first.find(_FLUSHED)
    try:
        zlib.decompressobj(-zlib.MAX_WBITS).decompress(first[2 : flushed + 4 if flushed >= 0 else None])
    except zlib.error:
        return False
    return True


def is_file(first: bytes) -> bool:
    """Whether the first bytes of a body say, beyond chance, that it is a gzip or zip file."""
    return first.startswith((GZIP, ZIP))


_ZLIB: Final = frozenset(ZLIB_HEADS)
_FLUSHED: Final = b"\0\0\xff\xff"
"""How a stream ends that was flushed, not finished (zlib's manual); what stands behind is none of it."""

_SKIPPABLE: Final = frozenset(bytes((0x50 | low,)) + b"\x2a\x4d\x18" for low in range(16))
"""Frames of zstd that hold nothing (RFC 8878 3.1.2)."""
_KINDS: Final = ((GZIP, unpack.gzip_file), (b"BZh", unpack.bzip2), (XZ, unpack.xz), (LZMA, unpack.lzma_alone))
