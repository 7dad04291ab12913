"""Appending to the journal: whole records, in one order, from any thread and from within a finalizer.

Lives here: the one lock around the file's end. Must not: render, scrub, read back. Called by: journal.
A garbage collection may run between any two bytecodes and finalize a response; that ends its exchange,
which is committed, perhaps in the thread that is writing right now. Such a record waits in `_waiting`,
and whoever writes takes it along before letting go of the lock.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hushtape.cassette import records
from hushtape.cassette.entries import Entries
from hushtape.cassette.problems import unwritable
from hushtape.errors import CassetteWriteError


class Appender:
    """The end of one journal, open at `fd` with O_APPEND, and its index."""

    __slots__ = ("_end", "_fd", "_lock", "_open", "_path", "_waiting", "_writing", "entries")

    def __init__(self, fd: int, entries: Entries, path: Path) -> None:
        self.entries = entries
        self._fd = fd
        self._path = path
        self._end = 0
        self._open = True
        self._writing = False
        self._waiting: deque[tuple[bytes, Callable[..., None], tuple[Any, ...]]] = deque()
        # Re-entrant, so that a finalizer in the section below gets as far as finding `_writing` set. What
        # it interrupts goes on only after it returned, so between the two of them nothing is concurrent.
        self._lock = threading.RLock()

    def head(self, payload: bytes) -> None:
        """The journal's own head, before anything else."""
        self._put(records.pack(records.JOURNAL, 0, payload), _nothing, ())

    def certificate(self, entry: bytes) -> None:
        """A rendered entry of the certificate table."""
        self._put(records.pack(records.CERTIFICATE, 0, entry), self._index_certificate, (entry,))

    def interaction(self, sequence: int, table: bytes, text: bytes) -> None:
        """An interaction's text, after the table of its splices.

        Raises:
            CassetteWriteError: this record, or one that came along with it, can't be written.
        """
        record = records.pack_text(records.END, sequence, table, text)
        self._put(record, self._index, (sequence, len(table), len(text)))

    def close(self) -> None:
        """Nothing is written from here on; what was on its way is."""
        with self._lock:
            self._open = False

    def _put(self, record: bytes, then: Callable[..., None], entry: tuple[Any, ...]) -> None:
        waiting = self._waiting
        failed: CassetteWriteError | None = None
        with self._lock:
            waiting.append((record, then, entry))
            while waiting and not self._writing:
                self._writing = True
                try:
                    while waiting:
                        try:
                            self._append(*waiting.popleft())
                        except CassetteWriteError as error:
                            failed = failed or error
                finally:
                    self._writing = False
        if failed is not None:
            raise failed

    def _append(self, record: bytes, then: Callable[..., None], entry: tuple[Any, ...]) -> None:
        """Write a record whole, or leave the file as it was."""
        if not self._open:
            raise unwritable(
                self._path, f"record on {self._path}", found="its journal is closed to this process"
            )
        start = self._end
        try:
            written = os.write(self._fd, record)
            while written < len(record):
                written += os.write(self._fd, memoryview(record)[written:])
            self._end = start + written
        except OSError as error:
            self._undo()
            raise unwritable(self._path, f"write to the journal of {self._path}", error) from None
        except BaseException:  # a signal handler raised: the next record must stand where the index says
            self._undo()
            raise
        then(start, *entry)

    def _undo(self) -> None:
        """Cut off a record that was written in part; if that fails, nothing may follow it."""
        try:
            os.ftruncate(self._fd, self._end)
        except OSError:
            self._open = False

    def _index(self, start: int, sequence: int, table: int, text: int) -> None:
        self.entries.add(sequence, start + records.HEAD_SIZE + table + 1, text, table)

    def _index_certificate(self, start: int, entry: bytes) -> None:
        if entry not in self.entries.certificates:
            self.entries.certificates.append(entry)


def _nothing(start: int) -> None:
    """The journal's head has no place in the index."""
