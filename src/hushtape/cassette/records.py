"""The journal's records: length and checksum around each, so that a cut at any byte is seen.

Lives here: framing and the scan over it. Must not: know what an interaction is, or write.
Called by: appending (packs); entries, folder and recovery (scan). A record is a 20-byte head (magic, version,
kind, sequence, length), its CRC-32, the payload, and the payload's CRC-32.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from zlib import crc32

from msgspec import Struct

_HEAD = struct.Struct("<2sBBqQ")
_SUM = struct.Struct("<I")
_MAGIC = b"\x89H"
_VERSION = 1
HEAD_SIZE = _HEAD.size + _SUM.size
OVERHEAD = HEAD_SIZE + _SUM.size
_PIECE = 256 * 1024
_BREAK = crc32(b"\n")

JOURNAL, END, CERTIFICATE, VOID, LESSON = 1, 2, 3, 4, 5
"""Kinds: the journal's own head; an exchange's end; a certificate; an end that was taken back; a secret that
was learned, or the end of the search for it (lessons.py). The last one's sequence is the lesson's number."""


class Record(Struct, frozen=True, gc=False):
    """Where a record's payload stands. `intact` is False where its checksum is wrong."""

    kind: int
    sequence: int
    offset: int
    length: int
    intact: bool


def head(kind: int, sequence: int, length: int) -> bytes:
    """A record's head with its checksum."""
    start = _HEAD.pack(_MAGIC, _VERSION, kind, sequence, length)
    return start + _SUM.pack(crc32(start))


def pack(kind: int, sequence: int, payload: bytes) -> bytes:
    """One record."""
    return b"".join((head(kind, sequence, len(payload)), payload, _SUM.pack(crc32(payload))))


def pack_text(kind: int, sequence: int, table: bytes, text: bytes) -> bytes:
    """A record of a table, a line break, and a text, joined once."""
    start = _HEAD.pack(_MAGIC, _VERSION, kind, sequence, len(table) + 1 + len(text))
    total = crc32(text, crc32(table + b"\n") if table else _BREAK)
    return b"".join((start, _SUM.pack(crc32(start)), table, b"\n", text, _SUM.pack(total)))


def scan(fd: int) -> Iterator[Record]:
    """The records that stand in the file, up to the first that is cut or has a broken head."""
    size = os.fstat(fd).st_size
    position = 0
    while position + OVERHEAD <= size:
        start = os.pread(fd, HEAD_SIZE, position)
        magic, version, kind, sequence, length = _HEAD.unpack_from(start)
        (checksum,) = _SUM.unpack_from(start, _HEAD.size)
        if magic != _MAGIC or version != _VERSION or checksum != crc32(start[: _HEAD.size]):
            return
        after = position + HEAD_SIZE + length
        if after + _SUM.size > size:
            return
        intact = kind == VOID or _sum(fd, position + HEAD_SIZE, length) == os.pread(fd, _SUM.size, after)
        yield Record(kind, sequence, position + HEAD_SIZE, length, intact)
        position = after + _SUM.size


def _sum(fd: int, offset: int, length: int) -> bytes:
    value = 0
    while length:
        piece = os.pread(fd, min(length, _PIECE), offset)
        if not piece:
            break
        value = crc32(piece, value)
        offset += len(piece)
        length -= len(piece)
    return _SUM.pack(value)
