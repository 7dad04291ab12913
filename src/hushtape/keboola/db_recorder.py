"""Recording and replaying database drivers: the adapter's contract, and the one for oracledb.

Lives here: DBAdapter, OracleDBAdapter. Must not: write the cassette (databases does), import a driver before
it is patched. Called by: recorder, components' own adapters, and keboola.datadirtest, which imports it at its
top.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hushtape.errors import MissingDependencyError
from hushtape.keboola.db_connections import RecordingConnection, ReplayConnection
from hushtape.keboola.db_store import Store, UnmatchedQueryError
from hushtape.keboola.own_modules import project_of
from hushtape.patching import PatchSet
from hushtape.sanitize.rules import REDACTED

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_IMPORT = re.compile(
    rb"^[ \t]*(?:import[ \t](?:[\w., \t]*[, \t])?|from[ \t]+)oracledb\b|\boracle\+oracledb\b", re.MULTILINE
)
"""A statement, or the dialect of SQLAlchemy."""


class DBAdapter(ABC):
    """What records and replays one database driver.

    Attributes: tell: scrubs what an error may show; placeholders: what may stand for secrets in the
    interactions. A recorder sets both before `patch_for_replay`.
    """

    tell: Callable[[str], str] = str
    placeholders: Collection[str] = (REDACTED,)

    @property
    @abstractmethod
    def driver_name(self) -> str:
        """The driver's module."""

    @abstractmethod
    def patch_for_record(self, interaction_log: Any) -> None:
        """Let the driver work, and append each query to the log once it is over:
        ``{"sql" (or "sql_normalized"), "parameters" (or "params_hash"), "description", "rows"}``."""

    @abstractmethod
    def patch_for_replay(self, interactions: Sequence[Mapping[str, Any]]) -> None:
        """Answer from these; the driver must not connect."""

    @abstractmethod
    def unpatch(self) -> None:
        """Undo either. It is called once more than needed at times."""


class OracleDBAdapter(DBAdapter):
    """`oracledb.connect`, and the cursors of its connections."""

    def __init__(self) -> None:
        self._patches = PatchSet()
        self._open: list[RecordingConnection] = []
        self._store: Store | None = None

    @property
    def driver_name(self) -> str:
        return "oracledb"

    @property
    def unanswered(self) -> UnmatchedQueryError | None:
        """The first query that the replay could not answer; programs swallow exceptions."""
        return self._store.missed if self._store is not None else None

    def patch_for_record(self, interaction_log: Any) -> None:
        def make(genuine: Any) -> Any:
            def connect(*args: Any, **kwargs: Any) -> RecordingConnection:
                connection = RecordingConnection(genuine(*args, **kwargs), interaction_log)
                self._open.append(connection)
                return connection

            return connect

        self._patches.replace(_driver(), "connect", make)

    def patch_for_replay(self, interactions: Sequence[Mapping[str, Any]]) -> None:
        store = self._store = Store(interactions, self.tell, self.placeholders)

        def make(genuine: Any) -> Any:
            def connect(*args: Any, **kwargs: Any) -> ReplayConnection:
                return ReplayConnection(store)

            return connect

        self._patches.replace(_driver(), "connect", make)

    def unpatch(self) -> None:
        self._patches.remove()
        while self._open:
            self._open.pop().settle()


def adapter_for(script: Path) -> DBAdapter | None:
    """The adapter of the driver that a script, or a module of its project, imports; None: of none."""
    for folder, inner, names in os.walk(project_of(Path(script))):
        inner[:] = [
            name for name in inner if not name.startswith((".", "venv", "site-packages", "node_modules"))
        ]
        for name in names:
            try:
                if name.endswith(".py") and _IMPORT.search((Path(folder) / name).read_bytes()):
                    return OracleDBAdapter()
            except OSError:
                continue
    return None


def adapters_for(script: Path) -> list[DBAdapter] | None:
    """The same as a recorder takes it; None where the driver is not installed, too."""
    adapter = adapter_for(script)
    if adapter is None or find_spec(adapter.driver_name) is None:
        return None
    return [adapter]


def _driver() -> Any:
    try:
        return import_module("oracledb")
    except ImportError:
        raise MissingDependencyError(
            "record oracledb",
            "it is not installed",
            "pip install oracledb",
            extra="oracledb",
        ) from None


__all__ = ["DBAdapter", "OracleDBAdapter", "UnmatchedQueryError"]
