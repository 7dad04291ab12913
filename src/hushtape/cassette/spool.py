"""Where a body waits while its exchange runs: 64 KiB in memory, beyond that a file.

What the audit has not looked at yet stays in memory, too: one window of it.

Lives here: the spool and what it leaves behind. Must not: scrub, audit, or know JSON beyond whether the
bytes are UTF-8. Called by: the session through Journal.spool(); one spool is used by one thread.
Every byte that comes here has been scrubbed.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from hushtape.cassette.problems import unwritable
from hushtape.model import CHUNK, BytesBody

_EXTENSIONS = (
    ("json", ".json"),
    ("xml", ".xml"),
    ("html", ".html"),
    ("csv", ".csv"),
    ("text/", ".txt"),
    ("zip", ".zip"),
    ("pdf", ".pdf"),
)
_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
MOST_PARTS = 64
"""Portions kept apart before they are joined: an event stream comes byte by byte."""


class SpooledBody(Struct, frozen=True):
    """A body in a file of the recording folder.

    `kind`: how it will stand in the cassette: "string" or "base64" (inline), or "file".
    """

    path: Path
    size: int
    kind: str

    @property
    def name(self) -> str:
        """The plain name of its file."""
        return self.path.name

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        with self.path.open("rb", buffering=0) as file:
            while piece := file.read(size):
                yield piece


StoredBody = BytesBody | SpooledBody


def extension(content_type: str) -> str:
    """The suffix of a body file, from a fixed table: a name never comes from the server."""
    kind = content_type.partition(";")[0].lower()
    return next((suffix for word, suffix in _EXTENSIONS if word in kind), ".bin")


class BodySpool:
    """Takes a body piece by piece. Call `finish` or `discard`, once.

    An audit that hits must call `discard` before `finish`: a finished body above `max_inline` is shared
    with equal bodies of other exchanges.
    """

    __slots__ = (
        "_digest",
        "_fd",
        "_finishing",
        "_held",
        "_max_inline",
        "_numbers",
        "_parts",
        "_path",
        "_utf8",
        "size",
    )

    def __init__(
        self,
        folder: Path,
        numbers: Iterator[int],
        max_inline: int,
        finishing: Callable[[Path], AbstractContextManager[None]],
    ) -> None:
        """`numbers`: one is taken from it where a file has to be named. `finishing`: around the moment in
        which the file gets its name."""
        self._path = folder
        self._finishing = finishing
        self._numbers = numbers
        self._max_inline = max_inline
        self._parts: list[bytes] = []
        self._held = 0
        """Bytes of them."""
        self._fd = -1
        self._digest: Any = None
        self._utf8: codecs.IncrementalDecoder | None = None
        self.size = 0

    @property
    def in_memory(self) -> bytes | None:
        """All of the body so far, while nothing of it is on disk."""
        return b"".join(self._parts) if self._fd < 0 else None

    def write(self, data: bytes, passed: int | None = None) -> None:
        """Add scrubbed bytes.

        Args:
            passed: so many bytes of the body, from its beginning, may be on the disk: the audit is done with
                them. None: all that has come.

        Raises:
            CassetteWriteError: the disk took no more. The spool is discarded then.
        """
        self.size += len(data)
        self._held += len(data)
        self._parts.append(data)
        if self._fd < 0 and self.size <= CHUNK:
            return
        ready = self._held if passed is None else passed - (self.size - self._held)
        if ready > 0:
            try:
                self._flush(ready)
            except OSError as error:
                self.discard()
                raise unwritable(self._path, "keep a body beside the journal", error) from None
        elif len(self._parts) >= MOST_PARTS:
            self._parts = [b"".join(self._parts)]

    def _flush(self, ready: int) -> None:
        """Write the first `ready` bytes of what is held."""
        if self._fd < 0:
            self._open()
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts = [data[ready:]] if ready < len(data) else []
        self._held = max(self._held - ready, 0)
        self._append(data[:ready])

    def _open(self) -> None:
        folder, self._path = self._path, self._path / f"body-{next(self._numbers)}"
        try:
            self._fd = os.open(self._path, os.O_RDWR | _NEW, 0o600)
        except OSError:
            self._path = folder
            raise
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict")

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        if self.size > self._max_inline:
            self._add_to_digest(data)
        elif self._utf8 is not None:
            try:
                for start in range(0, len(data), CHUNK):
                    self._utf8.decode(data[start : start + CHUNK])
            except UnicodeDecodeError:
                self._utf8 = None

    def _add_to_digest(self, data: bytes) -> None:
        """Only bodies that get a file of their own are hashed: from the moment they grow past inline."""
        if self._digest is not None:
            self._digest.update(data)
            return
        self._digest = sha256()
        offset = 0
        while piece := os.pread(self._fd, CHUNK, offset):
            self._digest.update(piece)
            offset += len(piece)

    def finish(self, content_type: str = "") -> StoredBody:
        """The body, ready for an interaction. `content_type` picks the suffix of a body file."""
        if self._fd < 0 and self.size <= min(self._max_inline, CHUNK):
            return BytesBody(b"".join(self._parts))
        try:
            return self._finish_file(content_type)
        except OSError as error:
            self.discard()
            raise unwritable(self._path, "keep a body beside the journal", error) from None

    def _finish_file(self, content_type: str) -> SpooledBody:
        if self._parts or self._fd < 0:
            self._flush(self._held)
        path = self._path
        if self.size > self._max_inline and self._digest is not None:
            final = path.parent / (self._digest.hexdigest()[:32] + extension(content_type))
            with self._finishing(final):
                path.replace(final)
            body = SpooledBody(final, self.size, "file")
        else:
            with self._finishing(path):
                body = SpooledBody(path, self.size, "string" if self._is_utf8() else "base64")
        self._close()
        return body

    def _is_utf8(self) -> bool:
        try:
            return self._utf8 is not None and self._utf8.decode(b"", True) == ""
        except UnicodeDecodeError:
            return False

    def discard(self) -> None:
        """Forget the body; nothing of it stays on disk. Does nothing after `finish`."""
        self._parts.clear()
        self._held = 0
        if self._fd >= 0:
            self._close()
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        os.close(fd)
