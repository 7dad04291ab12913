"""A proxy that fails while a tunnel is made: the program gets the same bare, recorded and replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.drivers import DRIVERS
from tests.contract.observe import Raised
from tests.contract.test_common import BROKEN, _refusal
from tests.contract.ways import three_ways
from tests.support.proxy import proxy_server
from tests.support.servers import Server
from tests.support.wire import Call

ANSWERS = {
    "closed": b"",
    "no HTTP": b"NONSENSE\r\n\r\n",
    "a cut line": b"HTTP/1.1 2",
    "a line too long": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    "a status line too long": b"HTTP/1.1 200 " + b"y" * 70_000 + b"\r\n\r\n",
    "refused": b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    "unavailable": b"HTTP/1.1 503 Busy\r\n\r\n",
}


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("answer", [*ANSWERS, "reset"])
def test_what_fails_while_a_tunnel_is_made_raises_the_same_three_ways(
    client: str, answer: str, cassette: Path
) -> None:
    def broken(call: Call) -> None:
        call.closing = True
        if answer == "reset":
            call.reset()
            return
        call.send(ANSWERS[answer])

    with Server(broken) as proxy, Server(tls=True) as server:

        def case(driver: object, target: Server) -> object:
            if target.stopped.is_set():
                proxy.stop()
            return _refusal(driver, target)

        seen = three_ways(case, lambda: DRIVERS[client](proxy.url), server, cassette)
    assert isinstance(seen, Raised)


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("head", BROKEN)
def test_a_broken_head_behind_a_tunnel_raises_the_same_three_ways(
    client: str, head: str, cassette: Path
) -> None:
    def broken(call: Call) -> None:
        call.closing = True
        call.send(BROKEN[head])

    with proxy_server() as proxy, Server(broken, tls=True) as server:

        def case(driver: object, target: Server) -> object:
            if target.stopped.is_set():
                proxy.stop()
            return _refusal(driver, target)

        seen = three_ways(case, lambda: DRIVERS[client](proxy.url), server, cassette)
    assert isinstance(seen, Raised)
