"""Body files that no entry of a journal needs any longer.

Lives here: which go at once, and which wait until nobody can name them. Must not: write or read bodies, know
why an entry went. Called by: journal.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hushtape.cassette.entries import Entries
from hushtape.cassette.spool import OWN


class Leftovers:
    """Those of one journal. A file that equal bodies share may be named by another entry, or by an exchange
    that has finished its body and not committed yet."""

    __slots__ = ("_entries", "_finished", "_lock", "_waiting")

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._waiting: set[Path] = set()
        self._finished: Counter[Path] = Counter()
        """Shared files of bodies that are to be committed."""
        # Re-entrant: a response that is collected ends its exchange wherever the collector runs.
        self._lock = threading.RLock()

    @property
    def waiting(self) -> bool:
        """Files wait for `sweep`."""
        return bool(self._waiting)

    @contextmanager
    def finishing(self, path: Path) -> Iterator[None]:
        """While a shared file gets its name: from here on, until `settle`, no sweep takes it."""
        with self._lock:
            self._finished[path] += 1
            yield

    def settle(self, paths: Iterable[Path]) -> None:
        """These bodies were committed, or won't be."""
        with self._lock:
            for path in paths:
                if self._finished[path] > 1:
                    self._finished[path] -= 1
                else:
                    del self._finished[path]

    def add(self, paths: Iterable[Path]) -> None:
        """Remove body files of an entry that is gone, or never came; shared ones with the next `sweep`."""
        for path in paths:
            if path.name.startswith(OWN):
                path.unlink(missing_ok=True)
            else:
                self._waiting.add(path)

    def wait(self, path: Path) -> None:
        """Remove this one with the next `sweep`, unless an entry names it by then."""
        self._waiting.add(path)

    def sweep(self) -> None:
        """Remove what no entry names. No exchange may run that began before its body was replaced."""
        with self._lock:
            waiting, self._waiting = self._waiting, set()
            finished = set(
                self._finished
            )  # before the entries: what is committed meanwhile is in one of both
            entries = self._entries
            named = (
                {path for index in entries.order() for path in entries.spools(index)} if waiting else set()
            )
            for path in waiting - named:
                if path in finished:
                    self._waiting.add(path)
                else:
                    path.unlink(missing_ok=True)
