"""br (RFC 7932), undone with brotli or brotlicffi, whichever is installed.

Lives here: finding the library and the decoder around it. Must not: be imported before a br body
comes; the library is optional (extra `codings`). Called by: registry.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from hushtape.coding.base import PIECE, PieceDecoder, broken, slices

SLICE = 256
"""Input per call where the library can't limit its output (brotli before 1.2): a bound by practice
only. RFC 7932 lets one meta-block of few bytes grow to 16 MiB."""


@cache
def library() -> Any | None:
    """The module, or None if none is installed."""
    for name in ("brotli", "brotlicffi"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


@cache
def _limited() -> bool:
    """Whether the library takes `output_buffer_limit` (1.2 and later)."""
    module = library()
    return module is not None and hasattr(module.Decompressor, "can_accept_more_data")


class BrotliDecoder(PieceDecoder):
    """br. Bytes behind the end of the stream are an error, as they are to brotli and so to urllib3."""

    __slots__ = ("_brotli", "_error", "_started")

    def __init__(self) -> None:
        super().__init__("br")
        module: Any = library()
        self._brotli = module.Decompressor()
        self._error: type[Exception] = module.error
        self._started = False

    @property
    def complete(self) -> bool:
        return not self._started or self._brotli.is_finished()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if not data:
            return
        if self._brotli.is_finished():
            raise broken("br", "bytes follow its end", self.produced)
        self._started = True
        for piece in self._limited_pieces(data) if _limited() else self._sliced_pieces(data):
            self.produced += len(piece)
            yield piece

    def _limited_pieces(self, data: bytes) -> Iterator[bytes]:
        stream = self._brotli
        while True:
            try:
                output = stream.process(data, output_buffer_limit=PIECE)
            except self._error as error:
                raise broken("br", str(error), self.produced) from None
            yield from slices(output)
            if stream.is_finished():
                return
            # "Can accept more" alone does not mean that all output is out (brotli 1.2.1).
            if len(output) < PIECE and stream.can_accept_more_data():
                return
            data = b""

    def _sliced_pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), SLICE):
            try:
                output = self._brotli.process(data[start : start + SLICE])
            except self._error as error:
                raise broken("br", str(error), self.produced) from None
            yield from slices(output)
            if self._brotli.is_finished():
                return
