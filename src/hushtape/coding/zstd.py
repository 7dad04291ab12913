"""zstd (RFC 8878, RFC 9659), undone with compression.zstd, backports.zstd or zstandard.

Lives here: finding the library and a decoder for each of its two kinds of interface. Must not: be
imported before a zstd body comes; the library is optional (extra `codings`). Called by: registry.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hushtape.coding.base import PIECE, PieceDecoder, broken, slices
from hushtape.coding.zstd_frames import MAGIC, FrameCutter


@cache
def library() -> tuple[str, Any] | None:
    """Kind ("limited": takes max_length, "blocks": does not) and module; None if none is installed."""
    for kind, name in (
        ("limited", "compression.zstd"),
        ("limited", "backports.zstd"),
        ("blocks", "zstandard"),
    ):
        try:
            return kind, importlib.import_module(name)
        except ImportError:
            continue
    return None


def zstd_decoder() -> PieceDecoder:
    """A decoder over the library that is installed."""
    found = library()
    assert found is not None, "registry asks only where a library is installed"
    kind, module = found
    return LimitedZstdDecoder(module) if kind == "limited" else BlockZstdDecoder(module)


def first_zstd_frame() -> BlockZstdDecoder:
    """A decoder of one frame, over a library of the other kind than `zstd_frames_apart` asks for."""
    found = library()
    assert found is not None and found[0] == "blocks"
    return BlockZstdDecoder(found[1], once=True)


def zstd_frames_apart() -> tuple[Callable[[], Any], type[Exception]] | None:
    """What makes a decompressor of one frame, with the interface that bz2 and lzma have, and its error; None
    if no library of that kind is installed."""
    found = library()
    if found is None or found[0] != "limited":
        return None
    return found[1].ZstdDecompressor, found[1].ZstdError


class LimitedZstdDecoder(PieceDecoder):
    """zstd through an interface whose output can be limited. Frames follow each other (RFC 8878 3.1);
    bytes after the last that are no frame are dropped."""

    __slots__ = ("_frames", "_module", "_started", "_stream", "_swallow")

    def __init__(self, module: Any) -> None:
        super().__init__("zstd")
        self._module = module
        self._stream = module.ZstdDecompressor()
        self._started = False
        self._swallow = False
        self._frames = 0

    @property
    def complete(self) -> bool:
        return not self._started or self._swallow or bool(self._stream.eof)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if not data or self._swallow:
            return
        self._started = True
        while True:
            if self._stream.eof:
                data = self._stream.unused_data + data
                if not data:
                    return
                self._frames += 1
                self._stream = self._module.ZstdDecompressor()
            try:
                piece = self._stream.decompress(data, max_length=PIECE)
            except self._module.ZstdError as error:
                if self._frames and not self._stream.eof:
                    self._swallow = True
                    return
                raise broken("zstd", str(error), self.produced) from None
            data = b""
            if piece:
                self.produced += len(piece)
                yield piece
            if self._stream.needs_input and not self._stream.eof:
                return


class BlockZstdDecoder(PieceDecoder):
    """zstd through an interface that can't limit its output: it is fed block by block, and a block
    decodes to at most 128 KiB (RFC 8878 3.1.1.2.4). `once`: the first frame alone is read.

    Attributes:
        rest: with `once`, what stands behind that frame; None: its end was not met.
    """

    __slots__ = ("_cutter", "_module", "_once", "_stream", "rest")

    def __init__(self, module: Any, *, once: bool = False) -> None:
        super().__init__("zstd")
        self._module = module
        self._once = once
        self._stream: Any = None
        self._cutter = FrameCutter()
        self.rest: bytes | None = None

    @property
    def complete(self) -> bool:
        return self._cutter.between_frames

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        position = 0
        while position < len(data):
            if self._once and self._cutter.frames:
                break
            in_magic = self._cutter.at_magic
            end = self._cutter.advance(data, position)
            if end < 0:
                if self._cutter.frames:  # garbage behind a whole frame
                    return
                raise broken("zstd", "no frame begins here", self.produced)
            if in_magic:  # held back until it is whole: a skippable frame's is not for the library
                output = b"" if self._cutter.at_magic else self._decompress(MAGIC)
            else:
                output = self._decompress(data[position:end])
            position = end
            for piece in slices(output):
                self.produced += len(piece)
                yield piece
        if self._once and self._cutter.frames:
            self.rest = (self.rest or b"") + data[position:]

    def _decompress(self, data: bytes) -> bytes:
        if self._cutter.skipping:
            return b""
        if self._stream is None:
            self._stream = self._module.ZstdDecompressor().decompressobj()
        try:
            output: bytes = self._stream.decompress(data)
        except self._module.ZstdError as error:
            raise broken("zstd", str(error), self.produced) from None
        if self._cutter.between_frames:
            self._stream = None
        return output
