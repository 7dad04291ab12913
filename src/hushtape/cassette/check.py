"""Looking before recording: can this cassette be written, does anyone write it, was one cut off?

Lives here: questions that change nothing on disk. Must not: create, lock for good, set aside.
Called by: session/, when a tape opens, so that the error comes before the first request is made.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hushtape.cassette import folder as folders
from hushtape.cassette.problems import in_use, malformed, unwritable

_READ_ONLY = (".har",)
_YAML = (".yaml", ".yml")


def check_writable(path: Path) -> None:
    """Find out now what would make the recording fail later.

    Raises:
        CassetteInUseError: a live process records on it.
        CassetteWriteError: its folder can't be written, a parent of it is no folder, or a tape does not write
            what its suffix says.
        MissingDependencyError: it is YAML, and PyYAML is not installed.
        CassetteFormatError: a folder stands where the cassette should.
    """
    if path.suffix.lower() in _READ_ONLY:
        kind = path.suffix[1:].upper()
        remedy = "Replay it (mode 'none'), or record on a name that ends in .json"
        raise unwritable(path, f"record {path}", found=f"a tape does not write {kind}", remedy=remedy)
    if path.suffix.lower() in _YAML:
        from hushtape.cassette.foreign.yaml_events import library  # it is needed to seal

        library(path)
    # os.path rather than Path: these tell what can't be looked at as missing, and do not raise.
    if os.path.isdir(path):  # noqa: PTH112 - see above
        raise malformed(path, "it is a folder, not a file", remedy="Name the cassette's file.")
    ancestor = path.parent
    while not os.path.exists(ancestor) and ancestor != ancestor.parent:  # noqa: PTH110 - see above
        ancestor = ancestor.parent
    if not os.path.isdir(ancestor):  # noqa: PTH112 - see above
        raise unwritable(path, f"record {path}", found=f"{ancestor} is not a folder")
    if not os.access(ancestor, os.W_OK | os.X_OK):
        raise unwritable(path, f"record {path}", found=f"the folder {ancestor} can't be written")
    folder = folders.folder_of(path)
    if _is_held(folder):
        raise in_use(path, _owner(folder))


def has_left_over(path: Path) -> bool:
    """A journal of a process that is dead stands beside the cassette."""
    folder = folders.folder_of(path)
    return (folder / folders.JOURNAL).is_file() and not _is_held(folder)


def _is_held(folder: Path) -> bool:
    """True while somebody holds the lock. A shared lock is taken and dropped: it asks, nothing more."""
    try:
        fd = os.open(folder / folders.LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _owner(folder: Path) -> str | None:
    try:
        text = (folder / folders.LOCK).read_text("ascii", "replace").strip()
    except OSError:
        return None
    return text[:40] or None
