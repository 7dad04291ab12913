"""Body files that no entry of a journal needs any longer. They go at once: they may hold what was learned.

Lives here: who names a file, and its end. Must not: write or read bodies, know why an entry went. Called by:
journal. Files of equal bodies are one, so a file stays while any entry names it, or any exchange that has
finished its body and not committed yet.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hushtape.cassette.entries import Entries

NEWEST: Final = 256
"""Entries that may have been added since the one of an exchange that is just given up."""


class Leftovers:
    """Those of one journal."""

    __slots__ = ("_entries", "_finished", "_lock", "_named")

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._finished: Counter[Path] = Counter()
        """Bodies that are to be committed."""
        self._named: Counter[Path] = Counter()
        """Bodies of entries."""
        # Re-entrant: a response that is collected ends its exchange wherever the collector runs.
        self._lock = threading.RLock()

    @contextmanager
    def finishing(self, path: Path) -> Iterator[None]:
        """While a file gets its name: from here on it stays until `committed` or `unused`."""
        with self._lock:
            self._finished[path] += 1
            yield

    def committed(self, paths: Iterable[Path]) -> None:
        """An entry names these now."""
        with self._lock:
            for path in paths:
                self._named[path] += 1
                self._finished[path] -= self._finished[path] > 0

    def unused(self, path: Path) -> None:
        """This body won't be committed."""
        with self._lock:
            self._finished[path] -= self._finished[path] > 0
            self._remove(path)

    def left(self, path: Path) -> None:
        """The same, but it may have been: whatever ended its exchange may have come at any moment."""
        with self._lock:
            entries = self._entries
            if not any(path in entries.spools(index) for index in entries.latest(NEWEST)):
                self.unused(path)

    def gone(self, paths: Iterable[Path]) -> None:
        """The entry that named these is gone."""
        with self._lock:
            for path in paths:
                self._named[path] -= self._named[path] > 0
                self._remove(path)

    def _remove(self, path: Path) -> None:
        if not self._named[path] and not self._finished[path]:
            del self._named[path], self._finished[path]
            path.unlink(missing_ok=True)
