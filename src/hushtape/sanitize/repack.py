"""Small gzip and zip files, put together again from scrubbed content.

Lives here: unpacking one that is held in memory, scrubbing what it holds, packing it anew. Must not: audit
(its caller does, once more), stream, guess. Called by: the session, where the audit found a secret inside a
body that is such a file. Names, dates and order of a zip's members stay; a gzip header's file name does not.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from hushtape.sanitize.audit_unpack import GZIP
from hushtape.sanitize.audit_zip import ZIP

MOST: Final = 8 * 1024 * 1024
"""Bytes that a file may hold: it is held whole."""

Scrub = Callable[[bytes], bytes]


def repacked(data: bytes, scrub: Scrub) -> bytes | None:
    """The file with its content scrubbed; None where it is none of the two, is broken, or holds too much."""
    try:
        if data.startswith(GZIP):
            return _gzip(data, scrub)
        if data.startswith(ZIP):
            return _zip(data, scrub)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile):
        return None
    return None


def _gzip(data: bytes, scrub: Scrub) -> bytes | None:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        return None
    return gzip.compress(scrub(content), mtime=0)


def _zip(data: bytes, scrub: Scrub) -> bytes | None:
    made = io.BytesIO()
    room = MOST
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        if data[-22:-18] != b"PK\x05\x06":  # a comment, or something behind the end: not ours to drop
            return None
        for member in old.infolist():
            with old.open(member) as file:
                content = file.read(room + 1)
            room -= len(content)
            if room < 0 or member.comment or member.extra:
                return None
            fresh = zipfile.ZipInfo(member.filename, member.date_time)
            fresh.compress_type, fresh.external_attr = member.compress_type, member.external_attr
            fresh.create_system = member.create_system
            new.writestr(fresh, scrub(content))
    return made.getvalue()
