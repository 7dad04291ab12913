"""The attacker's bench: an exchange that carries secrets, and everything that it left behind.

Lives here: `record` (one exchange against a scripted server) and `Traces`, what can be read afterwards:
every byte that was written, files and their names, errors, logs, warnings, representations. Must not:
use hushtape's own decoders to judge (a blind spot would hide itself). Called by: tests of this folder.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import hushtape
from tests.adversarial.reading import readable
from tests.support.servers import Server
from tests.support.wire import Call

Client = Callable[[str], Any]


class Traces:
    """What an attempt left behind, by where it was found."""

    def __init__(self) -> None:
        self.places: dict[str, bytes] = {}
        self.errors: list[BaseException] = []
        self.published = False

    def add(self, place: str, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        self.places[place] = self.places.get(place, b"") + data + b"\n"

    def leaks(self, secrets: Iterable[str]) -> list[str]:
        """Places and decodings in which one of the secrets can be read."""
        return [
            f"{place} ({how})"
            for place, data in self.places.items()
            for secret in secrets
            if (how := readable(data, secret)) is not None
        ]

    def folder(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            self.add("file names", str(path.relative_to(folder)))
            if path.is_file():
                self.add(f"file {path.relative_to(folder)}", path.read_bytes())

    def error(self, error: BaseException) -> None:
        """An error of ours with all that hangs on it."""
        self.errors.append(error)
        seen: set[int] = set()
        todo: list[BaseException | None] = [error]
        while todo:
            one = todo.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            self.add("error", f"{one} {one!r} {one.args!r} {one.__dict__!r}")
            todo += [one.__cause__, one.__context__]
        self.add("pickle", pickle.dumps(error))


def reply(body: bytes = b"{}", *fields: str, status: str = "200 OK") -> bytes:
    """A response with Content-Length, as it stands on the wire."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *fields]
    if not any(field.lower().startswith("content-type") for field in fields):
        head.append("Content-Type: application/json")
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


@contextlib.contextmanager
def scripted(answer: bytes | list[bytes]) -> Iterator[Server]:
    """A server that says `answer` to whatever it is asked, and hangs up."""

    def handle(call: Call) -> None:
        call.body()
        for piece in [answer] if isinstance(answer, bytes) else answer:
            call.send(piece)
        call.closing = True

    with Server(handle) as server:
        yield server


@contextlib.contextmanager
def watched_disk(traces: Traces) -> Iterator[None]:
    """Keep a copy of every byte that is written meanwhile: also what is unlinked before anyone looks."""
    write, pwrite = os.write, os.pwrite

    def spy(fd: int, data: Any) -> int:
        traces.add(f"written to {_name(fd)}", bytes(data))
        return write(fd, data)

    def spy_at(fd: int, data: Any, offset: int) -> int:
        traces.add(f"written to {_name(fd)}", bytes(data))
        return pwrite(fd, data, offset)

    os.write, os.pwrite = spy, spy_at
    try:
        yield
    finally:
        os.write, os.pwrite = write, pwrite


def _name(fd: int) -> str:
    try:
        return Path(os.readlink(f"/proc/self/fd/{fd}")).name
    except OSError:
        return "a file"


class _Keeper(logging.Handler):
    def __init__(self, traces: Traces) -> None:
        super().__init__(logging.DEBUG)
        self._traces = traces

    def emit(self, record: logging.LogRecord) -> None:
        self._traces.add(f"log {record.name}", f"{self.format(record)} {record.args!r} {record.msg!r}")


@contextlib.contextmanager
def observed(traces: Traces, folder: Path) -> Iterator[None]:
    """Collect what is logged, warned and written, and at the end what lies in `folder`."""
    root, keeper = logging.getLogger(), _Keeper(traces)
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as caught, watched_disk(traces):
            warnings.simplefilter("always")
            yield
        for warning in caught:
            traces.add("warning", str(warning.message))
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
        traces.folder(folder)


def record(
    path: Path,
    client: Client,
    answer: bytes | list[bytes],
    traces: Traces | None = None,
    **options: Any,
) -> Traces:
    """Record what `client` does with the server's URL; all that it left behind."""
    traces = traces or Traces()
    options.setdefault("mode", "all")
    with scripted(answer) as server, observed(traces, path.parent):
        try:
            with hushtape.use_cassette(path, **options) as tape:
                try:
                    client(server.url)
                except Exception as error:
                    if isinstance(error, hushtape.HushtapeError):
                        traces.error(error)
                for interaction in tape.interactions():
                    traces.add("interactions", repr(interaction))
                traces.add("repr", f"{tape!r} {tape.options!r} {tape.chain!r} {tape.ledger.faults!r}")
        except hushtape.HushtapeError as error:
            traces.error(error)
    traces.published = path.exists() and not traces.errors
    return traces


def replay(path: Path, client: Client, url: str = "http://127.0.0.1:9", **options: Any) -> Traces:
    """Replay, with a request that the tape can't answer."""
    traces = Traces()
    with observed(traces, path.parent):
        try:
            with hushtape.use_cassette(path, mode="none", **options) as tape:
                try:
                    client(url)
                except hushtape.HushtapeError as error:
                    traces.error(error)
                for interaction in tape.unused:
                    traces.add("unused", repr(interaction))
                traces.add("repr", f"{tape!r} {tape.unmatched!r}")
        except hushtape.HushtapeError as error:
            traces.error(error)
    return traces
