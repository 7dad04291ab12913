"""Small gzip and zip files, put together again from scrubbed content.

Lives here: unpacking one that is held in memory, scrubbing what it holds, packing it anew; so with such files
inside. Must not: audit (its caller does, once more), stream, guess. Called by: the session (packing), for
each body that is such a file. Of a zip's members dates, order and methods stay, names and comments are
scrubbed; a gzip header's file name and extra fields do not stay. Where no rule matches, the bytes do.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from hushtape.sanitize.audit_containers import XZ, is_file
from hushtape.sanitize.audit_unpack import GZIP
from hushtape.sanitize.audit_zstd import ZSTD

MOST: Final = 8 * 1024 * 1024
"""Bytes that a file may hold, with what files inside it hold: it is held whole."""

DEEPEST: Final = 4
"""Files inside each other."""

_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22

Scrub = Callable[[bytes], bytes]


def repacked(data: bytes, scrub: Scrub) -> bytes | None:
    """The file with its content scrubbed; None where it is none of the two, is broken, or holds too much."""
    if not is_file(data):
        return None
    try:
        return _Packer(scrub).file(data, DEEPEST)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile):
        return None


class _Packer:
    """Packs one body again. All methods raise ValueError, or what the libraries raise, where they can't."""

    __slots__ = ("_room", "_scrub")

    def __init__(self, scrub: Scrub) -> None:
        self._scrub = scrub
        self._room = MOST

    def file(self, data: bytes, deeper: int) -> bytes:
        """The same object where nothing in it changed."""
        return self._gzip(data, deeper) if data.startswith(GZIP) else self._zip(data, deeper)

    def _content(self, content: bytes, deeper: int) -> bytes:
        self._room -= len(content)
        if self._room < 0:
            raise ValueError("it holds too much")
        if deeper and is_file(content):
            return self.file(content, deeper - 1)
        clean = self._scrub(content)
        if clean != content and content.startswith((XZ, ZSTD, b"BZh")):
            raise ValueError("another compressed file, in which a secret stands as it is")
        return clean

    def _gzip(self, data: bytes, deeper: int) -> bytes:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(self._room + 1)
        clean = self._content(content, deeper)
        return data if clean == content else gzip.compress(clean, mtime=0)

    def _zip(self, data: bytes, deeper: int) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
            if not data.startswith(_END, len(data) - _END_SIZE - len(old.comment)):
                raise ValueError("something stands behind the end: not ours to drop")
            if min((member.header_offset for member in old.infolist()), default=0):
                raise ValueError("something stands before the first member")
            changed = False
            for member in old.infolist():
                with old.open(member) as file:
                    content = file.read(self._room + 1)
                fresh, clean = self._member(member), self._content(content, deeper)
                changed |= clean != content or fresh.filename != member.filename
                changed |= fresh.comment != member.comment
                if fresh.filename in new.NameToInfo:
                    raise ValueError("two members of one name")
                new.writestr(fresh, clean)
            new.comment = self._scrub(old.comment)
            changed |= new.comment != old.comment
        return made.getvalue() if changed else data

    def _member(self, old: zipfile.ZipInfo) -> zipfile.ZipInfo:
        """Its head, scrubbed."""
        name = self._scrub(old.filename.encode()).decode()
        fresh = zipfile.ZipInfo(name, old.date_time)
        fresh.compress_type, fresh.external_attr = old.compress_type, old.external_attr
        fresh.create_system, fresh.comment = old.create_system, self._scrub(old.comment)
        return fresh
