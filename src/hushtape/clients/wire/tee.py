"""The tee: tells an exchange what a client reads from its socket, byte for byte as it reads.

Lives here: a stand-in for the socket while http.client makes its file, and the raw file below it.
Must not: hold bytes back, change what is read, or let a fault of ours reach the client.
Called by: the http.client and botocore hooks. The tee stands below the buffer, so it does not matter
through which of its many ways a client reads (`read1`, `peek`, urllib3's `_fp.fp` and `_safe_read`).
"""

from __future__ import annotations

import io
import socket
from typing import Any

from hushtape.clients.wire.failures import describe
from hushtape.clients.wire.framer import ResponseFramer
from hushtape.clients.wire.head import FramingError
from hushtape.model import ErrorLink, Failure


class TeeRaw(socket.SocketIO):
    """The raw file of a socket, read through. Lets go of the exchange when the message has ended.

    A SocketIO, since programs ask for one (docker does) and reach through it for the socket; but what it
    counts and closes is the file below, so none of SocketIO's own state is used.
    """

    def __init__(self, inner: Any, framer: ResponseFramer, *, shared: bool = False) -> None:
        self._inner = inner
        self._framer: ResponseFramer | None = framer
        self._shared = shared

    def readinto(self, buffer: Any) -> int | None:
        try:
            count: int | None = self._inner.readinto(buffer)
        except BaseException as error:
            self._told_error(error)
            raise
        framer = self._framer
        if framer is not None and count is not None:
            self._told(framer, bytes(buffer[:count]))
        return count

    def _told(self, framer: ResponseFramer, data: bytes) -> None:
        try:
            if data:
                framer.feed(data)
            else:
                framer.eof()
        except FramingError as error:
            self._framer = None
            if framer.head_seen:
                link = ErrorLink("InvalidChunk", error.line)
                framer.exchange.fail(Failure("body", (link,)))
        except Exception:  # noqa: BLE001 - the program wins: whatever breaks in us, its read succeeded
            self._framer = None
            framer.exchange.cut()
        if framer.done:
            self._framer = None

    def _told_error(self, error: BaseException) -> None:
        framer, self._framer = self._framer, None
        if framer is None:
            return
        chain = describe(error)
        if chain:
            framer.exchange.fail(Failure("body" if framer.head_seen else "head", chain))
        else:
            framer.exchange.cut()

    def close(self) -> None:
        if self.closed:
            return
        framer, self._framer = self._framer, None
        try:
            if framer is not None and framer.head_seen and not self._shared:
                framer.exchange.cut()
            self._inner.close()
        finally:
            io.RawIOBase.close(self)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    @property
    def _mode(self) -> str:
        """What SocketIO.mode tells."""
        return "rb"

    def fileno(self) -> int:
        return int(self._inner.fileno())

    @property
    def _sock(self) -> Any:
        """Programs reach for `response.fp.raw._sock`."""
        return self._inner._sock

    @property
    def _timeout_occurred(self) -> bool:
        return bool(getattr(self._inner, "_timeout_occurred", False))


class SocketTee:
    """Stands in `connection.sock` while http.client makes the response's file from it, no longer."""

    def __init__(self, sock: Any, framer: ResponseFramer, *, shared: bool = False) -> None:
        self._sock = sock
        self._framer = framer
        self._shared = shared

    def makefile(self, mode: str = "r", buffering: int | None = None, **options: Any) -> Any:
        if buffering is not None:
            options["buffering"] = buffering
        file = self._sock.makefile(mode, **options)
        if isinstance(file, io.BufferedReader):
            return io.BufferedReader(TeeRaw(file.detach(), self._framer, shared=self._shared))
        return TeeRaw(file, self._framer, shared=self._shared) if hasattr(file, "readinto") else file

    def __getattr__(self, name: str) -> Any:
        if name == "_sock":
            raise AttributeError(name)
        return getattr(self._sock, name)
