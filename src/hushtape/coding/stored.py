"""Putting content codings back without compressing: stored blocks, written by hand.

Lives here: encoders for gzip, deflate, br and zstd, and their exact lengths. Any decoder reads them,
no library is needed, and the length of the result follows from the length of the input alone, so
Content-Length can be told ahead. Must not: decode. Called by: registry.
"""

from __future__ import annotations

import zlib

from hushtape.coding.base import Encoder

FLATE_BLOCK = 32 * 1024
"""Stored deflate blocks hold at most 65,535 bytes (RFC 1951 3.2.4); half of 64 KiB divides evenly."""
BLOCK = 64 * 1024
"""For br the window of 64 KiB we declare; for zstd its block maximum under the same window."""

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952 2.3: no flags, no time, OS unknown
ZLIB_HEAD = b"\x78\x01"  # RFC 1950 2.2: 32 KiB window, fastest
ZSTD_HEAD = b"\x28\xb5\x2f\xfd\x00\x30"  # RFC 8878 3.1.1.1: no flags; window exponent 6, 64 KiB


class StoredEncoder:
    """Cuts its input into blocks of exactly `block` bytes, whatever the portions it comes in."""

    __slots__ = ("_held", "_out")
    block: int = BLOCK

    def __init__(self, head: bytes) -> None:
        self._held = b""
        self._out = head

    def _full(self, data: bytes) -> bytes:
        """A block that is not the last."""
        raise NotImplementedError

    def _end(self, data: bytes) -> bytes:
        """The last one, shorter than a block (also empty), and the trailer."""
        raise NotImplementedError

    def feed(self, data: bytes) -> bytes:
        block = self.block
        if self._held:
            data = self._held + data
        if len(data) < block:
            self._held = data
            head, self._out = self._out, b""
            return head
        parts = [self._out]
        whole = len(data) - len(data) % block
        parts.extend([self._full(data[start : start + block]) for start in range(0, whole, block)])
        self._held = data[whole:]
        self._out = b""
        return b"".join(parts)

    def finish(self) -> bytes:
        tail, self._held = self._held, b""
        head, self._out = self._out, b""
        return head + self._end(tail)


class FlateEncoder(StoredEncoder):
    """Stored blocks of RFC 1951 3.2.4, under the gzip or zlib wrapping."""

    __slots__ = ("_gzip", "_size", "_sum")
    block = FLATE_BLOCK

    def __init__(self, *, gzip: bool) -> None:
        super().__init__(GZIP_HEAD if gzip else ZLIB_HEAD)
        self._gzip = gzip
        self._sum = 0 if gzip else 1
        self._size = 0

    def _counted(self, data: bytes, last: int) -> bytes:
        self._sum = zlib.crc32(data, self._sum) if self._gzip else zlib.adler32(data, self._sum)
        size = len(data)
        self._size += size
        return (last | size << 8 | (size ^ 0xFFFF) << 24).to_bytes(5, "little") + data

    def _full(self, data: bytes) -> bytes:
        return self._counted(data, 0)

    def _end(self, data: bytes) -> bytes:
        body = self._counted(data, 1)
        if self._gzip:
            return body + (self._sum | (self._size & 0xFFFFFFFF) << 32).to_bytes(8, "little")
        return body + self._sum.to_bytes(4, "big")


class BrotliEncoder(StoredEncoder):
    """Uncompressed meta-blocks of RFC 7932 9.2.

    Its fields fill from the lowest bit: the stream's WBITS (one 0 bit: 64 KiB window), then for each
    meta-block ISLAST 0, MNIBBLES 00 (four nibbles follow), MLEN - 1, ISUNCOMPRESSED 1, padding. The
    stream ends with ISLAST 1, ISLASTEMPTY 1.
    """

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        super().__init__(b"")
        self._begun = False

    def _full(self, data: bytes) -> bytes:
        bits = (len(data) - 1) << 3 | 1 << 19
        if not self._begun:
            self._begun = True
            bits <<= 1
        return bits.to_bytes(3, "little") + data

    def _end(self, data: bytes) -> bytes:
        body = self._full(data) if data else b""
        return body + (b"\x03" if self._begun else b"\x06")


class ZstdEncoder(StoredEncoder):
    """Raw blocks of RFC 8878 3.1.1.2, in one frame without checksum."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(ZSTD_HEAD)

    def _full(self, data: bytes) -> bytes:
        return (len(data) << 3).to_bytes(3, "little") + data

    def _end(self, data: bytes) -> bytes:
        return (len(data) << 3 | 1).to_bytes(3, "little") + data


class IdentityEncoder:
    """Nothing was applied: what comes in goes out."""

    __slots__ = ()

    def feed(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class StackedEncoder:
    """Several codings, the first of them innermost (RFC 9110 8.4)."""

    __slots__ = ("_encoders",)

    def __init__(self, encoders: list[Encoder]) -> None:
        self._encoders = encoders

    def feed(self, data: bytes) -> bytes:
        for encoder in self._encoders:
            data = encoder.feed(data)
        return data

    def finish(self) -> bytes:
        rest = b""
        for encoder in self._encoders:
            rest = encoder.feed(rest) + encoder.finish()
        return rest


def stored_size(coding: str, size: int) -> int:
    """Bytes that the encoder of `coding` makes of `size` bytes."""
    if coding == "gzip":
        return 10 + size + 5 * (size // FLATE_BLOCK + 1) + 8
    if coding == "deflate":
        return 2 + size + 5 * (size // FLATE_BLOCK + 1) + 4
    if coding == "br":
        return size + 3 * -(-size // BLOCK) + 1
    if coding == "zstd":
        return 6 + size + 3 * (size // BLOCK + 1)
    return size
