"""The canonical layout, writing side: an interaction as the text that stands in the file.

Lives here: key order, indentation, the file's head and tail. Must not: do I/O or parse. Called by: journal
(renders at commit, so that sealing only copies), seal (head and tail). Every JSON string is written
without a raw line break: the reader's line scan rests on that.
"""

from __future__ import annotations

from base64 import b64encode
from math import isfinite

from msgspec import Struct

from hushtape.cassette import jsontext
from hushtape.cassette.fields import check_line, check_status, check_type
from hushtape.cassette.jsontext import encode, headers, string, strings
from hushtape.cassette.readable import laid_out
from hushtape.cassette.spool import SpooledBody, StoredBody
from hushtape.model import Head, Interaction, Request, Response

FORMAT = 1
"""Version of the `hushtape` objects in the file; apart from the release version."""

HEAD_END = b',\n "interactions": ['
START = b'  {\n   "request": '
BETWEEN = b",\n"
LAST, CLOSE = b"\n ]", b"\n}\n"
TAIL = LAST + CLOSE
SPOOL = b'{"spool": '

_REQUEST = START + b'{\n    "method": %b,\n    "uri": %b,\n    "headers": %b,\n    "body": '
_STATUS = b'\n   },\n   "response": {\n    "status": {"code": %d, "message": %b},\n    "headers": '
_BODY = b',\n    "body": '
_RESPONSE_END = b'\n   },\n   "hushtape": {\n    '
_NO_RESPONSE = b'\n   },\n   "response": null,\n   "hushtape": {\n    '
_END = b"\n   }\n  }"
_statuses: dict[tuple[int, str, str], bytes] = {}  # rendered starts of responses; dropped whole when full
_STATUSES_MOST = 64


class Splice(Struct, frozen=True, array_like=True):
    """A place in a rendered text where sealing puts a body that lies in a file.

    `offset` and `length` delimit the stand-in; `kind`: "text" (a bare JSON string: a request's body),
    "string", "base64" or "file" (the object that goes there).
    """

    offset: int
    length: int
    kind: str
    name: str
    size: int


def _body(body: StoredBody | None, is_request: bool, readable: bool = False) -> tuple[bytes, bytes, bytes]:
    """A body, as what stands before, inside and after; text where it is UTF-8, else tagged base64."""
    if body is None:
        return (b"null", b"", b"") if is_request else (b'{"string": "", "absent": true}', b"", b"")
    if isinstance(body, SpooledBody):
        return _stand_in(body), b"", b""
    if readable and (shown := laid_out(body.data)) is not None:
        return b"", shown, b""
    try:
        text = encode(body.data.decode())
    except UnicodeDecodeError:
        return b'{"base64": "', b64encode(body.data), b'"}'
    return (b"", text, b"") if is_request else (b'{"string": ', text, b"}")


def _stand_in(body: SpooledBody) -> bytes:
    return b'%b%b, "size": %d}' % (SPOOL, string(body.name), body.size)


def _splice(body: StoredBody | None, offset: int, is_request: bool) -> list[Splice]:
    if not isinstance(body, SpooledBody):
        return []
    kind = "text" if is_request and body.kind == "string" else body.kind
    return [Splice(offset, len(_stand_in(body)), kind, body.name, body.size)]


def render(
    interaction: Interaction,
    request_body: StoredBody | None,
    response_body: StoredBody | None,
    certificate: str | None,
    *,
    readable: bool = False,
) -> tuple[bytes, list[Splice]]:
    """The interaction's text, and where bodies from files go into it.

    Args:
        certificate: fingerprint of `interaction.tls.certificate`, or None.
        readable: JSON bodies are written as JSON where their bytes can be rebuilt (readable.py).
    Raises:
        FieldError: a header field, the status line or the request line can't be replayed.
    """
    request, response = interaction.request, interaction.response
    method, uri = request.method, request.uri
    check_line(method, uri)
    fields, request_order = headers(request.headers.pairs)
    before = _REQUEST % (encode(method), string(uri), fields)
    if response is None:
        extra = _extra(interaction, request_order, b"", certificate)
        parts = (before, *_body(request_body, True, readable), _NO_RESPONSE, extra, _END)
        return b"".join(parts), _splice(request_body, len(before), True)
    start = _status(response.head)
    fields, order = headers(response.head.headers.pairs)
    extra = _extra(interaction, request_order, order, certificate)
    asked, answered = _body(request_body, True, readable), _body(response_body, False, readable)
    text = b"".join((before, *asked, start, fields, _BODY, *answered, _RESPONSE_END, extra, _END))
    if type(request_body) is not SpooledBody and type(response_body) is not SpooledBody:
        return text, []
    at = len(before) + sum(map(len, asked)) + len(start) + len(fields) + len(_BODY)
    return text, _splice(request_body, len(before), True) + _splice(response_body, at, False)


