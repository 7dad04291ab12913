"""Request bodies as matchers see them: a digest, or a document that was parsed.

Lives here: the streaming digest, what a content type is read as, the bounds of reading.
Must not: compare, print a body. Called by: documents, compare, plan; the session feeds `BodyDigest`.

A digest never leaves the process (CASSETTE.md section 1: no hash of unscrubbed text is stored).
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, Literal

from msgspec import Struct

from hushtape.matching import multipart
from hushtape.model import CHUNK, Body, BytesBody, Request

MAX_PARSED: Final = 8 * 1024 * 1024
"""Default of `max_callback_body`, bytes: longer bodies are compared by digest, never parsed."""

Reading = Literal["json", "form", "multipart", "raw"]


class DigestedBody(Struct, frozen=True):
    """A body that has passed: its length in bytes and its digest are left, its bytes are not.

    It stands where a `model.Body` may stand in a live request; `chunks` yields nothing.
    `unbound`: the digest with a multipart's boundary set to one name for all; of other bodies, `digest`.
    """

    size: int
    digest: bytes
    unbound: bytes

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        return iter(())


class BodyDigest:
    """Takes a request's body as it passes, so that nobody has to hold it.

    Feed scrubbed bytes, in pieces of any size; the pieces' borders do not matter.
    """

    __slots__ = ("_hash", "_other", "_unbound", "size")

    def __init__(self, content_type: str = "") -> None:
        """`content_type`: the request's; of a multipart body it tells the boundary."""
        self._hash = blake2b(digest_size=16)
        self.size = 0
        sought = multipart.needle(content_type)
        self._unbound = multipart.Unbound(sought) if sought else None
        self._other = blake2b(digest_size=16)

    def feed(self, data: bytes) -> None:
        """A piece of the body."""
        self._hash.update(data)
        self.size += len(data)
        if self._unbound is not None:
            self._other.update(self._unbound.feed(data))

    def finish(self) -> DigestedBody:
        """What is left of the body: its size and digest. May be asked more than once."""
        digest = self._hash.digest()
        if self._unbound is None:
            return DigestedBody(self.size, digest, digest)
        other = self._other.copy()
        other.update(self._unbound.finish())
        return DigestedBody(self.size, digest, other.digest())


EMPTY: Final = BodyDigest().finish()


def digest(body: Body | None, content_type: str = "") -> DigestedBody:
    """The digest of any body, read in pieces."""
    if body is None:
        return EMPTY
    if isinstance(body, DigestedBody):
        return body
    sink = BodyDigest(content_type)
    for piece in body.chunks():
        sink.feed(piece)
    return sink.finish()


def settled(request: Request, limit: int) -> Request:
    """The request with its body read once: up to `limit` bytes are held, of a longer one the digest is."""
    body = request.body
    if body is None or isinstance(body, (BytesBody, DigestedBody)):
        return request
    sink = BodyDigest(content_type_of(request))
    held: bytearray | None = bytearray()
    for piece in body.chunks():
        sink.feed(piece)
        if held is not None:
            held += piece
            if len(held) > limit:
                held = None
    read: Body = BytesBody(bytes(held)) if held is not None else sink.finish()
    return Request(request.method, request.uri, request.headers, read, request.http_version)


def whole(body: Body | None, limit: int) -> bytes | None:
    """All bytes of a body; None where it is longer than `limit` bytes or only its digest is known."""
    if body is None:
        return b""
    if body.size > limit or isinstance(body, DigestedBody):
        return b"" if body.size == 0 else None
    return b"".join(body.chunks())


def reading(content_type: str) -> Reading:
    """What the matcher `body` reads a body of this content type as.

    JSON is told by its text, whatever it is called: "application/x-amz-json-1.1", "text/plain", or nothing
    at all in cassettes of tools that drop request headers. So "json" stands for "JSON, if it is".
    """
    if multipart.is_multipart(content_type):
        return "multipart"
    kind = content_type.partition(";")[0].strip().lower()
    return "form" if kind == "application/x-www-form-urlencoded" else "json"


def may_be_json(data: bytes) -> bool:
    """An object or a list, as all JSON APIs take them; what else JSON may be ("1.0") is as well text."""
    return data.lstrip(b" \t\r\n")[:1] in (b"{", b"[")


def content_type_of(request: Request) -> str:
    return request.headers.get("content-type")
