"""Streaming stays streaming: what arrives early is read early, recording and replaying."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

ALLOWED = 0.020
"""Seconds that the first chunk of a stream may come later than bare."""

SOURCE = "/events/2?delay=0.2"
"""A recorder that holds the stream back until its end is late by 200 ms: no noise looks like that."""

READ: dict[str, Callable[..., object]] = {
    "iter_content-none": lambda answer: next(answer.iter_content(chunk_size=None)),
    "iter_lines": lambda answer: next(answer.iter_lines(chunk_size=1)),
}


def delay(client: Requests, url: str, reader: str) -> float:
    """Seconds from the request to its first chunk."""
    start = time.perf_counter()
    with client.session.get(url + SOURCE, stream=True, timeout=5) as answer:
        READ[reader](answer)
        return time.perf_counter() - start


@pytest.mark.parametrize("reader", READ)
def test_the_first_event_comes_at_most_20_ms_later_than_bare(
    reader: str, secure: Server, cassette: Path
) -> None:
    """Bare and recorded in turns, so that both meet the same noise; medians are compared."""
    bare_url, url = secure.url.replace("127.0.0.1", "localhost"), secure.url
    client, bare, recorded = Requests(), [], []
    with hushtape.use_cassette(cassette, ignore_hosts=["localhost"]) as tape:
        for _ in range(6):  # the first of each makes its connection
            bare.append(delay(client, bare_url, reader))
            recorded.append(delay(client, url, reader))
    assert tape.recorded == 6, "what was meant to be bare was not, or the other way round"
    secure.stop()
    with hushtape.use_cassette(cassette, mode="none"):
        replayed = [delay(client, url, reader) for _ in range(6)]
    client.close()
    assert statistics.median(recorded) <= statistics.median(bare) + ALLOWED
    assert statistics.median(replayed) <= statistics.median(bare) + ALLOWED


def test_every_event_of_a_recorded_stream_arrives_when_it_is_sent(secure: Server, cassette: Path) -> None:
    client = Requests()
    with (
        hushtape.use_cassette(cassette),
        client.session.get(secure.url + "/events/3?delay=0.2", stream=True) as answer,
    ):
        lines = answer.iter_lines(chunk_size=1)
        arrivals = [time.perf_counter() for line in lines if line.startswith(b"data")]
    client.close()
    gaps = [later - earlier for earlier, later in itertools.pairwise(arrivals)]
    assert len(gaps) == 2 and min(gaps) > 0.1, "events came in one lump"


def test_an_upload_from_a_generator_is_sent_as_it_is_made(secure: Server, cassette: Path) -> None:
    pulled: list[int] = []

    def pieces() -> object:
        for number in range(5):
            pulled.append(number)
            yield b"x" * 1000

    client = Requests()
    with hushtape.use_cassette(cassette):
        answer = client.session.post(secure.url + "/upload", data=pieces(), timeout=5).json()
    client.close()
    assert answer["size"] == 5000 and pulled == [0, 1, 2, 3, 4], "the generator was consumed more than once"
