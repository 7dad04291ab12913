"""Forked children: they replay; while their parent records, their calls pass, and the cassette says so."""

from __future__ import annotations

import gc
import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.errors import HushtapeWarning
from tests.contract.drivers import Requests
from tests.support.forking import in_child
from tests.support.servers import Server

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    # Python 3.12 warns of threads at each fork; these children do nothing but one call and _exit.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


def ask(url: str) -> Any:
    client = Requests()
    try:
        return client.session.get(url, timeout=5).json()
    finally:
        client.close()


def calls_with_warnings(*urls: str) -> list[Any]:
    """What each URL answered, and the texts of hushtape's warnings."""
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        answers = [ask(url) for url in urls]
    return [answers, [str(one.message) for one in met if one.category is HushtapeWarning]]


def complete(path: Path) -> Any:
    return json.loads(path.read_text())["hushtape"]["complete"]


def test_a_child_replays_as_its_parent_does(server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        ask(server.url + "/number/3")
        ask(server.url + "/number/4")
    server.reset()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        ask(server.url + "/number/3")
        assert in_child(lambda: ask(server.url + "/number/4")) == {"number": 4, "square": 16}
    assert tape.played == 1 and server.requests == []


@pytest.mark.parametrize("first", [True, False])
def test_calls_of_a_child_pass_unrecorded_with_one_warning_and_the_cassette_says_so(
    first: bool, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        if first:
            ask(server.url + "/number/1")
        answers, told = in_child(
            lambda: calls_with_warnings(server.url + "/number/2", server.url + "/number/3")
        )
        ask(server.url + "/number/4")
    assert [answer["square"] for answer in answers] == [4, 9]
    assert len(told) == 1 and "complete: false" in told[0] and str(cassette) in told[0]
    assert tape.recorded == 1 + first and complete(cassette) is False


def test_a_child_that_makes_no_call_leaves_the_cassette_complete(server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        ask(server.url + "/number/1")
        assert in_child(lambda: "idle") == "idle"
    assert complete(cassette) is True


def test_in_new_episodes_a_child_replays_what_is_there_and_passes_the_rest(
    server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        ask(server.url + "/count/old")
    with hushtape.use_cassette(cassette, mode="new_episodes"):
        answers, told = in_child(
            lambda: calls_with_warnings(server.url + "/count/old", server.url + "/count/new")
        )
        ask(server.url + "/count/mine")
    assert [answer["turn"] for answer in answers] == [1, 1] and len(told) == 1
    assert server.requests.count("GET /count/old") == 1
    uris = [entry["request"]["uri"] for entry in json.loads(cassette.read_text())["interactions"]]
    assert [uri.rpartition("/")[2] for uri in uris] == ["old", "mine"] and complete(cassette) is False


def test_a_child_that_drops_or_leaves_everything_harms_nothing_of_its_parents(
    server: Server, cassette: Path
) -> None:
    """A long body is in a spool file when the child drops its copy of the answer and leaves the block."""
    client = Requests()
    manager = hushtape.use_cassette(cassette)
    with manager as tape:
        held = [client.session.get(server.url + "/bytes/3000000", stream=True, timeout=5)]
        pieces = held[0].iter_content(100_000)
        start = next(pieces) + next(pieces)

        def leave() -> str:
            nonlocal pieces
            pieces = iter(())
            held.clear()
            gc.collect()
            manager.__exit__(None, None, None)
            return "left"

        assert in_child(leave) == "left"
        whole = start + b"".join(pieces)
    client.close()
    assert len(whole) == 3_000_000 and tape.recorded == 1 and not tape.failed
    with hushtape.use_cassette(cassette, mode="none"):
        replaying = Requests()
        assert replaying.session.get(server.url + "/bytes/3000000", timeout=5).content == whole
        replaying.close()
