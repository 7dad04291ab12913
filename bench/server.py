"""The HTTPS server of the benchmark, a process of its own, so that its memory is nobody's figure.

Started by `bench.service` as `python -m bench.server FOLDER`: makes a throw-away CA, writes it behind the
usual CA bundle (loading that is part of what a real connection costs), prints port and bundle as one line of
JSON and serves until its standard input closes. The standard library's threaded server, nothing tuned but
TCP_NODELAY: a real API answers later than this one, so ratios against the bare client are on the hard side.
"""

import contextlib
import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import certifi
import trustme

from bench import payload
from bench.example import example_api

_BLOCK = os.urandom(64 << 10)  # binary, as downloads are; which bytes is nobody's concern


class Counter:
    """Requests served, so that the parent can prove that a replay asked for nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self) -> None:
        with self._lock:
            self.value += 1


class Handler(BaseHTTPRequestHandler):
    """`/json/SIZE/N`, `/slow/MS/N`, `/stream/BYTES`, `/events/COUNT/GAP_MS`, `/served`, `/v1/...`."""

    protocol_version = "HTTP/1.1"
    tls: ssl.SSLContext
    counter: Counter
    marketing: Any

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        if self.path.startswith("/v1/"):
            self.do_POST()
            return
        kind, *arguments = self.path.strip("/").split("?")[0].split("/")
        if kind == "served":
            self._answer(json.dumps({"served": self.counter.value}).encode())
            return
        self.counter.add()
        _ROUTES[kind](self, *(int(argument) for argument in arguments))

    def do_POST(self) -> None:
        """The imitated marketing API."""
        self.counter.add()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status = "200 OK"
        try:
            found = self.marketing.answer(self.command, self.path, body)
        except example_api().ApiError as error:
            status, found = f"{error.status} Refused", error.body
        text = json.dumps(found, ensure_ascii=False).encode()
        self._head("application/json", f"Content-Length: {len(text)}", status)
        self.wfile.write(text)

    def json(self, size: int, number: int) -> None:
        self._answer(payload.json_body(size, number))

    def slow(self, milliseconds: int, number: int) -> None:
        time.sleep(milliseconds / 1000)
        self._answer(payload.json_body(2_000, number))

    def stream(self, size: int) -> None:
        self._head("application/octet-stream", f"Content-Length: {size}")
        for _ in range(size // len(_BLOCK)):
            self.wfile.write(_BLOCK)
        self.wfile.write(_BLOCK[: size % len(_BLOCK)])

    def events(self, count: int, gap: int) -> None:
        self._head("text/event-stream", "Transfer-Encoding: chunked")
        for number in range(count):
            if number:
                time.sleep(gap / 1000)
            event = b'data: {"event": %d}\n\n' % number
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, body: bytes) -> None:
        self.wfile.write(payload.json_head(len(body), self.date_time_string()) + body)

    def _head(self, content_type: str, framing: str, status: str = "200 OK") -> None:
        date = self.date_time_string()
        head = f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {content_type}\r\n{framing}\r\n\r\n"
        self.wfile.write(head.encode())

    def log_message(self, *_: object) -> None:
        """Silent: a log line per request would be part of every figure."""


_ROUTES: dict[str, Callable[..., None]] = {
    "json": Handler.json,
    "slow": Handler.slow,
    "stream": Handler.stream,
    "events": Handler.events,
}


class Server(ThreadingHTTPServer):
    """Threads that end with the process, and a backlog for 64 clients at once."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news: killed workers and early closes are part of the run."""


def _certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    bundle = folder / "ca.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())
    return context, bundle


def _marketing(base: str) -> Any:
    state = example_api().State(url=base)
    return example_api().Api(state)


def main(folder: Path) -> None:
    """Serve until standard input closes, which it also does when the parent dies."""
    Handler.tls, bundle = _certificates(folder)
    Handler.counter = Counter()
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.marketing = _marketing(f"https://localhost:{server.server_port}")
    print(json.dumps({"port": server.server_port, "ca": str(bundle)}), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
