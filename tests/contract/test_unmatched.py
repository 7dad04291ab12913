"""A request that is not on the tape: the error explains itself, reaches the program, returns at close."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import DRIVERS, Requests
from tests.support.servers import Server


def record(server: Server, path: Path, *targets: str) -> None:
    client = Requests()
    with hushtape.use_cassette(path):
        for target in targets:
            client.call("GET", server.url + target)
    client.close()


@pytest.mark.parametrize("client", DRIVERS)
def test_it_comes_through_every_client_as_itself_and_once(
    client: str, server: Server, cassette: Path
) -> None:
    record(server, cassette, "/number/1?page=2")
    server.reset()
    driver = DRIVERS[client]()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            driver.call("GET", server.url + "/number/1?page=3")
        assert len(tape.unmatched) == 1
        tape.acknowledge(caught.value)
    driver.close()
    assert server.connections == 0 and server.requests == [], "the network was touched"
    text = str(caught.value)
    assert "page" in text and "'3'" in text and "'2'" in text
    assert caught.value.method == "GET" and caught.value.uri.endswith("/number/1?page=3")
    assert pickle.loads(pickle.dumps(caught.value)).report == caught.value.report


def swallow(client: Requests, url: str) -> None:
    try:
        client.call("GET", url)
    except Exception:
        pass


def test_a_swallowed_one_is_raised_when_the_tape_closes(server: Server, cassette: Path) -> None:
    record(server, cassette, "/number/1")
    client = Requests()
    with (
        pytest.raises(hushtape.UnmatchedRequestError, match="/number/2") as caught,
        hushtape.use_cassette(cassette, mode="none") as tape,
    ):
        swallow(client, server.url + "/number/2")
        swallow(client, server.url + "/number/3")
    client.close()
    assert caught.value.uri.endswith("/number/2") and len(tape.unmatched) == 2


def test_the_exception_in_flight_goes_on_and_gets_a_note(server: Server, cassette: Path) -> None:
    record(server, cassette, "/number/1")
    client = Requests()
    with pytest.raises(KeyError) as caught, hushtape.use_cassette(cassette, mode="none"):
        swallow(client, server.url + "/number/2")
        raise KeyError("the program's own")
    client.close()
    assert any("/number/2" in note for note in caught.value.__notes__)


def test_answers_that_are_used_up_are_unmatched(server: Server, cassette: Path) -> None:
    record(server, cassette, "/count/a", "/count/a")
    client = Requests()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        turns = [client.session.get(server.url + "/count/a").json()["turn"] for _ in range(2)]
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("GET", server.url + "/count/a")
        tape.acknowledge(caught.value)
    client.close()
    assert turns == [1, 2]


def test_retrying_clients_do_not_ask_again(server: Server, cassette: Path) -> None:
    from requests.adapters import HTTPAdapter

    record(server, cassette, "/number/1")
    client = Requests()
    client.session.mount(server.url, HTTPAdapter(max_retries=5))
    with hushtape.use_cassette(cassette, mode="none") as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("GET", server.url + "/number/9")
        assert len(tape.unmatched) == 1
        tape.acknowledge(caught.value)
    client.close()


def test_any_other_connection_is_refused_while_replaying(server: Server, cassette: Path) -> None:
    import socket

    record(server, cassette, "/number/1")
    server.reset()
    client = Requests()
    with hushtape.use_cassette(cassette, mode="none"):
        client.call("GET", server.url + "/number/1")
        with pytest.raises(hushtape.NetworkBlockedError):
            socket.create_connection((server.host, server.port), 1)
    client.close()
    assert server.connections == 0


def test_a_matcher_that_raises_is_raised_again_when_the_tape_closes(server: Server, cassette: Path) -> None:
    """A program that survives it would pass its test without an answer."""

    def broken(live: hushtape.MatchRequest, recorded: hushtape.MatchRequest) -> bool:
        raise ZeroDivisionError

    client = Requests()
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/number/1")
    options: dict[str, Any] = {"mode": "none", "match_on": ("method", broken)}
    with (
        pytest.raises(hushtape.OptionError, match="the matcher raised ZeroDivisionError"),
        hushtape.use_cassette(cassette, **options),
    ):
        swallow(client, server.url + "/number/1")
    with hushtape.use_cassette(cassette, **options) as tape:
        with pytest.raises(hushtape.OptionError) as caught:
            client.call("GET", server.url + "/number/1")
        tape.acknowledge(caught.value)
    client.close()
