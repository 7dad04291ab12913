"""`latency`: a replay takes the server's time, in the thread that asked, within the client's own timeout."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

import hushtape
from hushtape import clock
from tests.support import certificates
from tests.support.servers import Server
from tests.support.wire import Call

SLOW = 0.03
LONG = 1000.0
"""Seconds, of which a replay on the busiest machine spends few before it waits."""


def lengthen(cassette: Path) -> None:
    """Each answer on the cassette took `LONG`."""
    text, times = re.subn(r'"elapsed": [0-9.e-]+', f'"elapsed": {LONG}', cassette.read_text())
    assert times
    cassette.write_text(text)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the adapters waited, in seconds; nothing is waited for."""
    waited: list[float] = []
    monkeypatch.setattr(clock, "pause", waited.append)
    return waited


def slow(call: Call) -> None:
    call.body()
    if call.path == "/slow":
        threading.Event().wait(SLOW)
    if call.path == "/never":
        call.server.stopped.wait(10)
        return
    call.reply(200, b"an answer", [])


@pytest.fixture(params=[False, True], ids=["http", "https"])
def server(request: pytest.FixtureRequest) -> Any:
    with Server(slow, tls=request.param) as made:
        yield made


def with_requests(server: Server, path: str, timeout: Any = 5) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(server.url + path, verify=certificates.bundle(), timeout=timeout).content


def with_urllib3(server: Server, path: str, timeout: Any = 5) -> bytes:
    with urllib3.PoolManager(ca_certs=certificates.bundle()) as pool:
        data: bytes = pool.request("GET", server.url + path, timeout=timeout, retries=False).data
        return data


def with_http_client(server: Server, path: str, timeout: Any = 5) -> bytes:
    where: dict[str, Any] = {"timeout": timeout}
    kind: Any = http.client.HTTPConnection
    if server.scheme == "https":
        kind, where["context"] = http.client.HTTPSConnection, certificates.client_context()
    connection = kind(server.host, server.port, **where)
    connection.request("GET", path)
    data: bytes = connection.getresponse().read()
    connection.close()
    return data


def with_urllib_request(server: Server, path: str, timeout: Any = 5) -> bytes:
    secure = urllib.request.HTTPSHandler(context=certificates.client_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), secure)
    with opener.open(server.url + path, timeout=timeout) as response:
        data: bytes = response.read()
    return data


def with_botocore(server: Server, path: str, timeout: Any = 5) -> bytes:
    session = URLLib3Session(verify=certificates.bundle(), timeout=timeout)
    data: bytes = session.send(AWSPreparedRequest("GET", server.url + path, {}, None, False)).content
    return data


CLIENTS = (with_requests, with_urllib3, with_http_client, with_urllib_request, with_botocore)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("given", "factor"), [("recorded", 1), (2, 2), (0.5, 0.5)])
def test_an_answer_takes_the_recorded_time_by_the_factor(
    server: Server,
    cassette: Path,
    waits: list[float],
    client: Callable[..., bytes],
    given: Any,
    factor: float,
) -> None:
    with hushtape.use_cassette(cassette, latency=given) as tape:
        client(server, "/slow")
        (kept,) = tape.interactions()
    assert waits == [] and kept.elapsed >= SLOW
    lengthen(cassette)
    with hushtape.use_cassette(cassette, mode="none", latency=given):
        assert client(server, "/slow", 2 * LONG * factor) == b"an answer"
    assert len(waits) == 1 and LONG * factor / 2 < waits[0] <= LONG * factor


@pytest.mark.parametrize("given", [None, 0, 0.0])
def test_by_default_nobody_waits(server: Server, cassette: Path, waits: list[float], given: Any) -> None:
    for _ in range(2):
        with hushtape.use_cassette(cassette, latency=given):
            with_requests(server, "/slow")
    assert waits == []


TOO_LATE = (
    requests.exceptions.ReadTimeout,
    urllib3.exceptions.ReadTimeoutError,
    TimeoutError,
    TimeoutError,
    ReadTimeoutError,
)


