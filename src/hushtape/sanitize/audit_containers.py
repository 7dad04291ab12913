"""Compressed files: gzip, zip, zlib, bzip2, xz and zstd, looked into as they pass.

Lives here: telling such a file by its first bytes and inflating what is in it, for the audit to read.
Must not: change a container (the body is stored as it came or not at all), know rules, hold a member.
Called by: audit_packed, audit_long; the session, for bodies. Sources: RFC 1952 2.3.1, RFC 1950 2.2, RFC
8878 3.1.1; the ZIP application note 4.3.7 (local file headers), 4.4.4, 4.4.5. Further libraries are imported
at the first file that asks for them. Other archives are scanned as the bytes they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Final, Protocol

from hushtape import coding

GZIP: Final = b"\x1f\x8b\x08"
ZIP: Final = b"PK\x03\x04"
_HEADER: Final = 30
_DEFLATE: Final = 8
_OTHER: Final = frozenset((1, 2, 3, 4, 5, 6, 9, 10, 12, 14, 16, 18, 19, 20, *range(93, 100)))
"""The other methods of 4.4.5: nothing here inflates them."""

_NEWEST: Final = 63
_LONGEST_NAME: Final = 1024
_MOST_MEMORY: Final = 64 * 1024 * 1024
_PIECE: Final = 64 * 1024


class Container(Protocol):
    """A container on its way: bytes in, what they hold out, in pieces of at most 64 KiB."""

    @property
    def unread(self) -> str:
        """What in it can't be looked into ("an encrypted member"); "": nothing."""

    @property
    def running(self) -> bool:
        """It is not torn, and has not ended."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out. Each iterator is exhausted before the next call."""


