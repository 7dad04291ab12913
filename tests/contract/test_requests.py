"""What only requests can do: streams read in every way, sessions, retries, cookies, pools kept open."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

import hushtape
from tests.contract.drivers import Requests
from tests.contract.observe import attempt
from tests.contract.ways import three_ways
from tests.support.routes import TOKEN
from tests.support.servers import Server

Reader = Callable[[requests.Response], Any]


def in_parts(raw: Any) -> Iterator[bytes]:
    """All of a body, 100 bytes a call; where a coding is undone, 1.26 means 100 coded ones."""
    while not is_response_to_end(raw):
        yield raw.read(100, decode_content=True)
    yield raw.read(decode_content=True)


def is_response_to_end(raw: Any) -> bool:
    return bool(raw._fp is None or raw._fp.isclosed())


READERS: dict[str, Reader] = {
    "content": lambda answer: answer.content,
    "iter_content": lambda answer: b"".join(answer.iter_content(777)),
    # How a decoded body falls into pieces depends on its coded form: contents are compared, in full.
    "iter_content-1": lambda answer: b"".join(answer.iter_content(1)),
    "iter_content-cut": lambda answer: b"".join(itertools.islice(answer.iter_content(1), 300))[:300],
    "iter_content-none": lambda answer: b"".join(answer.iter_content(chunk_size=None)),
    "iter_lines": lambda answer: list(answer.iter_lines()),
    "iter_lines-unicode": lambda answer: list(answer.iter_lines(chunk_size=7, decode_unicode=True)),
    "raw.read-decoded": lambda answer: answer.raw.read(decode_content=True),
    "raw.read-parts": lambda answer: b"".join(in_parts(answer.raw)),
    "raw.stream": lambda answer: b"".join(answer.raw.stream(1000, decode_content=True)),
    "raw.iterated": lambda answer: b"".join(answer.raw),
}
SOURCES = ("/lines/100", "/chunked/5000", "/coded/gzip", "/coded/br?chunked", "/until-close/900", "/bytes/0")


@pytest.mark.parametrize("source", SOURCES)
def test_a_streamed_body_reads_the_same_in_every_way(source: str, secure: Server, cassette: Path) -> None:
    def case(client: Requests, server: Server) -> Any:
        seen = []
        for name, reader in READERS.items():
            if name == "iter_lines-unicode" and source != "/lines/100":
                continue
            with client.session.get(server.url + source, stream=True, timeout=5) as answer:
                seen.append((name, reader(answer)))
        return seen

    assert any(body for _, body in three_ways(case, Requests, secure, cassette)) or source == "/bytes/0"


def test_an_early_close_replays_up_to_the_same_point(server: Server, cassette: Path) -> None:
    def case(client: Requests, target: Server) -> Any:
        with client.session.get(target.url + "/bytes/300000", stream=True, timeout=5) as answer:
            first = next(answer.iter_content(1000))
        again = client.call("GET", target.url + "/number/4")
        return first, again

    first, _ = three_ways(case, Requests, server, cassette)
    assert len(first) == 1000


def test_reading_past_an_early_close_is_an_error_of_ours(server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette), requests.Session() as session:
        session.trust_env = False
        with session.get(server.url + "/bytes/3000000", stream=True, verify=False, timeout=5) as answer:
            next(answer.iter_content(1000))
    server.stop()
    with hushtape.use_cassette(cassette, mode="none"), requests.Session() as session:
        session.trust_env = False
        answer = session.get(server.url + "/bytes/3000000", stream=True, verify=False, timeout=5)
        with pytest.raises(hushtape.CutBodyError):
            answer.content  # noqa: B018  # reading the property reads the body


def test_retries_run_at_replay_as_they_did(server: Server, cassette: Path) -> None:
    def case(client: Requests, target: Server) -> Any:
        retry = Retry(total=4, backoff_factor=0, status_forcelist=[503], respect_retry_after_header=True)
        client.session.mount(target.url, HTTPAdapter(max_retries=retry))
        answer = client.session.get(target.url + "/flaky/r?fails=2", timeout=5)
        return answer.status_code, answer.content, [step.status for step in answer.raw.retries.history]

    assert three_ways(case, Requests, server, cassette) == (200, b'{"turn":3}', [503, 503])


def test_retries_that_run_out_raise_the_same(server: Server, cassette: Path) -> None:
    def case(client: Requests, target: Server) -> Any:
        retry = Retry(total=1, backoff_factor=0, status_forcelist=[503])
        client.session.mount(target.url, HTTPAdapter(max_retries=retry))
        return attempt(lambda: client.session.get(target.url + "/flaky/r?fails=9", timeout=5))

    assert three_ways(case, Requests, server, cassette).links[0] == "requests.exceptions.RetryError"


def test_cookies_come_back_into_the_jar_and_are_sent(server: Server, cassette: Path) -> None:
    def case(client: Requests, target: Server) -> Any:
        client.call("GET", target.url + "/cookies")
        return client.call("GET", target.url + "/echo")

    seen = three_ways(case, Requests, server, cassette)
    assert seen.extra["cookies"] == [("flavour", "oat"), ("size", "small")]
    assert b"flavour=oat" in seen.body


def test_forms_files_and_json_are_sent_and_matched(server: Server, cassette: Path) -> None:
    def case(client: Requests, target: Server) -> Any:
        files = {"one": ("one.bin", b"\x00\xff" * 50, "application/octet-stream")}
        url = target.url + "/upload"
        return [
            client.session.post(url, files=files, timeout=5).json()["way"],
            client.session.post(url, json={"a": [1, 2]}, timeout=5).json(),
            client.session.put(url, data={"a": "b"}, timeout=5).json(),
        ]

    assert three_ways(case, Requests, server, cassette)[0] == "length"


def test_a_session_from_before_the_tape_is_watched_and_restored(server: Server, cassette: Path) -> None:
    client = Requests()
    before = client.call("GET", server.url + "/number/1")
    with hushtape.use_cassette(cassette, default_sanitizer=False) as tape:
        recorded = client.call("GET", server.url + "/number/1")
    assert tape.recorded == 1
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", default_sanitizer=False):
        replayed = client.call("GET", server.url + "/number/1")
    assert server.requests == []
    after = client.call("GET", server.url + "/number/1")
    assert before == recorded == replayed == after
    assert server.requests == ["GET /number/1"]
    client.close()


def test_a_token_flow_works_at_replay_without_the_secret(secure: Server, cassette: Path) -> None:
    def flow(password: str) -> Any:
        client = Requests()
        token = client.session.post(secure.url + "/token", data={"password": password}, timeout=5).json()
        fields = {"Authorization": f"Bearer {token['access_token']}"}
        answer = client.session.get(secure.url + "/private", headers=fields, timeout=5).json()
        client.close()
        return answer

    with hushtape.use_cassette(cassette, secrets={"#password": "correct horse battery"}):
        recorded = flow("correct horse battery")
    assert TOKEN not in cassette.read_text() and "correct horse" not in cassette.read_text()
    secure.stop()
    with hushtape.use_cassette(cassette, mode="none", secrets={"#password": ""}):
        assert flow("not known here") == recorded == {"allowed": True, "you": "oat"}


def test_insecure_request_warning_comes_back(cassette: Path) -> None:
    import warnings

    def case(client: Requests, target: Server) -> Any:
        client.session.verify = False
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client.session.get(target.url + "/number/1", timeout=5)
        return [warning.category.__name__ for warning in caught]

    with Server(tls=True, trusted=False) as stranger:
        assert three_ways(case, Requests, stranger, cassette) == ["InsecureRequestWarning"]
