"""What a front end adds to a cassette beside its interactions: `_metadata`, `db_interactions`, ...

Lives here: rendering top-level members, lists that grow while a recording runs, reading a member back. Must
not: scrub (its callers have), know what the members mean. Called by: journal, seal, recovery, front ends.
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
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.jsontext import string
from hushtape.cassette.problems import malformed, unwritable
from hushtape.cassette.scanner import Scanner

if TYPE_CHECKING:
    from hushtape.cassette.folder import Folder

LIST = "list-"
_NAME = re.compile(r"[a-z_]{1,40}")
_MOST = 16 * 1024 * 1024
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


def lists(folder: Path) -> list[tuple[str, Path]]:
    """The lists in a recording folder, by name."""
    return sorted(
        (path.name.removeprefix(LIST), path) for path in folder.iterdir() if path.name.startswith(LIST)
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

    def rewrite(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Put every item of a list through `change`. Nothing may be appended meanwhile.

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
                    if line.endswith(b"\n"):
                        out.write(change(line[:-1]) + b"\n")
            target.replace(source)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            if not self._folder.held:  # in a forked child, or after the end
                raise OSError(errno.EBADF, "its recording is closed to this process")
            yield
        except OSError as error:
            doing = f"write to the recording of {self._cassette}"
            raise unwritable(self._cassette, doing, error) from None


def read_member(path: Path, name: str) -> Any:
    """A top-level member of a cassette in any JSON layout; None if it has none of that name.

    Raises:
        CassetteNotFoundError: there is no such file. CassetteFormatError: it is no cassette, or the member
        is larger than 16 MiB.
    """
    file = Pinned(path)
    for key, scanner in _members(file):
        if key == name:
            start, end = scanner.skip()
            return _decoded(file, start, end)
        scanner.skip()
    return None


def read_list(path: Path, name: str) -> Iterator[Any]:
    """The items of a top-level list, one at a time; nothing if there is none. Raises as `read_member`."""
    file = Pinned(path)
    for key, scanner in _members(file):
        if key == name and scanner.next_token() == b"[":
            for _ in scanner.members(b"[", b"]"):
                start, end = scanner.skip()
                yield _decoded(file, start, end)
            return
        scanner.skip()


def _members(file: Pinned) -> Iterator[tuple[str, Scanner]]:
    """The keys at the top level; the caller passes each value."""
    scanner = Scanner(file)
    for _ in scanner.members(b"{", b"}"):
        yield scanner.key().decode("utf-8", "replace").strip('"'), scanner


def _decoded(file: Pinned, start: int, end: int) -> Any:
    if end - start > _MOST:
        raise malformed(file.path, f"a value at its top is larger than {_MOST >> 20} MiB", offset=start)
    try:
        return msgspec.json.decode(file.read(start, end - start))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise malformed(
            file.path, f"a value at its top is malformed: {str(error)[:200]}", offset=start
        ) from None
