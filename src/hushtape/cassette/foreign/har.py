"""HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as browsers and proxies export it.

Lives here: finding the entries, and an entry as a model.Interaction. Must not: load a whole file. Called
by: opening. Bodies stand decoded in a HAR while the heads still name their coding, so it counts as undone.
Entries without an answer (status 0: blocked, aborted), of other schemes (data:, ws:), and a proxy's CONNECT
are passed over.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct, structs

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.document import FAULTS, Sources, explain, interaction_from
from hushtape.cassette.fields import check_line, check_status, latin1
from hushtape.cassette.foreign import har_parts
from hushtape.cassette.foreign.lazy import ForeignReader, json_text
from hushtape.cassette.foreign.plain import Span, framing_of, undone_codings
from hushtape.cassette.info import HAR, CassetteInfo, parse_head
from hushtape.cassette.problems import malformed
from hushtape.cassette.scanner import Scanner
from hushtape.model import Body, Head, Interaction, Request, Response

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_KEYS = (b'"text"',)
_HEAD = {b'"_hushtape"': b'"hushtape":', b'"_metadata"': b'"_metadata":'}
_SMALL = 16 * 1024 * 1024
_NOTHING = Raw()
T = TypeVar("T")


class _Answer(Struct, frozen=True):
    status: int | None = 0
    statusText: str | None = ""
    httpVersion: str | None = ""
    headers: list[har_parts.Pair] | None = None
    cookies: list[har_parts.Cookie] | None = None
    content: har_parts.Content | None = None


class _Question(Struct, frozen=True):
    method: str
    url: str
    headers: list[har_parts.Pair] | None = None
    cookies: list[har_parts.Cookie] | None = None
    postData: har_parts.PostData | None = None


class _Entry(Struct, frozen=True):
    request: _Question
    response: _Answer | None = None
    startedDateTime: str | None = ""
    timings: dict[str, Any] | None = None
    extra: Raw = msgspec.field(default=_NOTHING, name="_hushtape")


class _Creator(Struct, frozen=True):
    name: str | None = ""


class _UrlOnly(Struct, frozen=True):
    method: str = ""
    url: str = ""


class _StatusOnly(Struct, frozen=True):
    status: int | None = 0
    httpVersion: str | None = ""


class _Peek(Struct, frozen=True):
    request: _UrlOnly = _UrlOnly()
    response: _StatusOnly | None = None
    startedDateTime: str | None = ""
    extra: Raw = msgspec.field(default=_NOTHING, name="_hushtape")


_decode = msgspec.json.Decoder(_Entry).decode
_peek = msgspec.json.Decoder(_Peek).decode
_creator = msgspec.json.Decoder(_Creator).decode


class Har:
    """The dialect. `certificates`: the table of a file of ours."""

    def __init__(self, certificates: dict[str, str]) -> None:
        self.certificates = certificates

    def interaction(self, file: Pinned, start: int, end: int) -> Interaction:
        text, span = json_text(file, start, end, _KEYS)
        entry = _decode(text)
        if entry.extra:
            return self._ours(file, start, entry, span)
        request = _request(entry.request, span)
        response = _response(request.method, entry.response, span) if entry.response is not None else None
        return Interaction(
            request,
            response,
            recorded_at=_utc(entry.startedDateTime or ""),
            elapsed=har_parts.elapsed(entry.timings or {}),
        )

    def request(self, file: Pinned, start: int, end: int) -> Request:
        text, span = json_text(file, start, end, _KEYS)
        entry = _decode(text)
        return self._ours(file, start, entry, span).request if entry.extra else _request(entry.request, span)

    def _ours(self, file: Pinned, offset: int, entry: _Entry, span: Span) -> Interaction:
        """An entry that hushtape wrote: the same parts, and what HAR has no word for beside them."""
        given = entry.response if entry.response is not None and entry.response.status else None
        plain = {
            "request": {"method": entry.request.method, "uri": entry.request.url},
            "response": {"status": {"code": given.status, "message": given.statusText}} if given else None,
            "hushtape": entry.extra,
        }
        found = interaction_from(msgspec.json.encode(plain), Sources(file.path, self.certificates), offset)
        asked, posted = found.request, entry.request.postData
        sent = har_parts.stored(posted.text, posted.encoding, span) if posted is not None else None
        fields = har_parts.fields(entry.request.headers or [])
        request = structs.replace(asked, headers=fields, body=sent)
        response = found.response
        if response is not None and given is not None:
            head = structs.replace(response.head, headers=har_parts.fields(given.headers or []))
            content = given.content
            body = har_parts.stored(content.text, content.encoding, span) if content is not None else None
            response = structs.replace(response, head=head, body=body)
        return structs.replace(found, request=request, response=response)


def _request(found: _Question, span: Span) -> Request:
    uri = found.url.partition("#")[0]
    check_line(found.method, uri)
    headers = har_parts.headers(found.headers or [], found.cookies or [], answer=False)
    body = har_parts.sent(found.postData, span) if found.postData is not None else None
    return Request(found.method, uri, headers, body)


def _response(method: str, found: _Answer, span: Span) -> Response:
    reason = latin1(found.statusText or "")
    version = har_parts.version(found.httpVersion or "")
    check_status(reason, version)
    headers = har_parts.headers(found.headers or [], found.cookies or [], answer=True)
    body: Body | None = None
    coding: tuple[str, ...] = ()
    if found.content is not None:
        kind = headers.get("content-type") or found.content.mimeType or ""
        body, is_text = har_parts.content(found.content, kind, span)
        coding = undone_codings(headers, body, is_text=is_text)
    head = Head(found.status or 0, reason, headers, version)
    return Response(head, body, coding=coding, framing=framing_of(method, head.status, headers))


def _utc(stated: str) -> str:
    """A time of the file as the model states it; "" if it is none."""
    try:
        found = datetime.fromisoformat(stated)
    except ValueError:
        return ""
    if found.tzinfo is None:
        return ""
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def open_har(file: Pinned, start: int) -> ForeignReader:
    """The reader, for the entries that can be replayed.

    Args:
        start: offset of the first byte after a byte order mark.
    Raises:
        CassetteFormatError: it is not a HAR.
    """
    found = _Log(file)
    scanner = Scanner(file, start)
    for _ in scanner.members(b"{", b"}"):
        if scanner.key() == b'"log"':
            found.walk(scanner)
        else:
            scanner.skip()
    if scanner.next_token():
        raise scanner.fault("something follows after the log's end")
    if not found.seen:
        raise malformed(file.path, "it has no entries: it is not a HAR")
    info, certificates = parse_head(b"{%b}" % b",".join(found.head), file.path)
    if not info.format:
        source = f"{HAR} ({found.creator})" if found.creator else HAR
        info = CassetteInfo(
            recorded_at=found.recorded_at,
            source=source,
            passed_over=found.passed_over,
            not_http1=found.not_http1,
        )
    return ForeignReader(file, info, found.starts, found.ends, Har(certificates))


class _Log:
    """What one walk over the log finds."""

    def __init__(self, file: Pinned) -> None:
        self._file = file
        self.starts, self.ends = array("Q"), array("Q")
        self.creator = self.recorded_at = ""
        self.seen = False
        self.head: list[bytes] = []
        self.passed_over = self.not_http1 = 0

    def walk(self, scanner: Scanner) -> None:
        for _ in scanner.members(b"{", b"}"):
            key = scanner.key()
            if key == b'"entries"':
                self.seen = True
                for _ in scanner.members(b"[", b"]"):
                    self._entry(*scanner.skip())
            else:
                left, right = scanner.skip()
                if key in _HEAD and right - left <= _SMALL:
                    self.head.append(_HEAD[key] + self._file.read(left, right - left))
                if key == b'"creator"' and right - left <= _SMALL:
                    creator = self._decoded(_creator, left, self._file.read(left, right - left))
                    self.creator = (creator.name or "")[:100]

    def _entry(self, left: int, right: int) -> None:
        text, _ = json_text(self._file, left, right, _KEYS)
        found = self._decoded(_peek, left, text)
        answer = found.response
        answered = answer is not None and (answer.status or 0) >= 100
        over_http = found.request.url.lower().startswith(("http://", "https://"))
        if found.extra or (answered and over_http and found.request.method != "CONNECT"):
            if answer is not None and not found.extra and har_parts.is_newer(answer.httpVersion or ""):
                self.not_http1 += 1
            self.recorded_at = self.recorded_at or _utc(found.startedDateTime or "")
            self.starts.append(left)
            self.ends.append(right)
        else:
            self.passed_over += 1

    def _decoded(self, decode: Callable[[bytes], T], offset: int, text: bytes) -> T:
        try:
            return decode(text)
        except FAULTS as error:
            problem = explain(error, self._file.path, offset)
        raise problem  # outside the handler: a fault may hold what it stumbled over
