"""What was said: requests, responses, failures, interactions. Frozen values, nothing else.

Lives here: the types that every room shares. Must not: do I/O, read a clock, know JSON, decide.
Text is str throughout; header text is latin-1 (RFC 9110 5.5: octets beyond ASCII are opaque), which
maps every octet to one character and back. Called by: every room but errors, patching and coding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

CHUNK = 64 * 1024
"""Most bytes of one body that may be in memory per running exchange (DESIGN.md, principle 3)."""

Framing = Literal["length", "chunked", "close", "none"]
"""How the end of a body is told: Content-Length, chunked (RFC 9112 7.1), the connection's end, or no
body at all (HEAD, 1xx, 204, 304)."""

Ending = Literal["complete", "short", "cut"]
"""`complete`; `short`: the server closed before the announced end; `cut`: the client stopped reading,
or the tape closed while the exchange ran."""


@runtime_checkable
class Body(Protocol):
    """A body that may live in memory or on disk. Chunks can be asked for more than once."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""


class BytesBody(Struct, frozen=True):
    """A body held in memory."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        data = self.data
        if len(data) <= size:
            if data:
                yield data
            return
        for start in range(0, len(data), size):
            yield data[start : start + size]


class Headers:
    """Header fields as they stood on the wire: ordered, repeated ones apart, case kept.

    Look-up ignores case (RFC 9110 5.1). Immutable and hashable.
    """

    __slots__ = ("pairs",)
    pairs: tuple[tuple[str, str], ...]

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)

    def get(self, name: str, default: str = "") -> str:
        """The first value of the field, or `default`."""
        name = name.lower()
        for key, value in self.pairs:
            if key.lower() == name:
                return value
        return default

    def get_all(self, name: str) -> tuple[str, ...]:
        """All values of the field, in order."""
        name = name.lower()
        return tuple(value for key, value in self.pairs if key.lower() == name)

    def without(self, *names: str) -> Headers:
        """A copy without these fields."""
        gone = {name.lower() for name in names}
        return Headers(pair for pair in self.pairs if pair[0].lower() not in gone)

    def __getitem__(self, name: str) -> str:
        """The first value of the field; KeyError where there is none."""
        if name not in self:
            raise KeyError(name)
        return self.get(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(key.lower() == name.lower() for key, _ in self.pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.pairs == other.pairs

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs)!r})"


NO_HEADERS = Headers()


class Request(Struct, frozen=True):
    """A request. `uri` is absolute, the scheme's default port left out, no fragment, no userinfo."""

    method: str
    uri: str
    headers: Headers = NO_HEADERS
    body: Body | None = None
    http_version: str = "HTTP/1.1"


class Head(Struct, frozen=True):
    """Status line and header fields of a response, as the server sent them."""

    status: int
    reason: str
    headers: Headers = NO_HEADERS
    http_version: str = "HTTP/1.1"


class Response(Struct, frozen=True):
    """A response. `body` is the content after transfer and content coding were undone.

    Attributes:
        coding: content codings that were undone, in the order in which the server applied them.
        framing: how its end was told. ending: how it ended.
        shortfall: with ending "short" and framing "length": how many announced bytes never came.
        informational: the 1xx heads that came before it.
    """

    head: Head
    body: Body | None = None
    trailers: Headers = NO_HEADERS
    coding: tuple[str, ...] = ()
    framing: Framing = "length"
    ending: Ending = "complete"
    shortfall: int = 0
    informational: tuple[Head, ...] = ()


class ErrorLink(Struct, frozen=True):
    """One exception of a chain: a name from the adapters' closed table, errno, scrubbed text."""

    type: str
    message: str = ""
    errno: int | None = None


class Failure(Struct, frozen=True):
    """A call that ended in an exception: where, and the chain from the outermost to its root."""

    stage: Literal["connect", "send", "head", "body"]
    chain: tuple[ErrorLink, ...]


class Tls(Struct, frozen=True):
    """What the client knew of the peer. `certificate` is DER, or None where it was not asked for."""

    verified: bool
    certificate: bytes | None = None


class Interaction(Struct, frozen=True):
    """One recorded exchange. With both response and failure, the failure came after the body's bytes.

    Attributes:
        recorded_at: when its request was issued, ISO 8601 in UTC with microseconds.
        elapsed: seconds from the request's start to the response's head, or to the failure that came instead.
    """

    request: Request
    response: Response | None = None
    failure: Failure | None = None
    tls: Tls | None = None
    recorded_at: str = ""
    elapsed: float = 0.0
