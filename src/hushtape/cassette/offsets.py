"""Where the interactions of a large cassette stand, remembered from one opening to the next.

Lives here: what is kept of them (offsets and the file's identity, no text and no digest of any), and when
it counts. Must not: find interactions (linescan, stream), know the place (cachefolder). Called by: reader.
A file's identity is device, inode, size and both its times, in nanoseconds: one that was written to, copied,
restored or checked out has another. The digest is over the offsets alone, against damage.
"""

from __future__ import annotations

import struct
import sys
from array import array
from hashlib import sha256
from itertools import islice
from operator import le, lt, sub
from typing import Final

from hushtape.cassette import cachefolder
from hushtape.cassette.bodies import Pinned
from hushtape.cassette.linescan import Found, Spans, canonical_frame, head_of

SMALLEST: Final = 16 * 1024 * 1024
"""Bytes of a cassette from which on it is worth it: a shorter one is searched in 5 to 30 ms."""
_MAGIC: Final = f"hushtape offsets 1 {sys.byteorder}\n".encode()
_DIGEST: Final = 32
_HEAD = struct.Struct("=3Q2q2QB")
_PARTS_MOST: Final = 64
_SETTLED: Final = 50 * 10**6
_SETTLED_COARSE: Final = 2_100 * 10**6
_SECOND: Final = 10**9
_TEXT_MOST: Final = 16 * 1024 * 1024


def recall(file: Pinned) -> Found | None:
    """What is remembered of this very file; None: nothing, or nothing that holds."""
    if file.size < SMALLEST:
        return None
    data = cachefolder.read(_name(file), file.size)
    start = len(_MAGIC) + _DIGEST
    if data is None or len(data) < start + _HEAD.size or not data.startswith(_MAGIC):
        return None
    if sha256(memoryview(data)[start:]).digest() != data[len(_MAGIC) : start]:
        return None
    return _unpack(memoryview(data)[start:], file)


def remember(file: Pinned, found: Found, began: int) -> None:
    """Keep it, if the file is the same as when the search began (nanoseconds since 1970), and had settled.

    A file system's clock ticks: what is written twice within a tick keeps its time. So a file that had only
    just been written when the search began is not remembered; the next opening will.
    """
    if found.recalled or file.size < SMALLEST or not file.is_unchanged():
        return
    written = max(file.identity[3:])
    coarse = written % _SECOND == 0  # a file system that counts seconds, or two of them
    if began - written >= (_SETTLED_COARSE if coarse else _SETTLED):
        content = _pack(file, found)
        digest = sha256()
        for piece in content:
            digest.update(piece)
        cachefolder.publish(_name(file), (_MAGIC, digest.digest(), *content))


def forget(file: Pinned) -> None:
    """It led astray."""
    cachefolder.forget(_name(file))


def _name(file: Pinned) -> str:
    device, inode = file.identity[:2]
    return f"{device:x}-{inode:x}"


def _pack(file: Pinned, found: Found) -> tuple[bytes | array[int], ...]:
    head = _HEAD.pack(*file.identity, len(found.starts), len(found.parts), found.canonical)
    parts = array("Q", [place for part in found.parts for place in part])
    reaches = found.reaches or array("I", bytes(4 * len(found.starts)))
    return head, parts, found.starts, found.ends, reaches


def _unpack(data: memoryview, file: Pinned) -> Found | None:
    *identity, count, parts, canonical = _HEAD.unpack_from(data)
    if tuple(identity) != file.identity or parts > _PARTS_MOST or canonical > 1:
        return None
    if len(data) != _HEAD.size + 16 * parts + 20 * count:
        return None
    columns = []
    at = _HEAD.size
    for kind, size in (("Q", 16 * parts), ("Q", 8 * count), ("Q", 8 * count), ("I", 4 * count)):
        column = array(kind)
        column.frombytes(data[at : at + size])
        columns.append(column)
        at += size
    places, starts, ends, reaches = columns
    spans = tuple(zip(places[::2], places[1::2], strict=True))
    if not (_lie_inside(spans, file) and _follow(starts, ends, file) and _reach(starts, ends, reaches)):
        return None
    if canonical and not _frames(spans, starts, ends, file):
        return None
    # Damage is found out by now; what was made up, by reading: no request stands there, or no head.
    return Found(head_of(file, spans), starts, ends, bool(canonical), spans, reaches, recalled=True)


def _lie_inside(spans: Spans, file: Pinned) -> bool:
    inside = all(start < end <= file.size for start, end in spans)
    return inside and sum(end - start for start, end in spans) <= _TEXT_MOST


def _follow(starts: array[int], ends: array[int], file: Pinned) -> bool:
    if not starts:
        return True
    return (
        ends[-1] <= file.size and all(map(lt, starts, ends)) and all(map(le, ends, islice(starts, 1, None)))
    )


def _frames(spans: Spans, starts: array[int], ends: array[int], file: Pinned) -> bool:
    """In our layout two bytes, a comma and a line break, stand between one interaction and the next."""
    if not starts or set(map(sub, islice(starts, 1, None), ends)) - {2}:
        return False
    return (spans, starts[0], ends[-1]) == canonical_frame(file)


def _reach(starts: array[int], ends: array[int], reaches: array[int]) -> bool:
    return all(map(le, reaches, map(sub, ends, starts)))
