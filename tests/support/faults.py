"""What the test server answers when it does not behave: short, reset, silent, early, garbled.

Lives here: the handlers that break the protocol on purpose. Must not: be reached by accident.
Called by: routes, which puts them into its table.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
from collections.abc import Callable

from tests.support.wire import Call

OCTETS = ("Content-Type", "application/octet-stream")


def short(call: Call, sent: str) -> None:
    """Announces 1,000 bytes, sends fewer, then closes in order."""
    call.body()
    call.head(200, [OCTETS, ("Content-Length", "1000")])
    call.send(b"x" * int(sent))
    call.hang_up()


def short_chunked(call: Call, _: str) -> None:
    """A chunked body without its last chunk."""
    call.body()
    call.head(200, [OCTETS, ("Transfer-Encoding", "chunked")])
    call.chunk(b"y" * 500)
    call.hang_up()


def reset_head(call: Call, _: str) -> None:
    """RST in place of an answer."""
    call.body()
    call.reset()


def reset_body(call: Call, sent: str) -> None:
    """RST inside the body. The pause lets the client read first: RST discards what it has not read."""
    call.body()
    call.head(200, [OCTETS, ("Content-Length", "1000")])
    call.send(b"z" * int(sent))
    call.server.stopped.wait(0.1)
    call.reset()


def dropped(call: Call, _: str) -> None:
    """The connection ends in order before any answer (RemoteDisconnected)."""
    call.body()
    call.hang_up()


def hang(call: Call, _: str) -> None:
    """No answer, for as long as the client holds the connection."""
    call.body()
    wait_for_peer(call)


def hang_body(call: Call, sent: str) -> None:
    """Part of a body, then silence."""
    call.body()
    call.head(200, [OCTETS, ("Content-Length", "1000")])
    call.send(b"w" * int(sent))
    wait_for_peer(call)


def early(call: Call, _: str) -> None:
    """413 before the upload is read; then drains, since closing at once would reset the connection."""
    call.head(413, [("Content-Length", "8"), ("Connection", "close")], "Content Too Large")
    call.send(b"too much")
    call.hang_up()
    wait_for_peer(call)


def expectation(call: Call, _: str) -> None:
    """417 to `Expect: 100-continue`, without reading the body."""
    call.head(417, [("Content-Length", "2"), ("Connection", "close")])
    call.send(b"no")
    call.hang_up()
    wait_for_peer(call)


def garbled(call: Call, _: str) -> None:
    """Not HTTP at all."""
    call.body()
    call.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    call.hang_up()


def false_gzip(call: Call, _: str) -> None:
    """Claims gzip, is plain text."""
    call.reply(200, b"this was never compressed", [("Content-Encoding", "gzip")])


def cut_gzip(call: Call, _: str) -> None:
    """A gzip stream without its end, under an honest Content-Length."""
    text = "".join(hashlib.md5(str(n).encode()).hexdigest() for n in range(100)).encode()
    data = gzip.compress(text, mtime=0)
    call.reply(200, data[: len(data) // 2], [("Content-Encoding", "gzip")])


def wait_for_peer(call: Call) -> None:
    """Reads and drops until the client closes or 5 s passed; the connection can't be used again."""
    call.closing = call.dead = True
    with contextlib.suppress(OSError, ValueError):
        call.sock.settimeout(5)
        while call.reader.read1(65536):  # type: ignore[attr-defined]  # a BufferedReader has it
            pass
    with contextlib.suppress(OSError):
        call.sock.shutdown(socket.SHUT_RDWR)


ROUTES: dict[str, Callable[[Call, str], None]] = {
    "short": short,
    "short-chunked": short_chunked,
    "reset-head": reset_head,
    "reset-body": reset_body,
    "dropped": dropped,
    "hang": hang,
    "hang-body": hang_body,
    "early": early,
    "expectation": expectation,
    "garbled": garbled,
    "false-gzip": false_gzip,
    "cut-gzip": cut_gzip,
}
