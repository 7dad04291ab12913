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

from hushtape.cassette import records
from hushtape.cassette.entries import Entries
from hushtape.cassette.problems import unwritable
from hushtape.errors import CassetteWriteError

CLOSED = "its journal is closed to this process"

_Entry = tuple[int, int, int] | bytes | None
"""For the index: an interaction's sequence, table size and text size; a certificate; nothing."""


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
        self._waiting: deque[tuple[bytes, _Entry]] = deque()
        # Re-entrant, so that a finalizer in the section below gets as far as finding `_writing` set. What
        # it interrupts goes on only after it returned, so between the two of them nothing is concurrent.
        self._lock = threading.RLock()

    def head(self, payload: bytes) -> None:
        """The journal's own head, before anything else."""
        self._put(records.pack(records.JOURNAL, 0, payload), None)

    def certificate(self, entry: bytes) -> None:
        """A rendered entry of the certificate table."""
        self._put(records.pack(records.CERTIFICATE, 0, entry), entry)

    @property
    def interrupted(self) -> bool:
        """Asked by a finalizer that came in the middle of a write of its own thread: what is on its way is
        not in the index yet."""
        with self._lock:
            return self._writing

    def lesson(self, number: int, payload: bytes) -> None:
        """The beginning of a lesson, or its end (lessons.py)."""
        self._put(records.pack(records.LESSON, number, payload), None)

    def interaction(
        self, sequence: int, table: bytes, text: bytes, current: Callable[[], bool] | None = None
    ) -> bool:
        """An interaction's text, after the table of its splices; False: `current` forbade it.

        `current` is asked under the lock: what makes it False, and then writes a record, knows that no
        record of one that was told True comes after its own.

        Raises:
            CassetteWriteError: this record, or one that came along with it, can't be written.
        """
        record = records.pack_text(records.END, sequence, table, text)
        return self._put(record, (sequence, len(table), len(text)), current)

    def close(self) -> None:
        """Nothing is written from here on; what was on its way is."""
        with self._lock:
            self._open = False

    def _put(self, record: bytes, entry: _Entry, current: Callable[[], bool] | None = None) -> bool:
        with self._lock:
            if current is not None and not current():
                return False
            self._waiting.append((record, entry))
            if not self._writing:
                self._write()
        return True

    def _write(self) -> None:
        """Write what waits. The lock is held."""
        waiting = self._waiting
        failed: CassetteWriteError | None = None
        while waiting:  # again: a finalizer may have come between the last look and the end of `_writing`
            self._writing = True
            try:
                while waiting:
                    self._append(*waiting.popleft())
            except CassetteWriteError as error:
                failed = failed or error
            finally:
                self._writing = False
        if failed is not None:
            raise failed

    def _append(self, record: bytes, entry: _Entry) -> None:
        """Write a record whole, or leave the file as it was; then note where it stands."""
        if not self._open:
            raise unwritable(self._path, f"record on {self._path}", found=CLOSED)
        start, size = self._end, len(record)
        try:
            written = os.write(self._fd, record)
            while written < size:
                written += os.write(self._fd, memoryview(record)[written:])
            self._end = start + size
        except OSError as error:
            self._undo()
            raise unwritable(self._path, f"write to the journal of {self._path}", error) from None
        except BaseException:  # a signal handler raised: the next record must stand where the index says
            self._undo()
            raise
        if type(entry) is tuple:
            sequence, table, text = entry
            self.entries.add(sequence, start + records.HEAD_SIZE + table + 1, text, table)
        elif type(entry) is bytes and entry not in self.entries.certificates:
            self.entries.certificates.append(entry)

    def _undo(self) -> None:
        """Cut off a record that was written in part; if that fails, nothing may follow it."""
        try:
            os.ftruncate(self._fd, self._end)
        except OSError:
            self._open = False
