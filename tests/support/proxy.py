"""A forward proxy on loopback: CONNECT tunnels, and absolute-form requests for plain HTTP.

Lives here: `Proxy`, a `Server` whose handler relays. Must not: change what passes.
Called by: the contract suite.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from urllib.parse import urlsplit

from tests.support.servers import Server
from tests.support.wire import Call


def proxy_server(*, refuse: bool = False) -> Server:
    """Start a proxy; with `refuse` it answers every CONNECT with 407."""

    def handler(call: Call) -> None:
        if call.method != "CONNECT":
            relay_request(call)
        elif refuse:
            call.closing = True
            call.reply(407, b"", [("Proxy-Authenticate", "Basic")])
        else:
            tunnel(call)

    return Server(handler)


def tunnel(call: Call) -> None:
    """Open the tunnel and pump bytes both ways until one side ends."""
    host, _, port = call.target.rpartition(":")
    call.dead = True
    with socket.create_connection((host, int(port)), 5) as upstream:
        call.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pump(call.sock, upstream)


def pump(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as selector, contextlib.suppress(OSError):
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select(10):
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]  # only sockets are registered
                if not data:
                    return
                key.data.sendall(data)


def relay_request(call: Call) -> None:
    """One absolute-form request: forwarded in origin form, its answer read to the end and passed on."""
    parts = urlsplit(call.target)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    body = call.body()
    skipped = ("connection", "proxy-connection", "transfer-encoding", "content-length")
    fields = [(n, v) for n, v in call.headers if n.lower() not in skipped]
    lines = [
        f"{call.method} {path} HTTP/1.1",
        *(f"{n}: {v}" for n, v in fields),
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        "",
    ]
    with socket.create_connection((parts.hostname or "", parts.port or 80), 5) as upstream:
        upstream.sendall("\r\n".join(lines).encode("latin-1") + body)
        while data := upstream.recv(65536):
            call.send(data)
    call.hang_up()
