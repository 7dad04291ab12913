"""Secrets never reach the disk, nor anything that prints: while recording, after it, on failure."""

from __future__ import annotations

import base64
import logging
import pickle
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

import hushtape
from tests.contract.drivers import DRIVERS, Requests
from tests.support.routes import TOKEN
from tests.support.servers import Server

SECRET = "S3cr/et+värde&7Kq9"
PASSWORD = "hunter2-but-longer"


def forms(value: str) -> list[bytes]:
    plain = value.encode()
    return [
        plain,
        value.encode("latin-1", "replace"),
        quote(value, safe="").encode(),
        quote(value).encode(),
        base64.b64encode(plain),
        base64.urlsafe_b64encode(plain),
        plain.hex().encode(),
    ]


def found_in(folder: Path, *values: str) -> list[str]:
    """Files below `folder` in which a value stands in any form."""
    hits = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            hits += [f"{value} in {path.name}" for value in values for form in forms(value) if form in data]
    return hits


def talk(session: requests.Session, url: str) -> None:
    """Send the secret in every place a request has, and get it back in a body."""
    session.get(f"{url}/echo/{quote(SECRET, safe='')}", params={"key": SECRET}, timeout=5)
    session.post(url + "/echo", data={"field": SECRET}, timeout=5)
    session.post(url + "/echo", json={"deep": [{"field": SECRET}]}, timeout=5)
    session.get(url + "/echo", headers={"X-Custom": base64.b64encode(SECRET.encode()).decode()}, timeout=5)
    session.get(url + "/echo", auth=("user", PASSWORD), timeout=5)
    session.post(url + "/token", data={"password": PASSWORD}, timeout=5)
    session.get(url + "/private", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
    session.get(url + "/cookies", cookies={"session": PASSWORD}, timeout=5)


def test_no_secret_is_in_the_folder_at_any_moment(secure: Server, cassette: Path, tmp_path: Path) -> None:
    client, over, hits = Requests(), threading.Event(), []

    def watch() -> None:
        while not over.wait(0.002):
            try:
                hits.extend(found_in(tmp_path, SECRET, PASSWORD, TOKEN))
            except FileNotFoundError:
                continue  # sealing removed it between listing and reading

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with hushtape.use_cassette(cassette, secrets={"#key": SECRET, "#password": PASSWORD}) as tape:
            talk(client.session, secure.url)
            inside = found_in(tmp_path, SECRET, PASSWORD, TOKEN)
    finally:
        over.set()
        watcher.join()
        client.close()
    assert tape.recorded == 8
    assert (hits, inside, found_in(tmp_path, SECRET, PASSWORD, TOKEN)) == ([], [], [])
    assert "REDACTED" in cassette.read_text()


def test_exact_secrets_are_scrubbed_without_the_default_sanitizer(
    secure: Server, cassette: Path, tmp_path: Path
) -> None:
    client = Requests()
    with hushtape.use_cassette(cassette, secrets=[SECRET], default_sanitizer=False):
        client.session.post(secure.url + "/echo", json={"field": SECRET}, timeout=5)
    client.close()
    assert found_in(tmp_path, SECRET) == []


@pytest.mark.parametrize("client", DRIVERS)
def test_every_client_records_without_its_secrets(
    client: str, secure: Server, cassette: Path, tmp_path: Path
) -> None:
    driver = DRIVERS[client]()
    fields = {"Authorization": f"Bearer {PASSWORD}", "Content-Type": "application/json"}
    with hushtape.use_cassette(cassette, secrets={"#password": PASSWORD}):
        seen = driver.call(
            "POST", f"{secure.url}/echo?token={TOKEN}", body=b'{"a":"%b"}' % PASSWORD.encode(), headers=fields
        )
    driver.close()
    assert PASSWORD.encode() in seen.body, "the program itself must see what the server said"
    assert found_in(tmp_path, PASSWORD, TOKEN) == []


def test_what_prints_is_scrubbed(secure: Server, cassette: Path, caplog: pytest.LogCaptureFixture) -> None:
    client, secrets = Requests(), {"#password": PASSWORD}
    caplog.set_level(logging.DEBUG)
    with hushtape.use_cassette(cassette, secrets=secrets) as tape:
        client.session.get(f"{secure.url}/echo?password={PASSWORD}", timeout=5)
        shown = [repr(tape), *(repr(interaction) for interaction in tape.interactions())]
    secure.stop()
    with hushtape.use_cassette(cassette, mode="none", secrets=secrets) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.session.get(f"{secure.url}/other?password={PASSWORD}", timeout=5)
        tape.acknowledge(caught.value)
    client.close()
    error = caught.value
    shown += [str(error), repr(error), repr(error.__dict__), caplog.text]
    shown.append(pickle.dumps(error).decode("latin-1"))
    assert [text for text in shown if PASSWORD in text] == []
