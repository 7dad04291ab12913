"""gzip and deflate (RFC 1952, 1950, 1951), undone with zlib.

Lives here: the decoders of the two codings that zlib knows. Must not: import other codings.
Called by: registry. Every call into zlib states an output limit, so a bomb never stands in memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from hushtape.coding.base import PIECE, PieceDecoder, broken

GZIP_WBITS = 16 + zlib.MAX_WBITS
RAW_WBITS = -zlib.MAX_WBITS


class GzipDecoder(PieceDecoder):
    """gzip of one or more members. What follows the last one is dropped, as urllib3 and curl do."""

    __slots__ = ("_inflate", "_members", "_started", "_swallow")

    def __init__(self) -> None:
        super().__init__("gzip")
        self._inflate = zlib.decompressobj(GZIP_WBITS)
        self._started = False
        self._members = 0
        self._swallow = False

    @property
    def complete(self) -> bool:
        return not self._started or self._swallow or self._inflate.eof

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if not data or self._swallow:
            return
        self._started = True
        if self._inflate.eof and not self._next_member(data):
            return
        while True:
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error as error:
                if self._members and not self._inflate.eof:
                    self._swallow = True
                    return
                raise broken("gzip", str(error), self.produced) from None
            if piece:
                self.produced += len(piece)
                yield piece
            if self._inflate.eof:
                data = self._inflate.unused_data
                if not data or not self._next_member(data):
                    return
            else:
                data = self._inflate.unconsumed_tail
                if not data and len(piece) < PIECE:
                    return

    def _next_member(self, data: bytes) -> bool:
        """True: `data` may begin another member; False: it is garbage, dropped from here on."""
        self._members += 1
        if data[0] != 0x1F:  # RFC 1952 2.3.1, ID1
            self._swallow = True
            return False
        self._inflate = zlib.decompressobj(GZIP_WBITS)
        return True


class DeflateDecoder(PieceDecoder):
    """deflate: the zlib format of RFC 9110 8.4.1.2, or the raw one that some servers send instead."""

    __slots__ = ("_first", "_inflate")

    def __init__(self) -> None:
        super().__init__("deflate")
        self._first = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        return self._inflate.eof if self._inflate is not None else not self._first

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        inflate = self._inflate
        if inflate is None:
            data = self._first + data
            if len(data) < 2:
                self._first = data
                return
            inflate = self._inflate = zlib.decompressobj(_wbits(data))
        while not inflate.eof:
            try:
                piece = inflate.decompress(data, PIECE)
            except zlib.error as error:
                raise broken("deflate", str(error), self.produced) from None
            if piece:
                self.produced += len(piece)
                yield piece
            data = inflate.unconsumed_tail
            if not data and len(piece) < PIECE:
                return


def _wbits(data: bytes) -> int:
    """zlib or raw, told by the first two bytes.

    RFC 1950 2.2: method 8, window at most 32 KiB, and the pair a multiple of 31. A raw stream that
    begins so would be a stored block with nonzero padding, which no encoder writes.
    """
    method, flags = data[0], data[1]
    is_zlib = method & 0x0F == 8 and method >> 4 <= 7 and (method << 8 | flags) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else RAW_WBITS
