"""The common cases: functions of a client's driver and a server to what the program observes.

Lives here: calls that end well (`CASES`, `FOLLOWED`) and calls that fail (`FAILURES`).
Must not: know hushtape or one client. Called by: test_common, and by the urllib3 1.26 run.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from tests.contract.drivers import Driver, Upload
from tests.contract.observe import attempt
from tests.support.routes import payload
from tests.support.servers import Server, closed_port

Case = Callable[[Driver, Server], Any]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OCTETS = {"Content-Type": "application/octet-stream"}


def get(path: str, **options: Any) -> Case:
    return lambda client, server: client.call("GET", server.url + path, **options)


def decoded(path: str) -> Case:
    return lambda client, server: client.call("GET", server.url + path).decoded()


def method(name: str) -> Case:
    body = b"a=1&b=two" if name in ("POST", "PUT", "PATCH") else None
    return lambda client, server: client.call(name, server.url + "/echo?q=1", body=body, headers=FORM)


def upload(make: Callable[[], Upload], path: str = "/upload", **fields: str) -> Case:
    headers = {**OCTETS, **fields}
    return lambda client, server: client.call("POST", server.url + path, body=make(), headers=headers)


def pieces() -> Iterator[bytes]:
    yield b"first,"
    yield payload(70_000)
    yield b""
    yield b",last"


def many(path: str, times: int) -> Case:
    return lambda client, server: [client.call("GET", server.url + path) for _ in range(times)]


def keep_alive(client: Driver, server: Server) -> Any:
    return [client.call("GET", f"{server.url}/number/{n}") for n in (3, 1, 2, 1)]


def mixed_methods(client: Driver, server: Server) -> Any:
    url = server.url + "/echo"
    return [
        client.call(name, url, body=body, headers=FORM)
        for name, body in (
            ("POST", b"x=1"),
            ("GET", None),
            ("HEAD", None),
            ("DELETE", None),
            ("POST", b"x=1"),
        )
    ]


CASES: dict[str, Case] = {
    **{name: method(name) for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")},
    "query": get("/echo?a=1&a=2&b=%20x+y&empty=&u=%C5%BE"),
    "path": get("/echo/caf%C3%A9/a%2Fb;v=1"),
    **{f"bytes-{size}": get(f"/bytes/{size}") for size in (0, 1, 3000, 300_000)},
    **{f"chunked-{size}": get(f"/chunked/{size}") for size in (0, 5000, 200_000)},
    "trailers": get("/chunked/5000?trailers"),
    "until-close": get("/until-close/5000"),
    "http-1.0": get("/old/5000"),
    "http-1.0-keep-alive": many("/old/5000?keep", 2),
    "connection-close": many("/closing/10", 3),
    **{f"coded-{c}": decoded(f"/coded/{c}") for c in ("gzip", "deflate", "br", "zstd")},
    **{f"coded-{c}-chunked": decoded(f"/coded/{c}?chunked") for c in ("gzip", "deflate", "br", "zstd")},
    "raw-deflate": decoded("/coded/raw-deflate"),
    **{f"status-{code}": get(f"/status/{code}") for code in (200, 204, 304, 404, 418, 500)},
    "head-of-bytes": lambda client, server: client.call("HEAD", server.url + "/bytes/1234"),
    "empty": get("/empty"),
    "headers": get("/headers"),
    "two-set-cookie": get("/cookies"),
    "ndjson": get("/lines/300"),
    "events": get("/events/3?delay=0.01"),
    "early-hints": get("/hints"),
    "redirect-seen": get("/redirect/2"),
    "slow": get("/slow/50"),
    "repeated": many("/count/a", 4),
    "unavailable-then-fine": many("/flaky/a", 3),
    "keep-alive": keep_alive,
    "mixed-methods": mixed_methods,
    "upload-bytes": upload(lambda: payload(100_000)),
    "upload-empty": upload(lambda: b""),
    "upload-file": upload(lambda: io.BytesIO(payload(100_000)), **{"Content-Length": "100000"}),
    "upload-generator": upload(pieces),
    "expect-continue": upload(lambda: payload(2000), Expect="100-continue"),
}

FOLLOWED: dict[str, Case] = {
    "three-hops": get("/redirect/3", follow=True),
    "absolute": get("/redirect/2?absolute", follow=True),
    "post-303": lambda client, server: client.call(
        "POST", server.url + "/redirect/1?code=303", body=b"a=1", headers=FORM, follow=True
    ),
}


def fails(path: str, **options: Any) -> Case:
    """The failing call, then a good one over the same client."""

    def case(client: Driver, server: Server) -> Any:
        return [
            attempt(lambda: client.call("GET", server.url + path, **options)),
            attempt(lambda: client.call("GET", server.url + "/number/7")),
        ]

    return case


def refused(client: Driver, server: Server) -> Any:
    return attempt(lambda: client.call("GET", f"{server.scheme}://127.0.0.1:{REFUSED}/"))


def unresolvable(client: Driver, server: Server) -> Any:
    return attempt(lambda: client.call("GET", f"{server.scheme}://nowhere.invalid/"))


REFUSED = closed_port()

FAILURES: dict[str, Case] = {
    "short": fails("/short/400"),
    "short-nothing": fails("/short/0"),
    "short-chunked": fails("/short-chunked"),
    "reset-before-head": fails("/reset-head"),
    "reset-in-body": fails("/reset-body/400"),
    "dropped": fails("/dropped"),
    "read-timeout": fails("/hang", timeout=0.08),
    "read-timeout-in-body": fails("/hang-body/400", timeout=0.08),
    "garbled": fails("/garbled"),
    "refused": refused,
    "unresolvable": unresolvable,
    "early-413": upload(lambda: payload(200_000), "/early"),
    "early-417": upload(lambda: payload(2000), "/expectation", Expect="100-continue"),
}
"""What the program gets here is an exception, or an answer before it had finished asking."""

MISCODED: dict[str, Case] = {
    "false-gzip": lambda client, server: attempt(lambda: client.call("GET", server.url + "/false-gzip")),
    "cut-gzip": lambda client, server: attempt(
        lambda: client.call("GET", server.url + "/cut-gzip").decoded()
    ),
}
