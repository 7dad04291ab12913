"""Body files that no entry of a journal needs any longer.

Lives here: which go at once, and which wait until nobody can name them. Must not: write or read bodies, know
why an entry went. Called by: journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hushtape.cassette.entries import Entries
from hushtape.cassette.spool import OWN


class Leftovers:
    """Those of one journal."""

    __slots__ = ("_entries", "_waiting")

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._waiting: set[Path] = set()

    @property
    def waiting(self) -> bool:
        """Files wait for `sweep`."""
        return bool(self._waiting)

    def add(self, paths: Iterable[Path]) -> None:
        """Remove body files of an entry that is gone, or never came. One that equal bodies share may be named
        by another, or by an exchange that has not committed yet: it waits for `sweep`."""
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
        if self._waiting:
            waiting, self._waiting = self._waiting, set()
            entries = self._entries
            named = {path for index in entries.order() for path in entries.spools(index)}
            for path in waiting - named:
                path.unlink(missing_ok=True)
