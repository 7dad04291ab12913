"""What stands in a journal: where each interaction's text is, found again by sequence number.

Lives here: the index over one journal file, shared by the writer and by recovery. Must not: append.
Called by: journal, seal, recover. It costs 32 bytes an interaction and never holds a text.
"""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import msgspec

from hushtape.cassette import layout, records
from hushtape.cassette.document import Sources, interaction_from
from hushtape.cassette.problems import malformed
from hushtape.cassette.spool import SpooledBody
from hushtape.model import CHUNK, Body, Interaction

_decode_splices = msgspec.json.Decoder(list[layout.Splice]).decode


class Entries:
    """Texts in the journal open at `fd`; bodies in files of `folder`."""

    def __init__(self, fd: int, folder: Path) -> None:
        self.fd = fd
        self.folder = folder
        self.certificates: list[bytes] = []
        """Rendered entries of the head's certificate table, each certificate once."""
        self.withdrawn: set[str] = set()
        """Fingerprints of those that are not published."""
        # Rows of sequence, offset, length, table: one array, so that a row is there whole or not at all.
        self._rows = array("q")

    @property
    def published(self) -> list[bytes]:
        """The certificate table of the sealed cassette."""
        return [entry for entry in self.certificates if entry[1:65].decode() not in self.withdrawn]

    def add(self, sequence: int, offset: int, length: int, table: int) -> None:
        """A text of `length` bytes at `offset`; before it `table` bytes of splices and a line break."""
        self._rows.extend((sequence, offset, length, table))

    def order(self) -> list[int]:
        """The entries by sequence number; of those that share one, the last."""
        numbers = self._rows[::4]
        ranked = sorted(range(len(numbers)), key=numbers.__getitem__)
        return [
            index
            for place, index in enumerate(ranked, 1)
            if (place == len(ranked) or numbers[ranked[place]] != numbers[index])
            and self._rows[4 * index + 3] >= 0
        ]

    @property
    def count(self) -> int:
        """How many have been added."""
        return len(self._rows) // 4

    def stands(self, index: int) -> bool:
        """It was not removed."""
        return self._rows[4 * index + 3] >= 0

    def remove(self, index: int) -> None:
        """Take an entry out of the order; what it replaced stays out, too."""
        self._rows[4 * index + 3] = -1

    def sequence(self, index: int) -> int:
        """The sequence number of an entry."""
        return self._rows[4 * index]

    def where(self, index: int) -> tuple[int, int]:
        """Offset and length of an entry's text."""
        _, offset, length, _ = self._rows[4 * index : 4 * index + 4]
        return offset, length

    def record(self, index: int) -> tuple[int, int]:
        """Offset and length of the payload that holds the entry: table, line break, text."""
        _, offset, length, table = self._rows[4 * index : 4 * index + 4]
        return offset - table - 1, length + table + 1

    def void(self, index: int, journal: Path) -> None:
        """Overwrite an entry's record with zeros, in the file that `fd` only appends to, and mark it void:
        there and here, where nobody may read it any more."""
        offset, length = self.record(index)
        fd = os.open(journal, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            head = records.head(records.VOID, self.sequence(index), length)
            os.pwrite(fd, head, offset - records.HEAD_SIZE)
            for start in range(offset, offset + length, CHUNK):
                os.pwrite(fd, bytes(min(CHUNK, offset + length - start)), start)
        finally:
            os.close(fd)
            self.remove(index)

    def splices(self, index: int) -> list[layout.Splice]:
        """Where bodies from files go into the text."""
        size = self._rows[4 * index + 3]
        if size <= 0:
            return []
        return _decode_splices(os.pread(self.fd, size, self._rows[4 * index + 1] - size - 1))

    def spools(self, index: int) -> list[Path]:
        """The body files of an entry."""
        return [self.folder / splice.name for splice in self.splices(index)]

    def text(self, index: int) -> bytes:
        """The canonical text, stand-ins for bodies in it."""
        offset, length = self.where(index)
        return os.pread(self.fd, length, offset)

    def interaction(self, index: int, path: Path) -> Interaction:
        """The entry as an interaction; `path` is for messages."""
        certificates = {entry[1:65].decode(): entry[69:-1] for entry in self.certificates}
        kinds = {splice.name: splice.kind for splice in self.splices(index)}

        def spooled(name: str, size: int) -> Body:
            if name not in kinds:
                raise malformed(path, "a body of the journal is missing")
            kind = "string" if kinds[name] == "text" else kinds[name]
            return SpooledBody(self.folder / name, size, kind)

        return interaction_from(self.text(index), Sources(path, certificates, spooled=spooled))
