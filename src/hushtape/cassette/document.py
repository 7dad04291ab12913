"""An interaction's JSON text as a model.Interaction: typed, checked, bodies lazy.

Lives here: the mapping of schema.py's structs to the model. Must not: find interactions in a file, open
files. Called by: reader, entries, foreign/. Values that could split a message at replay are refused
(fields.py).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from hushtape.cassette.fields import (
    FieldError,
    check_line,
    check_pairs,
    check_status,
    check_type,
    latin1,
)
from hushtape.cassette.headertext import HeaderTexts
from hushtape.cassette.problems import malformed
from hushtape.cassette.readable import rebuilt
from hushtape.cassette.schema import (
    BodyIn,
    ExtraIn,
    FailureIn,
    InformationalIn,
    InteractionIn,
    OnlyRequestIn,
    Pairs,
    RequestIn,
    ResponseIn,
    SpanIn,
    TlsIn,
)
from hushtape.errors import CassetteFormatError
from hushtape.model import (
    NO_HEADERS,
    Body,
    BytesBody,
    ErrorLink,
    Failure,
    Head,
    Headers,
    Interaction,
    Request,
    Response,
    Tls,
)

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_decode = msgspec.json.Decoder(InteractionIn).decode
_decode_request = msgspec.json.Decoder(RequestIn).decode
_decode_only_request = msgspec.json.Decoder(OnlyRequestIn).decode
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)
"""ISO 8601. What says something else is not copied into another cassette: it is not scrubbed."""
FAULTS = (msgspec.MsgspecError, ValueError, RecursionError)


class Sources:
    """Where the parts of an interaction come from that are not in its text."""

    __slots__ = ("certificates", "file", "headers", "path", "peers", "span", "spooled")

    def __init__(
        self,
        path: Path,
        certificates: Mapping[str, str | bytes],
        *,
        file: Callable[[str, int], Body] | None = None,
        span: Callable[[int, str], Body] | None = None,
        spooled: Callable[[str, int], Body] | None = None,
        texts: HeaderTexts | None = None,
    ) -> None:
        self.path = path
        self.certificates = certificates
        self.peers: dict[tuple[str, bool], Tls] = {}  # decoded once: as many as the file has certificates
        self.file = file
        self.span = span
        self.spooled = spooled
        self.headers = (texts or HeaderTexts()).headers


def interaction_from(text: bytes, sources: Sources, offset: int | None = None) -> Interaction:
    """The interaction that `text` holds; `offset` is where it stands in the file, for messages.

    Raises:
        CassetteFormatError: it is not one, or holds what can't be replayed.
    """
    try:
        found = _decode(text)
        extra = found.hushtape
        asked = _request(found.request, extra, sources)
        answered = None
        if found.response is not None:
            answered = _response(found.response, extra, sources)
        if extra is None:
            return Interaction(asked, answered)
        return Interaction(
            asked,
            answered,
            _failure(extra.failure) if extra.failure is not None else None,
            _tls(extra.tls, sources) if extra.tls is not None else None,
            extra.recorded_at if _TIME.fullmatch(extra.recorded_at) else "",
            extra.elapsed,
        )
    except CassetteFormatError:
        raise
    except FAULTS as error:
        problem = explain(error, sources.path, offset)
    raise problem  # outside the handler: a fault may hold what it stumbled over


def request_from(text: bytes, sources: Sources, offset: int, *, whole: bool) -> Request:
    """Only the request: `text` is the request's object, or (`whole`) its interaction's."""
    try:
        if whole:
            found = _decode_only_request(text)
            return _request(found.request, found.hushtape, sources)
        return _request(_decode_request(text), None, sources)
    except CassetteFormatError:
        raise
    except FAULTS as error:
        problem = explain(error, sources.path, offset)
    raise problem


def explain(error: Exception, path: Path, offset: int | None) -> CassetteFormatError:
    """The error for one of `FAULTS`, met in an interaction."""
    if isinstance(error, FieldError):
        return malformed(path, f"an interaction can't be replayed: {error}", offset=offset)
    if isinstance(error, RecursionError):
        return malformed(path, "an interaction is nested too deeply", offset=offset)
    if isinstance(error, UnicodeError):
        return malformed(path, "an interaction is not UTF-8", offset=offset)
    return malformed(path, f"an interaction is malformed: {str(error)[:200]}", offset=offset)


def _request(found: RequestIn, extra: ExtraIn | None, sources: Sources) -> Request:
    check_line(found.method, found.uri)
    given = found.body
    body: Body | None = None
    if given is not None:
        body = BytesBody(given.encode()) if isinstance(given, str) else _body(given, sources)
    if extra is None:
        return Request(found.method, found.uri, sources.headers(found.headers, None), body)
    version = extra.request_version
    if version != "HTTP/1.1":
        check_status("", version)
    return Request(
        found.method, found.uri, sources.headers(found.headers, extra.request_order), body, version
    )


def _response(found: ResponseIn, extra: ExtraIn | None, sources: Sources) -> Response:
    status = found.status
    reason = latin1(status.message or "")
    body = _body(found.body, sources) if found.body is not None else None
    if extra is None:
        check_status(reason, "HTTP/1.1")
        head = Head(status.code, reason, sources.headers(found.headers, None))
        chunked = "chunked" in head.headers.get("transfer-encoding").lower()
        return Response(head, body, framing="chunked" if chunked else "length")
    check_status(reason, extra.http_version)
    head = Head(status.code, reason, sources.headers(found.headers, extra.header_order), extra.http_version)
    return Response(
        head,
        body,
        _pairs(extra.trailers) if extra.trailers else NO_HEADERS,
        tuple(extra.coding),
        extra.framing,
        extra.ending,
        extra.shortfall,
        tuple(map(_informational, extra.informational)) if extra.informational else (),
    )


def _informational(found: InformationalIn) -> Head:
    reason = latin1(found.status.message or "")
    check_status(reason, found.http_version)
    return Head(found.status.code, reason, _pairs(found.headers), found.http_version)


def _pairs(found: Pairs) -> Headers:
    check_pairs(found)
    return Headers((name, latin1(value)) for name, value in found)


def _failure(found: FailureIn) -> Failure:
    for link in found.chain:
        check_type(link.type)
    return Failure(found.stage, tuple(ErrorLink(link.type, link.message, link.errno) for link in found.chain))


def _tls(found: TlsIn, sources: Sources) -> Tls:
    if found.certificate is None:
        return Tls(found.verified)
    known = sources.peers.get((found.certificate, found.verified))
    if known is not None:
        return known
    encoded = sources.certificates.get(found.certificate)
    if encoded is None:
        raise FieldError("its certificate is not in the file's head")
    peer = sources.peers[found.certificate, found.verified] = Tls(found.verified, _base64(encoded))
    return peer


def _base64(text: str | bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FieldError("a base64 text is damaged") from None


def _body(found: BodyIn, sources: Sources) -> Body | None:
    """The body, in one of its variants."""
    text = found.string
    if type(text) is str:
        return None if found.absent and not text else BytesBody(text.encode())
    if isinstance(text, SpanIn) and sources.span is not None:
        return sources.span(text.span, "string")
    if found.json:
        return BytesBody(rebuilt(bytes(found.json), found.indent, found.end))
    packed = found.base64
    if type(packed) is str:
        return BytesBody(_base64(packed))
    if isinstance(packed, SpanIn) and sources.span is not None:
        return sources.span(packed.span, "base64")
    if found.span is not None and sources.span is not None:
        return sources.span(found.span, "string")
    if found.file is not None and sources.file is not None:
        return sources.file(found.file, found.size)
    if found.spool is not None and sources.spooled is not None:
        return sources.spooled(found.spool, found.size)
    raise FieldError("a body has none of the keys string, base64, file")
