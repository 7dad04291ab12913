"""Pruning: interactions taken out of a sealed cassette, and body files that nothing names any more.

Lives here: the edit, atomically and under the recorder's lock. Must not: choose what goes (the caller does).
Called by: cli/prune. What stays is copied byte for byte, whoever wrote the file and however it is laid out.
A killed prune leaves the old file; body files go after the rename, as when a recording is sealed.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from hushtape.cassette import check
from hushtape.cassette import folder as folders
from hushtape.cassette.bodies import FileBody, Pinned
from hushtape.cassette.info import HAR, Reader
from hushtape.cassette.linescan import find_lines
from hushtape.cassette.problems import malformed, unwritable
from hushtape.cassette.reader import CassetteReader
from hushtape.cassette.seal import OURS, bodies_of
from hushtape.cassette.stream import find_values
from hushtape.errors import CassetteFormatError, CassetteInUseError

Choose = Callable[[Reader], Collection[int]]
"""Told a cassette, says which interactions go, by number."""

_PIECE = 256 * 1024
_TEMPORARY: Final = "pruned"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Pruned(Struct, frozen=True):
    """What a prune did, or would do.

    Attributes:
        dropped: numbers of the interactions that went. kept: how many stay.
        bytes: by how much the cassette's file became shorter.
        body_files: names of the files that nothing names any more. body_bytes: their bytes.
        shared: another cassette of the same stem may use the body files, so all of them stay.
    """

    path: Path
    dropped: tuple[int, ...]
    kept: int
    bytes: int
    body_files: tuple[str, ...]
    body_bytes: int
    shared: bool


def prune(path: Path, choose: Choose, *, dry_run: bool = False) -> Pruned:
    """Take out of the cassette what `choose` names, then the body files that nothing names.

    Args:
        dry_run: only say what would go; takes no lock.
    Raises:
        CassetteInUseError: it is being recorded, or an unfinished recording lies beside it.
        CassetteFormatError: it can't be read, is not JSON, changed meanwhile, or would be left empty.
        CassetteWriteError: it can't be written. It is as it was, as after any error.
    """
    path = Path(os.path.realpath(path))
    if dry_run:
        return _plan(path, choose)[0]
    CassetteReader.open(path).close()  # before a folder is made beside something that is no cassette
    _refuse_left_over(path)
    folder, _ = folders.take(path)
    try:
        pruned, file, gone = _plan(path, choose)
        if pruned.dropped:
            _publish(path, folder.path / _TEMPORARY, file, gone)
        for name in pruned.body_files:
            (bodies_of(path) / name).unlink(missing_ok=True)
        _remove_if_empty(bodies_of(path))
        return pruned
    except OSError as error:
        raise unwritable(path, f"prune {path}", error) from None
    finally:
        folder.remove()


def _refuse_left_over(path: Path) -> None:
    if check.has_left_over(path):
        raise CassetteInUseError(
            f"prune {path}",
            "an unfinished recording lies beside it",
            f"Run hushtape recover {path} first, or remove {folders.folder_of(path)}.",
            path=str(path),
            owner=None,
        )


def _plan(path: Path, choose: Choose) -> tuple[Pruned, Pinned, list[tuple[int, int]]]:
    """What goes, the file that was looked at, and the ranges of bytes that go."""
    file = Pinned(path)
    reader = CassetteReader.open(path)
    try:
        chosen = sorted(set(choose(reader)))
        if chosen and len(chosen) == len(reader):
            raise malformed(
                path, "no interaction would be left", remedy="Delete the cassette if nothing needs it."
            )
        starts, ends = _places(file, reader) if chosen else (array("Q"), array("Q"))
        gone = list(_ranges(starts, ends, chosen))
        unnamed, shared = _unnamed(path, reader, set(chosen))
    finally:
        reader.close()
    if not file.is_current():
        raise malformed(path, "it was changed while it was looked at", remedy="Try again.")
    sizes = [(bodies_of(path) / name).stat().st_size for name in unnamed]
    size = sum(end - start for start, end in gone)
    kept = len(reader) - len(chosen)
    return Pruned(path, tuple(chosen), kept, size, unnamed, sum(sizes), shared), file, gone


def _places(file: Pinned, reader: Reader) -> tuple[array[int], array[int]]:
    """Where each interaction begins and ends, in a JSON file."""
    try:
        if reader.info.source.startswith(HAR):
            raise malformed(file.path, "it is HAR")
        found = find_lines(file) or find_values(file)
        if len(found.starts) != len(reader):
            raise malformed(file.path, "it is laid out in an unknown way")
    except CassetteFormatError:
        raise malformed(
            file.path,
            "only cassettes in JSON are pruned",
            remedy=f"Convert it first: hushtape convert {file.path} NAME.json",
        ) from None
    return found.starts, found.ends


def _ranges(starts: array[int], ends: array[int], chosen: list[int]) -> Iterator[tuple[int, int]]:
    """The bytes that go: each interaction with the comma before it; the first ones with the comma behind."""
    lead = 0
    while lead < len(chosen) and chosen[lead] == lead:
        lead += 1
    if lead:
        yield starts[0], starts[lead]
    for number in chosen[lead:]:
        yield ends[number - 1], ends[number]


def _publish(path: Path, temporary: Path, file: Pinned, gone: list[tuple[int, int]]) -> None:
    temporary.unlink(missing_ok=True)
    mode = path.stat().st_mode & 0o7777
    with os.fdopen(os.open(temporary, _NEW, 0o600), "wb") as out:
        at = 0
        for start, end in [*gone, (file.size, file.size)]:
            for position in range(at, start, _PIECE):
                out.write(file.read(position, min(_PIECE, start - position)))
            at = end
        out.flush()
        os.fchmod(out.fileno(), mode)
        os.fsync(out.fileno())
    if not file.is_current():
        raise malformed(path, "it was changed while it was pruned", remedy="Try again.")
    temporary.replace(path)
    fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _unnamed(path: Path, reader: Reader, chosen: set[int]) -> tuple[tuple[str, ...], bool]:
    """Body files that nothing names which stays; True: another cassette may name them, so none is told."""
    folder = bodies_of(path)
    if not folder.is_dir() or folder.is_symlink():
        return (), False
    if any(_shares(other, path) for other in path.parent.iterdir()):
        return (), True
    named = {name for number in range(len(reader)) if number not in chosen for name in _names(reader, number)}
    names = [entry.name for entry in folder.iterdir() if entry.is_file() and not entry.is_symlink()]
    return tuple(sorted(name for name in names if name not in named and OURS.fullmatch(name))), False


def _shares(other: Path, path: Path) -> bool:
    """Another file of the same stem, whose bodies would lie in the same folder."""
    return other != path and other.stem == path.stem and other.is_file()


def _names(reader: Reader, number: int) -> Iterator[str]:
    interaction = reader.read(number)
    bodies = [interaction.request.body, interaction.response.body if interaction.response else None]
    yield from (body.path.name for body in bodies if isinstance(body, FileBody))


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # not there, or not empty
        return
