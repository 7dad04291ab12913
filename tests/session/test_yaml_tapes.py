"""A tape on a YAML cassette does all that one on a JSON cassette does."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest
import requests
import yaml

import hushtape
from hushtape.cassette import CassetteReader
from hushtape.errors import UnmatchedRequestError
from tests.support.servers import Server


def paths(cassette: Path) -> list[str]:
    return [
        one["request"]["uri"].partition("/count/")[2]
        for one in yaml.safe_load(cassette.read_text())["interactions"]
    ]


def get(server: Server, *names: str) -> list[int]:
    return [requests.get(f"{server.url}/count/{name}", timeout=5).json()["turn"] for name in names]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "orders.yml"


def test_every_mode_works(cassette: Path) -> None:
    with Server() as server:
        with hushtape.use_cassette(cassette):
            assert get(server, "a", "b") == [1, 1]
        with hushtape.use_cassette(cassette, mode="new_episodes") as tape:
            assert get(server, "a", "c") == [1, 1]
        assert (tape.played, tape.recorded) == (1, 1)
        assert paths(cassette) == ["a", "b", "c"]
        with hushtape.use_cassette(cassette, mode="all"):
            assert get(server, "a", "d") == [2, 1]
        assert paths(cassette) == ["a", "d"]
        url = server.url
    with hushtape.use_cassette(cassette, mode="none"):
        assert requests.get(f"{url}/count/a", timeout=5).json()["turn"] == 2
    with pytest.raises(UnmatchedRequestError), hushtape.use_cassette(cassette):
        requests.get(f"{url}/count/e", timeout=5)
    assert not list(cassette.parent.glob("*.recording"))


def test_bodies_of_any_size_stand_inline_and_stream(cassette: Path) -> None:
    with Server() as server:
        with hushtape.use_cassette(cassette, max_inline_body=100):
            recorded = requests.get(server.url + "/chunked/900000", timeout=5).content
        with hushtape.use_cassette(cassette, mode="none"):
            assert requests.get(server.url + "/chunked/900000", timeout=5).content == recorded
    assert sorted(path.name for path in cassette.parent.iterdir()) == ["orders.yml"]


def test_secrets_do_not_reach_it(cassette: Path) -> None:
    with Server() as server, hushtape.use_cassette(cassette, secrets={"#t": "s3cret-value-1"}):
        requests.post(
            server.url + "/echo", headers={"X-Any": "s3cret-value-1"}, data="a=s3cret-value-1", timeout=5
        )
    assert "s3cret" not in cassette.read_text() and "REDACTED" in cassette.read_text()


def test_new_episodes_on_a_cassette_of_vcrpy_keeps_what_it_held(cassette: Path) -> None:
    with Server() as server:
        cassette.write_text(
            "interactions:\n- request: {body: null, headers: {}, method: GET, uri: '"
            + server.url
            + "/count/old'}\n"
            "  response: {body: {string: '{\"turn\": 77}'}, headers: {Content-Encoding: [gzip]},\n"
            "    status: {code: 200, message: OK}}\nversion: 1\n"
            "metadata: {today: '2026-01-31', s3cret-value-1: [s3cret-value-1]}\n"
        )
        with hushtape.use_cassette(cassette, mode="new_episodes", secrets={"#t": "s3cret-value-1"}):
            assert get(server, "old", "new") == [77, 1]
        with hushtape.use_cassette(cassette, mode="none"):
            assert get(server, "old", "new") == [77, 1]
    assert CassetteReader.open(cassette).info.metadata == {"today": "2026-01-31", "REDACTED": ["REDACTED"]}


def test_a_secret_in_a_compressed_body_of_another_tool_is_taken_out(cassette: Path) -> None:
    packed = base64.b64encode(gzip.compress(b'{"turn": 5, "x": "s3cret-value-1"}')).decode()
    with Server() as server:
        text = (
            "interactions:\n- request: {body: null, headers: {}, method: GET, uri: '"
            + server.url
            + "/count/old'}\n"
            "  response: {body: {string: !!binary '" + packed + "'}, headers: {Content-Encoding: [gzip]},\n"
            "    status: {code: 200, message: OK}}\nversion: 1\n"
        )
        cassette.write_text(text)
        with hushtape.use_cassette(cassette, mode="new_episodes", secrets={"#t": "s3cret-value-1"}):
            assert get(server, "old", "new") == [5, 1]
        with hushtape.use_cassette(cassette, mode="none") as tape:
            assert get(server, "old", "new") == [5, 1]
            old = next(tape.interactions())
    assert old.response is not None and old.response.body is not None and old.response.coding == ("gzip",)
    assert b"".join(old.response.body.chunks()) == b'{"turn": 5, "x": "REDACTED"}'
