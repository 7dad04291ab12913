"""Body files that no entry of a journal needs any longer. They go at once: they may hold what was learned.

Lives here: who needs a file, and its end. Must not: write or read bodies, know why an entry went. Called by:
journal. Files of equal bodies are one, so a file stays while any entry names it, or any exchange that has
finished such a body and is not over yet. An exchange is known by its sequence number.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hushtape.cassette.entries import Entries


class Leftovers:
    """Those of one journal."""

    __slots__ = ("_doubtful", "_entries", "_finished", "_lock", "_named", "_open")

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._finished: dict[int, list[Path]] = {}
        """Files that an exchange has finished and not committed, each as often as it did."""
        self._doubtful: list[Path] = []
        """Those of exchanges that nobody knows the end of."""
        self._open: Counter[Path] = Counter()
        """How often each is in one of these lists, or was."""
        self._named: Counter[Path] = Counter()
        """How often entries name each."""
        # Re-entrant: a response that is collected ends its exchange wherever the collector runs.
        self._lock = threading.RLock()

    @contextmanager
    def finishing(self, sequence: int, path: Path) -> Iterator[None]:
        """While a file gets its name: from here on it stays until its exchange is over."""
        with self._lock:
            self._finished.setdefault(sequence, []).append(path)
            self._open[path] += 1
            yield

    def naming(self, paths: Iterable[Path]) -> None:
        """An entry that names these is about to be written. Before it is: another thread may replace it as
        soon as it stands there."""
        with self._lock:
            self._named.update(paths)

    def over(self, sequence: int, *, sure: bool = True) -> None:
        """The exchange is over, with an entry or without: what else it has finished goes. Not `sure`: a
        signal may have struck while its record was on its way. Then it goes with `close`."""
        with self._lock:
            paths = self._finished.pop(sequence, ())
            if not sure:
                self._doubtful += paths
                return
            for path in paths:
                self._open[path] -= 1
                self._remove(path)

    def gone(self, paths: Iterable[Path]) -> None:
        """The entry that named these is gone."""
        with self._lock:
            for path in paths:
                self._named[path] -= self._named[path] > 0
                self._remove(path)

    def close(self) -> None:
        """The recording is over, and its folder stays."""
        with self._lock:
            entries, doubtful = self._entries, set(self._doubtful)
            self._doubtful = []
            for index in entries.order() if doubtful else ():
                doubtful -= set(entries.spools(index))
            for path in doubtful:
                path.unlink(missing_ok=True)

    def _remove(self, path: Path) -> None:
        if not self._named[path] and not self._open[path]:
            del self._named[path], self._open[path]
            path.unlink(missing_ok=True)
