"""A reader with time: undoes every coding it knows, in any nesting, and looks for a text.

Lives here: decoders written apart from the package's own, slow and plain. Must not: import hushtape.
Called by: smuggling, the corpus of planted secrets (tests/sanitize, bench).
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_to_bytes

DEPTH, LARGE, DEPTH_OF_LARGE = 6, 200_000, 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){3,}")
_BREAKS = re.compile(rb"\s+|\\n|\\r")
_ESCAPES = re.compile(rb'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_GZIP, _ZIP = re.compile(rb"\x1f\x8b\x08"), re.compile(rb"PK\x03\x04")
_ENOUGH = 4000
_PART = 8


def readable(data: bytes, secret: str, *, parts: bool = False) -> str | None:
    """How `secret` can be read out of `data`: "as it is", "base64, percent"; None if it can't be.

    `parts`: the first or the last half of a secret counts, too, if that is 8 characters or more.
    """
    wanted = _wanted(secret, parts)
    seen: set[bytes] = set()
    level = [("as it is", data)]
    most = DEPTH if len(data) < LARGE else DEPTH_OF_LARGE
    for depth in range(most + 1):
        below: list[tuple[str, bytes]] = []
        for how, view in level:
            if any(one in view for one in wanted):
                return how
            for name, decoded in _views(view) if depth < most else ():
                if decoded and decoded not in seen and len(seen) < _ENOUGH:
                    seen.add(decoded)
                    below.append((f"{name} < {how}", decoded))
        level = below
    return None


@lru_cache(maxsize=256)
def _wanted(secret: str, parts: bool) -> tuple[bytes, ...]:
    texts = [secret]
    half = len(secret) // 2
    if parts and half >= _PART:
        texts += [secret[:half], secret[half:]]
    made = []
    for text in texts:
        made += [text.encode(coding, "surrogatepass") for coding in ("utf-8", "utf-16-le", "utf-16-be")]
        if all(ord(char) < 256 for char in text):
            made.append(text.encode("latin-1"))
    return tuple(dict.fromkeys(made))


def _views(data: bytes) -> Iterator[tuple[str, bytes]]:
    for name, decode in _DECODERS:
        decoded = decode(data)
        if decoded != data:
            yield name, decoded


def _json(data: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        text: str = json.loads(b'"' + found[0] + b'"')
        return text.encode("utf-8", "surrogatepass")

    return _ESCAPES.sub(one, data) if b"\\" in data else data


def _html(data: bytes) -> bytes:
    if b"&" not in data:
        return data
    return html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _base64(data: bytes) -> bytes:
    joined = _BREAKS.sub(b"", data)
    runs = _BASE64.findall(data) + (_BASE64.findall(joined) if joined != data else [])
    found = []
    for run in dict.fromkeys(runs):
        run = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for shift in range(4):
            part = run[shift:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            found.append(base64.b64decode(part + b"=" * (-len(part) % 4)))
    return b" ".join(found)


def _hex(data: bytes) -> bytes:
    found = []
    for run in _HEX.findall(data):
        found += [binascii.unhexlify(run), binascii.unhexlify(run[1:-1])]
    return b" ".join(found)


def _wide(data: bytes) -> bytes:
    """UTF-16 of an ASCII text, in either byte order."""
    return data.replace(b"\0", b"")


def _wide_text(data: bytes) -> bytes:
    """UTF-16 of any text, read from either byte."""
    if data.count(0) * 20 < len(data) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    found = []
    for start in (0, 1):
        part = data[start : len(data) - (len(data) - start) % 2]
        found += [
            part.decode(coding, "replace").encode("utf-8", "replace") for coding in ("utf-16-le", "utf-16-be")
        ]
    return b" ".join(found)


def _latin(data: bytes) -> bytes:
    """Octets of a head, which stand in a file as the characters of latin-1."""
    return data if data.isascii() else data.decode("utf-8", "replace").encode("latin-1", "replace")


def _plus(data: bytes) -> bytes:
    return data.replace(b"+", b" ")


def _inflate(data: bytes) -> bytes:
    """gzip members and zip entries, wherever they begin."""
    found = [_try(data[match.start() :], 31) for match in islice(_GZIP.finditer(data), 8)]
    for match in islice(_ZIP.finditer(data), 8):
        at = match.start()
        names = int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(
            data[at + 28 : at + 30], "little"
        )
        found.append(_try(data[at + 30 + names :], -15))
    return b" ".join(found)


def _try(data: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data, 1 << 20)
    except zlib.error:
        return b""


_DECODERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("percent", unquote_to_bytes),
    ("plus", _plus),
    ("JSON", _json),
    ("HTML", _html),
    ("base64", _base64),
    ("hex", _hex),
    ("UTF-16", _wide),
    ("UTF-16 text", _wide_text),
    ("latin-1", _latin),
    ("compressed", _inflate),
)
