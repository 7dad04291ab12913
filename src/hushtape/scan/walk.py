"""Which files are meant by the paths that were given.

Lives here: the walk through folders. Must not: read files. Called by: run. A link named by the caller is
followed; one met inside a folder is not: what is committed is the link, and a loop would have no end. A file
with two names (hard links) is two files: a fix gives one of them a new file, the other keeps the old one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

SKIPPED = frozenset((".git", ".hg", ".svn"))
"""Folders that hold what was committed already, packed."""


def files(paths: Iterable[Path], spared: Iterable[Path] = ()) -> Iterator[Path | tuple[Path, str]]:
    """Each file once, folders in order of names; (path, reason) for what can't be entered. `spared`: files
    that are left out, by whatever name."""
    seen = {os.path.realpath(path) for path in spared}
    linked = {(one.st_dev, one.st_ino) for path in spared if (one := _stat(path)) is not None}
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            yield path, os.strerror(error.errno) if error.errno else "it can't be looked at"
            continue
        walked = _walk(path) if stat.S_ISDIR(found.st_mode) else iter([(path, "")])
        for item, reason in walked:
            if reason:
                yield item, reason
            elif (real := os.path.realpath(item)) not in seen:
                seen.add(real)
                one = _stat(item) if linked else None
                if one is None or (one.st_dev, one.st_ino) not in linked:
                    yield item


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """(file, "") or (folder, why it can't be entered)."""
    todo = [folder]
    while todo:
        here = todo.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            yield here, os.strerror(error.errno) if error.errno else "it can't be read"
            continue
        below: list[Path] = []
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # another process gave it a new name
            if stat.S_ISDIR(found.st_mode) and entry.name not in SKIPPED:
                below.append(Path(entry.path))
            elif stat.S_ISREG(found.st_mode):
                yield Path(entry.path), ""
        todo += reversed(below)
