"""`scrub_before_read=True`: every client reads the scrubbed answer when recording, and the same at replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3

import hushtape
from tests.contract.cases import CASES, FAILURES, FOLLOWED, MISCODED
from tests.contract.drivers import DRIVERS, HttpClient, Requests, Urllib3
from tests.contract.observe import Raised, Seen, attempt
from tests.contract.test_secrets import found_in
from tests.contract.ways import run, three_ways, worked
from tests.support.routes import TOKEN, payload
from tests.support.servers import Server

NOTHING = {"sanitizers": [hushtape.TokenSanitizer(["stands-nowhere"], scrub_before_read=True)]}
"""Finds nothing, so that what every client sees must be what it sees bare."""

FOLLOWING = [name for name, driver in DRIVERS.items() if driver.follows]


@pytest.mark.thinned(5)
@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("case", CASES)
def test_an_answer_without_a_secret_is_the_same_three_ways(
    client: str, case: str, secure: Server, cassette: Path
) -> None:
    assert worked(three_ways(CASES[case], DRIVERS[client], secure, cassette, **NOTHING))


@pytest.mark.parametrize("client", FOLLOWING)
@pytest.mark.parametrize("case", FOLLOWED)
def test_a_followed_redirect_is_the_same_three_ways(
    client: str, case: str, secure: Server, cassette: Path
) -> None:
    assert three_ways(FOLLOWED[case], DRIVERS[client], secure, cassette, **NOTHING).status == 200


@pytest.mark.thinned(3)
@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_raises_the_same_three_ways(client: str, case: str, server: Server, cassette: Path) -> None:
    seen = three_ways(FAILURES[case], DRIVERS[client], server, cassette, **NOTHING)
    first = seen[0] if isinstance(seen, list) else seen
    lenient = case in ("short", "short-nothing", "short-chunked", "early-413", "early-417")
    lenient |= case == "reset-in-body" and urllib3.__version__.startswith("1.")
    assert isinstance(first, Raised) or lenient


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("case", MISCODED)
def test_a_wrong_content_coding_is_the_same_three_ways(
    client: str, case: str, secure: Server, cassette: Path
) -> None:
    three_ways(MISCODED[case], DRIVERS[client], secure, cassette, **NOTHING)


# --- what a rule matches -------------------------------------------------------------------------------


def fields(*names: str, **options: Any) -> dict[str, Any]:
    return {"sanitizers": [hushtape.BodyFieldSanitizer(names, scrub_before_read=True, **options)]}


def two_ways(case: Callable[..., Any], client: str, server: Server, path: Path, **options: Any) -> Any:
    """Recorded, then replayed offline: the program must read the same, byte for byte."""
    with hushtape.use_cassette(path, **options) as tape:
        recorded = run(case, DRIVERS[client], server)
    server.stop()
    with hushtape.use_cassette(path, mode="none", **options) as played:
        replayed = run(case, DRIVERS[client], server)
    assert replayed == recorded
    assert played.played == tape.recorded > 0
    return recorded


SHAPES = {
    "identity": "/coded/identity",
    "chunked": "/coded/identity?chunked",
    **{coding: f"/coded/{coding}" for coding in ("gzip", "deflate", "br", "zstd")},
    **{f"{coding}-chunked": f"/coded/{coding}?chunked" for coding in ("gzip", "br")},
}


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_program_reads_redacted_json_and_goes_on_on_its_connection(
    client: str, shape: str, secure: Server, cassette: Path
) -> None:
    def case(driver: Any, server: Server) -> list[Seen]:
        first = driver.call("GET", server.url + SHAPES[shape])
        return [
            first,
            driver.call("HEAD", server.url + "/bytes/9"),
            driver.call("GET", server.url + "/number/4"),
        ]

    first, head, last = two_ways(case, client, secure, cassette, **fields("coding", "number"))
    content = json.loads(first.decoded().body)
    assert content["coding"] == "REDACTED" and content["rows"] == list(range(2000))
    assert (head.status, head.body, last.status) == (200, b"", 200)
    if client == "http.client":
        assert secure.connections == 1, "the connection was not used again"


@pytest.mark.parametrize("client", DRIVERS)
def test_an_access_token_is_not_read(client: str, secure: Server, cassette: Path, tmp_path: Path) -> None:
    seen = two_ways(
        lambda driver, server: driver.call("GET", server.url + "/token"),
        client,
        secure,
        cassette,
        sanitizers=[hushtape.DefaultSanitizer(scrub_before_read=True)],
    )
    assert json.loads(seen.body)["access_token"] == "REDACTED"
    assert dict(seen.headers)["Content-Length"] == str(len(seen.body))
    assert found_in(tmp_path, TOKEN) == []


@pytest.mark.parametrize("client", DRIVERS)
def test_a_redirect_is_read_redacted(client: str, secure: Server, cassette: Path) -> None:
    options = {"sanitizers": [hushtape.QueryParamSanitizer(["end"], "GONE", scrub_before_read=True)]}
    seen = two_ways(
        lambda driver, server: driver.call("GET", server.url + "/redirect/1"),
        client,
        secure,
        cassette,
        **options,
    )
    assert (seen.status, dict(seen.headers)["Location"]) == (302, "/echo?end=GONE")


@pytest.mark.parametrize("client", FOLLOWING)
def test_a_redirect_that_is_followed_to_a_placeholder_is_refused(
    client: str, secure: Server, cassette: Path
) -> None:
    options = {"sanitizers": [hushtape.QueryParamSanitizer(["end"], "GONE", scrub_before_read=True)]}
    driver = DRIVERS[client]()
    with (
        pytest.raises(hushtape.RecordingFailedError) as failed,
        hushtape.use_cassette(cassette, **options),
        pytest.raises(hushtape.PlaceholderReturnedError) as caught,
    ):
        driver.call("GET", secure.url + "/redirect/1", follow=True)
    driver.close()
    assert caught.value.sanitizers == ("QueryParamSanitizer",)
    assert isinstance(failed.value.__cause__, hushtape.PlaceholderReturnedError)
    assert secure.requests == ["GET /redirect/1"]


RETURNED: dict[str, dict[str, Any]] = {
    "query": {"target": "/echo?access_token=REDACTED&b=1"},
    "path": {"target": "/echo/REDACTED/x"},
    "json": {"body": b'{"auth": {"access_token": "REDACTED"}}'},
    "form": {"body": b"grant=x&access_token=REDACTED"},
    "bearer": {"headers": {"Authorization": "Bearer REDACTED"}},
    "basic": {"headers": {"Authorization": "Basic aWQ6UkVEQUNURUQ="}},
    "field": {"headers": {"X-Api-Key": "REDACTED"}},
    "cookie": {"headers": {"Cookie": "a=1; sid=REDACTED"}},
    "pieces": {"body": [b'{"a": "REDA', b'CTED"}']},
}


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("way", RETURNED)
def test_a_placeholder_that_is_sent_back_is_an_error_that_names_the_sanitizer(
    client: str, way: str, secure: Server, cassette: Path
) -> None:
    asked = dict(RETURNED[way])
    target, body = asked.pop("target", "/echo"), asked.get("body")
    if isinstance(body, list):
        asked["body"] = iter(body)
    driver = DRIVERS[client]()
    with (
        pytest.raises(hushtape.RecordingFailedError, match="BodyFieldSanitizer"),
        hushtape.use_cassette(cassette, **fields("access_token")) as tape,
    ):
        driver.call("GET", secure.url + "/token")
        with pytest.raises(hushtape.PlaceholderReturnedError, match="BodyFieldSanitizer") as caught:
            driver.call("POST", secure.url + target, **asked)
        assert tape.failed
        assert b'"square":81' in driver.call("GET", secure.url + "/number/9").body
    driver.close()
    assert isinstance(caught.value, hushtape.SanitizerError)
    assert caught.value.placeholder == "REDACTED" and not cassette.exists()
    # A body is looked at as it passes: its head may be on the wire by then, but never all of the request.
    aborted = [] if body is None else ["POST /echo"]
    assert [one for one in secure.requests if one not in aborted] == ["GET /token", "GET /number/9"]


@pytest.mark.parametrize("client", DRIVERS)
def test_an_answer_above_the_bound_is_not_read_and_fails_the_tape(
    client: str, secure: Server, cassette: Path
) -> None:
    driver = DRIVERS[client]()
    with (
        pytest.raises(hushtape.RecordingFailedError, match="max_callback_body"),
        hushtape.use_cassette(cassette, max_callback_body=2000, **fields("access_token")),
    ):
        with pytest.raises(hushtape.BodyTooLargeError, match="max_callback_body"):
            driver.call("GET", secure.url + "/bytes/300000")
        assert b'"square":16' in driver.call("GET", secure.url + "/number/4").body
    driver.close()


# --- ways of reading -----------------------------------------------------------------------------------


def test_a_stream_is_read_redacted(secure: Server, cassette: Path) -> None:
    def case(_: Any, server: Server) -> list[Any]:
        client = Requests()
        with client.session.get(server.url + "/lines/300", stream=True, timeout=5) as answer:
            rows = [json.loads(line) for line in answer.iter_lines()]
        with client.session.get(server.url + "/chunked/5000", stream=True, timeout=5) as answer:
            rows.append(next(answer.iter_content(1000)))  # and no more of it
        rows.append(client.session.get(server.url + "/number/2", timeout=5).json())
        client.close()
        return rows

    *rows, first, last = two_ways(case, "requests", secure, cassette, **fields("text"))
    assert rows == [{"row": row, "text": "REDACTED"} for row in range(300)]
    assert len(first) > 0 and last == {"number": 2, "square": 4}


def test_urllib3_streams_chunks_redacted(secure: Server, cassette: Path) -> None:
    def case(driver: Urllib3, server: Server) -> bytes:
        answer = driver.pool.request("GET", server.url + "/coded/gzip?chunked", preload_content=False)
        return b"".join(answer.stream(100, decode_content=True))

    assert b'"coding": "REDACTED"' in two_ways(case, "urllib3", secure, cassette, **fields("coding"))


def test_http_client_reads_redacted_in_every_way(secure: Server, cassette: Path) -> None:
    def case(driver: HttpClient, server: Server) -> list[Any]:
        seen: list[Any] = []
        connection = driver.connection("https", "127.0.0.1", server.port, 5)
        for read in (
            lambda answer: answer.read(3) + answer.read(),
            lambda answer: answer.read1(20) + answer.read(),
            lambda answer: answer.peek(5)[:5] + answer.read(),
            lambda answer: b"|".join(answer.readlines()),
        ):
            connection.request("GET", "/token")
            answer = connection.getresponse()
            seen.append((read(answer), answer.will_close, answer.isclosed()))
        return seen

    seen = two_ways(case, "http.client", secure, cassette, **fields("access_token"))
    assert all(b"REDACTED" in text and TOKEN.encode() not in text for text, *_ in seen)
    assert secure.connections == 1


def test_botocore_reads_an_object_redacted(cassette: Path) -> None:
    pytest.importorskip("botocore", reason="the environment of urllib3 1.26 goes without botocore")
    from tests.contract.test_botocore import client_of
    from tests.support.s3 import s3_server

    def case(store: Server) -> bytes:
        client = client_of(store)
        place = {"Bucket": "attic", "Key": "box/a.json"}
        client.put_object(
            **place, Body=b'{"access_token": "%b"}' % TOKEN.encode(), ContentType="application/json"
        )
        body: bytes = client.get_object(**place)["Body"].read()
        return body

    with s3_server() as store:
        with hushtape.use_cassette(cassette, **fields("access_token")):
            recorded = case(store)
        store.stop()
        with hushtape.use_cassette(cassette, mode="none", **fields("access_token")):
            assert case(store) == recorded == b'{"access_token": "REDACTED"}'


def test_botocore_is_the_same_three_ways(cassette: Path) -> None:
    pytest.importorskip("botocore", reason="the environment of urllib3 1.26 goes without botocore")
    from tests.contract.test_botocore import client_of, life_of_an_object
    from tests.support.s3 import s3_server

    with s3_server(tls=True) as store:
        seen = three_ways(life_of_an_object, lambda: client_of(store), store, cassette, **NOTHING)
    assert seen[3] == payload(5000), "a body after a 100 was not read"


@pytest.mark.parametrize("path", ["/early", "/expectation"])
def test_botocore_reads_an_early_answer_in_place_of_a_100(path: str, cassette: Path) -> None:
    pytest.importorskip("botocore", reason="the environment of urllib3 1.26 goes without botocore")
    from tests.contract.test_botocore import client_of

    def case(client: Any, _: Server) -> Any:
        return attempt(lambda: client.put_object(Bucket=path.strip("/"), Key="x", Body=payload(2000)))

    with Server(tls=True) as server:
        seen = three_ways(case, lambda: client_of(server), server, cassette, **NOTHING)
    assert isinstance(seen, Raised) and "ClientError" in seen.links[0]


@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("path", ["/chunked/3000?trailers", "/coded/gzip?chunked", "/bytes/70000"])
def test_a_keep_list_that_drops_the_framing_leaves_a_replay_that_can_be_read(
    client: str, path: str, secure: Server, cassette: Path
) -> None:
    def case(driver: Any, server: Server) -> list[bytes]:
        first = driver.call("GET", server.url + path)
        return [first.decoded().body, driver.call("GET", server.url + "/number/2").body]

    keep = hushtape.HeaderSanitizer(safe_headers=["content-type", "content-encoding"])
    two_ways(case, client, secure, cassette, sanitizers=[keep], default_sanitizer=False)


def test_what_only_the_cassette_redacts_the_program_reads(secure: Server, cassette: Path) -> None:
    sanitizers = [
        hushtape.BodyFieldSanitizer(["square"]),
        hushtape.BodyFieldSanitizer(["coding"], scrub_before_read=True),
    ]
    driver = HttpClient()
    with hushtape.use_cassette(cassette, sanitizers=sanitizers, secrets=["a-known-secret-0815"]):
        first = driver.call("GET", secure.url + "/coded/identity")
        echoed = driver.call("GET", secure.url + "/echo?x=a-known-secret-0815")
    driver.close()
    assert b'"coding": "REDACTED"' in first.body and b"a-known-secret-0815" in echoed.body
    assert b"a-known-secret-0815" not in cassette.read_bytes()
