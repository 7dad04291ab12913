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

from hushtape.model import CHUNK, Body, Request

MAX_PARSED: Final = 8 * 1024 * 1024
"""Default of `max_callback_body`, bytes: longer bodies are compared by digest, never parsed."""

Reading = Literal["json", "form", "multipart", "raw"]


class DigestedBody(Struct, frozen=True):
    """A body that has passed: its length in bytes and its digest are left, its bytes are not.

    It stands where a `model.Body` may stand in a live request; `chunks` yields nothing.
    """

    size: int
    digest: bytes

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        return iter(())


class BodyDigest:
    """Takes a request's body as it passes, so that nobody has to hold it.

    Feed scrubbed bytes, in pieces of any size; the pieces' borders do not matter.
    """

    __slots__ = ("_hash", "size")

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self.size = 0

    def feed(self, data: bytes) -> None:
        """A piece of the body."""
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> DigestedBody:
        """What is left of the body: its size and digest. May be asked more than once."""
        return DigestedBody(self.size, self._hash.digest())


EMPTY: Final = BodyDigest().finish()


def digest(body: Body | None) -> DigestedBody:
    """The digest of any body, read in pieces."""
    if body is None:
        return EMPTY
    if isinstance(body, DigestedBody):
        return body
    sink = BodyDigest()
    for piece in body.chunks():
        sink.feed(piece)
    return sink.finish()


def whole(body: Body | None, limit: int) -> bytes | None:
    """All bytes of a body; None where it is longer than `limit` bytes or only its digest is known."""
    if body is None:
        return b""
    if body.size > limit or isinstance(body, DigestedBody):
        return b"" if body.size == 0 else None
    return b"".join(body.chunks())


def reading(content_type: str) -> Reading:
    """What the matcher `body` reads a body of this content type as (RFC 6838 4.2.8 for "+json")."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith(("+json", "/json")):
        return "json"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    return "multipart" if kind.startswith("multipart/") else "raw"


def boundary(content_type: str) -> str:
    """The boundary parameter of a multipart content type (RFC 2046 5.1.1), "" where there is none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "boundary":
            return value.strip().strip('"')
    return ""


def without_boundary(content_type: str) -> str:
    """The content type with its random boundary set to one name for all."""
    mark = boundary(content_type) if "multipart/" in content_type.lower() else ""
    return content_type.replace(mark, "boundary") if mark else content_type


def unbound(data: bytes, content_type: str) -> bytes:
    """A multipart body with its random boundary set to one name for all."""
    mark = boundary(content_type).encode("latin-1", "replace")
    return data.replace(b"--" + mark, b"--boundary") if mark else data


def content_type_of(request: Request) -> str:
    return request.headers.get("content-type")
