"""Names of content codings, and what undoes or applies a list of them.

Lives here: parse, can_decode, missing_extra, decoder, encoder, encode, encoded_size. Must not: hold
an algorithm. Optional libraries are imported when the first body of their coding comes.
Called by: the room's front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from hushtape.coding import br, zstd
from hushtape.coding.aws import AwsChunkedDecoder
from hushtape.coding.base import CodingError, Decoder, Encoder, slices
from hushtape.coding.flate import DeflateDecoder, GzipDecoder
from hushtape.coding.stored import (
    BrotliEncoder,
    FlateEncoder,
    IdentityEncoder,
    StackedEncoder,
    ZstdEncoder,
    stored_size,
)

MAX_STACK: Final = 5
"""Most codings one body may carry; urllib3 refuses more, too (each is a way to multiply a bomb)."""

_ALIASES: Final = {"x-gzip": "gzip"}  # RFC 9110 8.4.1.3
_KNOWN: Final = frozenset(("gzip", "deflate", "br", "zstd"))
_UNDONE: Final = _KNOWN | {"aws-chunked"}  # only requests carry it, so nothing needs to put it back


_CHARSETS: Final = frozenset(
    ("utf-8", "utf8", "us-ascii", "iso-8859-1", "latin-1", "utf-16", "none", "binary", "7bit", "8bit")
)
"""What servers write into the field that is no coding: of a charset, or of mail (RFC 2045 6.2)."""


@lru_cache(maxsize=256)
def parse(content_encoding: str) -> tuple[str, ...]:
    """The codings a Content-Encoding field names, in the order applied: lower case, without
    `identity`, `x-gzip` as `gzip`."""
    names = [part.strip().lower() for part in content_encoding.split(",")]
    return _canonical(names)


def _canonical(codings: Sequence[str]) -> tuple[str, ...]:
    if len(codings) == 1 and codings[0] in _KNOWN:  # what parse() made: the hot path
        return (codings[0],)
    lowered = [_ALIASES.get(name, name) for name in map(str.lower, codings)]
    return tuple([name for name in lowered if name and name != "identity"])


def missing_extra(codings: Sequence[str]) -> str | None:
    """The extra to install before these codings can be undone ("codings"), None if none is missing."""
    for coding in _canonical(codings):
        if coding == "br" and br.library() is None:
            return "codings"
        if coding == "zstd" and zstd.library() is None:
            return "codings"
    return None


def can_decode(codings: Sequence[str]) -> bool:
    """Whether all of them are known, their libraries are installed, and they are not too many."""
    names = _canonical(codings)
    return len(names) <= MAX_STACK and _UNDONE.issuperset(names) and missing_extra(names) is None


def are_charsets(codings: Sequence[str]) -> bool:
    """Whether these names stand for no coding at all: clients leave such a body as it is."""
    return all(name.removeprefix("charset=") in _CHARSETS for name in codings)


_DECODERS: Final[dict[str, Callable[[], Decoder]]] = {
    "gzip": GzipDecoder,
    "deflate": DeflateDecoder,
    "br": br.BrotliDecoder,
    "zstd": zstd.zstd_decoder,
    "aws-chunked": AwsChunkedDecoder,
}
_ENCODERS: Final[dict[str, Callable[[], Encoder]]] = {
    "gzip": lambda: FlateEncoder(gzip=True),
    "deflate": lambda: FlateEncoder(gzip=False),
    "br": BrotliEncoder,
    "zstd": ZstdEncoder,
}


class IdentityDecoder:
    """Nothing was applied: pieces are cut to size, no more."""

    __slots__ = ("produced",)
    complete: Final = True

    def __init__(self) -> None:
        self.produced = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        self.produced += len(data)
        return slices(data)

    def finish(self) -> Iterator[bytes]:
        return iter(())


class StackedDecoder:
    """Several codings, the last applied undone first (RFC 9110 8.4)."""

    __slots__ = ("_decoders", "produced")

    def __init__(self, decoders: list[Decoder]) -> None:
        self._decoders = decoders
        self.produced = 0

    @property
    def complete(self) -> bool:
        return all(decoder.complete for decoder in self._decoders)

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._through(data, 0):
            self.produced += len(piece)
            yield piece

    def _through(self, data: bytes, level: int) -> Iterator[bytes]:
        if level == len(self._decoders):
            yield data
            return
        for piece in self._decoders[level].feed(data):
            yield from self._through(piece, level + 1)

    def finish(self) -> Iterator[bytes]:
        for decoder in self._decoders:
            decoder.finish()
        return iter(())


def _refuse(codings: Sequence[str]) -> CodingError:
    extra = missing_extra(codings)
    found = f"its library is not installed (extra {extra!r})" if extra else "it is not a coding we know"
    remedy = f"pip install 'hushtape[{extra}]'" if extra else "Ask the server for gzip, deflate, br or zstd"
    named = ", ".join(codings)
    return CodingError(f"use the content coding {named!r}", found, remedy, coding=named, produced=0)


def decoder(codings: Sequence[str]) -> Decoder:
    """What undoes `codings` (order as applied by the server; empty: identity).

    Raises:
        CodingError: `can_decode(codings)` is False.
    """
    names = _canonical(codings)
    if not names:
        return IdentityDecoder()
    if not can_decode(names):
        raise _refuse(names)
    if len(names) == 1:
        return _DECODERS[names[0]]()
    return StackedDecoder([_DECODERS[name]() for name in reversed(names)])


def encoder(codings: Sequence[str]) -> Encoder:
    """What applies `codings` again, as stored blocks; needs no library.

    An empty body becomes a valid stream of nothing. Raises CodingError for a coding we don't know.
    """
    names = _canonical(codings)
    if not _KNOWN.issuperset(names):
        raise _refuse(names)
    if not names:
        return IdentityEncoder()
    if len(names) == 1:
        return _ENCODERS[names[0]]()
    return StackedEncoder([_ENCODERS[name]() for name in names])


def encode(codings: Sequence[str], data: bytes) -> bytes:
    """`encoder` for a body that is in memory."""
    one = encoder(codings)
    return one.feed(data) + one.finish()


def encoded_size(codings: Sequence[str], size: int) -> int | None:
    """Length of what `encoder(codings)` makes of `size` bytes, in whatever portions; None if a coding
    is unknown."""
    for name in _canonical(codings):
        if name not in _KNOWN:
            return None
        size = stored_size(name, size)
    return size