def _status(head: Head) -> bytes:
    """A response's text up to its headers."""
    key = head.status, head.reason, head.http_version
    text = _statuses.get(key)
    if text is None:
        check_status(head.reason, head.http_version)
        text = _STATUS % (head.status, string(head.reason))
        if len(head.reason) <= 100:
            if len(_statuses) >= _STATUSES_MOST:
                _statuses.clear()
            _statuses[key] = text
    return text


def _extra(interaction: Interaction, request_order: bytes, order: bytes, certificate: str | None) -> bytes:
    """The inside of the interaction's `hushtape` object; what equals its default is left out."""
    elapsed = interaction.elapsed if isfinite(interaction.elapsed) else 0.0
    parts = [b'"recorded_at": %b,\n    "elapsed": %a' % (string(interaction.recorded_at), elapsed)]
    if interaction.request.http_version != "HTTP/1.1":
        parts.append(b'"request_version": %b' % _version(interaction.request))
    if request_order:
        parts.append(b'"request_order": ' + request_order)
    if interaction.response is not None:
        _response_extra(parts, interaction.response, order)
    if interaction.tls is not None:
        fingerprint = b"" if certificate is None else b', "certificate": %b' % string(certificate)
        verified = b"true" if interaction.tls.verified else b"false"
        parts.append(b'"tls": {"verified": %b%b}' % (verified, fingerprint))
    if interaction.failure is not None:
        parts.append(b'"failure": ' + _failure(interaction))
    return b",\n    ".join(parts)


def _version(request: Request) -> bytes:
    check_status("", request.http_version)
    return string(request.http_version)


def _response_extra(parts: list[bytes], response: Response, order: bytes) -> None:
    if response.head.http_version != "HTTP/1.1":
        parts.append(b'"http_version": %b' % string(response.head.http_version))
    if order:
        parts.append(b'"header_order": ' + order)
    if response.framing != "length":
        parts.append(b'"framing": %b' % string(response.framing))
    if response.coding:
        parts.append(b'"coding": [%b]' % strings(response.coding))
    if response.ending != "complete":
        parts.append(b'"ending": %b' % string(response.ending))
    if response.shortfall:
        parts.append(b'"shortfall": %d' % response.shortfall)
    if response.trailers.pairs:
        parts.append(b'"trailers": ' + jsontext.fields(response.trailers.pairs))
    if response.informational:
        parts.append(b'"informational": [%b]' % b", ".join(map(_informational, response.informational)))


def _informational(head: Head) -> bytes:
    check_status(head.reason, head.http_version)
    version = b"" if head.http_version == "HTTP/1.1" else b', "http_version": %b' % string(head.http_version)
    return b'{"status": {"code": %d, "message": %b}, "headers": %b%b}' % (
        head.status,
        string(head.reason),
        jsontext.fields(head.headers.pairs),
        version,
    )


def _failure(interaction: Interaction) -> bytes:
    failure = interaction.failure
    assert failure is not None
    links = []
    for link in failure.chain:
        check_type(link.type)
        message = b', "message": %b' % string(link.message) if link.message else b""
        number = b"" if link.errno is None else b', "errno": %d' % link.errno
        links.append(b'{"type": %b%b%b}' % (string(link.type), message, number))
    return b'{"stage": %b, "chain": [%b]}' % (string(failure.stage), b", ".join(links))
