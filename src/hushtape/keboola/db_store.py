"""Recorded queries, found again.

Lives here: the store that a replay answers from, and the error of a query that is not in it. Must not: know a
driver. Called by: db_recorder, db_connections. Each answer is given once, in recorded order.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hushtape.keboola import db_values
from hushtape.keboola.errors import VCRRecorderError
from hushtape.sanitize.rules import REDACTED

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


SHORTEST = 3
"""Letters of a placeholder that is looked for in a statement; `*` and `X` are SQL."""


class UnmatchedQueryError(VCRRecorderError, RuntimeError):
    """No recorded query answers this one. Attributes: sql (str, normalised, scrubbed)."""

    sql: str


class Store:
    """Attributes: missed: the error of the first query that could not be answered."""

    def __init__(
        self,
        interactions: Sequence[Mapping[str, Any]],
        tell: Callable[[str], str] = str,
        placeholders: Iterable[str] = (REDACTED,),
    ) -> None:
        """`tell`: scrubs parameters before they are compared, and a statement that an error shows.
        `placeholders`: what may stand for a secret in what was recorded."""
        self._tell = tell
        known = sorted(
            {text.upper() for text in placeholders if len(text) >= SHORTEST}, key=len, reverse=True
        )
        placeholder = re.compile("|".join(map(re.escape, known)) or r"(?!)")
        self._left: dict[str, list[Mapping[str, Any]]] = {}
        for entry in interactions:
            self._left.setdefault(str(entry.get("sql_normalized", "")), []).append(entry)
        parts = ((placeholder.split(text), text) for text in self._left)
        self._hiding = sorted(
            ((one, text) for one, text in parts if len(one) > 1), key=lambda hiding: -sum(map(len, hiding[0]))
        )
        """Statements with placeholders, in parts; those with the most letters of their own first."""
        self._lock = threading.Lock()
        self.missed: UnmatchedQueryError | None = None

    def take(self, sql: str, parameters: object) -> Mapping[str, Any]:
        """The next answer to this statement, those for the same parameters first.

        Raises:
            UnmatchedQueryError: there is none left.
        """
        statement = db_values.normalize_sql(sql)
        recorded = statement if statement in self._left else self._hidden(statement)
        wanted = {db_values.params_hash(parameters), db_values.params_hash(parameters, self._tell)}
        with self._lock:
            left = self._left.get(recorded, [])
            # Parameters hold what a replay does not know (a recorded secret), so SQL alone will do.
            for index, entry in enumerate(left):
                if entry.get("params_hash") in wanted:
                    return left.pop(index)
            if left:
                return left.pop(0)
            error = self._unmatched(sql)
            self.missed = self.missed or error
        raise error

    def _hidden(self, statement: str) -> str:
        """The recorded statement that is this one but for placeholders, of several the one with the most
        letters of its own: a placeholder stands for any text. Else the statement itself."""
        told = db_values.normalize_sql(self._tell(statement))
        if told in self._left:
            return told
        return next((text for parts, text in self._hiding if _fits(parts, statement)), statement)

    def _unmatched(self, sql: str) -> UnmatchedQueryError:
        statement = db_values.normalize_sql(self._tell(sql))
        known = sorted(text for text, entries in self._left.items() if entries)[:5]
        listed = "; ".join(self._tell(text)[:120] for text in known) or "none"
        return UnmatchedQueryError(
            f"replay the query {statement[:200]}",
            f"no recorded answer is left for it (left: {listed})",
            "Record the case anew, or correct the query.",
            sql=statement,
        )


def _fits(parts: Sequence[str], statement: str) -> bool:
    """Whether these stand in the statement in this order, with something between them, from its beginning to
    its end. An expression would try all places of each."""
    first, *between, last = parts
    at, end = len(first), len(statement) - len(last)
    if not statement.startswith(first) or not statement.endswith(last):
        return False
    for part in between:
        found = statement.find(part, at + 1, end)
        if found < 0:
            return False
        at = found + len(part)
    return at < end
