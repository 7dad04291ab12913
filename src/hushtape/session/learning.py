"""Learning: credentials that were redacted are looked for in all else that the tape records.

Lives here: from a notebook's values to the ledger's ruleset, the search through what the journal holds
already, and the second scrub of an exchange that was running meanwhile. Must not: judge values (sanitize
does), write a value anywhere. Called by: ledger, recorder, replayer, closing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import structs

from hushtape import clock
from hushtape.errors import BodyTooLargeError, HushtapeError, OpaqueBodyError, SecretFoundError
from hushtape.model import Body, Interaction
from hushtape.sanitize.lessons import Notebook
from hushtape.session import stored, uncoded
from hushtape.session.inside import Inside, look_inside
from hushtape.session.metadata import is_clean

if TYPE_CHECKING:
    from hushtape.cassette import Journal
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.rules import SecretRule
    from hushtape.session.ledger import Ledger

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

BUDGET: Final = 1.0
"""Seconds that searches may take while the tape records; what is left then is searched when it closes."""


class Learning:
    """What one tape learns.

    Attributes:
        notebook: takes what rules redact. alone: a ruleset of the learned values only; None: there are none.
        due: learned, and the journal was not searched yet. budget: seconds that searches may still take.
        others: put what else the journal holds through the rules again, now; they raise nothing.
    """

    __slots__ = (
        "_busy",
        "_late",
        "_ledger",
        "_lock",
        "_noted",
        "_open",
        "alone",
        "budget",
        "due",
        "notebook",
        "others",
    )

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.notebook = Notebook()
        self.alone: Ruleset | None = None
        self.due: list[SecretRule] = []
        self.others: list[Callable[[], None]] = []
        self.budget = BUDGET
        self._late: list[SecretRule] = []
        self._open: list[int] = []
        """Lessons whose search was left for later."""
        self._noted = False
        # Taken by exchanges that teach, never by others. Re-entrant and with `_busy`, because a response that
        # is collected may end its exchange in the middle of a section: that one leaves the work to us.
        self._lock = threading.RLock()
        self._busy = False

    def absorb(self, uri: str = "", *, wait: bool = True) -> None:
        """Turn what was noted into rules of the ledger's ruleset.

        Args:
            uri: of the request at hand: what stands in its host can't be kept secret, nor replayed without.
            wait: False: if another thread is at it, leave it to that one (after a fork there may be none).
        """
        if self._lock.acquire(blocking=wait):
            try:
                if not self._busy:
                    self._work(uri, search=False)
            finally:
                self._lock.release()

    def study(self, interaction: Interaction) -> None:
        """Learn from an interaction of another tool's cassette, which is replayed as it was stored."""
        ledger, notebook = self._ledger, self.notebook
        # What can't be looked into teaches nothing here; the tape refuses to write it again.
        with suppress(OpaqueBodyError, BodyTooLargeError):
            interaction = uncoded.undone(interaction, ledger.options)
        read = stored.scrub_interaction(interaction, ledger.chain.ruleset, notebook)
        for body in bodies(read):
            for _ in body.chunks():
                pass
        if notebook.pending:
            self.absorb(interaction.request.uri, wait=False)

    def note(self) -> None:
        """Absorb what is learned outside of an exchange: until the next one's end, or the tape's, the journal
        says that nothing in it was searched."""
        with self._lock:
            if self._busy:
                return  # whoever is at it takes this along
            journal = self._ledger.started
            if journal is not None and not self._noted:
                self._open.append(journal.lesson())
                self._noted = True
            self._work("", search=False)

    def settle(self, uri: str = "") -> None:
        """Before an end record: absorb, and search the journal for what is new, within the budget."""
        with self._lock:
            if not self._busy:
                self._work(uri, search=True)

    def finish(self) -> None:
        """Before the journal is sealed or left: search for what is still due, however long it takes.

        Raises:
            CassetteError, OSError: the journal can't be read or written.
        """
        with self._lock:
            self._absorb("")
            journal, rules = self._ledger.started, self._late + self.due
            if journal is None or not rules:
                self._close()
                return
            for search in self.others:
                search()
            self._search(journal, rules, lambda: True)
            self._late, self.due = [], []
            self._close()

    def _close(self) -> None:
        """All that was learned was looked for everywhere."""
        journal, numbers = self._ledger.started, self._open
        self._open = []
        if journal is not None:
            for number in numbers:
                journal.learned(number)

    def rescrub(self, interaction: Interaction, ruleset: Ruleset, sequence: int) -> Interaction:
        """An exchange (its number is `sequence`) of which parts were scrubbed before something was learned.

        `ruleset`: the ledger's, as the caller read it. It is audited with this one: what is learned while we
        are at it is the caller's next round.

        Raises:
            SecretFoundError: a learned value is in it in a way that can't be redacted.
        """
        alone, ledger = self.alone, self._ledger
        if alone is None or not holds(alone, interaction, ledger):
            return interaction
        return _with_stored_bodies(ledger.journal, _cleaned(ledger, interaction, alone, ruleset), sequence)

    def _work(self, uri: str, *, search: bool) -> None:
        self._busy = True
        try:
            self._absorb(uri)
            if search:
                self._search_due()
        finally:
            self._busy = False

    def _absorb(self, uri: str) -> None:
        ledger, notebook = self._ledger, self.notebook
        while notebook.pending:
            host = _authority(uri)
            waiting = notebook.waiting()
            rules = [rule for rule in waiting if rule.value.lower() not in host]
            before = ledger.ruleset
            try:
                after = before.with_secrets(rules)
            except HushtapeError:  # a value that can't be one: it must not fail each exchange that follows
                notebook.learned(len(waiting))
                raise
            if after is not before:
                self.due += after.rules[len(before.rules) :]  # type: ignore[arg-type]  # what joined: secrets
                self.alone = after.learned
                ledger.ruleset = after
            notebook.learned(len(waiting))  # last: a signal's exception may come at any line above

    def _search_due(self) -> None:
        rules = [*self.due]
        self._noted = False  # what is learned from now on stands behind what this exchange ends with
        journal = self._ledger.started
        if journal is None or not rules:
            self.due = []
            if not self._late:
                self._close()  # what was noted was known, in another writing
            return
        # From here on, whatever happens, they count as not searched for until they were.
        self._late += rules
        self.due = []
        number = journal.lesson()
        self._open.append(number)
        for search in self.others:
            search()
        if self.budget <= 0 or journal.interrupted:
            return
        started = clock.monotonic()
        deadline = started + self.budget
        try:
            left = self._search(journal, rules, lambda: clock.monotonic() < deadline)
        finally:
            self.budget -= clock.monotonic() - started
        journal.learned(number, left)
        if left:
            return
        self._open.remove(number)
        del self._late[-len(rules) :]
        if not self._late:  # what else is open was noted before
            self._close()

    def _search(self, journal: Journal, rules: list[SecretRule], in_time: Callable[[], bool]) -> list[int]:
        """Search all entries; those for which no time was left."""
        from hushtape.sanitize.ruleset import Ruleset

        only = Ruleset.compile((), engine="ahocorasick").with_secrets(rules)
        entries = journal.present()
        for place, index in enumerate(entries):
            if not self._look(journal, only, index, in_time):
                return entries[place:]
        return []

    def _look(self, journal: Journal, only: Ruleset, index: int, in_time: Callable[[], bool]) -> bool:
        """Search one entry, and write it anew if it holds one of these values; False: no time was left."""
        ruleset = self._ledger.ruleset
        interaction, alone = journal.interaction(index), self.alone  # read second: at least as new
        try:
            if alone is None or not holds(only, interaction, self._ledger, in_time):
                return True
            clean = _cleaned(self._ledger, interaction, alone, ruleset)
            journal.replace(index, clean)
            if clean.tls != interaction.tls and interaction.tls is not None:
                journal.withdraw(interaction.tls)
        except _OutOfTime:
            return False
        except (SecretFoundError, BodyTooLargeError) as error:
            journal.drop(index)
            self._ledger.fail(error, "redact what was learned later")
        return True


