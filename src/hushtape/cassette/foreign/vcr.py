"""vcrpy's interactions, and keboola.vcr's: plain values as a model.Interaction.

Lives here: what the releases of vcrpy wrote, and how vcrpy 9 replays it. Must not: parse JSON or YAML
(vcr_json, yaml_load), find interactions. Called by: both of them. Bodies: text, bytes, pieces,
`base64_string`, none; what aiohttp's stub was given (an object); an answer of the first httpx support
(`status_code`, `content`); keboola.vcr's binary as untagged base64.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from hushtape.cassette.fields import FieldError, check_line, check_status, latin1
from hushtape.cassette.foreign.plain import (
    Span,
    body_of,
    framing_of,
    headers_of,
    span_of,
    text_of,
    undone_codings,
)
from hushtape.cassette.foreign.untagged import untagged
from hushtape.model import Body, BytesBody, Head, Interaction, Request, Response

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_BODY_KEYS = frozenset(("string", "base64", "base64_string", "encoding"))


def request_of(given: Any, span: Span) -> Request:
    """A request.

    Raises:
        FieldError: it is none, or can't be replayed.
    """
    if not isinstance(given, Mapping):
        raise FieldError("a request is not an object")
    if "method" not in given or "uri" not in given:
        older = " (vcrpy before version 1; its vcr.migration converts it)" if "protocol" in given else ""
        raise FieldError(f"a request has no method or no uri{older}")
    method, uri = text_of(given["method"], "the method"), text_of(given["uri"], "the URI")
    check_line(method, uri)
    body = given.get("body")
    found = _arguments(body) if _is_arguments(body) else _variant(body, span)[0]
    return Request(method, uri, headers_of(given.get("headers")), found)


def _is_arguments(body: Any) -> bool:
    """Whether a request's body is what the program gave aiohttp as `json=` or `data=`: its stub keeps it."""
    return isinstance(body, dict) and span_of(body) is None and not body.keys() & _BODY_KEYS and bool(body)


def _arguments(body: Any) -> Body:
    """As aiohttp sends `json=`, by default. What can't be said so is the body's text as Python has it."""
    return BytesBody(json.dumps(body, default=str).encode())


def interaction_of(request: Any, response: Any, span: Span, *, keboola: bool = False) -> Interaction:
    """A request and its answer; an answer of None stands for a failure, which vcrpy passes over.

    Args:
        keboola: keboola.vcr wrote it: text that is base64 may be bytes.
    Raises:
        FieldError: they can't be replayed.
    """
    asked = request_of(request, span)
    if response is None:
        return Interaction(asked)
    if not isinstance(response, Mapping):
        raise FieldError("a response is not an object")
    status, reason = _status(response)
    headers = headers_of(response.get("headers"))
    body, is_text = _answer_body(response, span)
    if keboola and is_text and body is not None:
        packed = untagged(body, headers.get("content-type"))
        body, is_text = (body, True) if packed is None else (packed, False)
    coding = undone_codings(headers, body, is_text=is_text)
    framing = framing_of(asked.method, status, headers)
    return Interaction(asked, Response(Head(status, reason, headers), body, coding=coding, framing=framing))


def _status(response: Mapping[str, Any]) -> tuple[int, str]:
    given = response.get("status")
    if given is None and "status_code" in response:
        given = {"code": response["status_code"]}
    if not isinstance(given, Mapping) or "code" not in given:
        raise FieldError("a response has no status code")
    code = text_of(given["code"], "the status code")
    if not (code.isascii() and code.isdecimal() and len(code) <= 3):
        raise FieldError("the status code is not a number of up to 3 digits")
    message = given.get("message")
    reason = latin1(text_of(message, "the status text")) if message is not None else ""
    check_status(reason, "HTTP/1.1")
    return int(code), reason


def _answer_body(response: Mapping[str, Any], span: Span) -> tuple[Body | None, bool]:
    """The body, and whether it stands in the file as text."""
    given = response.get("body")
    if given is None and "content" in response:
        given = {"string": response["content"]}
    return _variant(given, span)


def _variant(given: Any, span: Span) -> tuple[Body | None, bool]:
    """A body as it stands there, and whether as text."""
    if not isinstance(given, dict) or span_of(given) is not None:
        return body_of(given, span), isinstance(given, str | dict)
    if "string" in given:
        value = given["string"]
        return body_of(value, span), isinstance(value, str | dict)
    for name in ("base64_string", "base64"):
        value = given.get(name)
        if isinstance(value, str):
            return BytesBody(_decoded(value)), False
        if value is not None:
            return body_of(value, span, "base64"), False
    if given and not given.keys() <= {"encoding"}:
        raise FieldError("a body has none of the keys string, base64, base64_string")
    return None, False


def _decoded(value: str) -> bytes:
    try:
        return b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise FieldError("a base64 text is damaged") from None
