"""What the network guard stops, what it lets pass, and what it costs while it is off.

Real sockets on loopback. The policies are those a session would give: a list of hosts that are allowed.
Names are resolved by the machine's own hosts file: `localhost` alone, so nothing leaves it.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hushtape.clients import guard
from hushtape.errors import NetworkBlockedError


class Policy:
    """Refuses all but `allowed`, and keeps what it was asked."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed
        self.asked: list[tuple[str, str, int | None]] = []

    def __call__(self, event: str, host: str, port: int | None) -> Exception | None:
        self.asked.append((event, host, port))
        if host in self.allowed:
            return None
        return NetworkBlockedError(
            f"{event} {host}", "a tape replays", "Record it", event=event, address=f"{host}:{port}"
        )


@pytest.fixture
def listener() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@contextlib.contextmanager
def blocked(*allowed: str) -> Iterator[Policy]:
    policy = Policy(*allowed)
    block = guard.block(policy)
    try:
        yield policy
    finally:
        block.remove()


def test_a_connection_is_refused_by_event_and_address(listener: Any) -> None:
    with blocked() as policy, pytest.raises(NetworkBlockedError) as caught:
        socket.create_connection(listener)
    assert (caught.value.event, caught.value.address) == ("socket.connect", f"127.0.0.1:{listener[1]}")
    assert policy.asked == [("socket.connect", "127.0.0.1", listener[1])]


def test_connect_ex_sendto_and_sendmsg_are_refused(listener: Any) -> None:
    with blocked(), socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        with pytest.raises(NetworkBlockedError):
            tcp.connect_ex(listener)
        with pytest.raises(NetworkBlockedError) as sent:
            udp.sendto(b"x", listener)
        with pytest.raises(NetworkBlockedError) as message:
            udp.sendmsg([b"x"], [], 0, listener)
    assert (sent.value.event, message.value.event) == ("socket.sendto", "socket.sendmsg")


@pytest.mark.parametrize(
    ("look_up", "event"),
    [
        (lambda: socket.getaddrinfo("api.test", 443), "socket.getaddrinfo"),
        (lambda: socket.gethostbyname("api.test"), "socket.gethostbyname"),
        (lambda: socket.gethostbyname_ex("api.test"), "socket.gethostbyname"),
        (lambda: socket.gethostbyaddr("192.0.2.1"), "socket.gethostbyaddr"),
        (lambda: socket.getnameinfo(("192.0.2.1", 1), 0), "socket.getnameinfo"),
        (lambda: socket.create_connection(("api.test", 443)), "socket.getaddrinfo"),
    ],
)
def test_a_look_up_is_refused(look_up: Any, event: str) -> None:
    with blocked(), pytest.raises(NetworkBlockedError) as caught:
        look_up()
    assert caught.value.event == event


def test_a_name_given_to_a_socket_is_refused_before_it_is_resolved() -> None:
    with blocked() as policy, socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        for call in (tcp.connect, tcp.connect_ex, lambda where: udp.sendto(b"", where)):
            with pytest.raises(NetworkBlockedError):
                call(("surely-not-there.invalid", 80))  # a look-up would end in socket.gaierror
    assert {host for _, host, _ in policy.asked} == {"surely-not-there.invalid"}


def test_asyncio_is_refused_in_its_worker_threads_too(listener: Any) -> None:
    async def connect(host: str) -> None:
        await asyncio.open_connection(host, listener[1])

    with blocked():
        for host, event in (("localhost", "socket.getaddrinfo"), ("127.0.0.1", "socket.connect")):
            with pytest.raises(NetworkBlockedError) as caught:
                asyncio.run(connect(host))
            assert caught.value.event == event


def test_a_unix_socket_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a unix socket holds 107 bytes at most
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here.sock")
        server.listen()
        with blocked() as policy:
            client.connect("here.sock")
    assert policy.asked == []


def test_a_numeric_address_is_no_look_up(listener: Any) -> None:
    with blocked() as policy:
        socket.getaddrinfo("127.0.0.1", 80)
        socket.getaddrinfo("::1", 80)
        socket.getaddrinfo(None, 0, flags=socket.AI_PASSIVE)
        asyncio.run(serve_for_a_moment())
    assert policy.asked == []


async def serve_for_a_moment() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    server.close()
    await server.wait_closed()


def test_the_address_of_an_allowed_name_passes_and_others_do_not(listener: Any) -> None:
    with blocked("localhost") as policy:
        with pytest.raises(NetworkBlockedError):
            socket.create_connection(listener)  # never resolved from an allowed name yet
        http.client.HTTPConnection("localhost", listener[1]).connect()
        socket.create_connection(listener).close()
    assert ("socket.connect", "localhost", listener[1]) in policy.asked
    with blocked("elsewhere"), pytest.raises(NetworkBlockedError):
        socket.create_connection(listener)  # a new guard remembers nothing of the last one


def test_an_allowed_name_passes_through_asyncio(listener: Any) -> None:
    async def connect() -> None:
        _, writer = await asyncio.open_connection("LOCALHOST", listener[1], family=socket.AF_INET)
        writer.close()

    with blocked("localhost"):
        asyncio.run(connect())


def test_with_two_guards_both_must_agree(listener: Any) -> None:
    with blocked("127.0.0.1"):
        socket.create_connection(listener).close()
        with blocked(), pytest.raises(NetworkBlockedError):
            socket.create_connection(listener)
        socket.create_connection(listener).close()


def test_when_the_last_guard_is_gone_everything_is_as_before(listener: Any) -> None:
    before = socket.getaddrinfo, socket.gethostbyname, dict(vars(socket.socket))
    block = guard.block(Policy())
    block.remove()
    block.remove()
    assert (socket.getaddrinfo, socket.gethostbyname, dict(vars(socket.socket))) == before
    socket.create_connection(listener).close()


def test_a_thread_is_guarded_as_well(listener: Any) -> None:
    caught: list[BaseException] = []

    def connect() -> None:
        try:
            socket.create_connection(listener)
        except NetworkBlockedError as error:
            caught.append(error)

    with blocked():
        thread = threading.Thread(target=connect)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_while_it_is_off_an_audit_event_runs_three_lines() -> None:
    """The hook can't be removed and runs for every audit event: counted in lines, a clock would flutter."""
    with blocked():
        pass
    lines: list[int] = []

    def trace(frame: Any, event: str, arg: Any) -> Any:
        if event == "line":
            lines.append(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        guard._audit("import", ())
    finally:
        sys.settrace(before)
    assert 1 <= len([line for line in lines if in_hook(line)]) <= 3


def in_hook(line: int) -> bool:
    code = guard._audit.__code__
    return line in {number for _, _, number in code.co_lines()}
