"""The recording folder: `orders.json.recording/`, its lock, and what dead processes left.

Lives here: making, locking, setting aside and removing that folder. Must not: read records' payloads.
Called by: journal and recover. The lock is flock(2) on a file in the folder: the kernel drops it when its
owner dies, so neither a reused process id nor a stale file can hold it. It would live on in a forked
child, so children close their copy (Folder.after_fork).
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import weakref
from pathlib import Path

from hushtape import clock
from hushtape.cassette import records
from hushtape.cassette.problems import in_use, missing, unwritable
from hushtape.errors import CassetteNotFoundError

SUFFIX = ".recording"
JOURNAL, LOCK = "journal", "lock"
LIST = "list-"
UNSEARCHED = "unsearched-"
"""Before a list's name: a file that says that a secret was learned which the list may hold."""
"""Begins the names of files that hold what a front end adds (additions.py)."""
KEPT = 3
"""How many left-over folders are kept beside a cassette, the newest ones."""

_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_RDWR
_open_folders: weakref.WeakSet[Folder] = weakref.WeakSet()
_hooked = False


def folder_of(cassette: Path) -> Path:
    """Where the journal of `cassette` stands."""
    return cassette.with_name(cassette.name + SUFFIX)


def _after_fork() -> None:
    for folder in list(_open_folders):
        folder.after_fork()


def _hook_fork() -> None:
    global _hooked
    if not _hooked:
        _hooked = True
        os.register_at_fork(after_in_child=_after_fork)


