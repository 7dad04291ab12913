"""Layout of bodies, piece by piece: JSON and XML are indented as they stream by.

Lives here: layouts that hold no document, so that a body of any length and depth costs the same memory.
Must not: read bodies, choose a layout (body.py does), make text safe to print (whoever prints does).
Called by: body. A layout changes white space between tokens, never a token: 1e5 stays 1e5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hushtape.matching.parts import pairs

NEWLINE: Final = ("", "\n")
Piece = tuple[str, str]
"""A style and text; `NEWLINE` alone ends a line."""

DEEPEST: Final = 40
"""Levels that are indented: the spaces of a body of 100,000 brackets would be gigabytes."""

_WHOLE = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_INSIDE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_TOKEN = re.compile(r'(?P<space>[ \t\r\n]++)|(?P<mark>[{}\[\]:,])|(?P<quote>")|[^ \t\r\n"{}\[\]:,]++')
_TAG = re.compile(r"<[^<>]*+>")
_LONGEST_TAG = 64 * 1024


class JsonLayout:
    """Indents JSON by two spaces; what is no JSON comes out token by token all the same."""

    def __init__(self) -> None:
        self._open = bytearray()
        self._rest = ""
        self._style = ""  # of the string that is open
        self._expects_key = self._in_scalar = self._begun = False
        self._pending = False  # a line break, which an empty {} or [] does not get

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces of this text."""
        text, self._rest = self._rest + text, ""
        at = 0
        while at < len(text):
            if self._style:
                end = _match(_INSIDE, text, at).end()
                if end < len(text) and text[end] == "\\":  # an escape that the next text completes
                    self._rest = text[end:]
                    if end > at:
                        yield self._style, text[at:end]
                    return
                closed = end < len(text)
                yield self._style, text[at : end + closed]
                at, self._style = end + closed, "" if closed else self._style
                continue
            token = _match(_TOKEN, text, at)
            if token["quote"]:
                whole = _WHOLE.match(text, at)
                style = "cyan" if self._expects_key else "green"
                yield from self._value()
                yield style, whole[0] if whole else '"'
                at, self._style = (whole or token).end(), "" if whole else style
                continue
            at = token.end()
            if token["mark"]:
                yield from self._mark(token[0])
            elif not token["space"]:
                yield from () if self._in_scalar else self._value()
                yield "yellow", token[0]
            self._in_scalar = not (token["mark"] or token["space"])

    def finish(self) -> Iterator[Piece]:
        """What is left."""
        if self._rest:
            yield "", self._rest

    def _line(self) -> Iterator[Piece]:
        yield NEWLINE
        yield "", "  " * min(len(self._open), DEEPEST)

    def _value(self) -> Iterator[Piece]:
        """A value or key comes; at the top level each has a line of its own (JSON lines)."""
        self._in_scalar = False
        if self._pending:
            self._pending = False
            yield from self._line()
        elif self._begun and not self._open:
            yield NEWLINE
        self._begun = True

    def _mark(self, mark: str) -> Iterator[Piece]:
        if mark in "}]":
            if self._open:
                self._open.pop()
            if not self._pending:
                yield from self._line()
            self._pending = self._expects_key = False
            yield "", mark
        elif mark == ":":
            self._expects_key = False
            yield "", ": "
        elif mark == ",":
            yield "", ","
            yield from self._line()
            self._expects_key = self._open.endswith(b"{")
        else:
            yield from self._value()
            yield "", mark
            self._open += mark.encode()
            self._pending, self._expects_key = True, mark == "{"


class XmlLayout:
    """Indents XML by two spaces: by its tags, which are looked at and never parsed."""

    def __init__(self) -> None:
        self._rest = ""
        self._depth = 0
        self._started = False
        self._inline = True  # what comes may stand on the same line

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces of this text."""
        text, at = self._rest + text, 0
        for tag in _TAG.finditer(text):
            yield from self._words(text[at : tag.start()])
            yield from self._tag(tag[0])
            at = tag.end()
        cut = text.find("<", at)
        cut = len(text) if cut < 0 or len(text) - cut > _LONGEST_TAG else cut
        yield from self._words(text[at:cut])
        self._rest = text[cut:]

    def finish(self) -> Iterator[Piece]:
        """What is left."""
        if self._rest:
            yield "", self._rest

    def _words(self, text: str) -> Iterator[Piece]:
        for number, line in enumerate(text.strip("\r\n").split("\n")):
            if line.strip():
                if number or not self._inline:
                    yield from self._line()
                yield "", line.strip("\r") if self._inline else line.strip()

    def _tag(self, tag: str) -> Iterator[Piece]:
        closing = tag.startswith("</")
        self._depth = max(self._depth - closing, 0)
        if self._started and not (closing and self._inline):
            yield from self._line()
        self._started = True
        yield "cyan", tag
        opens = not closing and not tag.endswith("/>") and tag[1:2] not in ("?", "!")
        self._depth += opens
        self._inline = opens

    def _line(self) -> Iterator[Piece]:
        yield NEWLINE
        yield "", "  " * min(self._depth, DEEPEST)


class TextLayout:
    """Text line by line, as it is."""

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces of this text."""
        first, *others = text.split("\n")
        yield "", first.removesuffix("\r")
        for line in others:
            yield NEWLINE
            yield "", line.removesuffix("\r")

    def finish(self) -> Iterator[Piece]:
        """Nothing is left."""
        return iter(())


def form_pieces(text: str) -> Iterator[Piece]:
    """A form, a line for each field, decoded."""
    for number, (name, value) in enumerate(pairs(text)):
        if number:
            yield NEWLINE
        yield "cyan", name
        yield "", f" = {value}"


def hex_pieces(chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Bytes as `xxd` shows them: offset, 16 bytes in hex, the same as text."""
    offset, rest = 0, b""
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) // 16 * 16
        for start in range(0, whole, 16):
            yield from _row(offset + start, data[start : start + 16])
        offset, rest = offset + whole, data[whole:]
    if rest:
        yield from _row(offset, rest)


def _row(offset: int, data: bytes) -> Iterator[Piece]:
    if offset:
        yield NEWLINE
    yield "dim", f"{offset:08x}  "
    text = "".join([chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data])
    yield "", f"{data.hex(' ', 2):<39}  {text}"


def _match(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    found = pattern.match(text, at)
    assert found is not None  # both patterns match any text
    return found
