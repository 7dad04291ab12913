"""A declarative sanitizer used by itself: its ruleset over a request object or a response dict.

Lives here: the two functions behind before_record_request and before_record_response. Must not: know
sanitizers, or change what it is given (it answers with copies). Called by: sanitizers_base.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hushtape.model import Headers
from hushtape.sanitize.rules import Phase
from hushtape.sanitize.ruleset import Ruleset


def scrub_request(request: Any, ruleset: Ruleset) -> Any:
    """A copy of the request with `uri`, `headers` and `body` scrubbed. None stays None."""
    if request is None:
        return None
    clean = copy.copy(request)
    content_type = _content_type(request.headers)
    clean.uri = ruleset.uri(request.uri)
    clean.headers = _headers(request.headers, ruleset, "request")
    clean.body = _body(request.body, ruleset, "request", content_type)
    return clean


def scrub_response(response: dict[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """A copy of the response dict with headers and body scrubbed."""
    clean = dict(response)
    headers = response.get("headers") or {}
    if headers:
        clean["headers"] = _headers(headers, ruleset, "response")
    body = response.get("body")
    if isinstance(body, Mapping) and body.get("string"):
        scrubbed = _body(body["string"], ruleset, "response", _content_type(headers))
        clean["body"] = {**body, "string": scrubbed}
    return clean


def _values(value: object) -> list[str]:
    """The values of one field: given alone or in a list; bytes are latin-1 (RFC 9110 5.5)."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item.decode("latin-1") if isinstance(item, bytes) else str(item) for item in items]


def _content_type(headers: Mapping[str, Any]) -> str:
    for name, value in headers.items():
        if name.lower() == "content-type":
            return ", ".join(_values(value))
    return ""


def _headers(headers: Mapping[str, Any], ruleset: Ruleset, phase: Phase) -> dict[str, Any]:
    """The fields that stay, each in the shape in which it was given."""
    clean: dict[str, Any] = {}
    for name, value in headers.items():
        pairs = ruleset.headers(Headers([(name, item) for item in _values(value)]), phase).pairs
        if pairs:
            several = isinstance(value, (list, tuple))
            clean[pairs[0][0]] = [item for _, item in pairs] if several else pairs[0][1]
    return clean


def _body(body: Any, ruleset: Ruleset, phase: Phase, content_type: str) -> Any:
    """Text stays text, bytes stay bytes; other bodies (None, files) are left as they are."""
    if isinstance(body, str):
        data = body.encode("utf-8", "surrogatepass")
        clean = _scrub(data, ruleset, phase, content_type)
        return body if clean == data else clean.decode("utf-8", "surrogateescape")
    if isinstance(body, (bytes, bytearray)):
        return _scrub(bytes(body), ruleset, phase, content_type)
    return body


def _scrub(data: bytes, ruleset: Ruleset, phase: Phase, content_type: str) -> bytes:
    scrubber = ruleset.scrubber(phase, content_type)
    return scrubber.feed(data) + scrubber.finish()
