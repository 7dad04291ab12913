"""What the demonstration's API answers: a token, pages of orders, a download, a stream of events.

Lives here: data and routes, as plain functions of a request. Must not: know sockets or TLS.
Everything but the secrets is the same in each run, so outputs can be compared byte for byte.
Called by: server.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

PAGES = 120
ROWS = 40
DOWNLOAD = 24 * 1024 * 1024
EVENTS = 12
PAUSE = 0.04
"""Seconds between two events: a stream that a recorder must not hold back."""

Piece = tuple[float, bytes]
"""Seconds to wait, then what to send."""


class Answer(Struct, frozen=True):
    """A response. `length` None: chunked, one chunk a piece."""

    status: int
    fields: tuple[tuple[str, str], ...]
    pieces: Iterator[Piece]
    length: int | None


class Keys(Struct, frozen=True):
    """The secrets of one demonstration, made up when it starts."""

    client_id: str
    client_secret: str
    api_key: str
    access_token: str
    refresh_token: str
    session: str

    @classmethod
    def invent(cls) -> Keys:
        return cls("demo-shop", *(secrets.token_urlsafe(24) for _ in range(5)))

    def values(self) -> dict[str, str]:
        """The secret ones by name; the client's id is public."""
        names = ("client_secret", "api_key", "access_token", "refresh_token", "session")
        return {name: getattr(self, name) for name in names}


class Api:
    """The routes. `seen` counts how often each secret crossed the wire, in either direction."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.seen: dict[str, int] = dict.fromkeys(keys.values(), 0)
        self._lock = threading.Lock()
        self._block = _block()

    def answer(self, method: str, target: str, fields: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request; anything without a token is refused."""
        self._count(target + "".join(fields.values()) + body.decode("latin-1"))
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if (method, parts.path) == ("POST", "/oauth/token"):
            return self._token(dict(parse_qsl(body.decode("latin-1"))))
        allowed = fields.get("authorization") == f"Bearer {self.keys.access_token}"
        if not allowed or query.get("api_key") != self.keys.api_key:
            return self._json({"error": {"code": "UNAUTHORIZED"}}, 401)
        if parts.path == "/v1/orders":
            return self._json(page(int(query.get("page", "1"))), packed=True)
        if parts.path == "/v1/invoices.tar":
            return self._download()
        if parts.path == "/v1/events":
            return Answer(200, (("Content-Type", "text/event-stream"),), events(), None)
        return self._json({"error": {"code": "NOT_FOUND"}}, 404)

    def _token(self, form: Mapping[str, str]) -> Answer:
        if form.get("client_secret") != self.keys.client_secret:
            return self._json({"error": "invalid_client"}, 401)
        tokens = {
            "access_token": self.keys.access_token,
            "refresh_token": self.keys.refresh_token,
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        cookie = f"session={self.keys.session}; Path=/; Secure; HttpOnly"
        return self._json(tokens, fields=(("Set-Cookie", cookie),))

    def _json(
        self, value: Any, status: int = 200, *, packed: bool = False, fields: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        text = json.dumps(value, separators=(",", ":")).encode()
        self._count(text.decode() + "".join(field for _, field in fields))
        kind = (("Content-Type", "application/json"), *fields)
        if packed:
            text = gzip.compress(text, 1, mtime=0)
            kind = (*kind, ("Content-Encoding", "gzip"))
        return Answer(status, kind, iter([(0.0, text)]), len(text))

    def _download(self) -> Answer:
        block = self._block
        pieces = ((0.0, block) for _ in range(DOWNLOAD // len(block)))
        return Answer(200, (("Content-Type", "application/x-tar"),), pieces, DOWNLOAD)

    def _count(self, text: str) -> None:
        with self._lock:
            for name, value in self.keys.values().items():
                self.seen[name] += text.count(value)


def page(number: int) -> dict[str, Any]:
    """One page of orders; the last has no next."""
    first = (number - 1) * ROWS
    rows = [order(first + row) for row in range(ROWS)]
    return {"page": number, "pages": PAGES, "next": number + 1 if number < PAGES else None, "orders": rows}


def order(number: int) -> dict[str, Any]:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {
        "id": 100_000 + number,
        "customer": f"customer {int(digest[:4], 16)}",
        "amount": round(int(digest[4:9], 16) / 100, 2),
        "currency": ("EUR", "CZK", "USD")[number % 3],
        "note": f"line {number}: café, naïve, 東京",
        "lines": [{"article": f"a-{number}-{line}", "pieces": line + 1} for line in range(4)],
    }


def events() -> Iterator[Piece]:
    for number in range(EVENTS):
        text = json.dumps({"event": number, "state": "DONE" if number == EVENTS - 1 else "RUNNING"})
        yield (PAUSE if number else 0.0), f"id: {number}\ndata: {text}\n\n".encode()


def _block() -> bytes:
    """64 KiB that look like noise and are the same in each run."""
    return b"".join(hashlib.sha256(b"block %d" % number).digest() for number in range(2048))
