"""Credentials nobody named: what an answer or a request shows once is nowhere in the cassette; it replays."""

from __future__ import annotations

import json
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import hushtape
from hushtape.session import learning
from tests.contract.drivers import Requests
from tests.support.routes import json_reply
from tests.support.servers import Server
from tests.support.wire import Call

TOKEN = "ya29.A0ARrdaM-k9Xq2/Zt+7wLpQ=="
SECRET = "GOCSPX-8fJ2kLq0vXz/7+w"
PASSWORD = "correct horse 9 battery"
HIDDEN = (TOKEN, SECRET, PASSWORD)


def forms(value: str) -> list[bytes]:
    """A value as programs write it: plain, escaped, in base64 at each alignment, in hex, in UTF-16."""
    data = value.encode()
    plain = [data, quote(value, safe="").encode(), json.dumps(value).replace("/", "\\/")[1:-1].encode()]
    cores = [
        coded(b"\0" * shift + data)[4 if shift else 0 :][: len(data) // 3 * 4 - 8]
        for shift in range(3)
        for coded in (b64encode, urlsafe_b64encode)
    ]
    return [
        *plain,
        *cores,
        data.hex().encode(),
        value.encode("utf-16-le"),
        quote(quote(value, safe=""), safe="").encode(),
    ]


def assert_hidden(folder: Path, *values: str) -> None:
    """None of these stands in a file below the folder, however it is written."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert found
    for path in found:
        data = path.read_bytes()
        data += data.replace(b"\\u0000", b"\0") + data.replace(b"\\\\", b"\\")
        leaks = [(path.name, value, form) for value in values for form in forms(value) if form in data]
        assert leaks == []


def shown(value: str, size: int = 0) -> bytes:
    """An answer that repeats a value in all of its forms, and where none of our rules would look."""
    rows: dict[str, Any] = {
        "note": value,
        "nested": json.dumps({"x": value}),
        "link": f"https://h.example/{quote(value, safe='')}?q={quote(value, safe='')}",
        "packed": b64encode(f"id:{value}!".encode()).decode(),
        "dump": value.encode().hex(),
    }
    return json.dumps({"pad": "x" * size, **rows, "end": "y" * size}).encode()


def api(call: Call) -> None:
    """`/oauth` gives the token, `/wide` as UTF-16, `/file` and `/large` at length; all else echoes."""
    kind = call.path.split("/")[1]
    body = call.body().decode("latin-1")
    if kind == "oauth":
        json_reply(call, {"token_type": "bearer", "access_token": TOKEN, "hint": f"use {TOKEN} wisely"})
    elif kind == "wide":
        call.reply(
            200, f"a {TOKEN} b".encode("utf-16-le"), [("Content-Type", "text/plain; charset=utf-16le")]
        )
    elif kind in ("large", "file"):
        call.reply(
            200, shown(TOKEN, 60_000 if kind == "large" else 300_000), [("Content-Type", "application/json")]
        )
    else:
        json_reply(
            call, {"target": call.target, "custom": call.header("X-Custom"), "body": body, "say": TOKEN}
        )


@pytest.fixture
def remote() -> Iterator[Server]:
    with Server(api, tls=True) as made:
        yield made


def job(client: Requests, url: str, token: str = "") -> list[Any]:
    """A program that logs in and goes on with what it was given (or with `token`)."""
    get, post = client.session.get, client.session.post
    login = {"client_id": "app", "client_secret": SECRET, "grant_type": "password", "password": PASSWORD}
    given = post(url + "/oauth", data=login, timeout=5).json()["access_token"]
    token = token or given
    packed = b64encode(f"me:{token}".encode()).decode()
    answers = [
        get(f"{url}/items", params={"tk": token, "n": 1}, timeout=5),
        get(f"{url}/users/{quote(token, safe='')}/rows", timeout=5),
        post(f"{url}/json", json={"deep": [{"q": token}], "n": 2}, timeout=5),
        get(f"{url}/custom", headers={"X-Custom": f"v1 {token}"}, timeout=5),
        get(f"{url}/packed", params={"p": packed}, timeout=5),
        get(f"{url}/large", timeout=5),
        get(f"{url}/file", timeout=5),
        get(f"{url}/wide", timeout=5),
        post(f"{url}/again", data=f"secret {SECRET} {PASSWORD}", timeout=5),
    ]
    return [answer.content for answer in answers]


def test_a_token_that_an_answer_gives_is_nowhere_in_the_cassette(
    client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        answers = job(client, remote.url)
        assert_hidden(cassette.parent, *HIDDEN)
    assert not tape.failed and tape.recorded == 10
    assert all(TOKEN.encode() in answer for answer in answers[:7]), "the program's own bytes were touched"
    assert_hidden(cassette.parent, *HIDDEN)


@pytest.mark.parametrize("token", ["", TOKEN, "another-token-of-today"])
def test_a_cassette_that_learned_replays_with_any_token(
    token: str, client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        job(client, remote.url)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none", match_on=("method", "uri", "json_body")) as tape:
        answers = job(client, remote.url, token)
    assert tape.played == 10
    assert not any(value.encode() in answer for answer in answers for value in HIDDEN)


def early(client: Requests, url: str) -> None:
    """The same values, before anything says what they are."""
    get, post = client.session.get, client.session.post
    get(f"{url}/items", params={"tk": TOKEN}, timeout=5)
    get(f"{url}/large", timeout=5)
    get(f"{url}/file", timeout=5)
    get(f"{url}/wide", timeout=5)
    post(
        f"{url}/json",
        json={"x": json.dumps({"q": SECRET, "w": b64encode(PASSWORD.encode()).decode()})},
        timeout=5,
    )


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search is over when it is over, however busy the machine."""
    monkeypatch.setattr(learning, "BUDGET", 600.0)


@pytest.mark.parametrize("budget", [600.0, 0.0])
def test_what_was_recorded_before_is_searched_at_once_or_when_the_tape_closes(
    budget: float, client: Requests, remote: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "BUDGET", budget)
    with hushtape.use_cassette(cassette) as tape:
        early(client, remote.url)
        job(client, remote.url)
        told = repr(list(tape.interactions()))
        if budget:
            assert_hidden(cassette.parent, *HIDDEN)
    assert not tape.failed and tape.recorded == 15
    assert not any(value in told for value in HIDDEN)
    assert_hidden(cassette.parent, *HIDDEN)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        early(client, remote.url)
        job(client, remote.url)
    assert tape.played == 15


AUTHORIZED: dict[str, Callable[[Requests, str], Any]] = {
    "bearer": lambda c, url: c.session.get(
        url + "/a", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5
    ),
    "basic": lambda c, url: c.session.get(url + "/a", auth=("me", TOKEN), timeout=5),
    "query": lambda c, url: c.session.get(url + "/a", params={"access_token": TOKEN}, timeout=5),
    "form": lambda c, url: c.session.post(url + "/a", data={"refresh_token": TOKEN}, timeout=5),
    "json": lambda c, url: c.session.post(url + "/a", json={"a": {"password": TOKEN}}, timeout=5),
}


@pytest.mark.parametrize("way", AUTHORIZED)
def test_the_first_request_with_a_credential_teaches_it(
    way: str, client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        client.session.get(f"{remote.url}/before/{quote(TOKEN, safe='')}", timeout=5)
        AUTHORIZED[way](client, remote.url)
        client.session.get(remote.url + "/large", timeout=5)
    assert not tape.failed and tape.recorded == 3
    assert_hidden(cassette.parent, TOKEN)


def test_a_password_that_is_a_word_leaves_urls_and_keys_alone(
    client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.post(remote.url + "/customer/1", json={"password": "customer"}, timeout=5)
        client.session.get(remote.url + "/customer/2", timeout=5)
    assert "/customer/2" in cassette.read_text() and '"password": "customer"' not in cassette.read_text()


def test_a_value_that_the_host_holds_is_not_learned(client: Requests, remote: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.post(remote.url + "/a", json={"password": remote.url.partition("//")[2]}, timeout=5)
    remote.stop()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        client.session.post(remote.url + "/a", json={"password": "x"}, timeout=5)
    assert tape.played == 1


def test_tapes_share_nothing_of_what_they_learn(client: Requests, remote: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(remote.url + "/oauth", timeout=5)
    other = cassette.with_name("other.json")
    with hushtape.use_cassette(other):
        client.session.get(remote.url + "/items", timeout=5)
    assert TOKEN in json.loads(other.read_text())["interactions"][0]["response"]["body"]["string"]


def test_new_episodes_redacts_a_learned_value_in_old_interactions(
    client: Requests, remote: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(f"{remote.url}/items", params={"tk": TOKEN}, timeout=5)
    assert quote(TOKEN, safe="") in cassette.read_text()
    with hushtape.use_cassette(cassette, mode="new_episodes"):
        client.session.get(remote.url + "/oauth", timeout=5)
    assert_hidden(cassette.parent, TOKEN)


def test_an_unmatched_report_hides_what_live_requests_taught(
    client: Requests, remote: Server, cassette: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(remote.url + "/a", timeout=5)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        client.session.get(remote.url + "/a", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.session.get(f"{remote.url}/b/{quote(TOKEN, safe='')}", params={"x": TOKEN}, timeout=5)
        tape.acknowledge(caught.value)
    told = str(caught.value) + repr(caught.value.__dict__)
    assert not any(form.decode("latin-1") in told for form in forms(TOKEN))


@pytest.mark.parametrize("threads", [8, 32])
def test_exchanges_that_run_while_a_token_is_learned_hold_nothing_of_it(
    threads: int, remote: Server, cassette: Path
) -> None:
    """Every thread's first answers come while others log in: some are scrubbed before the token is known."""
    gate = threading.Barrier(threads)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        client = Requests()
        try:
            gate.wait(10)
            for turn in range(4):
                if turn == number % 4:
                    client.session.get(remote.url + "/oauth", timeout=10)
                kind = ("items", "large", "file", "wide")[(number + turn) % 4]
                client.session.get(f"{remote.url}/{kind}/{number}?turn={turn}", timeout=10)
        except BaseException as error:
            errors.append(error)
        finally:
            client.close()

    with hushtape.use_cassette(cassette) as tape:
        workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert errors == []
        assert_hidden(cassette.parent, TOKEN)
    assert not tape.failed and tape.recorded == 5 * threads
    assert_hidden(cassette.parent, TOKEN)
