"""The canonical layout, writing side: an interaction as the text that stands in the file.

Lives here: key order, indentation, header dictionaries, the file's head and tail. Must not: do I/O or
parse. Called by: journal (renders at commit, so that sealing only copies), seal (head and tail).
Every JSON string is written without a raw line break: the reader's line scan rests on that.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from math import isfinite

import msgspec
from msgspec import Struct

from hushtape.cassette.fields import (
    check_line,
    check_name,
    check_pairs,
    check_status,
    check_type,
    check_values,
)
from hushtape.cassette.spool import SpooledBody, StoredBody
from hushtape.model import Head, Headers, Interaction, Request, Response

FORMAT = 1
"""Version of the `hushtape` objects in the file; apart from the release version."""

HEAD_END = b',\n "interactions": ['
START = b'  {\n   "request": '
BETWEEN = b",\n"
TAIL = b"\n ]\n}\n"
SPOOL = b'{"spool": '

_RESPONSE = (
    b'\n   },\n   "response": {\n    "status": {"code": %d, "message": %b},\n    "headers": %b,\n    "body": '
)
_encode = msgspec.json.Encoder().encode
_fields: dict[tuple[str, str], bytes] = {}  # rendered header fields; dropped whole when full
_FIELDS_MOST = 512


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


def string(text: str) -> bytes:
    """`text` as a JSON string. Lone surrogates (undecodable file names in messages) become escapes."""
    try:
        return _encode(text)
    except UnicodeEncodeError:
        return _encode(text.encode("utf-8", "backslashreplace").decode())


def _field(pair: tuple[str, str]) -> bytes:
    name, value = pair
    check_name(name)
    check_values(value)
    line = b"     %b: [%b]" % (string(name), string(value))
    if len(line) <= 320:
        if len(_fields) >= _FIELDS_MOST:
            _fields.clear()
        _fields[pair] = line
    return line


def headers(pairs: Sequence[tuple[str, str]]) -> tuple[bytes, bytes]:
    """The dictionary of `name -> [values]`, and the order of names where it alone can't tell it."""
    if not pairs:
        return b"{}", b""
    if len({name for name, _ in pairs}) < len(pairs):
        return _grouped(pairs)
    known = _fields.get
    lines = [known(pair) or _field(pair) for pair in pairs]
    return b"{\n%b\n    }" % b",\n".join(lines), b""


def _grouped(pairs: Sequence[tuple[str, str]]) -> tuple[bytes, bytes]:
    check_pairs(pairs)
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    lines = [
        b"     %b: [%b]" % (string(name), b", ".join(map(string, values))) for name, values in groups.items()
    ]
    rebuilt = [name for name, values in groups.items() for _ in values]
    names = [name for name, _ in pairs]
    order = b"" if rebuilt == names else b"[%b]" % b", ".join(map(string, names))
    return b"{\n%b\n    }" % b",\n".join(lines), order


def _pairs(fields: Headers) -> bytes:
    check_pairs(fields.pairs)
    return b"[%b]" % b", ".join(b"[%b, %b]" % (string(name), string(value)) for name, value in fields.pairs)


def _content(data: bytes, is_request: bool) -> bytes:
    """A body in memory: text where it is UTF-8, else tagged base64."""
    try:
        text = _encode(data.decode())
    except UnicodeDecodeError:
        return b'{"base64": "%b"}' % b64encode(data)
    return text if is_request else b'{"string": %b}' % text


def _body(body: StoredBody | None, is_request: bool) -> bytes:
    if body is None:
        return b"null" if is_request else b'{"string": "", "absent": true}'
    if isinstance(body, SpooledBody):
        return _stand_in(body)
    return _content(body.data, is_request)


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
) -> tuple[bytes, list[Splice]]:
    """The interaction's text, and where bodies from files go into it.

    Args:
        certificate: fingerprint of `interaction.tls.certificate`, or None.
    Raises:
        FieldError: a header field, the status line or the request line can't be replayed.
    """
    request, response = interaction.request, interaction.response
    check_line(request.method, request.uri)
    fields, request_order = headers(request.headers.pairs)
    before = b'%b{\n    "method": %b,\n    "uri": %b,\n    "headers": %b,\n    "body": ' % (
        START,
        _encode(request.method),
        string(request.uri),
        fields,
    )
    body = _body(request_body, True)
    middle, order, ending = b'\n   },\n   "response": null', b"", b""
    if response is not None:
        head = response.head
        check_status(head.reason, head.http_version)
        fields, order = headers(head.headers.pairs)
        middle = _RESPONSE % (head.status, string(head.reason), fields)
        ending = b"%b\n   }" % _body(response_body, False)
    extra = _extra(interaction, request_order, order, certificate)
    text = b"".join((before, body, middle, ending, b',\n   "hushtape": {\n    ', extra, b"\n   }\n  }"))
    splices = _splice(request_body, len(before), True)
    if response is not None:
        splices += _splice(response_body, len(before) + len(body) + len(middle), False)
    return text, splices


def _extra(interaction: Interaction, request_order: bytes, order: bytes, certificate: str | None) -> bytes:
    """The inside of the interaction's `hushtape` object; what equals its default is left out."""
    elapsed = interaction.elapsed if isfinite(interaction.elapsed) else 0.0
    parts = [
        b'"recorded_at": %b' % string(interaction.recorded_at),
        b'"elapsed": %b' % repr(elapsed).encode(),
    ]
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
        parts.append(b'"coding": [%b]' % b", ".join(map(string, response.coding)))
    if response.ending != "complete":
        parts.append(b'"ending": %b' % string(response.ending))
    if response.shortfall:
        parts.append(b'"shortfall": %d' % response.shortfall)
    if response.trailers.pairs:
        parts.append(b'"trailers": ' + _pairs(response.trailers))
    if response.informational:
        parts.append(b'"informational": [%b]' % b", ".join(map(_informational, response.informational)))


def _informational(head: Head) -> bytes:
    check_status(head.reason, head.http_version)
    version = b"" if head.http_version == "HTTP/1.1" else b', "http_version": %b' % string(head.http_version)
    return b'{"status": {"code": %d, "message": %b}, "headers": %b%b}' % (
        head.status,
        string(head.reason),
        _pairs(head.headers),
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
