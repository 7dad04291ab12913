"""An interaction in short: the row of a list, and the same for programs.

Lives here: the facts that every command tells of an interaction, and the shape of `--json`. Must not: print.
Called by: cli. The keys are stable: programs read them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from msgspec import Struct

from hushtape.model import Body, Interaction
from hushtape.viewing.body import look

MOST_IN_JSON: Final = 16 * 1024 * 1024
"""Bytes of one body in a JSON document: it is made in memory."""


class Row(Struct, frozen=True):
    """One line of a list. `status`: None without an answer; `failure`: an exception's type, or ""."""

    number: int
    method: str
    uri: str
    status: int | None
    failure: str
    request_size: int
    response_size: int
    elapsed: float
    recorded_at: str


def row(number: int, shown: Interaction, stored: Interaction) -> Row:
    """The interaction's row: texts as they are shown, sizes as they are stored."""
    response, failure = shown.response, shown.failure
    return Row(
        number,
        shown.request.method,
        shown.request.uri,
        None if response is None else response.head.status,
        failure.chain[0].type if failure is not None and failure.chain else "failed" if failure else "",
        size(stored.request.body),
        size(None if stored.response is None else stored.response.body),
        shown.elapsed,
        shown.recorded_at,
    )


def size(body: Body | None) -> int:
    """A body's length; 0 for none."""
    return 0 if body is None else body.size


def row_document(one: Row) -> dict[str, Any]:
    """A row for programs."""
    return {
        "number": one.number,
        "method": one.method,
        "uri": one.uri,
        "status": one.status,
        "failure": one.failure or None,
        "request_bytes": one.request_size,
        "response_bytes": one.response_size,
        "elapsed": one.elapsed,
        "recorded_at": one.recorded_at or None,
    }


def document(number: int, shown: Interaction, stored: Interaction, limit: int) -> dict[str, Any]:
    """The whole interaction for programs; of each body at most `limit` bytes."""
    request, response, failure = shown.request, shown.response, shown.failure
    found = row_document(row(number, shown, stored))
    found["request"] = {
        "http_version": request.http_version,
        "headers": [list(pair) for pair in request.headers],
        "body": _body(request.body, request.headers.get("content-type"), limit),
    }
    found["response"] = response and {
        "http_version": response.head.http_version,
        "reason": response.head.reason,
        "headers": [list(pair) for pair in response.head.headers],
        "trailers": [list(pair) for pair in response.trailers],
        "coding": list(response.coding),
        "framing": response.framing,
        "ending": response.ending,
        "shortfall": response.shortfall,
        "body": _body(response.body, response.head.headers.get("content-type"), limit),
    }
    found["failure"] = failure and {
        "stage": failure.stage,
        "chain": [{"type": one.type, "message": one.message, "errno": one.errno} for one in failure.chain],
    }
    return found


def _body(body: Body | None, content_type: str, limit: int) -> dict[str, Any] | None:
    """Text where it is text, else base64; `truncated`: there is more than is told."""
    if body is None:
        return None
    held, truncated = bytearray(), False
    for chunk in body.chunks():
        held += chunk
        if len(held) > limit:
            truncated = True
            del held[limit:]
            break
    seen = look(body, content_type)
    if seen.kind != "binary":
        try:
            text = bytes(held).decode(seen.encoding or "utf-8", "ignore" if truncated else "strict")
        except UnicodeDecodeError:
            pass  # text at its beginning only
        else:
            return {"kind": seen.kind, "truncated": truncated, "text": text}
    return {"kind": "binary", "truncated": truncated, "base64": b64encode(held).decode()}
