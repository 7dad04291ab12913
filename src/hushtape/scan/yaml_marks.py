"""The bytes of a YAML text behind the marks of PyYAML's events, which count characters.

Lives here: the stream that the parser reads, which keeps what it has not passed yet. Must not: parse, look
for anything. Called by: yaml_values. In memory: what the parser is ahead of its events, one scalar at most.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_SCALAR = 16 * 1024 * 1024
"""Bytes of one scalar; a text that holds a longer one is read up to it."""

_BOM = b"\xef\xbb\xbf"


class TooLong(Exception):
    """A scalar goes on beyond `MOST_SCALAR`."""


class Marked:
    """What libyaml reads. `passed`: the character before which nothing will be asked for again."""

    __slots__ = ("_byte", "_char", "_chunks", "_data", "_rest", "passed")

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self._data = bytearray()
        self._char = self._byte = self.passed = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, b"" at the end. Raises TooLong."""
        if not self._rest:
            self._rest = next((chunk for chunk in self._chunks if chunk), b"")
            if not self._byte and not self._data and self._rest.startswith(_BOM):  # no character of it
                self._rest, self._byte = self._rest[len(_BOM) :], len(_BOM)
        data = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(data) :]
        self.drop(self.passed)
        if len(self._data) > MOST_SCALAR:
            raise TooLong
        self._data += data
        return data

    def drop(self, char: int) -> int:
        """Forget what stands before a character; the byte of the text that it begins at."""
        gone = self._size(char - self._char)
        del self._data[:gone]
        self._char, self._byte = max(char, self._char), self._byte + gone
        return self._byte

    def text(self, chars: int) -> bytes:
        """So many characters from where `drop` was called last."""
        return bytes(self._data[: self._size(chars)])

    def _size(self, chars: int) -> int:
        """How many bytes the next characters take."""
        if chars <= 0:
            return 0
        if (head := self._data[:chars]).isascii():
            return len(head)
        return len(self._data[: 4 * chars].decode("utf-8", "ignore")[:chars].encode())
