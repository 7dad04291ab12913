"""What a front end adds to a cassette beside its interactions: `_metadata`, `db_interactions`, ...

Lives here: rendering top-level members, lists that grow while a recording runs. Must not: scrub (its callers
have), know what the members mean, read them back (members.py does). Called by: journal, seal, top.
A list is a file of lines in the recording folder, so it survives a kill and is never held in memory. Values
stand on one line each: the reader's line scan rests on that. Lists stand after the interactions.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from hushtape.cassette.folder import LIST, UNSEARCHED, Folder, lists
from hushtape.cassette.jsontext import string
from hushtape.cassette.problems import unwritable

_NAME = re.compile(r"[a-z_]{1,40}")
_TAKEN = frozenset(("version", "hushtape", "interactions"))


def check_name(name: str) -> str:
    """The member's name, if one may be called so; ValueError else."""
    if name in _TAKEN or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't name a member of a cassette")
    return name


def rendered(values: Mapping[str, Any]) -> bytes:
    """The members, each on a line, as they stand after the head's `hushtape` object."""
    return b"".join(
        b",\n %b: %b" % (string(check_name(name)), msgspec.json.encode(value))
        for name, value in values.items()
    )


def write_lists(out: BinaryIO, folder: Path) -> None:
    """The lists, as they stand after the interactions. A line that a kill cut is left out."""
    for name, path in lists(folder):
        out.write(b",\n %b: [" % string(check_name(name)))
        first = True
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    out.write(b"\n  " if first else b",\n  ")
                    out.write(line[:-1])
                    first = False
        out.write(b"]" if first else b"\n ]")


class Lists:
    """The lists of one recording: append items, or put each through a change."""

    def __init__(self, folder: Folder, cassette: Path) -> None:
        self._folder = folder
        self._cassette = cassette

    def append(self, name: str, line: bytes) -> None:
        """One more item at the end of a list; `line` is JSON on one line, scrubbed. It survives a SIGKILL
        when this returns.

        Raises:
            CassetteWriteError: it can't be written.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with self._writing():
            fd = os.open(self._folder.path / (LIST + check_name(name)), flags, 0o600)
            with os.fdopen(fd, "wb", buffering=0) as out:
                data = memoryview(line + b"\n")
                while data:
                    data = data[out.write(data) :]

    def rewrite(self, name: str, change: Callable[[bytes], bytes | None]) -> None:
        """Put every item of a list through `change`; None: it goes. Nothing may be appended meanwhile.

        Raises:
            CassetteWriteError: it can't be written; the list is as it was.
        """
        source = self._folder.path / (LIST + check_name(name))
        target = source.with_name(f"new-{name}")
        with self._writing():
            if not source.exists():
                return
            with source.open("rb") as lines, target.open("wb") as out:
                for line in lines:
                    if line.endswith(b"\n") and (changed := change(line[:-1])) is not None:
                        out.write(changed + b"\n")
            target.replace(source)

    def note(self, name: str, *, searched: bool) -> None:
        """For `recover`: whether a list was searched for all that was learned. Without a note it was.

        Raises:
            CassetteWriteError: the note can't be written.
        """
        place = self._folder.path / (UNSEARCHED + check_name(name))
        with self._writing():
            if searched:
                place.unlink(missing_ok=True)
            else:
                place.touch(0o600)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            if not self._folder.held:  # in a forked child, or after the end
                raise OSError(errno.EBADF, "its recording is closed to this process")
            yield
        except OSError as error:
            doing = f"write to the recording of {self._cassette}"
            raise unwritable(self._cassette, doing, error) from None
