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
from hushtape.errors import interruption
from hushtape.model import ErrorLink, Failure

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

_MAKEFILE = socket.socket.makefile
"""Sockets that have this one (ssl.SSLSocket has) make their files of SocketIO."""


class _Tee(io.RawIOBase):
    """Tells a framer what the file below it (the next class) reads, and lets go when the message ends."""

    _framer: ResponseFramer | None
    _shared: bool

    def readinto(self, buffer: Any) -> int | None:
        try:
            count: int | None = super().readinto(buffer)
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
        except Exception as error:  # noqa: BLE001 - the program wins: whatever breaks in us, its read succeeded
            self._framer = None
            framer.exchange.cut()
            struck = interruption(error)
            if struck is not None:
                raise struck from None
        except BaseException:  # KeyboardInterrupt: bytes may have been missed, so none may follow
            self._framer = None
            framer.exchange.cut()
            raise
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
        finally:
            super().close()


class _Through(io.RawIOBase):
    """Another raw file, passed through."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def readinto(self, buffer: Any) -> int | None:
        count: int | None = self._inner.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            try:
                self._inner.close()
            finally:
                super().close()

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._inner.fileno())

    @property
    def _sock(self) -> Any:
        """Programs reach for `response.fp.raw._sock`."""
        return self._inner._sock


class TeeRaw(_Tee, _Through):
    """A tee over any raw file: that of a TLS library's own socket."""

    def __init__(self, inner: Any, framer: ResponseFramer, *, shared: bool = False) -> None:
        super().__init__(inner)
        self._framer, self._shared = framer, shared


class TeeSocket(_Tee, socket.SocketIO):
    """A tee that is the raw file of a genuine socket itself: one object and one call less a read."""

    def __init__(self, sock: Any, framer: ResponseFramer, shared: bool) -> None:
        super().__init__(sock, "r")
        self._framer, self._shared = framer, shared


class SocketTee:
    """Stands in `connection.sock` while http.client makes the response's file from it, no longer."""

    def __init__(self, sock: Any, framer: ResponseFramer, *, shared: bool = False) -> None:
        self._sock = sock
        self._framer = framer
        self._shared = shared

    def makefile(self, mode: str = "r", buffering: int | None = None, **options: Any) -> Any:
        sock = self._sock
        if mode == "rb" and buffering is None and not options and type(sock).makefile is _MAKEFILE:
            raw = TeeSocket(sock, self._framer, self._shared)
            sock._io_refs += 1  # as makefile does, and SocketIO.close takes back
            return io.BufferedReader(raw)
        if buffering is not None:
            options["buffering"] = buffering
        file = sock.makefile(mode, **options)
        if isinstance(file, io.BufferedReader):
            return io.BufferedReader(TeeRaw(file.detach(), self._framer, shared=self._shared))
        return TeeRaw(file, self._framer, shared=self._shared) if hasattr(file, "readinto") else file

    def __getattr__(self, name: str) -> Any:
        if name == "_sock":
            raise AttributeError(name)
        return getattr(self._sock, name)
