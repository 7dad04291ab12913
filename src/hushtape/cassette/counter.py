"""How many exchanges have begun: a number that survives the process, at the cost of a store.

Lives here: the shared page in the recording folder. Must not: know what an exchange is. Called by:
journal (counts), recover (reads, to say how many were in flight).
"""

from __future__ import annotations

import errno
import mmap
import os
from collections import deque
from itertools import count
from pathlib import Path
from struct import Struct

NAME = "begun"
_SIZE = 8
_store = Struct("<Q").pack_into


class Counter:
    """Counts from any thread, without a lock: a finalizer may begin an exchange inside `next`, too."""

    __slots__ = ("_latest", "_numbers", "_page")

    def __init__(self, fd: int) -> None:
        """Raises: OSError: the page can't be written, or not be mapped."""
        if os.write(fd, bytes(_SIZE)) != _SIZE:  # the disk, or a quota, ended in between
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        # A store to a shared page outlives the process like a write does, at a tenth of the cost.
        self._page: mmap.mmap | None = mmap.mmap(fd, _SIZE)
        self._numbers = count()
        self._latest: deque[int] = deque(maxlen=8)

    def next(self) -> int:
        """The next number, from 0."""
        number = next(self._numbers)
        page, latest = self._page, self._latest
        if page is not None:
            latest.append(number)
            top = max(latest)
            _store(page, 0, top + 1)
            # Of those who are here at once, the last to write looks again whether it wrote the greatest.
            while top != (again := max(latest)):
                top = again
                _store(page, 0, top + 1)
        return number

    def close(self) -> None:
        """Numbers go on, but are not kept. The page is unmapped with its last reference."""
        self._page = None


def read(folder: Path) -> int:
    """How many had begun in the recording that this folder holds."""
    try:
        return int.from_bytes((folder / NAME).read_bytes()[:_SIZE], "little")
    except OSError:
        return 0
