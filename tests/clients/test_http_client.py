"""The http.client adapter: what programs observe is the same bare, recorded and replayed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.cases import CASES, FAILURES
from tests.contract.drivers import DRIVERS
from tests.support.proxy import proxy_server
from tests.support.servers import Server
from tests.support.watching import three_ways

SOME = [
    "POST", "HEAD", "bytes-0", "bytes-300000", "chunked-200000", "trailers", "until-close",
    "http-1.0-keep-alive", "connection-close", "coded-gzip", "coded-zstd-chunked", "status-304",
    "two-set-cookie", "early-hints", "upload-file", "upload-generator", "expect-continue", "events",
]  # fmt: skip


def run(client: str, case: Any, server: Server, proxy: str | None = None) -> Any:
    driver = DRIVERS[client](proxy)
    try:
        return case(driver, server)
    finally:
        driver.close()


@pytest.mark.thinned(5)
@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("case", SOME)
def test_an_answer_is_the_same_three_ways(client: str, case: str) -> None:
    with Server(tls=case.startswith("co")) as server:
        three_ways(lambda: run(client, CASES[case], server), server, need_body=case.startswith("upload"))


@pytest.mark.thinned(3)
@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_the_same_three_ways(client: str, case: str) -> None:
    with Server() as server:
        three_ways(lambda: run(client, FAILURES[case], server), server)


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_does_not_show_in_the_exchange(client: str, tls: bool) -> None:
    case = CASES["keep-alive"]
    with proxy_server() as proxy, Server(tls=tls) as server:

        def through() -> Any:
            if server.stopped.is_set():
                proxy.stop()
            return run(client, case, server, proxy.url)

        seen = three_ways(through, server)
    assert len(seen) == 4


@pytest.mark.parametrize("client", DRIVERS)
def test_an_untrusted_certificate_fails_the_same_three_ways(client: str) -> None:
    from tests.contract.cases import fails

    with Server(tls=True, trusted=False) as server:
        seen = three_ways(lambda: run(client, fails("/number/1"), server), server)
    assert any("SSLCertVerificationError" in link for link in seen[0].links)
