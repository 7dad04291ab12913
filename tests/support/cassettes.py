"""Small cassettes for tests: interactions in a line each, and a sealed file of them.

Lives here: nothing that tests assert. Must not: patch, talk to a server. Called by: tests of viewing and cli.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hushtape.cassette import Journal
from hushtape.model import BytesBody, Head, Headers, Interaction, Request, Response

URL = "https://api.example.com"


def interaction(
    path: str = "/",
    answer: object = b"",
    *,
    method: str = "GET",
    status: int = 200,
    sent: object = None,
    content_type: str = "",
    headers: Iterable[tuple[str, str]] = (),
    request_headers: Iterable[tuple[str, str]] = (),
    at: str = "2026-11-28T08:00:00.000000Z",
    elapsed: float = 0.01,
) -> Interaction:
    """An interaction; what is no bytes is sent as JSON. `path` may be a whole URI."""
    kind = content_type or ("text/plain" if isinstance(answer, bytes) else "application/json")
    given = [("Content-Type", kind), *headers]
    body = None if sent is None else BytesBody(_bytes(sent))
    request = Request(method, path if "://" in path else URL + path, Headers(request_headers), body)
    return Interaction(
        request,
        Response(Head(status, "OK", Headers(given)), BytesBody(_bytes(answer))),
        recorded_at=at,
        elapsed=elapsed,
    )


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def seal(path: Path, interactions: Iterable[Interaction], *, complete: bool = True, **options: Any) -> Path:
    """A cassette of ours with these interactions."""
    journal = Journal.create(path, recorded_at="2026-11-28T08:00:00.000000Z", **options)
    for one in interactions:
        journal.commit(journal.begin(), one)
    return journal.seal(complete=complete)


def vcrpy(path: Path, interactions: Iterable[dict[str, Any]]) -> Path:
    """A cassette as vcrpy's JSON serializer writes it."""
    path.write_text(json.dumps({"version": 1, "interactions": list(interactions)}))
    return path
