"""Credentials nobody named, under telling names: nowhere on disk; cassettes of before still replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.routes import json_reply
from tests.support.servers import Server
from tests.support.wire import Call

KEY = "q7Zk2pX0vR9mLw3T"
OTHER = "another-key-of-2day-77"
EVERYTHING = ("method", "uri", "body")


def api(call: Call) -> None:
    """Repeats what it was sent, in a message and in an address, as APIs do in their errors."""
    key = call.header("X-Api-Key") or KEY
    json_reply(
        call,
        {"error": f"Invalid API key: {key}", "docs": f"https://h.example/keys/{key}", "page_token": "p2"},
    )


@pytest.fixture
def remote() -> Iterator[Server]:
    with Server(api, tls=True) as made:
        yield made


CALLS: dict[str, Callable[[Any, str, str], Any]] = {
    "query": lambda s, url, key: s.get(url + "/a", params={"api_key": key, "n": 1}, timeout=5),
    "query, camel": lambda s, url, key: s.get(url + "/a", params={"n": 1, "apiKey": key}, timeout=5),
    "json": lambda s, url, key: s.post(url + "/a", json={"auth": {"stripe_api_key": key}, "n": 1}, timeout=5),
    "json in json": lambda s, url, key: s.post(
        url + "/a", json={"inner": json.dumps({"DB_PASSWORD": key})}, timeout=5
    ),
    "form": lambda s, url, key: s.post(url + "/a", data={"app_secret": key, "n": 1}, timeout=5),
    "multipart": lambda s, url, key: s.post(
        url + "/a", data={"authToken": key}, files={"f": ("f.txt", b"text")}, timeout=5
    ),
    "field": lambda s, url, key: s.get(url + "/a", headers={"X-Api-Key": key}, timeout=5),
    "cookie": lambda s, url, key: s.get(url + "/a", headers={"Cookie": f"sessionid={key}"}, timeout=5),
}


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("way", CALLS)
def test_it_is_nowhere_on_disk_not_even_where_an_answer_repeats_it(
    way: str, client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        answer = CALLS[way](client.session, remote.url, KEY).json()
        client.session.get(f"{remote.url}/keys/{KEY}/usage", timeout=5)
        assert KEY.encode() not in on_disk(cassette.parent)
    assert KEY in answer["error"], "what the program reads was touched"
    assert not tape.failed and tape.recorded == 2
    assert KEY.encode() not in on_disk(cassette.parent)
    assert b"p2" in on_disk(cassette.parent)


@pytest.mark.parametrize("key", [KEY, OTHER])
@pytest.mark.parametrize("way", [way for way in CALLS if way != "multipart"])
def test_it_replays_with_any_key(
    way: str, key: str, client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        CALLS[way](client.session, remote.url, KEY)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none", match_on=EVERYTHING) as tape:
        CALLS[way](client.session, remote.url, key)
    assert tape.played == 1


@pytest.mark.parametrize("key", [KEY, OTHER])
@pytest.mark.parametrize("way", [way for way in CALLS if way != "multipart"])
def test_a_cassette_that_holds_the_key_replays(
    way: str, key: str, client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, default_sanitizer=False):
        CALLS[way](client.session, remote.url, KEY)
    assert KEY.encode() in on_disk(cassette.parent)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none", match_on=EVERYTHING) as tape:
        CALLS[way](client.session, remote.url, key)
    assert tape.played == 1


def test_a_cassette_of_today_replays_without_the_rule(
    client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        CALLS["query"](client.session, remote.url, KEY)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none", keep_fields=["api_key"]) as tape:
        CALLS["query"](client.session, remote.url, KEY)
    assert tape.played == 1


def test_a_cassette_of_vcrpy_replays_with_either_key(client: Requests, cassette: Path) -> None:
    request = {
        "method": "GET",
        "uri": f"https://api.example.com/a?api_key={KEY}&n=1",
        "body": None,
        "headers": {},
    }
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "stored"}}
    cassette.parent.mkdir(exist_ok=True)
    cassette.write_text(
        json.dumps({"version": 1, "interactions": [{"request": request, "response": response}] * 2})
    )
    with hushtape.use_cassette(cassette, mode="none") as tape:
        for key in (KEY, OTHER):
            answer = CALLS["query"](client.session, "https://api.example.com", key)
            assert answer.text == "stored"
    assert tape.played == 2


def test_pages_stay_apart(client: Requests, remote: Server, cassette: Path) -> None:
    def pages() -> None:
        for page in ("p2", "p3"):
            client.session.get(remote.url + "/a", params={"next_page_token": page, "api_key": KEY}, timeout=5)

    with hushtape.use_cassette(cassette):
        pages()
    text = on_disk(cassette.parent)
    assert b"next_page_token=p2" in text and b"next_page_token=p3" in text and KEY.encode() not in text
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        pages()
    assert tape.played == 2


def test_a_field_to_keep_stays_in_the_cassette(client: Requests, remote: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, keep_fields="sessionToken"):
        params = {"session_token": "page-7", "api_key": KEY}
        client.session.get(remote.url + "/a", params=params, timeout=5)
    text = on_disk(cassette.parent)
    assert b"session_token=page-7" in text and KEY.encode() not in text


@pytest.mark.parametrize("names", [5, [5], [""], [b"token"], ["--"]])
def test_what_is_no_name_is_an_error(names: Any, cassette: Path) -> None:
    with pytest.raises(hushtape.HushtapeError, match="keep_fields"):
        hushtape.use_cassette(cassette, keep_fields=names)