class _Unpacker(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def container(first: bytes, *, once: bool = False) -> Container | None:
    """What the first bytes of a body say it is; None for no container, or too few bytes to tell.

    `once`: of streams that stand one behind another only the first is read: each is found for itself.
    """
    for magic, kind in _SINGLE if once else _KINDS:
        if first.startswith(magic):
            return kind()
    return None


def is_file(first: bytes) -> bool:
    """Whether the first bytes of a body say, beyond chance, that it is a gzip or zip file."""
    return first.startswith((GZIP, ZIP))


class CodedFile:
    """A file that is one content coding (gzip, deflate for zlib's, zstd). What is none after all, or torn,
    holds nothing from there on; so does a coding whose library is not installed. `once`: of zstd's
    frames, which may stand one behind another, the first."""

    __slots__ = ("_decoder", "_once")
    unread = ""

    def __init__(self, name: str, *, once: bool = False) -> None:
        self._once = once
        self._decoder: coding.Decoder | None = coding.decoder((name,)) if coding.can_decode((name,)) else None

    @property
    def running(self) -> bool:
        decoder = self._decoder
        if decoder is None or (self._once and isinstance(decoder, coding.BlockZstdDecoder) and decoder.ended):
            return False
        return not decoder.complete

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            return
        try:
            yield from self._decoder.feed(data)
        except coding.CodingError:
            self._decoder = None


class PackedFile:
    """A bzip2 or xz file; one after another, as `cat` joins them, or the first alone (`once`)."""

    __slots__ = ("_error", "_make", "_once", "_unpack")
    unread = ""

    def __init__(self, make: Callable[[], _Unpacker], error: type[Exception], *, once: bool = False) -> None:
        self._make = make
        self._error = error
        self._once = once
        self._unpack: _Unpacker | None = make()

    @property
    def running(self) -> bool:
        return self._unpack is not None

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and (unpack := self._unpack) is not None:
            try:
                piece = unpack.decompress(data, _PIECE)
                while piece:
                    yield piece
                    piece = b"" if unpack.eof else unpack.decompress(b"", _PIECE)
            except self._error:
                self._unpack = None
                return
            data = b""
            if unpack.eof:
                data = unpack.unused_data
                self._unpack = None if self._once else self._make()


class ZipFile:
    """A zip archive, read from its local headers: the directory comes last, and a stream can't wait."""

    __slots__ = ("_inflate", "_rest", "unread")
    running = True

    def __init__(self) -> None:
        self.unread = ""
        self._rest = b""
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        rest = self._rest + data
        self._rest = b""
        while rest:
            inflate = self._inflate
            rest = self._next_member(rest) if inflate is None else (yield from self._member(inflate, rest))

    def _next_member(self, data: bytes) -> bytes:
        """The compressed bytes of the next deflated member; b"": they are still to come."""
        at = data.find(ZIP)
        while at >= 0 and at + _HEADER <= len(data):
            names = int.from_bytes(data[at + 26 : at + 28], "little")
            start = at + _HEADER + names + int.from_bytes(data[at + 28 : at + 30], "little")
            method = int.from_bytes(data[at + 8 : at + 10], "little")
            sealed = data[at + 6] & 1
            if (sealed or method in _OTHER) and _is_header(data, at):
                self.unread = "an encrypted member" if sealed else f"a member compressed by method {method}"
            elif method == _DEFLATE:
                if start >= len(data):
                    break
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                return data[start:]
            at = data.find(ZIP, at + len(ZIP))
        self._rest = data[at if at >= 0 else max(0, len(data) - len(ZIP) + 1) :]
        return b""

    def _member(self, inflate: zlib._Decompress, data: bytes) -> Generator[bytes, None, bytes]:
        """Yields what comes out; returns what is left to read."""
        while True:
            try:
                piece = inflate.decompress(data, _PIECE)
            except zlib.error:  # no member: these four bytes stood in another one's data
                self._inflate = None
                return data
            if piece:
                yield piece
            if inflate.eof:
                self._inflate = None
                return inflate.unused_data
            data = inflate.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return b""


def _is_header(data: bytes, at: int) -> bool:
    """Whether this is a member's header, or four bytes of noise that look like one."""
    return data[at + 4] <= _NEWEST and 0 < int.from_bytes(data[at + 26 : at + 28], "little") <= _LONGEST_NAME


class _Inflate:
    """zlib's decompressor with the interface that bz2 and lzma have."""

    __slots__ = ("_rest", "_stream")

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._stream.decompress(self._rest + data, max(max_length, 0))
        self._rest = self._stream.unconsumed_tail
        return piece


def _bzip2(*, once: bool = False) -> PackedFile:
    import bz2

    return PackedFile(bz2.BZ2Decompressor, OSError, once=once)


def _xz(*, once: bool = False) -> PackedFile:
    import lzma

    make = partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY)
    return PackedFile(make, lzma.LZMAError, once=once)


def _inflate(wbits: int) -> PackedFile:
    return PackedFile(partial(_Inflate, wbits), zlib.error, once=True)


def _zstd() -> Container:
    found = coding.zstd_frames_apart()
    return CodedFile("zstd", once=True) if found is None else PackedFile(*found, once=True)


_KINDS: Final[tuple[tuple[bytes, Callable[[], Container]], ...]] = (
    (GZIP, partial(CodedFile, "gzip")),
    (ZIP, ZipFile),
    (b"x\x01", partial(CodedFile, "deflate")),
    (b"x\x9c", partial(CodedFile, "deflate")),
    (b"x\xda", partial(CodedFile, "deflate")),
    (b"\x28\xb5\x2f\xfd", partial(CodedFile, "zstd")),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\0", _xz),
)
_SINGLE: Final[tuple[tuple[bytes, Callable[[], Container]], ...]] = (
    (GZIP, partial(_inflate, 16 + zlib.MAX_WBITS)),
    (ZIP, ZipFile),
    *[(head, partial(_inflate, zlib.MAX_WBITS)) for head in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")],
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"BZh", partial(_bzip2, once=True)),
    (b"\xfd7zXZ\0", partial(_xz, once=True)),
)
