"""Decompressors that lose nothing of what comes out before a fault.

Lives here: deflate, bzip2, xz and zstd behind one interface, `Packed`, which reads streams that follow
each other. Must not: know where one begins (audit_packed), archives (audit_zip), or rules. Called by:
audit_containers, audit_zip, audit_zstd.
Other tools print what they got before they complain. Python's libraries raise, and what the failing call had
made is gone: it is made again, byte by byte. Checksums of gzip and zlib are not asked: what stands before a
wrong one can be read. Sources: RFC 1950 2.2, RFC 1952 2.3.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, Protocol

GZIP: Final = b"\x1f\x8b\x08"

PIECE: Final = 64 * 1024
"""Largest piece that comes out at once."""

STEP: Final = 1024
"""Bytes that go in at once: what they held is what a fault makes us read twice."""

KEPT: Final = 64 * 1024
"""Bytes of a bzip2, xz or zstd stream that are kept to be read again, since the libraries can't copy a state.
Of a longer one a fault costs less than `SMALL` bytes."""

SMALL: Final = 256

MOST_MEMORY: Final = 128 * 1024 * 1024
"""For a dictionary (xz and LZMA): `xz -9` asks for 65 MiB."""

_LIMIT: Final = "limit"
"""In the text of lzma's error for it (CPython's _lzmamodule.c), and in no other."""

LARGE: Final = "xz that asks for more than 128 MiB"

TRAILER: Final = 8
"""gzip's checksum and length (RFC 1952 2.3.1)."""


class Unpacker(Protocol):
    """One stream on its way."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...

    def feed(self, step: bytes) -> Iterator[bytes]:
        """What comes out, in pieces."""

    def again(self) -> Iterator[bytes]:
        """After a fault in `feed`: what stood before it and was not handed out."""


class Packed:
    """A stream, and those that follow it directly.

    Args:
        make: begins the first.
        error: what its library raises.
        behind: begins the next one; None: the first alone is read.
        large: what a stream is that asks for more memory than there is; "": chance.
    """

    __slots__ = ("_behind", "_error", "_large", "_unpack", "rest", "unread")

    def __init__(
        self,
        make: Callable[[], Unpacker],
        error: type[Exception],
        behind: Callable[[], Unpacker] | None = None,
        large: str = "",
    ) -> None:
        self._error, self._behind, self._large = error, behind, large
        self._unpack: Unpacker | None = make()
        self.rest: bytes | None = None
        """What stands behind the end; None: it was not met."""
        self.unread = ""
        """What stands there that can't be looked into."""

    @property
    def running(self) -> bool:
        """It is not torn, and has not ended."""
        return self._unpack is not None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out, in pieces of at most 64 KiB. Each iterator is exhausted before the next call."""
        while data and (unpack := self._unpack) is not None:
            at = 0
            try:
                while at < len(data) and not unpack.eof:
                    yield from unpack.feed(data[at : at + STEP])
                    at += STEP
            except self._error as error:
                self._unpack = None
                self.unread = self._large if _LIMIT in str(error) else ""
                yield from _joined(unpack.again())
                return
            if not unpack.eof:
                return
            self.rest = data = unpack.unused_data + data[at:]
            self._unpack = None if self._behind is None else self._behind()


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces as larger ones."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE // 2:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


class Inflate:
    """Deflate behind a header. `head`: gives the header's length; -1: it goes on."""

    __slots__ = ("_before", "_head", "_made", "_start", "_step", "_stream")

    def __init__(self, head: Callable[[bytes], int]) -> None:
        self._head: Callable[[bytes], int] | None = head
        self._start = self._step = b""
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._before: zlib._Decompress | None = None
        self._made = 0

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def feed(self, step: bytes) -> Iterator[bytes]:
        if self._head is not None:
            self._start += step
            size = self._head(self._start)
            if size < 0:
                return
            step, self._start, self._head = self._start[size:], b"", None
        self._before, self._step, self._made = self._stream.copy(), step, 0
        while True:
            piece = self._stream.decompress(step, PIECE)
            if piece:
                self._made += len(piece)
                yield piece
            step = self._stream.unconsumed_tail
            if self._stream.eof or (not step and len(piece) < PIECE):
                return

    def again(self) -> Iterator[bytes]:
        stream, skip = self._before, self._made
        if stream is None:
            return
        for at in range(len(self._step)):
            try:
                piece = stream.decompress(self._step[at : at + 1])
            except zlib.error:
                return
            yield piece[skip:]
            skip = max(0, skip - len(piece))


