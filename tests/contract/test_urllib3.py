"""What only urllib3 can do: preload_content=False, read1 and chunks, Retry, pool timeouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.contract.drivers import Urllib3
from tests.contract.observe import attempt
from tests.contract.ways import three_ways
from tests.support.servers import Server

READERS: dict[str, Callable[[Any], Any]] = {
    "read": lambda answer: answer.read(),
    "read-parts": lambda answer: [answer.read(1000), answer.read(1), answer.read()],
    "stream": lambda answer: b"".join(answer.stream(333)),
    "readinto": lambda answer: [answer.readinto(buffer := bytearray(50)), bytes(buffer)],
    "drain": lambda answer: [answer.drain_conn(), answer.status],
    "tell": lambda answer: [len(answer.read(700)), answer.tell()],
    "data-twice": lambda answer: [answer.data, answer.data],
}


@pytest.mark.parametrize("source", ["/bytes/5000", "/chunked/5000", "/until-close/5000"])
@pytest.mark.parametrize("reader", READERS)
def test_a_body_not_preloaded_reads_the_same(
    reader: str, source: str, secure: Server, cassette: Path
) -> None:
    def case(client: Urllib3, server: Server) -> Any:
        answer = client.pool.request(
            "GET", server.url + source, preload_content=False, timeout=5, retries=False
        )
        seen = attempt(lambda: READERS[reader](answer))
        answer.release_conn()
        return seen

    three_ways(case, Urllib3, secure, cassette)


def test_chunks_are_read_through_read_chunked(secure: Server, cassette: Path) -> None:
    def case(client: Urllib3, server: Server) -> Any:
        answer = client.pool.request("GET", server.url + "/chunked/5000?trailers", preload_content=False)
        return b"".join(answer.read_chunked())

    assert len(three_ways(case, Urllib3, secure, cassette)) == 5000


def test_retry_over_broken_connections_is_the_same(server: Server, cassette: Path) -> None:
    def case(client: Urllib3, target: Server) -> Any:
        retry = urllib3.Retry(total=2, backoff_factor=0)
        return attempt(lambda: client.pool.request("GET", target.url + "/dropped", retries=retry, timeout=5))

    assert three_ways(case, Urllib3, server, cassette).links[0] == "urllib3.exceptions.MaxRetryError"


def test_one_connection_serves_many_requests(secure: Server, cassette: Path) -> None:
    def case(client: Urllib3, server: Server) -> Any:
        for number in range(5):
            client.call("GET", f"{server.url}/number/{number}")
        pool = client.pool.connection_from_url(server.url)
        return pool.num_connections, pool.num_requests

    assert three_ways(case, Urllib3, secure, cassette) == (1, 5)
