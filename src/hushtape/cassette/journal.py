"""The journal: what has been recorded so far, safe from the death of the process.

Lives here: the one writer of a recording. Must not: seal (seal.py), decide what is recorded, scrub.
Called by: session/. A commit is one write on an O_APPEND descriptor; when it returns, a SIGKILL can't
take the interaction back (there is no fsync: a power cut can).
"""

from __future__ import annotations

import os
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from hushtape.cassette import additions, layout, lessons
from hushtape.cassette import folder as folders
from hushtape.cassette.appending import CLOSED, Appender
from hushtape.cassette.counter import NAME, Counter
from hushtape.cassette.entries import Entries
from hushtape.cassette.fields import FieldError
from hushtape.cassette.jsontext import string
from hushtape.cassette.leftovers import Leftovers
from hushtape.cassette.problems import unfit, unwritable
from hushtape.cassette.seal import Seal
from hushtape.cassette.spool import BodySpool, SpooledBody, StoredBody
from hushtape.cassette.top import Top
from hushtape.errors import CassetteWriteError, HushtapeWarning
from hushtape.model import CHUNK, Body, BytesBody, Interaction, Tls

_encode_splices = msgspec.json.Encoder().encode


class Journal:
    """One recording. `begin`, `commit`, `copy` and `spool` may be called from any thread.

    A forked child has no part in it: every call raises CassetteWriteError there.
    """

    def __init__(
        self,
        path: Path,
        folder: folders.Folder,
        max_inline_body: int,
        recorded_at: str,
        placeholders: tuple[str, ...] = (),
        freeze_time: str = "",
        members: Mapping[str, Any] | None = None,
        readable_bodies: bool = False,
    ) -> None:
        self._readable = readable_bodies
        self.path = path
        self.max_inline_body = max_inline_body
        self._most_held = min(max_inline_body, CHUNK)
        self.recorded_at = recorded_at
        self.freeze_time = freeze_time
        self.members = dict(members or {})
        """Top-level members that a front end adds (additions.py); may be changed until `seal`."""
        self.lists = additions.Lists(folder, path)
        self._folder = folder
        self._spools = count(1)
        self._lessons = count(1)
        self._certificates: dict[bytes, str] = {}
        fd = folder.create(folders.JOURNAL, os.O_APPEND)
        self._counter = Counter(folder.create(NAME))
        self.entries = Entries(fd, folder.path)
        self._leftovers = Leftovers(self.entries)
        self._replacing: int | None = None  # the entry that is written anew right now
        self._appender = Appender(fd, self.entries, path)
        about = {
            "cassette": path.name,
            "recorded_at": recorded_at,
            "freeze_time": freeze_time,
            "format": layout.FORMAT,
            "placeholders": placeholders,
            "members": self.members,
        }
        self._appender.head(msgspec.json.encode(about))

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        max_inline_body: int = 256 * 1024,
        recorded_at: str = "",
        placeholders: tuple[str, ...] = (),
        freeze_time: str = "",
        members: Mapping[str, Any] | None = None,
        readable_bodies: bool = False,
    ) -> Journal:
        """Lock the cassette and begin a journal; a left-over one is set aside, with a warning.

        Args:
            path: the cassette; a symbolic link is resolved, once.
            max_inline_body: bytes; longer bodies get files of their own.
            recorded_at: when the recording began, ISO 8601; stands in the sealed file's head.
            placeholders: those that may be in use, for the head of a file that `recover` makes.
            freeze_time: what the program's clock shows, if it is frozen; stands in the sealed file's head.
            members: top-level members that a front end adds; plain data, scrubbed.
            readable_bodies: write JSON bodies as JSON where their bytes can be rebuilt (readable.py).
        Raises:
            CassetteInUseError: it is being recorded already, here or in another process.
            CassetteWriteError: its folder can't be written.
        """
        try:
            path = path.resolve()
        except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
            raise unwritable(path, f"record {path}", found="its symbolic link leads nowhere") from None
        folder, aside = folders.take(path)
        try:
            if aside is not None:
                message = (
                    f"an earlier recording of {path} was cut off; it was set aside as {aside.name}. "
                    f"Keep what it holds with: hushtape recover {aside}"
                )
                warnings.warn(message, HushtapeWarning, stacklevel=2)
            return cls(
                path,
                folder,
                max_inline_body,
                recorded_at,
                placeholders,
                freeze_time,
                members,
                readable_bodies,
            )
        except HushtapeWarning:  # filters may turn warnings into errors: then nothing is recorded
            folder.remove()
            raise
        except OSError as error:
            folder.remove()
            raise unwritable(path, f"begin to write {path}", error) from None
        except BaseException:  # the program's time limit or Ctrl-C: the lock must not stay behind
            folder.remove()
            raise

    def begin(self) -> int:
        """The sequence number of an exchange: its place in the cassette."""
        return self._counter.next()

    def spool(self, sequence: int) -> BodySpool:
        """A place for one body of the exchange with this number, which ends with `commit` or `give_up`."""
        finishing = partial(self._leftovers.finishing, sequence)
        return BodySpool(self._folder.path, self._spools, self.max_inline_body, finishing)

    def commit(
        self, sequence: int, interaction: Interaction, current: Callable[[], bool] | None = None
    ) -> bool:
        """Write the interaction. It survives a SIGKILL when this returns True.

        A second commit under one number takes the place of the first. Bodies above 64 KiB that no spool
        of this journal made are copied into one.

        Args:
            current: asked before it is written (see `Appender.interaction`); False: nothing is.
        Raises:
            CassetteWriteError: it can't be written (disk full: what was committed before stays
                recoverable), or it holds what can't be replayed (a line break in a header field).
        """
        response = interaction.response
        asked = interaction.request.body
        if asked is not None:
            asked = self._settle(sequence, asked)
        answered = response.body if response is not None else None
        if answered is not None:
            answered = self._settle(sequence, answered)
        certificate = self._certificate(interaction.tls) if interaction.tls is not None else None
        try:
            text, splices = layout.render(interaction, asked, answered, certificate, readable=self._readable)
        except FieldError as error:
            raise unfit(self.path, interaction, str(error)) from None
        table = _encode_splices(splices) if splices else b""
        if not self._folder.held:
            raise unwritable(self.path, f"record on {self.path}", found=CLOSED)
        named = [body.path for body in (asked, answered) if type(body) is SpooledBody]
        self._leftovers.naming(named)
        entries, before = self.entries, self.entries.count
        try:
            done = self._appender.interaction(sequence, table, text, current)
        except CassetteWriteError:  # of this record, or of one that came along with it
            if not any(entries.sequence(index) == sequence for index in range(before, entries.count)):
                self._leftovers.gone(named)
            raise
        if done:
            self._leftovers.over(sequence)
        else:
            self._leftovers.gone(named)
        return done

    copy = commit
    """An old interaction, kept by `new_episodes`; negative numbers put it before the new ones."""

    def _settle(self, sequence: int, body: Body) -> StoredBody:
        """The body as something `render` can place."""
        if type(body) is BytesBody and len(body.data) <= self._most_held:
            return body
        if type(body) is SpooledBody and body.path.parent == self._folder.path:
            return body
        spool = self.spool(sequence)
        for piece in body.chunks():
            spool.write(piece)
        name = getattr(body, "content_type", "")
        return spool.finish(name if isinstance(name, str) else "")

    def _certificate(self, tls: Tls) -> str | None:
        """The fingerprint of the peer's certificate, which is written once."""
        der = tls.certificate
        if der is None:
            return None
        known = self._certificates.get(der)
        if known is None:
            known = sha256(der).hexdigest()
            entry = b"%b: %b" % (string(known), string(b64encode(der).decode()))
            # Two threads that meet here write it twice; the index keeps one.
            self._appender.certificate(entry)
            self._certificates[der] = known
        return known

    def withdraw(self, tls: Tls) -> None:
        """A certificate that is not to be published: no interaction will name it any more."""
        fingerprint = self._certificate(tls)
        if fingerprint is not None:
            self.entries.withdrawn.add(fingerprint)

    def read_all(self) -> Iterator[Interaction]:
        """What has been committed so far, in the order of `begin`; bodies stay on disk."""
        for index in self.entries.order():
            yield self.entries.interaction(index, self.path)

    def lesson(self) -> int:
        """A secret was learned that the journal may hold: notes that nothing in it was searched so far.

        Returns:
            The lesson's number, for `learned`. Of commits that `current` let pass, none follows the note, so
            `present` lists all there is to search; what holds the secret is to `replace` or to `drop`.
        """
        number = next(self._lessons)
        self._appender.lesson(number, b"")
        return number

    def present(self) -> list[int]:
        """The entries that the cassette would be made of now, in its order."""
        return self.entries.order()

    @property
    def held(self) -> bool:
        """False once the recording has ended, and in forked children."""
        return self._folder.held

    @property
    def interrupted(self) -> bool:
        """The caller is a finalizer, in the middle of a commit: `lesson` can't list that one's entry."""
        return self._appender.interrupted

    def learned(self, number: int, left: Iterable[int] = ()) -> None:
        """The lesson is over; `left`: entries that were not searched. What is left is noted for `recover`."""
        sequences = [self.entries.sequence(index) for index in left]
        self._appender.lesson(number, lessons.closing(sequences))

    def interaction(self, index: int) -> Interaction:
        """An entry as it stands in the journal; bodies stay on disk."""
        return self.entries.interaction(index, self.path)

    def replace(self, index: int, interaction: Interaction) -> None:
        """Write an entry anew; the old text is overwritten on disk, and body files that only it named go."""
        self._void_replaced()
        old = self.entries.spools(index)
        self._replacing = index
        self.commit(self.entries.sequence(index), interaction)
        self._void(index)
        self._replacing = None
        self._leftovers.gone(old)

    def _void_replaced(self) -> None:
        """Overwrite the entry whose replacement a signal has interrupted, if that was written."""
        index, self._replacing = self._replacing, None
        entries = self.entries
        if index is not None and entries.stands(index) and index not in entries.order():
            old = entries.spools(index)
            self._void(index)
            self._leftovers.gone(old)

    def drop(self, index: int) -> None:
        """Take an entry back: it holds what can't be written anew."""
        old = self.entries.spools(index)
        self._void(index)
        self._leftovers.gone(old)

    def give_up(self, sequence: int, *, sure: bool = True) -> None:
        """The exchange with this number ends without a commit: what it has spooled goes. Not `sure`: a signal
        may have struck in its commit, so it goes at the recording's end, if no entry names it."""
        if self._folder.held:
            self._leftovers.over(sequence, sure=sure)

    def _void(self, index: int) -> None:
        """Overwrite an entry that has been committed anew. Its record stays, marked void."""
        try:
            self.entries.void(index, self._folder.path / folders.JOURNAL)
        except OSError as error:
            raise unwritable(self.path, f"overwrite a secret in the journal of {self.path}", error) from None

    def seal(
        self,
        *,
        complete: bool,
        placeholders: tuple[str, ...] = (),
        style: str = "",
    ) -> Path:
        """Publish the cassette, atomically, and end the recording.

        Args:
            complete: False marks a recording that an exception cut off.
            placeholders: those in use, listed in the file's head.
            style: the format (see `Seal`); default what the suffix says.
        Raises:
            CassetteWriteError: nothing was published; the journal stands, and may be sealed again.
        """
        if not self._folder.held:
            raise unwritable(self.path, f"seal {self.path}", found=CLOSED)
        top = Top(complete, self.recorded_at, self.freeze_time, tuple(placeholders), self.members)
        path = Seal(self.entries, self.path, self._folder.path, style).publish(top)
        self._close()
        self._folder.remove()
        return path

    def abandon(self) -> Path:
        """End without publishing: the folder stays for `hushtape recover`. Returns it."""
        if self._folder.held:
            self._void_replaced()
            self._leftovers.close()
        self._close()
        self._folder.release()
        return self._folder.path

    def discard(self) -> None:
        """End and remove the folder: nothing was recorded. Folders that were made for it go, too."""
        self._close()
        self._folder.remove()
        self._folder.remove_parents()

    def _close(self) -> None:
        self._appender.close()
        self._counter.close()
