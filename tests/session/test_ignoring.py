"""Ignore lists as users write them, with a client and a server; what is no list is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server


def test_a_time_stamp_in_the_query_does_not_count(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1?ts=1&page=1", timeout=5)
    with hushtape.use_cassette(cassette, mode="none", ignore_query={"ts"}) as tape:
        client.session.get(server.url + "/number/1?page=1&ts=2", timeout=5)
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.session.get(server.url + "/number/1?page=2&ts=2", timeout=5)
        tape.acknowledge(caught.value)
    assert caught.value.differences == ("query page: asked '2', recorded '1'",)
    assert tape.played == 1


def test_a_list_of_one_path_does_not_hold_for_another(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        for number in (1, 2):
            client.session.get(f"{server.url}/number/{number}?ts=1", timeout=5)
    lists = {f"127.0.0.1:{server.port}/number/1*": {"ts"}}
    with hushtape.use_cassette(cassette, mode="none", ignore_query=lists) as tape:
        client.session.get(server.url + "/number/1?ts=2", timeout=5)
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.session.get(server.url + "/number/2?ts=2", timeout=5)
        tape.acknowledge(caught.value)
    assert tape.played == 1


def test_a_nonce_in_json_and_another_boundary_do_not_count(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"match_on": ("method", "uri", "body"), "ignore_json": {"$.orders[*].nonce"}}

    def send(nonce: int) -> None:
        client.session.post(server.url + "/upload", json={"orders": [{"id": 1, "nonce": nonce}]}, timeout=5)
        client.session.post(server.url + "/upload", files={"file": b"\xffdata"}, timeout=5)

    with hushtape.use_cassette(cassette, **options):
        send(1)
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        send(2)
    assert tape.played == 2


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("ignore_query", 3, "int"),
        ("ignore_query", {"https://a.example": {"ts"}}, "scheme"),
        ("ignore_query", {"a.example": 3}, "int"),
        ("ignore_query", [""], "a name is a text"),
        ("ignore_headers", [b"x"], "bytes"),
        ("ignore_headers", {3: {"x"}}, "int"),
        ("ignore_json", {"nonce"}, "no JSON path"),
        ("ignore_json", {"$.a[1:2]"}, "no JSON path"),
    ],
)
def test_what_is_no_ignore_list_is_refused(option: str, value: Any, words: str) -> None:
    with pytest.raises(hushtape.OptionError, match=words) as caught:
        hushtape.use_cassette("a.json", **{option: value})  # type: ignore[misc]  # by name
    assert caught.value.option == option


def test_a_recorder_hands_its_lists_on(tmp_path: Path) -> None:
    recorder = hushtape.Recorder(ignore_query={"ts"}, ignore_json=["$.nonce"])
    context = recorder.use_cassette("a.json", ignore_query="page")
    assert [rule.names for rule in context._options.ignore_query] == [("page",)]
    assert context._options.ignore_json == recorder.options.ignore_json