@pytest.mark.parametrize(("client", "error"), list(zip(CLIENTS, TOO_LATE, strict=True)))
def test_where_the_clients_timeout_is_shorter_it_gets_its_own_timeout(
    server: Server,
    cassette: Path,
    waits: list[float],
    client: Callable[..., bytes],
    error: type[Exception],
) -> None:
    with hushtape.use_cassette(cassette):
        client(server, "/slow")
    with hushtape.use_cassette(cassette, mode="none", latency=1000) as tape:
        with pytest.raises(error) as caught:
            client(server, "/slow", 0.25)
        assert tape.played == 1
    assert waits == [0.25] and "time" in str(caught.value)


def test_the_defaults_of_the_socket_module_are_a_timeout_too(
    server: Server, cassette: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with hushtape.use_cassette(cassette):
        with_http_client(server, "/slow")
    monkeypatch.setattr(socket, "getdefaulttimeout", lambda: 0.125)
    with hushtape.use_cassette(cassette, mode="none", latency=1000), pytest.raises(TimeoutError):
        with_http_client(server, "/slow", socket._GLOBAL_DEFAULT_TIMEOUT)  # type: ignore[attr-defined]
    assert waits == [0.125]


def test_a_recorded_timeout_comes_after_its_time(server: Server, cassette: Path, waits: list[float]) -> None:
    with hushtape.use_cassette(cassette), pytest.raises(requests.exceptions.ReadTimeout):
        with_requests(server, "/never", (5, 0.05))
    with hushtape.use_cassette(cassette, mode="none") as tape:
        (kept,) = tape.interactions()
        assert kept.elapsed >= 0.05
    lengthen(cassette)
    with (
        hushtape.use_cassette(cassette, mode="none", latency="recorded"),
        pytest.raises(requests.exceptions.ReadTimeout),
    ):
        with_requests(server, "/never", (5, 2 * LONG))
    assert len(waits) == 1 and LONG / 2 < waits[0] <= LONG


def test_a_thread_that_waits_holds_no_other_up(
    server: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hushtape.use_cassette(cassette):
        with_requests(server, "/slow")
        with_requests(server, "/fast")
    lengthen(cassette)
    waiting, answered = threading.Event(), threading.Event()

    def wait(seconds: float) -> None:
        if threading.current_thread() is slow_one:
            waiting.set()
            assert answered.wait(30)

    monkeypatch.setattr(clock, "pause", wait)
    order: list[str] = []

    def ask() -> None:
        with_requests(server, "/slow", 2 * LONG)
        order.append("slow")

    with hushtape.use_cassette(cassette, mode="none", latency="recorded"):
        slow_one = threading.Thread(target=ask)
        slow_one.start()
        assert waiting.wait(30)
        with_requests(server, "/fast", 2 * LONG)
        order.append("fast")
        answered.set()
        slow_one.join()
    assert order == ["fast", "slow"]


def test_an_interrupted_wait_ends_the_call(
    server: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Limit(Exception):
        pass

    def interrupted(seconds: float) -> None:
        raise Limit

    with hushtape.use_cassette(cassette):
        with_requests(server, "/slow")
        with_requests(server, "/fast")
    lengthen(cassette)
    monkeypatch.setattr(clock, "pause", interrupted)
    with hushtape.use_cassette(cassette, mode="none", latency="recorded"):
        with pytest.raises(Limit):
            with_requests(server, "/slow", 2 * LONG)
        monkeypatch.setattr(clock, "pause", lambda seconds: None)
        assert with_requests(server, "/fast", 2 * LONG) == b"an answer"


@pytest.mark.parametrize("value", ["slow", -1, float("nan"), float("inf"), True, b"1"])
def test_what_is_no_factor_is_refused(value: Any) -> None:
    with pytest.raises(hushtape.OptionError) as caught:
        hushtape.use_cassette("x.json", latency=value)
    assert caught.value.option == "latency"