class _OutOfTime(Exception):
    """The budget is spent; for our own caller."""


def holds(
    ruleset: Ruleset, interaction: Interaction, ledger: Ledger, in_time: Callable[[], bool] = lambda: True
) -> bool:
    """Whether the audit, with these rules, finds something: in heads, in bodies, in files that bodies are."""
    from hushtape.session.auditing import audit_heads

    if not in_time():
        raise _OutOfTime
    try:
        audit_heads(ruleset, interaction)
    except SecretFoundError:
        return True
    peer = interaction.tls
    if peer is not None and peer.certificate is not None and not is_clean(ruleset, peer.certificate):
        return True
    return any(_is_in(ruleset, body, ledger, in_time) for body in bodies(interaction))


def _is_in(ruleset: Ruleset, body: Body, ledger: Ledger, in_time: Callable[[], bool]) -> bool:
    auditor = ruleset.auditor()
    inside: Inside | None = None
    first, place = True, "a recorded body"
    try:
        for piece in body.chunks():
            if not in_time():
                raise _OutOfTime
            if auditor.feed(piece) is not None:
                return True
            if first:
                first, inside = False, look_inside(ledger, piece, ruleset=ruleset)
            if inside is not None:
                inside.feed(piece, place)
        if inside is not None:
            inside.finish(place, False)
    except SecretFoundError:
        return True
    except (OpaqueBodyError, BodyTooLargeError):
        return False  # it was recorded all the same: with allow_opaque
    return auditor.finish() is not None


def bodies(interaction: Interaction) -> list[Body]:
    """The bodies of an interaction: none, one or two."""
    response = interaction.response
    both = interaction.request.body, response.body if response is not None else None
    return [body for body in both if body is not None]


def _cleaned(ledger: Ledger, interaction: Interaction, alone: Ruleset, ruleset: Ruleset) -> Interaction:
    """Scrubbed of learned values only (the other rules ran), digests settled, audited with all rules of
    `ruleset`, which must not be newer than `alone`."""
    from hushtape.session.auditing import audited

    return audited(ledger, stored.scrub_interaction(interaction, alone), ruleset)


def _with_stored_bodies(journal: Journal, interaction: Interaction, sequence: int) -> Interaction:
    """The same with its bodies in the journal's keeping, so that writing it twice writes them once."""
    request, response = interaction.request, interaction.response
    if request.body is not None:
        kept = _store(journal, request.body, request.headers.get("content-type"), sequence)
        request = structs.replace(request, body=kept)
    if response is not None and response.body is not None:
        kept = _store(journal, response.body, response.head.headers.get("content-type"), sequence)
        response = structs.replace(response, body=kept)
    return structs.replace(interaction, request=request, response=response)


def _store(journal: Journal, body: Body, content_type: str, sequence: int) -> Body:
    spool = journal.spool(sequence)
    for piece in body.chunks():
        spool.write(piece)
    return spool.finish(content_type)


def _authority(uri: str) -> str:
    """The host of a URI, with its port, as it is compared."""
    return urlsplit(uri).netloc.rpartition("@")[2].lower()
