"""Real servers on loopback: threaded, plain or HTTPS, up in a millisecond, and they count.

Lives here: accepting, one thread a connection, counters, stopping hard. Must not: know any route.
A stopped server refuses connections on a port that nothing else took meanwhile, so a replay that
touched the network would be seen. Called by: tests of every room.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.support import certificates
from tests.support.routes import answer
from tests.support.wire import Call, Gone, read_call

Handler = Callable[[Call], None]


class Server:
    """A server that runs until `stop`. `requests` holds "METHOD target" in the order of arrival."""

    def __init__(self, handler: Handler = answer, *, tls: bool = False, trusted: bool = True) -> None:
        self.handler = handler
        self.scheme = "https" if tls else "http"
        self._context = certificates.server_context(trusted) if tls else None
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.host, self.port = self._listener.getsockname()[:2]
        self.connections = 0
        self.requests: list[str] = []
        self.state: Counter[str] = Counter()
        self.store: dict[str, Any] = {}
        self.stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True, name=f"server-{self.port}")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def reset(self) -> None:
        """Forget what earlier requests changed (counters of flaky routes, stored objects)."""
        with self.lock:
            self.state.clear()
            self.store.clear()
            self.requests.clear()
            self.connections = 0

    def next(self, key: str) -> int:
        """1 at the first call with this key, then 2, ..."""
        with self.lock:
            self.state[key] += 1
            return self.state[key]

    def stop(self) -> None:
        """Close the port and every connection."""
        if self.stopped.is_set():
            return
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self.lock:
            left = list(self._open)
        for sock in left:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        live = sock
        try:
            if self._context is not None:
                live = self._context.wrap_socket(sock, server_side=True)
                with self.lock:
                    self._open.discard(sock)
                    self._open.add(live)
            serve_calls(self, live)
        except (OSError, ssl.SSLError, Gone, ValueError):
            pass  # the peer went away, or broke off a handshake, as some tests want it to
        finally:
            with self.lock:
                self._open.discard(sock)
                self._open.discard(live)
            with contextlib.suppress(OSError):
                live.close()


def serve_calls(server: Server, sock: socket.socket) -> None:
    """Answer the requests of one connection until either side is done."""
    with sock.makefile("rb") as reader:
        while not server.stopped.is_set():
            call = read_call(server, sock, reader)
            with server.lock:
                server.requests.append(f"{call.method} {call.target}")
            server.handler(call)
            if call.dead:
                return
            call.body()
            if call.closing:
                return


def closed_port() -> int:
    """A port on which nobody listens: connecting to it is refused.

    It stays bound while the process lives, so that no other test's server is given it.
    """
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    _BOUND.append(bound)
    return int(bound.getsockname()[1])


_BOUND: list[socket.socket] = []
