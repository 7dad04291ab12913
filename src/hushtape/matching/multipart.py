"""Multipart bodies: their parts, whatever the boundary between them.

Lives here: taking such a body apart (RFC 2046 5.1, RFC 7578) into values that are compared like JSON, and
setting the boundary to one name for all, in a stream, where a body is too long to be taken apart.
Must not: compare. Called by: compare_body, bodies. A body that is no proper multipart is compared as bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

MAX_NESTED: Final = 5
"""Multiparts inside multiparts (OData batches have one); deeper ones are compared as bytes."""
MAX_PARTS: Final = 10_000

NAME: Final = "name"
BOUNDARY: Final = b"--boundary"
_NAME = re.compile(r"""(?:^|;)\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))""", re.IGNORECASE)


def boundary(content_type: str) -> str:
    """The boundary parameter of a multipart content type (RFC 2046 5.1.1), "" where there is none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "boundary":
            return value.strip().strip('"')
    return ""


def is_multipart(content_type: str) -> bool:
    return content_type.lstrip()[:10].lower() == "multipart/"


def without_boundary(content_type: str) -> str:
    """The content type with its random boundary set to one name for all."""
    mark = boundary(content_type) if is_multipart(content_type) else ""
    return content_type.replace(mark, "boundary") if mark else content_type


def needle(content_type: str) -> bytes:
    """What stands before and between the parts; b"" where that is not known."""
    mark = boundary(content_type) if is_multipart(content_type) else ""
    return b"--" + mark.encode("latin-1", "replace") if mark else b""


def unbound(data: bytes, content_type: str) -> bytes:
    """A multipart body with its random boundary set to one name for all."""
    sought = needle(content_type)
    return data.replace(sought, BOUNDARY) if sought else data


class Unbound:
    """Sets the boundary of a body that passes to one name for all; the pieces' borders do not matter."""

    __slots__ = ("_kept", "_needle")

    def __init__(self, sought: bytes) -> None:
        self._needle = sought
        self._kept = b""

    def feed(self, data: bytes) -> bytes:
        data, size = self._kept + data, len(self._needle)
        done, found = 0, data.find(self._needle)
        while found >= 0:
            done = found + size
            found = data.find(self._needle, done)
        # What may be the start of a boundary waits for the next piece.
        safe = max(done, len(data) - size + 1)
        self._kept = data[safe:]
        return data[:safe].replace(self._needle, BOUNDARY)

    def finish(self) -> bytes:
        return self._kept


Inner = Callable[[bytes, str], Any]
"""Reads the content of a part of this content type: a JSON value, or text."""


def parts(data: bytes, content_type: str, inner: Inner, depth: int = 0) -> list[dict[str, Any]] | None:
    """The parts in order: name (if it has one), headers, content. None where it is no proper multipart."""
    sought = needle(content_type)
    if not sought or depth >= MAX_NESTED:
        return None
    pieces = _pieces(data, sought)
    if pieces is None or len(pieces) > MAX_PARTS:
        return None
    found = []
    for piece in pieces:
        headers, content = _headers(piece)
        kind = headers.get("content-type", "")
        nested = parts(content, kind, inner, depth + 1) if is_multipart(kind) else None
        part: dict[str, Any] = {"headers": {**headers}}
        name = _NAME.search(headers.get("content-disposition", ""))
        if name is not None:
            part[NAME] = name[1] if name[1] is not None else name[2]
        if nested is not None:
            part["headers"]["content-type"] = without_boundary(kind)
        part["content"] = inner(content, kind) if nested is None else nested
        found.append(part)
    return found


def _pieces(data: bytes, sought: bytes) -> list[bytes] | None:
    """What stands between the boundaries; a preamble and an epilogue are no part (RFC 2046 5.1.1)."""
    lines = (b"\r\n" + data).split(b"\r\n" + sought)
    if len(lines) < 2 or not lines[-1].startswith(b"--"):
        return None
    found = []
    for line in lines[1:-1]:
        padding, mark, piece = line.partition(b"\r\n")
        if padding.strip(b" \t") or not mark:
            return None
        found.append(piece)
    return found


def _headers(piece: bytes) -> tuple[dict[str, str], bytes]:
    """A part's header fields, names in lower case, and its content."""
    if piece.startswith(b"\r\n"):
        return {}, piece[2:]
    head, mark, content = piece.partition(b"\r\n\r\n")
    if not mark:
        return {}, piece
    fields: dict[str, str] = {}
    for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields, content
