"""What every content coding shares: the error, the two protocols, the feeding of large input.

Lives here: CodingError, Decoder, Encoder, and PieceDecoder, the base that cuts input and counts
output. Must not: know any single coding. Called by: the modules of this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hushtape.errors import HushtapeError

PIECE = 64 * 1024
"""Largest piece a decoder hands out, in bytes."""


class CodingError(HushtapeError):
    """A body is not what its Content-Encoding says.

    Attributes:
        coding: the coding that could not be undone ("gzip").
        produced: bytes that came out before the fault. 0 means that nothing was handed out, so the
            caller may still keep the body as the bytes it is.
    """

    coding: str
    produced: int


class Decoder(Protocol):
    """Undoes content codings, one piece at a time. Each iterator must be exhausted before the next call.

    Attributes:
        complete: every coded stream ended where it should, or no byte came at all (a HEAD answer, 304).
        produced: bytes handed out so far.
    """

    produced: int

    @property
    def complete(self) -> bool: ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Pieces of at most 64 KiB. Raises CodingError when the data is not of this coding."""

    def finish(self) -> Iterator[bytes]:
        """What is left. Raises CodingError when the stream was cut."""


class Encoder(Protocol):
    """Puts content codings back, as stored blocks. `feed` in any portions, then `finish` once."""

    def feed(self, data: bytes) -> bytes:
        """What is ready: at most a block (64 KiB) is held back."""

    def finish(self) -> bytes:
        """The last block and the trailer."""


def broken(coding: str, reason: str, produced: int) -> CodingError:
    """The error for data that is not of its coding."""
    return CodingError(
        f"undo the content coding {coding!r}",
        f"the body is not valid {coding} ({reason}), after {produced} decoded bytes",
        "The server sent a body that its Content-Encoding does not describe",
        coding=coding,
        produced=produced,
    )


def cut(coding: str, produced: int) -> CodingError:
    """The error for a stream without its end."""
    return CodingError(
        f"undo the content coding {coding!r}",
        f"the coded stream is cut, after {produced} decoded bytes",
        "The connection ended early, or the client stopped reading",
        coding=coding,
        produced=produced,
    )


class PieceDecoder:
    """Base of the decoders: cuts input, so that a library's left-over copies stay small."""

    __slots__ = ("_coding", "produced")
    _coding: str
    produced: int

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self.produced = 0

    @property
    def complete(self) -> bool:
        raise NotImplementedError

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        raise NotImplementedError

    def feed(self, data: bytes) -> Iterator[bytes]:
        return self._pieces(data) if len(data) <= PIECE else self._portions(data)

    def _portions(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), PIECE):
            yield from self._pieces(data[start : start + PIECE])

    def finish(self) -> Iterator[bytes]:
        if not self.complete:
            raise cut(self._coding, self.produced)
        return iter(())


def slices(data: bytes) -> Iterator[bytes]:
    """`data` in pieces of at most PIECE bytes; nothing for empty data."""
    if len(data) <= PIECE:
        if data:
            yield data
        return
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
