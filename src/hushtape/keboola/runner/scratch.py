"""Where the working copies of a run stand: one private folder, which is gone when the run is.

Lives here: making it, and removing what killed runs left. Must not: know cases. Called by: many, one,
scaffold_recording.
The copies hold real secrets. A run holds a lock on its folder; a folder whose lock is free belongs to nobody
any more (the kernel lets go of the lock of a killed process), so the next run removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

PREFIX = "hushtape-component-"
LOCK = "lock"
TRIES = 10


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run; gone at the end, with all that is in it."""
    remove_left()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # 0700
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        removed(folder)
        os.close(lock)


def remove_left() -> list[Path]:
    """Remove what killed runs of this user left. Returns the folders."""
    return [folder for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _left(folder)]


def _left(folder: Path) -> bool:
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # another run is just making or removing it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed(folder)
    except OSError:
        return False  # its run is alive
    finally:
        os.close(lock)
    return True


def removed(folder: Path) -> None:
    """Remove a folder, also one with folders that a component made read-only, or that a process which is just
    being ended still writes to. The lock goes last: what can't be removed now is the next run's."""
    for _ in range(TRIES):
        for inner, folders, _files in os.walk(folder):
            for name in folders:
                path = Path(inner, name)
                if not path.is_symlink():
                    path.chmod(0o700)
        try:
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                elif path.name != LOCK:
                    path.unlink()
            if [path.name for path in folder.iterdir()] in ([], [LOCK]):
                shutil.rmtree(folder)
                return
        except FileNotFoundError:
            if not folder.exists():
                return
        except OSError:
            continue
