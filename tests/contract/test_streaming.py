"""Streaming stays streaming: what arrives early is read early, recording and replaying."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

ALLOWED = 0.020
"""Seconds that the first chunk of a stream may come later than bare."""

SOURCE = "/events/3?delay=0.15"
READ: dict[str, Callable[..., object]] = {
    "iter_content-none": lambda answer: next(answer.iter_content(chunk_size=None)),
    "iter_lines": lambda answer: next(answer.iter_lines(chunk_size=1)),
}


def first_chunk(server: Server, reader: str, times: int = 4) -> float:
    """Seconds from the request to its first chunk: the best of a few, as machines are noisy.

    A recorder that held the stream back would be late each time, by 0.3 s.
    """
    client, spent = Requests(), []
    for _ in range(times):
        start = time.perf_counter()
        with client.session.get(server.url + SOURCE, stream=True, timeout=5) as answer:
            READ[reader](answer)
            spent.append(time.perf_counter() - start)
    client.close()
    return min(spent)


@pytest.mark.parametrize("reader", ["iter_content-none", "iter_lines"])
def test_the_first_event_comes_at_most_20_ms_later_than_bare(
    reader: str, secure: Server, cassette: Path
) -> None:
    bare = first_chunk(secure, reader)
    with hushtape.use_cassette(cassette, mode="all"):
        recorded = first_chunk(secure, reader)
    secure.stop()
    with hushtape.use_cassette(cassette, mode="none"):
        replayed = first_chunk(secure, reader)
    assert recorded - bare <= ALLOWED
    assert replayed - bare <= ALLOWED


def test_every_event_of_a_recorded_stream_arrives_when_it_is_sent(secure: Server, cassette: Path) -> None:
    client = Requests()
    with hushtape.use_cassette(cassette), client.session.get(secure.url + SOURCE, stream=True) as answer:
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
