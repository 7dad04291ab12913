"""Zip archives, read from their local headers: the directory comes last, and a stream can't wait.

Lives here: finding the members and handing their data to what unpacks them. Must not: inflate (audit_unpack
does), hold a member. Called by: audit_containers. Source: the ZIP application note 4.3.7 (local headers),
4.4.4, 4.4.5, 5.8.8. Members that are stored as they are need nothing: the archive's own bytes show them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Final

from hushtape.sanitize import audit_unpack as unpack
from hushtape.sanitize.audit_zstd import ZstdFile, zstd_file

ZIP: Final = b"PK\x03\x04"
_HEADER: Final = 30
_STORED: Final = 0
_DEFLATE: Final = 8
_BZIP2: Final = 12
_LZMA: Final = 14
_ZSTD: Final = (93, 20)
_XZ: Final = 95
_METHODS: Final = frozenset((1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, *range(93, 100)))
"""Those of 4.4.5, but for stored members."""

_NEWEST: Final = 63
_LONGEST_NAME: Final = 1024
_UNKNOWN_SIZE: Final = (0, 0xFFFFFFFF)
"""It stands behind the member, or in a field of zip64."""


class ZipFile:
    """A zip archive on its way."""

    __slots__ = ("_left", "_member", "_rest", "members", "unread")
    running = True
    rest = None

    def __init__(self) -> None:
        self.unread = ""
        self.members = 0
        """Those that were begun: what comes out belongs to the last one."""
        self._rest = b""
        self._member: unpack.Packed | ZstdFile | None = None
        self._left = -1
        """Bytes of a member that does not say where it ends; -1: it does."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out. Each iterator is exhausted before the next call."""
        rest = self._rest + data
        self._rest = b""
        while rest:
            member = self._member
            rest = self._next_member(rest) if member is None else (yield from self._read(member, rest))

    def _next_member(self, data: bytes) -> bytes:
        """The compressed bytes of the next member; b"": they are still to come."""
        at = data.find(ZIP)
        while at >= 0 and at + _HEADER <= len(data):
            names = int.from_bytes(data[at + 26 : at + 28], "little")
            start = at + _HEADER + names + int.from_bytes(data[at + 28 : at + 30], "little")
            method = int.from_bytes(data[at + 8 : at + 10], "little")
            sealed = data[at + 6] & 1
            if not sealed and method in _METHODS and start >= len(data):
                break
            if sealed:
                self._is_unread(data, at, "an encrypted member")
            elif self._begin(method, data, at):
                return data[start:]
            at = data.find(ZIP, at + len(ZIP))
        self._rest = data[at if at >= 0 else max(0, len(data) - len(ZIP) + 1) :]
        return b""

    def _begin(self, method: int, data: bytes, at: int) -> bool:
        """Whether a member can be read that has its header there."""
        if method not in _METHODS:
            return False
        self._member = _unpacker(method)
        self.members += 1
        if self._member is None:
            self._is_unread(data, at, f"a member compressed by method {method}")
            return False
        size = int.from_bytes(data[at + 18 : at + 22], "little")
        says = method != _LZMA or data[at + 6] & 2 or size in _UNKNOWN_SIZE
        self._left = -1 if says else size
        return True

    def _is_unread(self, data: bytes, at: int, what: str) -> None:
        """Four bytes of noise may look like a header."""
        if data[at + 4] <= _NEWEST and 0 < int.from_bytes(data[at + 26 : at + 28], "little") <= _LONGEST_NAME:
            self.unread = what

    def _read(self, member: unpack.Packed | ZstdFile, data: bytes) -> Generator[bytes, None, bytes]:
        """Yields what comes out; returns what is left to read."""
        if 0 <= self._left <= len(data):
            yield from member.feed(data[: self._left])
            self._member = None
            return data[self._left :]
        yield from member.feed(data)
        if member.running:
            self._left -= len(data) if self._left >= 0 else 0
            return b""
        self._member = None
        self.unread = self.unread or getattr(member, "unread", "")
        # Torn: these four bytes stood in another one's data, maybe.
        return data if member.rest is None else member.rest


def _unpacker(method: int) -> unpack.Packed | ZstdFile | None:
    if method == _DEFLATE:
        return unpack.deflate()
    if method == _BZIP2:
        return unpack.bzip2(once=True)
    if method == _LZMA:
        return _lzma_member()
    if method == _XZ:
        return unpack.xz(once=True)
    return zstd_file(once=True) if method in _ZSTD else None


class _Lzma:
    """LZMA as zip files hold it: version, length and properties first (5.8.8)."""

    __slots__ = ("_head", "_stream")

    def __init__(self) -> None:
        self._head = b""
        self._stream: Any = None

    @property
    def eof(self) -> bool:
        return self._stream is not None and bool(self._stream.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._stream.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._stream is None:
            self._head = head = self._head + data
            if len(head) < 9:
                return b""
            self._stream, data = _lzma_stream(head[2:9]), head[9:]
        return bytes(self._stream.decompress(data, max_length))


def _lzma_stream(head: bytes) -> Any:
    import lzma

    size, rest, place = int.from_bytes(head[3:7], "little"), *divmod(head[2], 9)
    if head[:2] != b"\x05\0" or head[2] >= 9 * 5 * 5 or size > unpack.MOST_MEMORY:
        raise lzma.LZMAError("properties that no decoder takes")
    of_position, position = rest // 5, rest % 5
    kind = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(size, 4096),
        "lc": place,
        "lp": position,
        "pb": of_position,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[kind])


def _lzma_member() -> unpack.Packed:
    import lzma

    return unpack.replayed(_Lzma, lzma.LZMAError, True)
