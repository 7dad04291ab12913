"""Parts of a HAR entry as parts of the model: fields, cookies, bodies, times.

Lives here: what browsers and proxies do differently from the letter of HAR 1.2. Must not: find entries.
Called by: har. Pseudo fields of HTTP/2 (`:authority`) are no fields. A text was decoded from the charset
that its type names, so that is put back where it can be.
"""

from __future__ import annotations

import binascii
import codecs
import math
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from hushtape.cassette.fields import FieldError
from hushtape.cassette.foreign.plain import Span, body_of, headers_of
from hushtape.model import CHUNK, Body, BytesBody, Headers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_WEB = ("iso8859", "cp125", "cp866", "koi8", "gb", "big5", "shift_jis", "cp932", "euc_", "mac")
"""Supersets of ASCII without state, by Python's names."""
_UTF8 = frozenset(("utf-8", "ascii"))
_BEFORE_HEAD = ("blocked", "dns", "connect", "send", "wait")  # `ssl` is a part of `connect`


class Pair(Struct, frozen=True, gc=False):
    name: str
    value: str | None = ""


class Cookie(Struct, frozen=True, gc=False):
    name: str
    value: str | None = ""
    path: str | None = None
    domain: str | None = None
    expires: str | None = None
    httpOnly: bool | None = None
    secure: bool | None = None


class SpanIn(Struct, frozen=True, gc=False):
    span: int


class Content(Struct, frozen=True):
    text: str | SpanIn | None = None
    encoding: str | None = None
    mimeType: str | None = ""


class PostData(Struct, frozen=True):
    text: str | SpanIn | None = None
    encoding: str | None = None
    mimeType: str | None = ""
    params: list[Pair] | None = None


def headers(pairs: list[Pair], cookies: list[Cookie], *, answer: bool) -> Headers:
    """Header fields; cookies are made into fields where the export left those out.

    Browsers join the values of repeated fields with line breaks: they are taken apart.
    """
    name = "set-cookie" if answer else "cookie"
    plain: list[Any] = [
        [pair.name, value]
        for pair in pairs
        if pair.name and not pair.name.startswith(":")
        for value in _apart(pair.value or "")
    ]
    if cookies and not any(pair[0].lower() == name for pair in plain):
        if answer:
            plain += [["Set-Cookie", _set_cookie(cookie)] for cookie in cookies]
        else:
            plain.append(["Cookie", "; ".join([f"{one.name}={one.value or ''}" for one in cookies])])
    return headers_of(plain)


def fields(pairs: list[Pair]) -> Headers:
    """Header fields of a file of ours, as they stand."""
    return headers_of([[pair.name, pair.value or ""] for pair in pairs])


def stored(text: str | SpanIn | None, encoding: str | None, span: Span) -> Body | None:
    """A body of a file of ours: text is UTF-8, whatever its type says."""
    return _text(text, encoding, "", span)


def _apart(value: str) -> list[str]:
    """Chrome joins the values of a repeated field by a bare LF; CR is left for the check to refuse."""
    return value.split("\n") if "\n" in value and "\r" not in value else [value]


def _set_cookie(cookie: Cookie) -> str:
    parts = [f"{cookie.name}={cookie.value or ''}"]
    parts += [f"Path={cookie.path}"] if cookie.path else []
    parts += [f"Domain={cookie.domain}"] if cookie.domain else []
    parts += ["HttpOnly"] if cookie.httpOnly else []
    parts += ["Secure"] if cookie.secure else []
    return "; ".join(parts)


def version(stated: str) -> str:
    """The version that replay speaks: clients of HTTP/1 can't read an answer in HTTP/2."""
    return "HTTP/1.0" if stated.upper() == "HTTP/1.0" else "HTTP/1.1"


def is_newer(stated: str) -> bool:
    """Whether an export's version is HTTP/2 or 3: `h2`, `h3`, `http/2.0`, `HTTP/3`."""
    return stated.lower().removeprefix("http/").removeprefix("h")[:1] in ("2", "3")


def content(found: Content, kind: str, span: Span) -> tuple[Body | None, bool]:
    """An answer's body, and whether it stands there as text."""
    return _text(found.text, found.encoding, kind, span), not found.encoding


def sent(found: PostData, span: Span) -> Body | None:
    """A request's body; from its parameters where the export holds only those."""
    if found.text is None and found.params:
        if "urlencoded" not in (found.mimeType or "urlencoded"):
            return None
        return BytesBody(urlencode([(one.name, one.value or "") for one in found.params]).encode())
    return _text(found.text, found.encoding, found.mimeType or "", span)


def _text(text: str | SpanIn | None, encoding: str | None, kind: str, span: Span) -> Body | None:
    if text is None:
        return None
    if encoding and encoding.lower() != "base64":
        raise FieldError("a body has an encoding other than base64")
    if isinstance(text, SpanIn):
        found = span(text.span, "base64" if encoding else "string")
        charset = _charset(kind)
        return found if encoding or charset in _UTF8 else Recoded(found, charset)
    if encoding:
        try:
            return BytesBody(b64decode("".join(text.split()), validate=True))
        except (binascii.Error, ValueError):
            raise FieldError("a base64 text is damaged") from None
    body = body_of(text, span)
    charset = _charset(kind)
    return body if body is None or charset in _UTF8 or text.isascii() else Recoded(body, charset)


def _charset(kind: str) -> str:
    """The charset that a type names, if it is one of the web's (encoding.spec.whatwg.org); else UTF-8."""
    found = _CHARSET.search(kind)
    try:
        name = codecs.lookup(found[1]).name if found else "utf-8"
    except (LookupError, UnicodeError):
        return "utf-8"
    return name if name.startswith(_WEB) else "utf-8"


class Recoded:
    """A body whose text is put back into the charset it came in; characters that it lacks stay UTF-8."""

    __slots__ = ("_body", "_charset", "_size")

    def __init__(self, body: Body, charset: str) -> None:
        self._body = body
        self._charset = charset
        self._size = -1

    @property
    def size(self) -> int:
        """Length in bytes, found by reading it once."""
        if self._size < 0:
            self._size = sum(map(len, self.chunks()))
        return self._size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        decode = codecs.getincrementaldecoder("utf-8")("strict").decode
        for piece in self._body.chunks():
            yield from BytesBody(self._encoded(decode(piece))).chunks(size)

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self._charset)
        except UnicodeEncodeError:
            return b"".join([self._character(one) for one in text])

    def _character(self, one: str) -> bytes:
        try:
            return one.encode(self._charset)
        except UnicodeEncodeError:
            return one.encode()


def elapsed(timings: dict[str, Any]) -> float:
    """Seconds until the answer's head, from timings in milliseconds (-1: does not apply)."""
    found = [timings.get(name) for name in _BEFORE_HEAD]
    total = sum([one for one in found if isinstance(one, int | float) and one > 0])
    return total / 1000 if math.isfinite(total) else 0.0
