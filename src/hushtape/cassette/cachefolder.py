"""The user's cache folder: where it is, whether it can be trusted, files that come and go in one step.

Lives here: the folder's place and its checks, reading, publishing and forgetting a file. Must not: know what
is kept. Called by: offsets. Whatever goes wrong here is silent and means "nothing is kept": a replay needs
none of it. Nothing of it stands beside a cassette, where version control would see it.
"""

from __future__ import annotations

import os
import stat
import sys
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hushtape import clock

VARIABLE: Final = "HUSHTAPE_CACHE"
_KEPT: Final = 64
"""Files that are kept, the newest; a cassette that is recorded anew is a new file, with a new name here."""
_SUFFIX: Final = ".offsets"
_TEMPORARY: Final = ".tmp"
_HOUR: Final = 3600 * 10**9
_SHARED: Final = 0o022
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def folder() -> Path | None:
    """`HUSHTAPE_CACHE`, or the place that the system has for caches; None where the variable is empty."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Path(given) if given else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the empty text is no path; relative ones don't count (XDG 0.8)
        return Path(base, "hushtape")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    if not os.path.isabs(home):  # noqa: PTH117 - as above
        return None
    return Path(home, "Library/Caches" if sys.platform == "darwin" else ".cache", "hushtape")


def read(name: str, most: int) -> bytes | None:
    """The file's content, if it and its folder are the user's alone and it is no longer than `most`."""
    place = folder()
    if place is None:
        return None
    try:
        if not _is_private(place.stat(), stat.S_IFDIR):
            return None
        fd = os.open(place / (name + _SUFFIX), _READ)
        try:
            found = os.fstat(fd)
            if not _is_private(found, stat.S_IFREG) or found.st_size > most:
                return None
            return os.pread(fd, found.st_size, 0)
        finally:
            os.close(fd)
    except OSError:
        return None


def publish(name: str, content: Iterable[bytes | array[int]]) -> None:
    """Put the file there, whole or not at all. Writers that do it at once don't meet: the last one counts."""
    place = folder()
    if place is None:
        return
    temporary = place / f"{name}.{os.urandom(8).hex()}{_TEMPORARY}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(place.stat(), stat.S_IFDIR):
            return
        with os.fdopen(os.open(temporary, _NEW, 0o600), "wb") as out:
            out.writelines(content)
        temporary.replace(place / (name + _SUFFIX))
        _remove_old(place)
    except OSError:
        _unlink(temporary)


def forget(name: str) -> None:
    """Remove the file, if it can be."""
    place = folder()
    if place is not None:
        _unlink(place / (name + _SUFFIX))


def _is_private(found: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid() and not found.st_mode & _SHARED


def _remove_old(place: Path) -> None:
    """All but the newest, and what writers left that were killed. Other files are left alone."""
    found, now = [], clock.now_ns()
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.name.endswith((_SUFFIX, _TEMPORARY)) and entry.is_file(follow_symlinks=False):
                written = entry.stat(follow_symlinks=False).st_mtime_ns
                if entry.name.endswith(_SUFFIX):
                    found.append((written, entry.path))
                elif now - written > _HOUR:
                    _unlink(Path(entry.path))
    for _, path in sorted(found, reverse=True)[_KEPT:]:
        _unlink(Path(path))


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
