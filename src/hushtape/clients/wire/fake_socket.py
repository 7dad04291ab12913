"""What stands in `connection.sock` while a tape answers: no connection, no descriptor of its own.

Lives here: the fake socket and the two pollable descriptors that all of them share. Must not: know a
tape, or reach the network. Called by: the line of each connection.
urllib3 polls a socket before it uses it again and botocore while it waits for a 100, so `fileno` must
be real. 1,024 held sessions share a never readable and an always readable one (4 descriptors in all).
"""

from __future__ import annotations

import io
import socket
import ssl
import tempfile
import threading
from pathlib import Path
from typing import Any

from hushtape.clients.wire.playback import Answer, failing_reader
from hushtape.clients.wire.render import render_continue
from hushtape.errors import HushtapeError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_CIPHER = ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)
"""The first of OpenSSL 3's default list, and the version that it belongs to (RFC 8446 B.4)."""

_lock = threading.Lock()
_shared: list[int] = []
"""The two descriptors and their other ends; open for the life of the process, as few as they are."""


def _descriptors() -> list[int]:
    """[never readable, always readable, ...]; made at first need."""
    if not _shared:
        with _lock:
            if not _shared:
                quiet, ready = socket.socketpair(), socket.socketpair()
                ready[1].send(b"\0")
                ends = (quiet[0], ready[0], quiet[1], ready[1])
                _shared.extend(end.detach() for end in ends)
    return _shared


class Glimpse(io.RawIOBase):
    """An unbuffered file over the answer that can be closed without closing the answer."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(1)  # a byte at a time: what follows the line belongs to the next file
        buffer[: len(data)] = data
        return len(data)


class FakeSocket:
    """One for each connection, used for all of its answers.

    Attributes:
        reader: the answer to the request that was sent, until the client takes it.
        continues: a client that waits for a 100 is to get one.
        tls: the real connection would speak TLS.
        certificate: what `getpeercert` tells (DER); verified: whether the client had verified it.
        refusal: what sending and reading raise from now on; None: all is well.
    """

    __slots__ = ("__weakref__", "certificate", "continues", "reader", "refusal", "timeout", "tls", "verified")

    def __init__(self, timeout: Any = None, *, tls: bool = False) -> None:
        self.tls = tls
        self.reader: io.BufferedIOBase | None = None
        self.continues = False
        self.certificate: bytes | None = None
        self.verified = False
        self.refusal: HushtapeError | None = None
        self.timeout = timeout

    def makefile(self, mode: str = "r", buffering: int | None = None, **_: Any) -> Any:
        """The answer. Unbuffered (botocore looking for a 100): a view of it that reads no further."""
        if buffering == 0 and self.continues:
            self.continues = False
            return Glimpse(io.BytesIO(render_continue()))
        if buffering == 0 and self.reader is not None:
            return Glimpse(self.reader)
        reader, self.reader, self.continues = self.reader, None, False
        if reader is None and self.refusal is not None:
            reader = failing_reader(self.refusal)
        file: Any = reader if reader is not None else Answer()
        file.raw._sock = self  # where programs look for it
        return file

    def fileno(self) -> int:
        shared = _shared or _descriptors()
        ready = self.continues or self.reader is not None or self.refusal is not None
        return shared[1 if ready else 0]

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Nothing is sent: the hook has told the tape of what passed `HTTPConnection.send`."""
        self._check()

    def send(self, data: Any, flags: int = 0) -> int:
        self._check()
        return memoryview(data).nbytes

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.reader is None:
            self._check()
        return b"" if self.reader is None else self.reader.read1(size)

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
        if self.reader is None:
            self._check()
        return 0 if self.reader is None else self.reader.readinto1(memoryview(buffer)[: size or None])

    def _check(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    @property
    def patience(self) -> float | None:
        """Seconds that the client waits for something to read; None: for ever."""
        timeout = self.timeout  # http.client hands on socket's object for "the default" where none was given
        return timeout if timeout is None or isinstance(timeout, int | float) else socket.getdefaulttimeout()

    def settimeout(self, value: Any) -> None:
        self.timeout = value

    def gettimeout(self) -> Any:
        return self.timeout

    def setblocking(self, flag: bool) -> None:
        self.timeout = None if flag else 0.0

    def setsockopt(self, *arguments: Any) -> None:
        """Options mean nothing here."""

    def getsockopt(self, *arguments: Any) -> int:
        return 0

    def shutdown(self, how: int) -> None:
        """There is nothing to shut down."""

    def close(self) -> None:
        self.reader, self.continues = None, False

    def pending(self) -> int:
        return 0

    def version(self) -> str | None:
        """As ssl.SSLSocket.version. Not on the tape: what OpenSSL agrees on unless it is told otherwise, so
        that a program that checks for a secure enough connection goes on."""
        return _CIPHER[1] if self.tls else None

    def cipher(self) -> tuple[str, str, int] | None:
        """As ssl.SSLSocket.cipher; see `version`."""
        return _CIPHER if self.tls else None

    def selected_alpn_protocol(self) -> str | None:
        return None

    def getpeername(self) -> tuple[str, int]:
        return ("", 0)

    def getsockname(self) -> tuple[str, int]:
        return ("", 0)

    def getpeercert(self, binary_form: bool = False) -> Any:
        """As ssl.SSLSocket.getpeercert: DER, or a dict that is empty if the peer was not verified."""
        if binary_form or self.certificate is None:
            return self.certificate
        return _decoded(self.certificate) if self.verified else {}


def _decoded(certificate: bytes) -> Any:
    """CPython decodes certificates from files only; a certificate is public, so it may pass the disk."""
    decode = getattr(getattr(ssl, "_ssl", None), "_test_decode_cert", None)
    if decode is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "peer.pem")
        path.write_text(ssl.DER_cert_to_PEM_cert(certificate))
        return decode(str(path))
