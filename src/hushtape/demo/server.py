"""The demonstration's HTTPS server: asyncio streams on loopback, in a thread of its own.

Lives here: certificates, accepting, HTTP/1.1 framing. Must not: know what is answered (api does).
Raises MissingDependencyError where trustme is not installed. Called by: story.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from hushtape.demo.api import Answer, Api
from hushtape.errors import MissingDependencyError

HEAD_LIMIT = 64 * 1024


def require(module: str) -> None:
    """Raise an error with the install command unless `module` can be imported."""
    import importlib.util

    if importlib.util.find_spec(module) is None:
        raise MissingDependencyError(
            "run the demo",
            f"the package {module} is not installed",
            "Install the extra that brings it: pip install 'hushtape[demo]'",
            extra="demo",
        )


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server context with a certificate for loopback, and the throw-away authority's PEM file."""
    require("trustme")
    import trustme

    authority = trustme.CA(organization_name="hushtape demo")
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context, bundle


class DemoServer:
    """Serves `api` until `stop`. Attributes: port; requests and connections, both counts."""

    def __init__(self, api: Api, context: ssl.SSLContext) -> None:
        self.api = api
        self.port = 0
        self.requests = 0
        self.connections = 0
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="hushtape-demo-server")

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """Close the port and every connection; returns once both are gone."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _run(self) -> None:
        loop = self._loop
        # A client that closes without close_notify is nothing to print about.
        loop.set_exception_handler(lambda *_: None)
        server = loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context, limit=HEAD_LIMIT)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks))
        loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                method, target, fields = parse(await reader.readuntil(b"\r\n\r\n"))
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                self.requests += 1
                await send(writer, self.api.answer(method, target, fields, body))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is done with this connection, or the server is being stopped
        finally:
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()


def parse(head: bytes) -> tuple[str, str, Mapping[str, str]]:
    """Method, target and fields (names in lower case) of a request head."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            fields[name.lower()] = value.strip()
    return method, target, fields


async def send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Write one response, with Content-Length or chunked."""
    framing = (
        ("Transfer-Encoding", "chunked") if answer.length is None else ("Content-Length", str(answer.length))
    )
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in (*answer.fields, framing)]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    for pause, data in answer.pieces:
        if pause:
            await asyncio.sleep(pause)
        writer.write(b"%x\r\n%b\r\n" % (len(data), data) if answer.length is None else data)
        await writer.drain()
    if answer.length is None:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
