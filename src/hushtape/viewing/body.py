"""A body as people read it: which kind it is, and its pieces.

Lives here: choosing a layout by content type and by what the bytes are. Must not: hold a body (a form or
multipart: 1 MiB), print. Called by: cli/show. A body may say anything of itself: its first piece decides
whether it is text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final, Literal, Protocol

from msgspec import Struct

from hushtape.model import CHUNK, Body
from hushtape.viewing.pretty import (
    NEWLINE,
    JsonLayout,
    Piece,
    TextLayout,
    XmlLayout,
    form_pieces,
    hex_pieces,
)

Kind = Literal["empty", "json", "xml", "form", "multipart", "text", "binary"]

MOST_HELD: Final = 1024 * 1024
"""Bytes of a form or of a multipart body that are laid out; of longer ones, the text as it is."""

HEX_SHOWN: Final = 256
"""Bytes of a binary body that a preview shows."""

_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]{1,70})\"|([^\s;]{1,70}))", re.IGNORECASE)
# Python has codecs that are none of text (rot13, zlib); these are the families that bodies come in.
_KNOWN = re.compile(
    r"utf|ascii|us-ascii|iso-?8859|latin|windows|cp|koi8|shift|sjis|euc|gb|big5|iso-?2022", re.I
)


class Layout(Protocol):
    """Lays a text out, piece by piece."""

    def feed(self, text: str) -> Iterator[Piece]: ...

    def finish(self) -> Iterator[Piece]: ...


class Look(Struct, frozen=True):
    """What a body is. `encoding`: of its text; "" where it is binary."""

    kind: Kind
    encoding: str = ""


def look(body: Body | None, content_type: str) -> Look:
    """What the body is, by its content type where its first bytes agree."""
    first = b"" if body is None else next(body.chunks(4096), b"")
    if not first:
        return Look("empty")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("multipart/") and _BOUNDARY.search(content_type):
        return Look("multipart", "utf-8")
    encoding = _encoding(first, content_type)
    if encoding is None:
        return Look("binary")
    start = first.lstrip()[:1]
    if kind == "application/x-www-form-urlencoded":
        return Look("form", encoding)
    if "json" in kind or (start in (b"{", b"[") and kind in ("", "text/plain", "application/octet-stream")):
        return Look("json", encoding)
    if kind.endswith(("/xml", "+xml")) or first.lstrip().startswith(b"<?xml"):
        return Look("xml", encoding)
    return Look("text", encoding)


def _encoding(first: bytes, content_type: str) -> str | None:
    """The encoding that these bytes are text in; None where they are not text."""
    named = _CHARSET.search(content_type)
    for name in (named[1] if named and _KNOWN.match(named[1]) else "utf-8", "utf-8"):
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(first)
        except (LookupError, UnicodeError):
            continue
        if "\0" not in text:
            return name
    return None


def pieces(body: Body, content_type: str, seen: Look, *, full: bool) -> Iterator[Piece]:
    """The body laid out. `full`: all of a binary body, too."""
    if seen.kind == "binary":
        data = body.chunks() if full else iter([next(body.chunks(HEX_SHOWN), b"")[:HEX_SHOWN]])
        yield from hex_pieces(data)
        if not full and body.size > HEX_SHOWN:
            yield NEWLINE
            yield "dim", f"... {body.size - HEX_SHOWN:,} bytes more"
        return
    if seen.kind in ("form", "multipart"):
        held = _held(body)
        if held is not None and seen.kind == "form":
            yield from form_pieces(held.decode(seen.encoding, "backslashreplace"))
            return
        if held is not None:
            yield from _multipart(held, content_type)
            return
    layout: Layout = TextLayout()
    if seen.kind == "json":
        layout = JsonLayout()
    elif seen.kind == "xml":
        layout = XmlLayout()
    for text in texts(body, seen.encoding):
        yield from layout.feed(text)
    yield from layout.finish()


def texts(body: Body, encoding: str) -> Iterator[str]:
    """The body's text; octets that are none are shown as escapes."""
    decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
    for chunk in body.chunks(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _held(body: Body) -> bytes | None:
    """A short body whole; None if it is longer than `MOST_HELD`."""
    held = bytearray()
    for chunk in body.chunks():
        held += chunk
        if len(held) > MOST_HELD:
            return None
    return bytes(held)


def _multipart(data: bytes, content_type: str) -> Iterator[Piece]:
    """Each part: its fields, and its body or what that is (RFC 2046 5.1.1)."""
    found = _BOUNDARY.search(content_type)
    assert found is not None  # `look` saw it
    boundary = (found[1] or found[2]).encode("latin-1", "replace")
    for number, part in enumerate(re.split(rb"(?:^|\r?\n)--" + re.escape(boundary), data)):
        if part.startswith(b"--"):
            break
        if not number:
            continue
        head, _, body = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if number > 1:
            yield NEWLINE
        yield "dim", f"part {number}"
        for line in head.decode("utf-8", "backslashreplace").splitlines():
            name, mark, value = line.partition(":")
            yield NEWLINE
            yield "cyan", name
            yield "", mark + value
        yield NEWLINE
        yield from _part(body)


def _part(body: bytes) -> Iterator[Piece]:
    encoding = _encoding(body, "") if body else "utf-8"
    if encoding is None:
        yield "dim", f"{len(body):,} bytes that are not text"
        return
    yield from TextLayout().feed(body.decode(encoding, "backslashreplace"))
