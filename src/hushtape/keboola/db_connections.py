"""A driver's connection and cursor, watched or imitated (PEP 249).

Lives here: the recording pair, which lets the genuine ones work, and the replaying pair, which needs none.
Must not: know where entries go or come from. Called by: db_recorder.
A query is over when its cursor runs another one, is closed or let go of, or the recording ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from hushtape.keboola.db_store import Store

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


class RecordingCursor:
    """A cursor whose queries are recorded, with the rows that the program fetches. Else as it was."""

    _entry: dict[str, Any] | None = None

    def __init__(self, genuine: Any, log: Any) -> None:
        self._genuine = genuine
        self._log = log

    def __del__(self) -> None:
        self.settle()

    def execute(self, sql: str, parameters: Any = None, **keywords: Any) -> Any:
        self.settle()
        given = () if parameters is None else (parameters,)
        answer = self._genuine.execute(sql, *given, **keywords)
        self._entry = {
            "sql": sql,
            "parameters": parameters if parameters is not None else keywords or None,
            "description": _described(self._genuine.description),
            "rows": [],
        }
        return self if answer is self._genuine else answer

    def fetchone(self) -> Any:
        row = self._genuine.fetchone()
        if row is not None:
            self._rows([row])
        return row

    def fetchmany(self, size: int | None = None) -> Any:
        return self._rows(self._genuine.fetchmany() if size is None else self._genuine.fetchmany(size))

    def fetchall(self) -> Any:
        return self._rows(self._genuine.fetchall())

    def __iter__(self) -> Iterator[Any]:
        for row in self._genuine:
            yield self._rows([row])[0]

    def _rows(self, rows: Any) -> Any:
        """Keep the rows, and hand them on."""
        if self._entry is not None:
            self._entry["rows"] += [list(row) for row in rows]
        return rows

    def settle(self) -> None:
        """The query is over: it goes to the log."""
        entry, self._entry = self._entry, None
        if entry is not None:
            self._log.append(entry)

    def close(self) -> None:
        self.settle()
        self._genuine.close()

    def __enter__(self) -> RecordingCursor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)

    @property
    def arraysize(self) -> int:
        """Rows that `fetchmany` fetches."""
        return int(self._genuine.arraysize)

    @arraysize.setter
    def arraysize(self, size: int) -> None:
        self._genuine.arraysize = size


class RecordingConnection:
    """A connection whose cursors are recorded. All else is the genuine's."""

    def __init__(self, genuine: Any, log: Any) -> None:
        self._genuine = genuine
        self._log = log
        # Weakly: most programs let go of a cursor without closing it, and servers count those that are open.
        self._cursors: WeakSet[RecordingCursor] = WeakSet()

    def cursor(self, *args: Any, **keywords: Any) -> RecordingCursor:
        made = RecordingCursor(self._genuine.cursor(*args, **keywords), self._log)
        self._cursors.add(made)
        return made

    def settle(self) -> None:
        """All queries are over."""
        for cursor in tuple(self._cursors):
            cursor.settle()

    def close(self) -> None:
        self.settle()
        self._genuine.close()

    def __enter__(self) -> RecordingConnection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)


class ReplayCursor:
    """A cursor that answers from the store."""

    rowcount = -1

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: list[tuple[Any, ...]] = []
        self.arraysize = 100
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, sql: str, parameters: Any = None, **keywords: Any) -> ReplayCursor:
        entry = self._store.take(sql, parameters if parameters is not None else keywords or None)
        described = entry.get("description")
        self.description = None if described is None else [_expanded(column) for column in described]
        self._rows = [tuple(row) for row in entry.get("rows") or ()]
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        count = self.arraysize if size is None else size
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows, []
        return taken

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while self._rows:
            yield self._rows.pop(0)

    def close(self) -> None:
        self._rows = []

    def __enter__(self) -> ReplayCursor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class ReplayConnection:
    """A connection to nothing: its cursors answer from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def cursor(self, *args: Any, **keywords: Any) -> ReplayCursor:
        return ReplayCursor(self._store)

    def commit(self) -> None:
        """Nothing to commit."""

    def rollback(self) -> None:
        """Nothing to take back."""

    def ping(self) -> None:
        """It is always there."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> ReplayConnection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _described(description: Any) -> list[list[str]] | None:
    """Each column's name and type."""
    if description is None:
        return None
    return [[str(column[0]), str(getattr(column[1], "name", column[1]))] for column in description]


def _expanded(column: Any) -> tuple[Any, ...]:
    """A column as PEP 249 has it: seven items."""
    return (*tuple(column)[:7], *([None] * (7 - len(column))))
