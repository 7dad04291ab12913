"""What the test server answers when it behaves: every shape of a correct HTTP/1 response.

Lives here: the route table and its honest handlers. Must not: break the protocol (that is faults').
A route is the path's first segment; the rest of the path is its argument. Called by: servers.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import zlib
from collections.abc import Callable

from tests.support import faults
from tests.support.wire import Call

BINARY = bytes(range(256))
Route = Callable[[Call, str], None]


def answer(call: Call) -> None:
    """The default handler: find the route, 404 where there is none."""
    name, _, argument = call.path.lstrip("/").partition("/")
    route = ROUTES.get(name)
    if route is None:
        call.reply(404, b"no such route")
    else:
        route(call, argument)


def payload(size: int) -> bytes:
    """`size` bytes that are not text, the same each time."""
    return (BINARY * (size // 256 + 1))[:size]


def json_reply(
    call: Call, value: object, status: int = 200, headers: list[tuple[str, str]] | None = None
) -> None:
    text = json.dumps(value, separators=(",", ":")).encode()
    call.reply(status, text, [("Content-Type", "application/json"), *(headers or [])])


def echo(call: Call, _: str) -> None:
    seen = {
        "method": call.method,
        "target": call.target,
        "type": call.header("Content-Type"),
        "cookie": call.header("Cookie"),
        "shop": call.header("X-Shop"),
        "length": call.header("Content-Length"),
        "transfer": call.header("Transfer-Encoding"),
        "body": call.body().decode("latin-1"),
    }
    json_reply(call, seen)


def binary(call: Call, size: str) -> None:
    call.reply(200, payload(int(size)), [("Content-Type", "application/octet-stream")])


def chunked(call: Call, size: str) -> None:
    """Chunked in pieces of 1,000 bytes; with ?trailers, two of them follow."""
    call.body()
    data, trailers = payload(int(size)), "trailers" in call.query
    fields = [("Content-Type", "application/octet-stream"), ("Transfer-Encoding", "chunked")]
    call.head(200, [*fields, ("Trailer", "X-Sum, X-End")] if trailers else fields)
    for start in range(0, len(data), 1000):
        call.chunk(data[start : start + 1000])
    call.last_chunk([("X-Sum", hashlib.md5(data).hexdigest()), ("X-End", "yes")] if trailers else [])


def until_close(call: Call, size: str) -> None:
    """No length: the connection's end is the body's end (RFC 9112 6.3, case 8)."""
    call.body()
    call.head(200, [("Content-Type", "application/octet-stream"), ("Connection", "close")])
    call.send(payload(int(size)))
    call.hang_up()


def old(call: Call, size: str) -> None:
    """HTTP/1.0: without ?keep it ends with the connection."""
    if "keep" in call.query:
        call.reply(200, payload(int(size)), [("Connection", "keep-alive")], version="HTTP/1.0")
        return
    call.body()
    call.head(200, [("Content-Type", "application/octet-stream")], version="HTTP/1.0")
    call.send(payload(int(size)))
    call.hang_up()


def closing(call: Call, size: str) -> None:
    call.closing = True
    call.reply(200, payload(int(size)))


def encode(coding: str, data: bytes) -> bytes:
    """Apply one content coding, as a server would."""
    if coding == "identity":
        return data
    if coding == "gzip":
        return gzip.compress(data, mtime=0)
    if coding == "deflate":
        return zlib.compress(data)
    if coding == "raw-deflate":
        maker = zlib.compressobj(wbits=-15)
        return maker.compress(data) + maker.flush()
    if coding == "br":
        import brotli

        return bytes(brotli.compress(data))
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def coded(call: Call, coding: str) -> None:
    """JSON under a content coding; ?chunked sends it in small chunks."""
    call.body()
    text = json.dumps({"coding": coding, "rows": list(range(2000))}).encode()
    data = encode(coding, text)
    name = "deflate" if coding == "raw-deflate" else coding
    fields = [("Content-Type", "application/json"), ("Content-Encoding", name), ("Vary", "Accept-Encoding")]
    if "chunked" not in call.query:
        call.reply(200, data, fields)
        return
    call.head(200, [*fields, ("Transfer-Encoding", "chunked")])
    for start in range(0, len(data), 500):
        call.chunk(data[start : start + 500])
    call.last_chunk()


def redirect(call: Call, left: str) -> None:
    code, after = int(call.query.get("code", "302")), int(left) - 1
    base = call.server.url if "absolute" in call.query else ""
    goal = f"{base}/redirect/{after}?code={code}" if after > 0 else f"{base}/echo?end=1"
    call.reply(code, b"go on", [("Location", goal)])


def flaky(call: Call, name: str) -> None:
    """503 for the first ?fails (2) requests of this name, then 200."""
    turn = call.server.next(f"flaky {name}")
    if turn <= int(call.query.get("fails", "2")):
        call.reply(503, b"not yet", [("Retry-After", "0")])
    else:
        json_reply(call, {"turn": turn})


def count(call: Call, name: str) -> None:
    json_reply(call, {"name": name, "turn": call.server.next(f"count {name}")})


def cookies(call: Call, _: str) -> None:
    fields = [("Set-Cookie", "flavour=oat; Path=/"), ("Set-Cookie", "size=small; Path=/; HttpOnly")]
    call.reply(200, b"two cookies", fields)


def status(call: Call, code: str) -> None:
    fields = [("ETag", '"v1"')] if code == "304" else []
    call.reply(int(code), b"" if code in ("204", "304") else f"status {code}".encode(), fields)


def empty(call: Call, _: str) -> None:
    call.reply(200, b"", [("Content-Type", "text/plain")])


def upload(call: Call, _: str) -> None:
    data = call.body()
    way = "chunked" if call.header("Transfer-Encoding") else "length"
    json_reply(call, {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "way": way})


def headers(call: Call, _: str) -> None:
    """Repeated, empty and latin-1 fields, odd case, a reason of its own."""
    fields = [
        ("X-Many", "one"),
        ("x-MANY", "two"),
        ("X-Empty", ""),
        ("X-Latin", "caf\xe9"),
        ("Link", "</next>; rel=next"),
        ("Link", "</last>; rel=last"),
    ]
    call.reply(200, b"ok", fields, reason="Fine By Me")


def hints(call: Call, _: str) -> None:
    call.body()
    call.head(103, [("Link", "</style.css>; rel=preload")], "Early Hints")
    call.reply(200, b"after hints")


def events(call: Call, amount: str) -> None:
    """Server-sent events, one each ?delay (0.05) seconds."""
    call.body()
    call.head(200, [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")])
    for number in range(int(amount)):
        if number:
            time.sleep(float(call.query.get("delay", "0.05")))
        call.chunk(f"id: {number}\ndata: event {number}\n\n".encode())
    call.last_chunk()


def slow(call: Call, milliseconds: str) -> None:
    call.body()
    time.sleep(int(milliseconds) / 1000)
    json_reply(call, {"slept": milliseconds})


def numbered(call: Call, number: str) -> None:
    json_reply(call, {"number": int(number), "square": int(number) ** 2})


def token(call: Call, _: str) -> None:
    """An OAuth-style answer: hands out what TOKEN says."""
    call.body()
    json_reply(call, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})


def private(call: Call, _: str) -> None:
    allowed = call.header("Authorization") == f"Bearer {TOKEN}"
    json_reply(call, {"allowed": allowed, "you": "oat"}, 200 if allowed else 401)


def lines(call: Call, amount: str) -> None:
    rows = "".join(
        json.dumps({"row": row, "text": "žluťoučký"}, ensure_ascii=False) + "\n" for row in range(int(amount))
    )
    call.reply(200, rows.encode(), [("Content-Type", "application/x-ndjson; charset=utf-8")])


TOKEN = "tok-4f9Kq2Zw8Lx7Rb3Nc5Vd"

ROUTES: dict[str, Route] = {
    "echo": echo,
    "bytes": binary,
    "chunked": chunked,
    "until-close": until_close,
    "old": old,
    "closing": closing,
    "coded": coded,
    "redirect": redirect,
    "flaky": flaky,
    "count": count,
    "cookies": cookies,
    "status": status,
    "empty": empty,
    "upload": upload,
    "headers": headers,
    "hints": hints,
    "events": events,
    "slow": slow,
    "number": numbered,
    "token": token,
    "private": private,
    "lines": lines,
    **faults.ROUTES,
}
