"""A file replaced whole or not at all.

Lives here: temporary file, fsync, rename, fsync of the folder. Must not: know what is written. Called by:
fix, baseline. The temporary file stands beside the target (a rename does not cross file systems), is
readable by its owner only until it has the target's mode, and is removed when something fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def publish(target: Path, pieces: Iterable[bytes], check: Callable[[Path], None] | None = None) -> None:
    """Write `pieces` as `target`, whose mode and owner stay. `check` may raise: then nothing is published.

    Raises:
        OSError: nothing was published.
    """
    temporary = beside(target)
    temporary.unlink(missing_ok=True)  # of a process that was killed
    try:
        with os.fdopen(os.open(temporary, _NEW, 0o600), "wb") as out:
            for piece in pieces:
                out.write(piece)
            out.flush()
            _keep_owner(out.fileno(), target)
            os.fchmod(out.fileno(), _mode(target))
            os.fsync(out.fileno())
        if check is not None:
            check(temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def beside(target: Path) -> Path:
    """The temporary file of a target."""
    return target.with_name(f".{target.name}.hushtape-fix")


def sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _keep_owner(fd: int, target: Path) -> None:
    """As far as this user may: root in a container leaves no files that their owner can't write."""
    with suppress(FileNotFoundError, PermissionError):
        before = target.stat()
        if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(fd, before.st_uid, before.st_gid)


def _mode(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
