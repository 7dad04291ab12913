"""HAR 1.2, written.

Lives here: the writer, and an interaction as an entry. Must not: hold a body of more than 64 KiB. Called
by: writing. A failure is an entry with status 0 and `_error`, as browsers write them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

import msgspec

from hushtape.cassette.foreign.splicing import Bodies, json_escape
from hushtape.cassette.jsontext import encode
from hushtape.model import Headers, Interaction, Request, Response

_NO_ANSWER = {
    "status": 0,
    "statusText": "",
    "httpVersion": "",
    "cookies": [],
    "headers": [],
    "content": {"size": 0, "mimeType": "x-unknown"},
    "redirectURL": "",
    "headersSize": -1,
    "bodySize": -1,
}
_ORDERS = ("request_order", "header_order")  # a HAR keeps the order of fields itself
_EPOCH = "1970-01-01T00:00:00.000000Z"


class HarWriter:
    """Writes one file."""

    def __init__(self, out: BinaryIO, head: dict[str, Any]) -> None:
        from importlib.metadata import version

        self._out = out
        self._between = b"\n"
        head.pop("version", None)
        ours = {"_" + key.removeprefix("_"): value for key, value in head.items()}
        creator = {"name": "hushtape", "version": version("hushtape")}
        log = msgspec.json.format(encode({"version": "1.2", "creator": creator, **ours}), indent=1)
        out.write(b'{"log": ' + log.removesuffix(b"\n}") + b',\n "entries": [')

    def add(self, text: bytes, interaction: Interaction) -> None:
        """One more interaction."""
        bodies = Bodies()
        extra = msgspec.json.decode(text.strip())["hushtape"]
        entry = _entry(interaction, bodies)
        entry["_hushtape"] = {key: value for key, value in extra.items() if key not in _ORDERS}
        self._out.write(self._between)
        bodies.write(self._out, msgspec.json.format(encode(entry), indent=1), json_escape)
        self._between = b",\n"

    def close(self) -> None:
        """What follows the last one."""
        self._out.write(b"]\n}}\n" if self._between == b"\n" else b"\n]\n}}\n")


def _entry(interaction: Interaction, bodies: Bodies) -> dict[str, Any]:
    milliseconds = round(interaction.elapsed * 1000, 3)
    entry: dict[str, Any] = {
        "startedDateTime": interaction.recorded_at or _EPOCH,
        "time": milliseconds,
        "request": _request(interaction.request, bodies),
        "response": _NO_ANSWER if interaction.response is None else _response(interaction.response, bodies),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if interaction.failure is not None:
        chain = interaction.failure.chain
        entry["_error"] = chain[0].message or chain[0].type if chain else interaction.failure.stage
    return entry


def _request(request: Request, bodies: Bodies) -> dict[str, Any]:
    stated = request.uri.partition("#")[0].partition("?")[2]  # urlsplit refuses what clients do ask for
    # A copy for readers of the HAR, whose text can't hold other bytes; `url` beside it has them as they are.
    query = parse_qsl(stated, keep_blank_values=True, errors="replace")
    entry: dict[str, Any] = {
        "method": request.method,
        "url": request.uri,
        "httpVersion": request.http_version,
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": request.body.size if request.body is not None else 0,
    }
    if request.body is not None:
        kind = request.headers.get("content-type", "application/octet-stream")
        entry["postData"] = {"mimeType": kind, **_text(request.body, bodies)}
    return entry


def _response(response: Response, bodies: Bodies) -> dict[str, Any]:
    head, body = response.head, response.body
    content: dict[str, Any] = {
        "size": body.size if body is not None else 0,
        "mimeType": head.headers.get("content-type", "x-unknown"),
    }
    if body is not None:
        content |= _text(body, bodies)
    return {
        "status": head.status,
        "statusText": head.reason,
        "httpVersion": head.http_version,
        "cookies": [],
        "headers": _pairs(head.headers),
        "content": content,
        "redirectURL": head.headers.get("location"),
        "headersSize": -1,
        "bodySize": -1,
    }


def _text(body: Any, bodies: Bodies) -> dict[str, Any]:
    value, is_text = bodies.value(body)
    return {"text": value} if is_text else {"text": value, "encoding": "base64"}


def _pairs(pairs: Headers | Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
