"""Files that hold compressed files: gzip and zip as bodies, looked into while they pass.

Lives here: telling such a body by its first bytes and inflating what is in it, for the audit to read.
Must not: change a container (the body is stored as it came or not at all), know rules, hold a member.
Called by: bodies. Sources: RFC 1952 2.3.1; the ZIP application note 4.3.7 (local file headers), 4.4.5.
Other methods than deflate, encrypted members and other archives are scanned as the bytes they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Final, Protocol

from hushtape import coding

GZIP: Final = b"\x1f\x8b\x08"
ZIP: Final = b"PK\x03\x04"
_HEADER: Final = 30
_DEFLATE: Final = 8
_PIECE: Final = 64 * 1024


class Container(Protocol):
    """A container on its way: bytes in, what they hold out, in pieces of at most 64 KiB."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...


def container(first: bytes) -> Container | None:
    """What the first bytes of a body say it is; None for no container, or too few bytes to tell."""
    for magic, kind in _KINDS:
        if first.startswith(magic):
            return kind()
    return None


class GzipFile:
    """A gzip file. What is none after all, or torn, holds nothing from there on."""

    __slots__ = ("_decoder",)

    def __init__(self) -> None:
        self._decoder: coding.Decoder | None = coding.decoder(("gzip",))

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            return
        try:
            yield from self._decoder.feed(data)
        except coding.CodingError:
            self._decoder = None


class ZipFile:
    """A zip archive, read from its local headers: the directory comes last, and a stream can't wait."""

    __slots__ = ("_inflate", "_rest")

    def __init__(self) -> None:
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
            if int.from_bytes(data[at + 8 : at + 10], "little") == _DEFLATE:
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


_KINDS: Final[tuple[tuple[bytes, Callable[[], Container]], ...]] = ((GZIP, GzipFile), (ZIP, ZipFile))