class Folder:
    """A locked recording folder."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self.parents: tuple[Path, ...] = ()
        """Folders above it that were made for it, the innermost first."""
        self._lock = lock
        self._files: list[int] = []
        _hook_fork()
        _open_folders.add(self)

    def create(self, name: str, flags: int = 0) -> int:
        """A new file, 0600, for reading and writing; closed in forked children."""
        fd = os.open(self.path / name, _NEW | flags, 0o600)
        self._files.append(fd)
        return fd

    def after_fork(self) -> None:
        """In a forked child: let go of everything (the open file description stays the parent's)."""
        self.release()

    @property
    def held(self) -> bool:
        """False once released, and in forked children."""
        return self._lock >= 0

    def release(self) -> None:
        """Close the files, then the lock; the folder stays."""
        _open_folders.discard(self)
        lock, self._lock = self._lock, -1
        files, self._files = self._files, []
        for fd in (*files, lock):
            if fd >= 0:
                os.close(fd)

    def remove(self) -> None:
        """Delete the folder, the journal first: without it there is nothing to recover.

        Raises:
            CassetteWriteError: the journal can't be deleted; the folder stays, unlocked.
        """
        try:
            (self.path / JOURNAL).unlink(missing_ok=True)
        except OSError as error:
            self.release()
            raise unwritable(self.path, f"remove the recording folder {self.path}", error) from None
        shutil.rmtree(self.path, ignore_errors=True)
        self.release()

    def remove_parents(self) -> None:
        """Delete the folders that were made for it, as far as nothing else has come into them."""
        try:
            for parent in self.parents:
                parent.rmdir()
        except OSError:
            return


def take(cassette: Path) -> tuple[Folder, Path | None]:
    """Make and lock the folder for a new recording.

    Returns:
        The folder, and where a left-over journal was set aside (None: there was none).
    Raises:
        CassetteInUseError: a live process, or another tape of this one, records on it.
        CassetteWriteError: the folder can't be made.
    """
    path = folder_of(cassette)
    aside: Path | None = None
    absent = tuple([parent for parent in path.parents if not os.path.lexists(parent)])
    for _ in range(100):
        try:
            folder = _try_to_take(path, cassette)
        except OSError as error:
            raise unwritable(cassette, f"begin to write {cassette}", error) from None
        if folder is None:
            continue
        if not (path / JOURNAL).exists():
            _furnish(folder, cassette)
            folder.parents = absent
            return folder, aside
        aside = _set_aside(folder, cassette) or aside
    raise unwritable(cassette, f"begin to write {cassette}", found=f"{path} can't be made, or doesn't stay")


def _try_to_take(path: Path, cassette: Path) -> Folder | None:
    """The locked folder; None if another process removed or moved it meanwhile: try again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(0o700)
    except FileNotFoundError:  # another tape recorded nothing, and took back the parent that it had made
        return None
    except FileExistsError:
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise OSError(errno.ENOTDIR, "the recording folder's name is taken by a file or a link") from None
    return lock_existing(path, cassette, make=True)


def lock_existing(path: Path, cassette: Path, *, make: bool = False) -> Folder | None:
    """Lock a folder that stands there. None: it vanished meanwhile.

    Raises:
        CassetteInUseError: its owner is alive.
    """
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if make else 0)
    try:
        lock = os.open(path / LOCK, flags, 0o600)
    except FileNotFoundError:
        return None
    try:
        _flock(lock)
        if (path / LOCK).lstat().st_ino != os.fstat(lock).st_ino:
            raise FileNotFoundError
    except BlockingIOError:
        owner = os.pread(lock, 40, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise in_use(cassette, owner or None) from None
    except FileNotFoundError:
        os.close(lock)
        return None
    except BaseException:  # the program's time limit or Ctrl-C: the lock must not stay behind
        os.close(lock)
        raise
    os.ftruncate(lock, 0)
    os.pwrite(lock, b"process %d\n" % os.getpid(), 0)
    return Folder(path, lock)


def _flock(lock: int) -> None:
    """Take the lock, or raise BlockingIOError. Whoever only asks (check.py) holds it for microseconds, and
    a child between fork and its hook a little longer: so not the first refusal counts."""
    for _ in range(4):
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            clock.pause(0.01)
    return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _furnish(folder: Folder, cassette: Path) -> None:
    """The `.gitignore` that keeps the folder out of git, and no stray files of a dead process."""
    try:
        for stray in folder.path.iterdir():
            if stray.name != LOCK:
                stray.unlink()
        fd = folder.create(".gitignore")
        os.write(fd, b"*\n")
    except OSError as error:
        folder.release()
        raise unwritable(cassette, f"begin to write {cassette}", error) from None


def lists(folder: Path) -> list[tuple[str, Path]]:
    """The lists in a recording folder, by name."""
    return sorted(
        (path.name.removeprefix(LIST), path) for path in folder.iterdir() if path.name.startswith(LIST)
    )


def unsearched_lists(folder: Path) -> tuple[str, ...]:
    """Names of the lists that were not searched for all that was learned."""
    return tuple(name for name, _ in lists(folder) if (folder / (UNSEARCHED + name)).exists())


def holds_exchanges(path: Path) -> bool:
    """True if a finished exchange stands in the folder's journal, or a list that a front end adds."""
    if lists(path):
        return True
    try:
        fd = os.open(path / JOURNAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return any(record.kind == records.END and record.intact for record in records.scan(fd))
    finally:
        os.close(fd)


def _set_aside(folder: Folder, cassette: Path) -> Path | None:
    """Give a left-over folder a numbered name; one without a finished exchange is deleted."""
    if not holds_exchanges(folder.path):
        folder.remove()
        return None
    old = left_over(cassette)
    number = old[-1][0] + 1 if old else 1
    target = cassette.with_name(f"{cassette.name}.{number}{SUFFIX}")
    folder.path.rename(target)
    folder.release()
    for _, path in old[: max(0, len(old) - KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)
    return target


def left_over(cassette: Path) -> list[tuple[int, Path]]:
    """The folders set aside, oldest first, with their numbers."""
    prefix = cassette.name + "."
    found = []
    for path in cassette.parent.iterdir():
        number = path.name.removeprefix(prefix).removesuffix(SUFFIX)
        if path.name == f"{prefix}{number}{SUFFIX}" and number.isdecimal() and number.isascii():
            found.append((int(number), path))
    return sorted(found)


def find(path: Path) -> tuple[Path, Path]:
    """The cassette and the folder that `hushtape recover PATH` speaks of.

    `path` is the cassette, its recording folder, or one set aside.
    Raises:
        CassetteNotFoundError: no journal stands there.
    """
    if path.name.endswith(SUFFIX):
        name = path.name.removesuffix(SUFFIX)
        stem, _, number = name.rpartition(".")
        cassette = path.with_name(stem if number.isdecimal() and "." in stem else name)
        folders = [path]
    else:
        try:
            cassette = path.resolve()
        except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
            raise missing(path, f"recover the recording of {path}") from None
        aside = [entry for _, entry in left_over(cassette)] if cassette.parent.is_dir() else []
        folders = [folder_of(cassette), *reversed(aside)]
    for folder in folders:
        if (folder / JOURNAL).is_file():
            return cassette, folder
    asked = f"recover the recording of {cassette}"
    if not cassette.is_file():
        raise missing(path, asked)
    found = "no recording of it was cut off: it has no journal"  # a recording that ends takes it along
    raise CassetteNotFoundError(asked, found, "It is whole as it is.", path=str(path))
