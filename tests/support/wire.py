"""The server's half of HTTP/1: reads one request, writes what a handler wants, honest or broken.

Lives here: `Call`, one request as a handler sees it. Must not: know routes or threads.
Written on a bare socket, since http.server can't send trailers, 1xx heads, short bodies or resets.
Called by: servers (makes it), routes, faults, s3, proxy (use it).
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

DATE = "Mon, 02 Nov 2026 10:00:00 GMT"
"""A fixed Date, so that two runs against one server are equal."""

LIMIT = 65536


class Gone(Exception):
    """The peer closed its side between two requests."""


@dataclass(slots=True)
class Call:
    """One request, and the means to answer it."""

    server: Any
    sock: socket.socket
    reader: BinaryIO
    method: str
    target: str
    version: str
    headers: list[tuple[str, str]]
    closing: bool = False
    dead: bool = False
    _body: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str, default: str = "") -> str:
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), default)

    def body(self) -> bytes:
        """The whole request body; answers `Expect: 100-continue` first."""
        if self._body is None:
            if self.header("Expect").lower() == "100-continue":
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self.header("Transfer-Encoding").lower() == "chunked":
                self._body = read_chunked(self.reader)
            else:
                self._body = self.reader.read(int(self.header("Content-Length", "0")))
        return self._body

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def head(
        self,
        status: int,
        headers: Iterable[tuple[str, str]],
        reason: str | None = None,
        version: str = "HTTP/1.1",
    ) -> None:
        """Write a status line and fields as given, with Date in front."""
        if reason is None:
            reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        lines = [f"{version} {status} {reason}", f"Date: {DATE}", *(f"{n}: {v}" for n, v in headers)]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def reply(
        self,
        status: int = 200,
        body: bytes = b"",
        headers: Iterable[tuple[str, str]] = (),
        *,
        reason: str | None = None,
        version: str = "HTTP/1.1",
    ) -> None:
        """A well-formed answer with Content-Length; reads the request's body first."""
        self.body()
        fields = list(headers)
        if status >= 200 and status not in (204, 304):
            fields.append(("Content-Length", str(len(body))))
        if self.closing:
            fields.append(("Connection", "close"))
        self.head(status, fields, reason, version)
        if body and self.method != "HEAD" and status not in (204, 304):
            self.send(body)

    def chunk(self, data: bytes) -> None:
        if data:
            self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def last_chunk(self, trailers: Iterable[tuple[str, str]] = ()) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
        self.send(b"0\r\n" + lines.encode("latin-1") + b"\r\n")

    def hang_up(self) -> None:
        """Close in order (FIN) after this answer."""
        self.closing = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close with RST: SO_LINGER with a time of 0 (socket(7))."""
        self.closing = self.dead = True
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.reader.close()
        self.sock.close()


def read_call(server: Any, sock: socket.socket, reader: BinaryIO) -> Call:
    """The next request of a connection. Raises Gone where there is none."""
    line = reader.readline(LIMIT)
    if not line.strip():
        raise Gone
    method, target, version = line.decode("latin-1").split()
    call = Call(server, sock, reader, method, target, version, read_fields(reader))
    wants = call.header("Connection").lower()
    call.closing = wants == "close" or (version == "HTTP/1.0" and wants != "keep-alive")
    return call


def read_fields(reader: BinaryIO) -> list[tuple[str, str]]:
    """Header or trailer fields up to the empty line."""
    fields = []
    while line := reader.readline(LIMIT).decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        fields.append((name, value.strip()))
    return fields


def read_chunked(reader: BinaryIO) -> bytes:
    """A chunked body (RFC 9112 7.1), its trailers read and dropped."""
    parts = []
    while True:
        line = reader.readline(LIMIT)
        if not line:
            raise Gone
        size = int(line.split(b";")[0], 16)
        if not size:
            read_fields(reader)
            return b"".join(parts)
        parts.append(reader.read(size))
        reader.readline(LIMIT)
