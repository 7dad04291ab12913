"""What callbacks are shown, and what of it can be taken back: vcrpy's shapes, checked.

Lives here: the request object and the response dict, and reading both again after somebody's code had them.
Must not: run a callback, let a value into an error (types and names only). Called by: callbacks.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hushtape.cassette.fields import latin1
from hushtape.model import Head, Headers, Request
from hushtape.session.editable_headers import EditableHeaders, as_text

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

STATUSES = range(100, 1000)
"""RFC 9112 4: three digits."""


class WrongShape(Exception):
    """What a callback left can't be recorded; the text says what it is, never its value."""


class CallbackHeaders(EditableHeaders):
    """Header fields as vcrpy's requests have them: look-up ignores case, whatever case the client sent."""

    def copy(self) -> CallbackHeaders:
        return CallbackHeaders(self.pairs)


class CallbackRequest:
    """A request as callbacks see it. Assign `uri`, `headers`, `body` or `method` to change it.

    `headers` maps a field's name, in any case, to its (first) value; `body` is bytes or None.
    """

    def __init__(self, request: Request, body: bytes | None) -> None:
        self.method = request.method
        self.uri = request.uri
        self.headers = CallbackHeaders(request.headers.pairs)
        self.body: Any = body

    @property
    def url(self) -> str:
        return self.uri

    @property
    def scheme(self) -> str:
        return urlsplit(self.uri).scheme

    @property
    def host(self) -> str | None:
        return urlsplit(self.uri).hostname

    @property
    def port(self) -> int | None:
        parts = urlsplit(self.uri)
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme)

    @property
    def path(self) -> str:
        return urlsplit(self.uri).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return sorted(parse_qsl(urlsplit(self.uri).query, keep_blank_values=True))


def taken_request(seen: Any) -> tuple[str, str, tuple[tuple[str, str], ...], bytes | None]:
    """Method, URI, header pairs and body of what a request callback returned.

    Raises:
        WrongShape: it is no request, or one of them is of a type that can't be sent.
    """
    for name in ("method", "uri", "headers"):
        if not hasattr(seen, name):
            raise WrongShape(f"returned {type(seen).__name__}, not a request: it has no {name}")
    for name, value in (("method", seen.method), ("uri", seen.uri)):
        if not isinstance(value, str):
            raise WrongShape(f"left a {name} that is a {type(value).__name__}, not text")
    body = taken_body(getattr(seen, "body", None))
    method, uri = as_text("the method", seen.method), as_text("the URI", seen.uri)
    return method, uri, tuple(_pairs(seen.headers)), body


def response_dict(head: Head, body: bytes) -> dict[str, Any]:
    """A response as callbacks see it."""
    names: dict[str, list[str]] = {}
    for name, value in head.headers.pairs:
        names.setdefault(name, []).append(value)
    return {
        "status": {"code": head.status, "message": head.reason},
        "headers": names,
        "body": {"string": body},
    }


def taken_response(seen: Any, head: Head) -> tuple[int, str, Headers, bytes | None]:
    """Status, reason phrase, header fields and body of what a response callback returned. `head`: as it was,
    whose order of fields stays where they were left alone.

    Raises:
        WrongShape: it is no response, or something in it can't be sent.
    """
    if not isinstance(seen, Mapping):
        raise WrongShape(f"returned {type(seen).__name__}, not a dict")
    missing = [name for name in ("status", "headers", "body") if name not in seen]
    if missing:
        raise WrongShape(f"returned a dict without {', '.join(missing)}")
    status, body = seen["status"], seen["body"]
    code = status.get("code") if isinstance(status, Mapping) else None
    if not isinstance(code, int) or code not in STATUSES:
        raise WrongShape("left a status without a code of three digits")
    reason = status.get("message") or ""
    if not isinstance(reason, str):
        raise WrongShape(f"left a status message that is a {type(reason).__name__}")
    if body is not None and not isinstance(body, Mapping):
        raise WrongShape(f"left a body that is a {type(body).__name__}, not a dict with `string`")
    headers = head.headers
    if seen["headers"] != response_dict(head, b"")["headers"]:
        headers = Headers(_pairs(seen["headers"]))
    return int(code), as_text("the reason", reason), headers, taken_body(body.get("string") if body else None)


def taken_body(body: Any) -> bytes | None:
    """The bytes of a body; text in UTF-8.

    Raises:
        WrongShape: it is something else than text, bytes, a file in memory or None.
    """
    if isinstance(body, (io.BytesIO, io.StringIO)):
        body = body.getvalue()
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    if not isinstance(body, str):
        raise WrongShape(f"left a body that is a {type(body).__name__}, not text or bytes")
    try:
        return body.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return body.encode("utf-8", "surrogatepass")


def _pairs(headers: Any) -> list[tuple[str, str]]:
    if isinstance(headers, (EditableHeaders, Headers)):
        headers = headers.pairs
    elif isinstance(headers, Mapping):
        headers = headers.items()
    if not isinstance(headers, Iterable) or isinstance(headers, (str, bytes)):
        raise WrongShape(f"left headers that are a {type(headers).__name__}, not a mapping")
    found: list[tuple[str, str]] = []
    for pair in headers:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise WrongShape("left headers that are no mapping and no pairs")
        name, values = pair
        found += [(_text(name), _text(value)) for value in (values if isinstance(values, list) else [values])]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise WrongShape(f"left a header field with a {type(value).__name__} in it, not text")
    return latin1(as_text("a header field", value))
