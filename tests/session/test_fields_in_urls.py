"""What a rule about bodies redacts in a link, it redacts where the link is asked for: both meet at replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call


def linked(call: Call) -> None:
    link = f"{call.path}?email=ada%40a.example&code=E-7&page=2"
    call.reply(200, json.dumps({"next": link, "email": "ada@a.example"}).encode())


def follow(client: Requests, url: str, path: str) -> bytes:
    first: bytes = client.call("GET", url + path).body
    second: bytes = client.call("GET", url + json.loads(first)["next"]).body
    return second


def test_a_link_whose_parameter_is_redacted_can_be_followed_at_replay(
    client: Requests, cassette: Path
) -> None:
    named = [hushtape.BodyFieldSanitizer(["email", "code"])]
    with Server(linked) as server:
        with hushtape.use_cassette(cassette, sanitizers=named):
            assert b"ada%40a" in follow(client, server.url, "/a")
        text = cassette.read_text()
        assert "ada" not in text and "E-7" not in text and "email=REDACTED&code=REDACTED&page=2" in text
        server.reset()
        with hushtape.use_cassette(cassette, mode="none", sanitizers=named) as tape:
            assert b"email=REDACTED" in follow(client, server.url, "/a")
        assert tape.played == 2 and server.requests == []


@pytest.mark.parametrize("name", ["account_key", "AccountKey", "chunk-signature", "session_token"])
def test_a_name_that_is_redacted_in_bodies_does_not_fail_a_recording_from_the_url(
    name: str, client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        client.call("GET", f"{server.url}/echo?{name}=abc12")
    assert tape.recorded == 1 and "abc12" not in cassette.read_text()
