"""The floors of replay: what the client alone costs when nothing has to be looked up.

`MemoryAdapter` answers inside requests, so urllib3 and http.client are skipped; `canned` leaves both genuine
and gives them a socket that always holds the same answer. Patches a client, so only `bench.worker` uses it,
in a process that measures nothing else.
"""

import functools
import io
import os
import re
from typing import Any

from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response
from urllib3 import HTTPResponse
from urllib3.connection import HTTPSConnection

from bench import payload

_DATE = "Mon, 01 Jan 2024 00:00:00 GMT"


def _size(url: str) -> int:
    found = re.search(r"/json/(\d+)/", url)
    return int(found[1]) if found else 2_000


class MemoryAdapter(HTTPAdapter):
    """Answers every request from memory with one JSON body of the size that the URL asks for.

    `pooled`: first take a connection from the session's own pool and put it back, unconnected, so that what a
    kept session holds of its client (pool, connection) is there as in a real run. For memory rows only.
    """

    def __init__(self, *, pooled: bool) -> None:
        super().__init__()
        self._pooled = pooled

    def send(self, request: PreparedRequest, *_: Any, verify: Any = True, **__: Any) -> Response:
        if self._pooled:
            pool: Any = self.get_connection_with_tls_context(request, verify)
            pool._put_conn(pool._get_conn())
        size = _size(request.url or "")
        headers = payload.json_head(size, _DATE).decode().split("\r\n")[1:-2]
        raw = HTTPResponse(
            body=io.BytesIO(payload.json_body(size, 0)),
            headers=dict(line.split(": ", 1) for line in headers),
            status=200,
            reason="OK",
            preload_content=False,
        )
        return self.build_response(request, raw)


@functools.cache
def _answer(size: int) -> bytes:
    """One answer of each size, shared by all sockets, so that kept ones hold no body."""
    return payload.json_head(size, _DATE) + payload.json_body(size, 0)


class CannedSocket:
    """Swallows what is sent and answers with the same bytes each time it is read as a file."""

    _never_readable, _ = os.pipe()  # urllib3 polls a pooled socket: it must have a descriptor, and be quiet

    def __init__(self) -> None:
        self._answer = b""

    def sendall(self, data: bytes) -> None:
        if not self._answer:
            self._answer = _answer(_size(data[:200].decode("latin-1")))

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self._answer)

    def fileno(self) -> int:
        return self._never_readable

    def settimeout(self, _: float | None) -> None:
        """Nothing here waits."""

    def close(self) -> None:
        """Nothing here is held."""


def install_canned_sockets() -> None:
    """Give every HTTPS connection of urllib3 a canned socket instead of a real one, for good."""

    def connect(self: HTTPSConnection) -> None:
        self.sock = CannedSocket()  # type: ignore[assignment]  # what http.client needs of a socket, no more
        self.is_verified = True

    HTTPSConnection.connect = connect  # type: ignore[method-assign]  # this process measures this floor only
