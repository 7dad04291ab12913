"""What a program can observe: an answer, or the chain of exceptions it got instead.

Lives here: `Seen`, `attempt`, `chain`. Must not: know hushtape or any one client.
Called by: drivers and cases; two observations are compared with ==.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Seen:
    """An answer as the program sees it."""

    status: int
    reason: str
    version: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    extra: dict[str, Any] = field(default_factory=dict)

    def without(self, *names: str) -> Seen:
        """A copy without these header fields, for the exceptions that the contract states."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=kept)

    def decoded(self) -> Seen:
        """A copy whose Content-Length is gone and whose content coding is undone by hand.

        Replay codes a body anew in stored blocks: the same content, another length (CASSETTE.md 2).
        """
        coding = {n.lower(): v for n, v in self.headers}.get("content-encoding", "")
        return replace(self.without("content-length"), body=undo(coding, self.body))


@dataclass(frozen=True)
class Raised:
    """The chain of exceptions a program got, outermost first, as far as it can tell them apart."""

    links: tuple[str, ...]


def attempt(call: Callable[[], Any]) -> Any:
    """The call's result, or what it raised."""
    try:
        return call()
    except Exception as error:
        return Raised(chain(error))


def chain(error: BaseException) -> tuple[str, ...]:
    """Types, errno and lengths along cause, context, reason and nested arguments."""
    return tuple(_links(error, set()))


def _links(error: BaseException, met: set[int]) -> Iterator[str]:
    if id(error) in met:
        return
    met.add(id(error))
    yield _name(error)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    nested = [*error.args, getattr(error, "reason", None), behind]
    for inner in nested:
        if isinstance(inner, BaseException):
            yield from _links(inner, met)


def _name(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return f"{name}[{error.errno}]"
    if isinstance(error, http.client.IncompleteRead):
        got = error.partial if isinstance(error.partial, int) else len(error.partial)
        return f"{name}[{got} of {error.expected}]"
    return name


def undo(coding: str, data: bytes) -> bytes:
    """Undo one content coding, if the data is under it."""
    import zlib

    if coding == "gzip" and data[:2] == b"\x1f\x8b":
        # As far as it goes: a stream that was cut has no more to compare.
        return zlib.decompressobj(31).decompress(data)
    if coding == "deflate" and data[:1] != b"{":
        return zlib.decompress(data, 15 if data[0] & 0x0F == 8 and data[0] >> 4 == 7 else -15)
    if coding == "br" and data[:1] != b"{":
        import brotli

        return bytes(brotli.decompress(data))
    if coding == "zstd" and data[:4] == b"\x28\xb5\x2f\xfd":
        import zstandard

        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data
