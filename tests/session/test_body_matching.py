"""Requests told apart by their bodies: one-shot uploads are held, compared, then replayed or sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

RAW: dict[str, Any] = {"match_on": ("method", "uri", "raw_body")}


def pieces(text: bytes, times: int = 3) -> Iterator[bytes]:
    for _ in range(times):
        yield text


def size(client: Requests, server: Server, body: Any) -> int:
    return int(client.session.post(server.url + "/upload", data=body, timeout=5).json()["size"])


@pytest.fixture
def recorded(client: Requests, server: Server, cassette: Path) -> Path:
    with hushtape.use_cassette(cassette, **RAW):
        assert size(client, server, pieces(b"old")) == 9
    server.reset()
    return cassette


def test_a_generator_upload_is_consumed_once_and_matched(
    client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="none", **RAW) as tape:
        source = pieces(b"old")
        assert size(client, server, source) == 9
        assert next(source, None) is None
    assert tape.played == 1 and server.requests == []


def test_another_body_is_unmatched(client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode="none", **RAW) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError, match="body") as caught:
            size(client, server, pieces(b"new"))
        tape.acknowledge(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("times", [3, 40_000])
def test_new_episodes_sends_a_held_generator_whole_where_nothing_answers_it(
    times: int, client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="new_episodes", **RAW) as tape:
        assert size(client, server, pieces(b"old")) == 9
        assert size(client, server, pieces(b"new", times)) == 3 * times
    assert (tape.played, tape.recorded) == (1, 1)
    assert server.requests == ["POST /upload"]
    server.reset()
    with hushtape.use_cassette(recorded, mode="none", **RAW) as tape:
        assert size(client, server, pieces(b"new", times)) == 3 * times
        assert size(client, server, pieces(b"old")) == 9
    assert server.requests == []


def test_new_episodes_refuses_a_generator_above_the_bound_by_name(
    client: Requests, server: Server, recorded: Path
) -> None:
    with (
        hushtape.use_cassette(recorded, mode="new_episodes", max_callback_body=1000, **RAW),
        pytest.raises(hushtape.BodyTooLargeError, match="max_callback_body"),
    ):
        size(client, server, pieces(b"new", 1000))
    assert server.requests == []


def test_in_none_a_body_above_the_bound_is_compared_by_its_digest(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, **RAW):
        size(client, server, pieces(b"long", 5000))
    with hushtape.use_cassette(cassette, mode="none", max_callback_body=1000, **RAW) as tape:
        assert size(client, server, pieces(b"long", 5000)) == 20_000
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            size(client, server, pieces(b"gnol", 5000))
        tape.acknowledge(caught.value)


def test_json_bodies_match_whatever_the_order_of_their_keys(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"match_on": ("method", "uri", "json_body")}
    url = server.url + "/echo"
    with hushtape.use_cassette(cassette, **options):
        client.session.post(url, data='{"a": 1, "b": [2]}', timeout=5)
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        client.session.post(url, data='{"b":[2],"a":1}', timeout=5)
        with pytest.raises(hushtape.UnmatchedRequestError, match="/b/0") as caught:
            client.session.post(url, data='{"b":[3],"a":1}', timeout=5)
        tape.acknowledge(caught.value)
    assert tape.played == 1


def test_requests_that_differ_in_their_bodies_find_each_its_own_answer(
    client: Requests, server: Server, cassette: Path
) -> None:
    def page(number: int) -> Any:
        query = {"query": "{ orders }", "variables": {"page": number}}
        return json.loads(client.session.post(server.url + "/echo", json=query, timeout=5).json()["body"])

    options: dict[str, Any] = {"match_on": ("method", "uri", "body")}
    with hushtape.use_cassette(cassette, **options):
        recorded = [page(number) for number in range(5)]
    with hushtape.use_cassette(cassette, mode="none", **options):
        assert [page(number) for number in reversed(range(5))] == recorded[::-1]
