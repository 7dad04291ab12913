"""Database calls of a run: adapters switched on and off, their log written to the cassette.

Lives here: the log that an adapter fills while recording, and what it gets at replay. Must not: know a driver
(db_recorder and its adapters do). Called by: recorder.
Each query is scrubbed, audited and in the recording folder before the next one is run.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape import clock
from hushtape.cassette.members import read_list
from hushtape.errors import SecretFoundError, interruption
from hushtape.keboola import db_values
from hushtape.keboola.metadata import WRITES_AS
from hushtape.sanitize.messages import tell
from hushtape.sanitize.named_secrets import SHORT
from hushtape.sanitize.rules import REDACTED, SecretRule

if TYPE_CHECKING:
    from hushtape.api import Tape
    from hushtape.keboola.db_recorder import DBAdapter
    from hushtape.sanitize import Ruleset

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

MEMBER = "db_interactions"

PATIENCE = 1.0
"""Seconds that a thread waits for one that writes queries; it might wait for us."""
PATIENCE_AT_END = 30.0

_SIGN = "(withheld"
"""How what `tell` withholds begins, a line or a word."""

BUDGET = 1.0
"""Seconds that searches may take while the program runs; what is left then is done when it has ended, and a
note in the recording says so until then."""


class InteractionLog:
    """What an adapter appends a query to, with its answer, once it is over."""

    def __init__(self, tape: Tape, secrets: Iterable[str] = ()) -> None:
        self._tape = tape
        self._capitals = sorted((value.upper() for value in secrets if len(value) > 2), key=len, reverse=True)
        self._rules: tuple[Ruleset, Ruleset] | None = None
        self._count = 0
        self._waiting: deque[dict[str, Any]] = deque()
        self._late = False
        """A search is wanted."""
        self._behind = False
        """Something was learned, and the list was not searched yet."""
        self._spent, self._ends = 0.0, False
        # Held while the list is written. The garbage collector may end a response or a cursor then, which
        # teaches or is written itself: whoever can't have it leaves the work to the holder, who looks again
        # after letting go.
        self._lock = threading.Lock()
        self._holder = 0
        tape.ledger.learning.others.append(self.search)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write one query to the recording. A fault of ours fails the tape, never the program's query."""
        try:
            self._teach(entry)
        except Exception as error:  # noqa: BLE001 - the program's query has succeeded, whatever goes wrong here
            self._contain(error, "record a database query")
        finally:  # a signal's exception, too: the program has its rows
            self._waiting.append(dict(entry))
        self._work()

    def _teach(self, entry: Mapping[str, Any]) -> None:
        """What a row says is a credential is looked for everywhere, as in an answer of HTTP."""
        learning = self._tape.ledger.learning
        scrubber = self._tape.ledger.ruleset.scrubber(
            "response", "application/json", learning.notebook.answered
        )
        scrubber.feed(
            db_values.encode({name: entry[name] for name in entry if name != "parameters"}).encode()
        )
        scrubber.finish()
        if learning.notebook.pending:
            # Earlier exchanges are searched with the next one's end, or at the tape's. A thousand values,
            # each by itself, take 6 s in all.
            learning.note()
            self.search()

    def search(self) -> None:
        """Scrub the queries once more: secrets that HTTP has taught meanwhile stand in earlier ones. Within a
        budget, until `finish`."""
        self._behind = True
        self._note(searched=False)
        if self._ends or self._spent < BUDGET:
            self._late = True
            self._work()

    def _note(self, *, searched: bool) -> None:
        """For `recover`: whether the list was searched."""
        if self._count and not self._tape.closed:
            try:
                self._tape.ledger.journal.lists.note(MEMBER, searched=searched)
            except Exception as error:  # noqa: BLE001 - it is called from the program's queries and exchanges
                self._contain(error, "note what was not searched")

    def finish(self) -> None:
        """The run is over: what was learned is looked for, however long it takes, from now on at once."""
        self._tape.ledger.learning.absorb()
        self._ends = True
        self.search()
        if self._waiting:
            error = RuntimeError(f"{len(self._waiting)} of them could not be written")
            self._tape.ledger.fail(error, "record the database queries")

    def _work(self) -> None:
        while self._waiting or self._late:
            patience = PATIENCE_AT_END if self._ends else PATIENCE
            if self._holder == threading.get_ident():
                return
            held = False
            try:
                if not (held := self._lock.acquire(timeout=patience)):
                    return
                self._holder = threading.get_ident()
                if self._late:
                    self._late = False
                    self._scrub_again()
                if self._waiting:
                    self._write(self._waiting[0])
                    self._waiting.popleft()  # behind it: a signal may come in between
            finally:
                if held:
                    self._holder = 0
                    self._lock.release()

    def _write(self, entry: dict[str, Any]) -> None:
        try:
            # Under the lock: a search that has passed must not have missed it. It may be written again.
            line = self._scrubbed(dict(entry))
            if not self._tape.closed:
                self._tape.ledger.journal.lists.append(MEMBER, line)
                self._count += 1
        except Exception as error:  # noqa: BLE001 - the program's query has succeeded, whatever goes wrong here
            self._contain(error, "record a database query")

    def _contain(self, error: Exception, doing: str) -> None:
        """The recording fails, and the program goes on; what a handler of its own raised is for it."""
        if (struck := interruption(error)) is not None:
            raise struck from None
        self._tape.ledger.fail(error, doing)

    def _scrub_again(self) -> None:
        ledger = self._tape.ledger
        if not self._count or ledger.ruleset is ledger.chain.ruleset:
            return
        began = clock.monotonic()
        self._behind = False
        try:
            rules = in_capitals(ledger.ruleset, self._capitals)
            ledger.journal.lists.rewrite(MEMBER, lambda line: self._again(line, rules))
            if not self._behind:
                self._note(searched=True)
        except Exception as error:  # noqa: BLE001 - it is called from the program's queries and exchanges
            self._contain(error, "scrub the database queries")
        finally:
            self._spent += clock.monotonic() - began

    def _again(self, line: bytes, rules: Ruleset) -> bytes | None:
        """A line of the list; None: it holds a secret that can't be replaced, and goes. The tape fails."""
        try:
            return self._clean(line.decode(), rules)
        except SecretFoundError as error:
            self._tape.ledger.fail(error, "scrub the database queries")
            return None

    def __len__(self) -> int:
        return self._count

    def _scrubbed(self, entry: dict[str, Any]) -> bytes:
        """The entry as a line of JSON without secrets. The hash is one of the scrubbed parameters."""
        ruleset = self._tape.ledger.ruleset
        parameters = entry.pop("parameters", None)
        if "sql" in entry:
            entry["sql_normalized"] = db_values.normalize_sql(self._told(ruleset, entry.pop("sql")))
        if self._capitals and "sql_normalized" in entry:
            entry["sql_normalized"] = self._without_capitals(ruleset, entry["sql_normalized"])
        if "params_hash" not in entry:
            entry["params_hash"] = db_values.params_hash(parameters, lambda text: tell(ruleset, text))
        return self._clean(db_values.encode(entry))

    def _without_capitals(self, ruleset: Ruleset, statement: str) -> str:
        """Rules first: a value that is replaced by itself tears one that holds it in an encoding. They are
        made anew with each value that is learned, and asked only where letters of a value stand, or what may
        be escapes."""
        letters = _letters(statement)
        begins = (_letters(value)[:SHORT] for value in self._capitals)
        if not any(sign in statement for sign in "%\\&") and not any(begin in letters for begin in begins):
            return statement
        told = tell(self._with_capitals(ruleset), statement)
        for value in self._capitals:  # what no rule takes: short ones in a word
            told = told.replace(value, REDACTED)
        return told

    def _with_capitals(self, ruleset: Ruleset) -> Ruleset:
        if self._rules is None or self._rules[0] is not ruleset:
            self._rules = ruleset, ruleset.with_secrets([SecretRule(value) for value in self._capitals])
        return self._rules[1]

    def _told(self, ruleset: Ruleset, text: str) -> str:
        """Without secrets. Where the audit withholds something, it may be a value in capitals, as Oracle
        gives back names of users and schemas.

        Raises:
            SecretFoundError: it still does: two statements would be one.
        """
        told = tell(ruleset, text)
        if _withheld(told, text) and self._capitals:
            told = tell(self._with_capitals(ruleset), text)
        if _withheld(told, text):
            raise SecretFoundError(
                "record a database query",
                "a secret stands in it, or in its answer, in an encoding that can't be replaced",
                "Name its column's value as a secret, or leave the query out.",
                rule="audit",
                place="db_interactions",
            )
        return told

    def _clean(self, line: str, rules: Ruleset | None = None) -> bytes:
        return db_values.settled(self._told(rules or self._tape.ledger.ruleset, line))


