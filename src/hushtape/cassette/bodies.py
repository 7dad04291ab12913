"""Bodies of a sealed cassette that stay on disk until they are asked for.

Lives here: the shared file descriptor, the inline string read in pieces, the body file. Must not: parse
interactions. Called by: reader. Chunks can be asked for again, and from any thread: reads are pread(2).
"""

from __future__ import annotations

import binascii
import os
import re
import stat
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hushtape.cassette.problems import malformed, unreadable
from hushtape.errors import CassetteNotFoundError
from hushtape.model import CHUNK

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_decode = msgspec.json.Decoder(str).decode
_FOLDER = re.compile(r"[^/\\\0]+\.bodies")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_HIGH = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")  # a surrogate pair's first half at the end of a piece
_O_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # non-blocking: a FIFO must not hang the open


Identity = tuple[int, int, int, int, int]


def _identity(found: os.stat_result) -> Identity:
    """What tells one state of a file from another: device, inode, size, and when its content and when its
    inode was changed last, in nanoseconds. The last of them can't be set by hand."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class Pinned:
    """A file descriptor that lives as long as somebody may still read from it.

    A body can outlive its reader (a streamed response read after the tape closed), so the descriptor is
    closed with the last reference to it, never under somebody's hands.
    """

    __slots__ = ("fd", "identity", "path", "size")

    def __init__(self, path: Path, flags: int = 0) -> None:
        self.fd = -1
        self.path = path
        try:
            self.fd = os.open(path, _O_READ | flags)
            found = os.fstat(self.fd)
        except OSError as error:
            raise unreadable(path, error) from None
        if stat.S_ISDIR(found.st_mode):
            raise malformed(path, "it is a folder, not a file", remedy="Name the cassette's file.")
        if not stat.S_ISREG(found.st_mode):
            raise malformed(path, "it is not a regular file")
        self.size = found.st_size
        self.identity = _identity(found)

    def is_current(self) -> bool:
        """It still stands under its name, and nobody wrote to it since it was opened."""
        try:
            return _identity(self.path.stat())[:4] == self.identity[:4]
        except OSError:
            return False

    def is_unchanged(self) -> bool:
        """Nobody wrote to it since it was opened, wherever it stands by now."""
        try:
            return _identity(os.fstat(self.fd)) == self.identity
        except OSError:
            return False

    def read(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes.

        Raises:
            CassetteFormatError: the file is shorter than it was, or can't be read.
        """
        try:
            data = os.pread(self.fd, size, offset)
        except OSError as error:
            raise unreadable(self.path, error) from None
        if len(data) != size:
            raise malformed(self.path, "the file was cut while it was in use", offset=offset + len(data))
        return data

    def __del__(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)


class InlineText:
    """A body that stands in the cassette as a JSON string: bytes `start` to `end`, quotes left out."""

    __slots__ = ("_end", "_file", "_first", "_size", "_start")

    def __init__(self, file: Pinned, start: int, end: int) -> None:
        self._file = file
        self._start = start
        self._end = end
        self._size = -1
        self._first: tuple[int, bytes] | None = None

    @property
    def size(self) -> int:
        """Length in bytes, escapes undone. Found by one pass over the text, the first time.

        Whoever asks reads next: that pass keeps its first piece for them, at most 64 KiB.
        """
        if self._size < 0:
            pieces = self._pieces(self._start, CHUNK)
            first = next(pieces, (self._start, b""))
            self._size = len(first[1]) + sum(len(data) for _, data in pieces)
            self._first = first
        return self._size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        position, first = self._start, self._first
        self._first = None
        if first is not None:
            position, data = first
            first = None
            for start in range(0, len(data), size):
                yield data[start : start + size]
            del data
        for _, data in self._pieces(position, size):
            for start in range(0, len(data), size):
                yield data[start : start + size]

    def _pieces(self, position: int, size: int) -> Iterator[tuple[int, bytes]]:
        """From `position` on: where the text goes on after each piece, and its bytes."""
        file, end = self._file, self._end
        while position < end:
            wanted = min(max(size, 16), end - position)
            raw = file.read(position, wanted)
            if position + wanted < end:
                raw = raw[: boundary(raw, len(raw))]
            try:
                data = _decode(b'"%b"' % raw).encode()
            except (msgspec.MsgspecError, ValueError):
                data = b""
            if not data:
                raise malformed(file.path, "a body is not a JSON string", offset=position) from None
            position += len(raw)
            yield position, data


def boundary(raw: bytes, end: int) -> int:
    """Where JSON string text can be cut, at `end` or just before it: between characters and escapes."""
    slash = raw.rfind(b"\\", max(0, end - 6), max(0, end))
    if slash >= 0:
        run = slash
        while run > 0 and raw[run - 1] == 0x5C:
            run -= 1
        if (slash - run) % 2 == 0 and end - slash < (6 if raw[slash + 1 : slash + 2] == b"u" else 2):
            end = slash
    while end > 0 and _HIGH.search(raw, max(0, end - 6), end):
        end -= 6
    last = end - 1
    while last > 0 and end - last < 4 and raw[last] & 0xC0 == 0x80:
        last -= 1
    if last >= 0 and raw[last] >= 0xC0 and end - last < _width(raw[last]):
        return last
    return end


def _width(lead: int) -> int:
    """Bytes of a UTF-8 character, from its first (RFC 3629 3)."""
    return 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2


class InlineBase64:
    """A body that stands in the cassette as base64 text: bytes `start` to `end`."""

    __slots__ = ("_end", "_file", "_start")

    def __init__(self, file: Pinned, start: int, end: int) -> None:
        self._file = file
        self._start = start
        self._end = end

    @property
    def size(self) -> int:
        """Length in bytes, by arithmetic."""
        length = self._end - self._start
        return length // 4 * 3 - self._file.read(self._end - min(length, 2), min(length, 2)).count(b"=")

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        step = max(size // 3, 1) * 4
        for position in range(self._start, self._end, step):
            try:
                data = b64decode(self._file.read(position, min(step, self._end - position)), validate=True)
            except (binascii.Error, ValueError):
                raise malformed(self._file.path, "a body's base64 is damaged", offset=position) from None
            for start in range(0, len(data), size):
                yield data[start : start + size]


class FileBody:
    """A body in a file of its own, below the cassette's `.bodies` folder."""

    __slots__ = ("_name", "_parent", "size")

    def __init__(self, cassette: Path, name: str, size: int) -> None:
        folder, _, file = name.partition("/")
        if not _FOLDER.fullmatch(folder) or not _FILE.fullmatch(file):
            raise malformed(cassette, "the path of a body is not a plain name below a .bodies folder")
        self._parent = cassette.parent
        self._name = name
        self.size = size
        if self._pin().size != size:
            raise malformed(self.path, f"the body file has not the {size} bytes that the cassette states")

    @property
    def path(self) -> Path:
        """The body file."""
        return self._parent / self._name

    def _pin(self) -> Pinned:
        """Opened without following a link, neither as the folder nor as the file."""
        path = self.path
        try:
            if stat.S_ISLNK(path.parent.lstat().st_mode):
                raise malformed(path, "the folder of the bodies is a symbolic link, which is not followed")
            return Pinned(path, os.O_NOFOLLOW)
        except (FileNotFoundError, CassetteNotFoundError):
            remedy = "Restore it from version control: the cassette and its .bodies folder belong together."
            raise malformed(path, "this body file of a cassette is missing", remedy=remedy) from None
        except OSError as error:
            raise unreadable(path, error) from None

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        file = self._pin()
        for position in range(0, self.size, size):
            yield file.read(position, min(size, self.size - position))
