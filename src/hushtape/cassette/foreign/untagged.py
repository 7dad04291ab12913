"""Bytes that keboola.vcr wrote as base64 without saying so, and replays as text.

Lives here: telling such a body from text, and reading it piece by piece. Must not: hold it. Called by: vcr.
keboola.vcr wrote base64 only where a body was not UTF-8. So a body is taken for it only where all of it is
base64 of bytes that are not UTF-8, and its type or a file signature says binary: "abcd" is base64 as well.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

from hushtape.cassette.foreign.splicing import is_text
from hushtape.model import CHUNK, Body, BytesBody

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_TEXTUAL = ("text/", "json", "xml", "javascript", "x-www-form-urlencoded", "csv", "yaml")
_SIGNATURES = (
    b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"\x89PNG", b"\xff\xd8\xff", b"\x28\xb5\x2f\xfd", b"BZh",
    b"\xfd7zXZ", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0", b"%PDF", b"PAR1", b"GIF8", b"Obj\x01",
)  # fmt: skip
_SURE = 24
"""Characters of base64 from which on a signature counts where the type does not say binary."""


class Base64Text:
    """The bytes of a body that is base64 text (`untagged` looked at all of it), decoded as they are read."""

    __slots__ = ("_text", "size")

    def __init__(self, text: Body, size: int) -> None:
        self._text = text
        self.size = size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        rest = b""
        for piece in self._text.chunks(max(size, 16)):
            rest += piece
            whole = len(rest) // 4 * 4
            yield from BytesBody(b64decode(rest[:whole])).chunks(size)
            rest = rest[whole:]


def untagged(text: Body, content_type: str) -> Body | None:
    """The bytes that `text` stands for; None: it is text."""
    if text.size % 4 or not text.size:
        return None
    first = next(iter(text.chunks(64)), b"")
    first = first[: len(first) // 4 * 4]
    if not first or not _ALPHABET.fullmatch(first):
        return None
    kind = content_type.partition(";")[0].lower()
    signed = text.size >= _SURE and b64decode(first).startswith(_SIGNATURES)
    binary = bool(kind) and not any(word in kind for word in _TEXTUAL)
    if not (signed or binary):
        return None
    padding = _padding(text)
    if padding is None:
        return None
    found = Base64Text(text, text.size // 4 * 3 - padding)
    return None if is_text(found) else found


def _padding(text: Body) -> int | None:
    """How many signs of padding end it; None: it is not base64."""
    padding = 0
    for piece in text.chunks():
        if not _ALPHABET.fullmatch(piece) or (padding and piece.strip(b"=")):
            return None
        padding += piece.count(b"=")
    return padding if padding <= 2 else None
