"""Compressed bodies in base64, as vcrpy's `!!binary` and HAR hold them: unpacked as they stream by.

Lives here: finding where one begins, and decoding it piece by piece, however long it is. Must not: look for
secrets. Called by: look. The audit decodes all that lies within one window; a compressed body can only be
read from its first byte, so longer ones need this. br has no mark of its own: it is tried where YAML says
`!!binary`.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any, Final

MOST_BYTES = 256 * 1024 * 1024
"""Bytes that are unpacked of one body: a bomb is not followed further, and that is told."""

_STARTS: Final = (
    (b"H4sI", b"", "gzip"),
    (b"UEsD", b"", "zip"),
    (b"KLUv", b"", "zstd"),
    (b"!!binary |", b"", "br"),
    (b"eA", b"EFGH", "zlib"),
    (b"eF", b"4567", "zlib"),
    (b"eJ", b"wxyz", "zlib"),
    (b"eN", b"opqr", "zlib"),
)
"""How base64 of each begins, what may follow, its name. Looked for one by one: memmem does 5 GB/s, an
expression 15 MB/s (measured)."""
_BEFORE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_BINARY = re.compile(rb"[-+0-9]*\s*(?=[A-Za-z0-9+/])(?!H4sI|UEsD|KLUv|e[AFJN])")
_MORE = re.compile(rb"(?:[A-Za-z0-9+/]++|\s++|\\[nr])*+")
_STEP = 128
"""Base64 characters that are unpacked at once: a bomb makes 3 MiB of them at most (zstd)."""
_PIECE = 64 * 1024
_NOISE = re.compile(rb"\s+|\\[nr]")

Inflate = Callable[[bytes], bytes]


class Packed:
    """One compressed body. `feed` returns what it unpacks to; `over`: it has ended."""

    __slots__ = ("_decode", "_rest", "_undo", "cut", "end", "how", "over", "start", "total")

    def __init__(self, start: int, how: str, undo: Inflate, end: int) -> None:
        self.start, self.how, self.end = start, how, end
        self._undo = undo
        self._rest = b""
        self.total = 0
        self.over = False
        self.cut = False

    def feed(self, data: bytes, final: bool) -> Iterator[bytes]:
        """Take base64 text from `data`'s beginning on, up to what is none; what it unpacks to."""
        match = _MORE.match(data)
        stop = match.end() if match else 0
        if stop < len(data) or final:
            self.over = True
        self.end += stop
        text = self._rest + _NOISE.sub(b"", data[:stop])
        whole = len(text) - len(text) % 4
        self._rest = text[whole:]
        out: list[bytes] = []
        size = 0
        for at in range(0, whole, _STEP):
            try:
                out.append(self._undo(b64decode(text[at : min(at + _STEP, whole)])))
            except Exception:  # noqa: BLE001 - zlib, brotli, zstandard raise their own: it is no such body
                self.over = True
                break
            size += len(out[-1])
            self.total += len(out[-1])
            if self.total > MOST_BYTES:
                self.over = self.cut = True
                break
            if size > _PIECE:
                yield b"".join(out)
                out, size = [], 0
        yield b"".join(out)


def starts(data: bytes) -> Iterator[tuple[int, str, Inflate]]:
    """(offset of the base64 text, name of the coding, how to undo it) of bodies that begin there."""
    for start, then, name in _STARTS:
        at = data.find(start)
        while at >= 0:
            end = at + len(start)
            goes_on = not then or (end < len(data) and data[end] in then)
            if goes_on and (at == 0 or data[at - 1] not in _BEFORE):
                binary = _BINARY.match(data, end) if name == "br" else None
                undo = _undo(name) if name != "br" or binary else None
                if undo is not None:
                    yield binary.end() if binary else at, name, undo
            at = data.find(start, at + 1)


def _undo(name: str) -> Inflate | None:
    if name in ("br", "zstd"):
        return _optional("brotli" if name == "br" else "zstandard")
    return _member() if name == "zip" else _zlib(31 if name == "gzip" else 15)


def _zlib(bits: int) -> Inflate:
    decompress = zlib.decompressobj(bits).decompress
    return lambda data: decompress(data, MOST_BYTES)


def _member() -> Inflate:
    """The first member of a zip: its header is passed over (ZIP application note 4.3.7)."""
    state: dict[str, Any] = {"head": b""}

    def undo(data: bytes) -> bytes:
        if "body" in state:
            return bytes(state["body"](data))
        head = state["head"] = state["head"] + data
        if len(head) < 30:
            return b""
        size = 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        if len(head) < size:
            return b""
        state["body"] = _zlib(-15) if head[8] == 8 else bytes
        return bytes(state["body"](head[size:]))

    return undo


def _optional(name: str) -> Inflate | None:
    """The decoder of a library that may be missing (the extra `codings`)."""
    try:
        if name == "brotli":
            import brotli

            process: Inflate = brotli.Decompressor().process
            return process
        import zstandard

        decompress: Inflate = zstandard.ZstdDecompressor().decompressobj().decompress
    except ImportError:
        return None
    return decompress