class Replayed:
    """A stream of one of the libraries that can't copy a state: what was fed is kept, up to `KEPT`."""

    __slots__ = ("_error", "_fed", "_made", "_make", "_stream")

    def __init__(self, make: Callable[[], Any], error: type[Exception]) -> None:
        self._make, self._error = make, error
        self._stream = make()
        self._fed: list[bytes] | None = []
        self._made = 0

    @property
    def eof(self) -> bool:
        return bool(self._stream.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._stream.unused_data)

    def feed(self, step: bytes) -> Iterator[bytes]:
        if self._fed is not None:
            self._fed.append(step)
            if len(self._fed) > KEPT // STEP:
                self._fed = None
        for piece in _pieces(self._stream, step, SMALL if self._fed is None else PIECE):
            self._made += len(piece)
            yield piece

    def again(self) -> Iterator[bytes]:
        for limit in (SMALL, 1):
            try:
                for piece in self._from_the_start(limit):
                    self._made += len(piece)
                    yield piece
            except self._error:
                continue

    def _from_the_start(self, limit: int) -> Iterator[bytes]:
        """What was not handed out, in pieces of at most `limit` bytes."""
        stream, skip = self._make(), self._made
        for step in self._fed or ():
            data = step
            while not stream.eof:
                most = min(skip, PIECE) or limit
                piece = stream.decompress(data, most)
                data = b""
                if skip:
                    skip -= len(piece)
                elif piece:
                    yield piece
                if len(piece) < most:
                    break


def _pieces(stream: Any, step: bytes, limit: int) -> Iterator[bytes]:
    while True:
        piece = stream.decompress(step, limit)
        if piece:
            yield piece
        if len(piece) < limit or stream.eof:
            return
        step = b""


def _no_head(data: bytes) -> int:
    return 0


def _zlib_head(data: bytes) -> int:
    return 2 if len(data) >= 2 else -1


def _gzip_head(data: bytes, at: int = 0) -> int:
    """Where the compressed data of a gzip file begin; of the header's flags and checksum none is refused."""
    if len(data) < at + 10:
        return -1
    if not data.startswith(GZIP, at):
        raise zlib.error("no gzip file")
    flags, at = data[at + 3], at + 10
    if flags & 4:  # FEXTRA
        if len(data) < at + 2:
            return -1
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (8, 16):  # FNAME, FCOMMENT
        if flags & flag:
            end = data.find(b"\0", at)
            if end < 0 and len(data) > PIECE:
                raise zlib.error("no gzip file")
            if end < 0:
                return -1
            at = end + 1
    at += flags & 2  # FHCRC
    return at if at <= len(data) else -1


def deflate() -> Packed:
    """Bare deflate."""
    return Packed(partial(Inflate, _no_head), zlib.error)


def zlib_stream() -> Packed:
    """zlib, whatever the window that it says."""
    return Packed(partial(Inflate, _zlib_head), zlib.error)


def gzip_file(*, once: bool = False) -> Packed:
    """gzip; one after another, as `cat` joins them, or the first alone (`once`)."""
    behind = partial(Inflate, partial(_gzip_head, at=TRAILER))
    return Packed(partial(Inflate, _gzip_head), zlib.error, None if once else behind)


def bzip2(*, once: bool = False) -> Packed:
    """bzip2, see `gzip_file`."""
    import bz2

    return replayed(bz2.BZ2Decompressor, OSError, once)


def xz(*, once: bool = False) -> Packed:
    """xz, see `gzip_file`."""
    return _of_lzma(once, LARGE)


def lzma_alone(*, once: bool = False) -> Packed:
    """LZMA's own format, which noise begins like: most dictionaries that it asks for then are too large."""
    return _of_lzma(once, "")


def _of_lzma(once: bool, large: str) -> Packed:
    import lzma

    return replayed(partial(lzma.LZMADecompressor, memlimit=MOST_MEMORY), lzma.LZMAError, once, large)


def replayed(make: Callable[[], Any], error: type[Exception], once: bool, large: str = "") -> Packed:
    """By a library with the interface that bz2 and lzma have, see `gzip_file`."""
    begin = partial(Replayed, make, error)
    return Packed(begin, error, None if once else begin, large)
