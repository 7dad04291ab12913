"""A cassette recorded with a secret replays where the secret is unknown: in each place a request has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.session.options import DEFAULT_MATCH_ON
from tests.contract.drivers import Requests
from tests.support.servers import Server

SECRET = "Zk7-recorded-with-this-Qp2"
OTHER = "something else altogether"
Call = Callable[[Requests, str, str], Any]

PLACES: dict[str, tuple[Call, tuple[str, ...]]] = {
    "path": (lambda c, url, s: c.session.get(f"{url}/echo/{s}/items", timeout=5), ()),
    "query": (lambda c, url, s: c.session.get(f"{url}/echo", params={"k": s, "n": 1}, timeout=5), ()),
    "credential-field": (lambda c, url, s: c.session.get(f"{url}/echo?access_token={s}", timeout=5), ()),
    "header": (
        lambda c, url, s: c.session.get(url + "/echo", headers={"X-Shop": f"shop {s}"}, timeout=5),
        ("headers",),
    ),
    "json-body": (
        lambda c, url, s: c.session.post(url + "/echo", json={"a": [{"key": s}], "n": 2}, timeout=5),
        ("json_body",),
    ),
    "form-body": (
        lambda c, url, s: c.session.post(url + "/echo", data={"k": s, "n": "2"}, timeout=5),
        ("body",),
    ),
    "raw-body": (
        lambda c, url, s: c.session.post(url + "/echo", data=f"first {s} last", timeout=5),
        ("raw_body",),
    ),
}


@pytest.mark.parametrize("unknown", [{"#key": ""}, {"#key": None}, {}])
@pytest.mark.parametrize("place", PLACES)
def test_a_placeholder_answers_whatever_stands_in_its_place(
    place: str, unknown: dict[str, Any], client: Requests, server: Server, cassette: Path
) -> None:
    call, more = PLACES[place]
    options: dict[str, Any] = {"match_on": (*DEFAULT_MATCH_ON, *more)}
    with hushtape.use_cassette(cassette, secrets={"#key": SECRET}, **options):
        recorded = call(client, server.url, SECRET)
    assert SECRET in json.dumps(recorded.json()) and SECRET not in cassette.read_text()
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", secrets=unknown, **options) as tape:
        replayed = call(client, server.url, OTHER)
    assert tape.played == 1 and server.requests == []
    assert "REDACTED" in replayed.text and SECRET not in replayed.text


@pytest.mark.parametrize("place", PLACES)
def test_what_stands_around_the_placeholder_still_has_to_match(
    place: str, client: Requests, server: Server, cassette: Path
) -> None:
    call, more = PLACES[place]
    options: dict[str, Any] = {"match_on": (*DEFAULT_MATCH_ON, *more)}
    with hushtape.use_cassette(cassette, secrets={"#key": SECRET}, **options):
        call(client, server.url, SECRET)
    changed = server.url + "/echo/more" if place == "path" else server.url + "/elsewhere"
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            call(client, changed, OTHER)
        tape.acknowledge(caught.value)


def test_two_secrets_in_one_place_replay_in_recorded_order(
    client: Requests, server: Server, cassette: Path
) -> None:
    def turn(key: str) -> int:
        return int(client.session.get(server.url + "/count/a", params={"k": key}, timeout=5).json()["turn"])

    with hushtape.use_cassette(cassette, secrets=[SECRET, SECRET[::-1]]):
        assert [turn(SECRET), turn(SECRET[::-1])] == [1, 2]
    with hushtape.use_cassette(cassette, mode="none"):
        assert [turn("one"), turn("two")] == [1, 2]


def test_a_secret_that_changed_since_replays(client: Requests, server: Server, cassette: Path) -> None:
    def ask(key: str) -> Any:
        return client.session.get(server.url + "/echo", params={"k": key}, timeout=5).json()

    with hushtape.use_cassette(cassette, secrets={"#key": SECRET}):
        ask(SECRET)
    with hushtape.use_cassette(cassette, mode="none", secrets={"#key": "rotated-0987654321"}) as tape:
        ask("rotated-0987654321")
    assert tape.played == 1


def test_a_cassette_without_placeholders_meets_a_ruleset_that_scrubs(
    client: Requests, server: Server, cassette: Path
) -> None:
    """Recorded before anybody named the secret: the index is built of requests scrubbed today."""
    url = f"{server.url}/echo?k={SECRET}"
    with hushtape.use_cassette(cassette):
        client.call("GET", url)
    assert SECRET in cassette.read_text()
    with hushtape.use_cassette(cassette, mode="none", secrets={"#key": SECRET}) as tape:
        client.call("GET", url)
        shown = [repr(tape), *(repr(one) for one in tape.interactions())]
        bodies = [b"".join(one.response.body.chunks()) for one in tape.interactions()]
    assert tape.played == 1
    assert SECRET not in "".join(shown) and SECRET.encode() not in b"".join(bodies)


def test_unused_interactions_are_scrubbed_with_the_rules_of_today(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", f"{server.url}/echo?k={SECRET}", headers={"X-Shop": SECRET})
        client.call("GET", server.url + "/number/1")
    with hushtape.use_cassette(cassette, mode="none", secrets={"#key": SECRET}) as tape:
        client.call("GET", server.url + "/number/1")
        (left,) = tape.unused
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("GET", f"{server.url}/echo/{SECRET}?k={SECRET}")
        tape.acknowledge(caught.value)
    assert left.request.uri.endswith("/echo?k=REDACTED")
    assert SECRET not in repr(left) and SECRET not in str(caught.value) + repr(caught.value.__dict__)


def test_new_episodes_writes_old_interactions_scrubbed_with_the_rules_of_today(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", f"{server.url}/echo?k={SECRET}", headers={"X-Shop": SECRET})
    assert SECRET in cassette.read_text()
    with hushtape.use_cassette(cassette, mode="new_episodes", secrets={"#key": SECRET}):
        client.call("GET", server.url + "/number/1")
    assert SECRET not in cassette.read_text()
    assert len(json.loads(cassette.read_text())["interactions"]) == 2
