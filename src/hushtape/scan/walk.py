"""Which files are meant by the paths that were given.

Lives here: the walk through folders. Must not: read files. Called by: scanner. A link named by the caller is
followed; one met inside a folder is not: what is committed is the link, and a loop would have no end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

SKIPPED = frozenset((".git", ".hg", ".svn"))
"""Folders that hold what was committed already, packed."""


def files(paths: Iterable[Path]) -> Iterator[Path | tuple[Path, str]]:
    """Each file once, folders in order of names; (path, reason) for what can't be entered."""
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            yield path, os.strerror(error.errno) if error.errno else "it can't be looked at"
            continue
        walked = _walk(path) if stat.S_ISDIR(found.st_mode) else iter([(path, found)])
        for item in walked:
            if isinstance(item[1], str):
                yield item[0], item[1]
            elif (item[1].st_dev, item[1].st_ino) not in seen:
                seen.add((item[1].st_dev, item[1].st_ino))
                yield item[0]


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result | str]]:
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
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode) and entry.name not in SKIPPED:
                below.append(Path(entry.path))
            elif stat.S_ISREG(found.st_mode):
                yield Path(entry.path), found
        todo += reversed(below)