def _withheld(told: str, text: str) -> bool:
    return told.count(_SIGN) > text.count(_SIGN)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def in_capitals(ruleset: Ruleset, also: Iterable[str] = ()) -> Ruleset:
    """The ruleset that knows its values in capitals, too, as adapters normalise statements, and these."""
    known = {rule.value for rule in ruleset.rules if isinstance(rule, SecretRule) and rule.value}
    capitals = dict.fromkeys([*also, *sorted(value.upper() for value in known if len(value) >= SHORT)])
    return ruleset.with_secrets([SecretRule(value) for value in capitals if value not in known])


def described(adapters: Sequence[DBAdapter]) -> dict[str, Any]:
    """What `_metadata` says of them."""
    if not adapters:
        return {}
    names = sorted({adapter.driver_name for adapter in adapters})
    return {"db_driver": ", ".join(names), "keboola_db_vcr_version": WRITES_AS}


@contextmanager
def recording(adapters: Sequence[DBAdapter], tape: Tape, secrets: Iterable[str]) -> Iterator[None]:
    """Record the adapters' drivers; `secrets`: values that must not stand in a statement."""
    log = InteractionLog(tape, secrets)  # one for all: they share a list
    try:
        with _undone(adapters):
            for adapter in adapters:
                adapter.patch_for_record(log)
            yield
    finally:
        log.finish()  # and searches go on until the tape closes: an answer that is cut then may teach


@contextmanager
def replaying(adapters: Sequence[DBAdapter], cassette: Path, tape: Tape) -> Iterator[None]:
    """Replay the adapters' drivers from the cassette; without one they answer nothing. The tape's rules scrub
    what an error shows of a query."""
    if not adapters:
        yield
        return
    found = [db_values.revived(item) for item in read_list(cassette, MEMBER)] if cassette.exists() else []
    with _undone(adapters):
        for adapter in adapters:
            adapter.tell = lambda text: tell(in_capitals(tape.ledger.ruleset), text)
            values = (rule for rule in tape.ledger.ruleset.rules if isinstance(rule, SecretRule))
            adapter.placeholders = {REDACTED, *(rule.placeholder for rule in values)}
            adapter.patch_for_replay(list(found))
        yield
    for adapter in adapters:
        problem = getattr(adapter, "unanswered", None)
        if isinstance(problem, Exception):
            raise problem


@contextmanager
def _undone(adapters: Sequence[DBAdapter]) -> Iterator[None]:
    """Take all patches off again, whatever happens."""
    try:
        yield
    finally:
        for adapter in adapters:
            adapter.unpatch()
