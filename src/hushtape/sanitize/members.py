"""Members of JSON's objects: the expression of one, and the walk over those that an object begins with.

Lives here: one member whole, whatever its value (within six containers), in any quotes and strings of JSON.
Must not: know names or rules, hold a body: what ends behind the window is not seen. Called by: siblings,
insides. Each part is possessive, so that a hostile object costs its length once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hushtape.sanitize.expressions import lazily

MOST: Final = 32
"""Members that are looked at."""

Q: Final = rb"\\{0,8}[\"']"
S: Final = rb"(?:\s|\\{1,8}[nrt])"
"""White space, also where it stands in a string of JSON."""

STRING: Final = (
    rb"(?:\"(?:[^\"\\]|\\.){0,3300}+\"|'(?:[^'\\]|\\.){0,3300}+'"
    rb"|\\\"(?:[^\"\\]|\\\\(?:\\[\"\\/]|[^\"\\])){0,3300}+\\\""
    rb"|\\{1,8}\"[^\"]{0,3300}+\"|\\{1,8}'[^']{0,3300}+')"
)
IS: Final = Q + S + rb"{0,8}+:" + S + rb"{0,8}+"


def _container(inside: bytes) -> bytes:
    return rb"[\[{](?:[^{}\[\]\"'\\]|" + STRING + inside + rb"|[\"'\\]){0,3300}+[\]}]"


def _nested(levels: int) -> bytes:
    return _container(b"|" + _nested(levels - 1)) if levels > 1 else _container(b"")


_NESTED: Final = _nested(6)
VALUE: Final = rb"(?>[bBuU]?" + STRING + rb"|[\w.+-]{1,40}+|" + _NESTED + rb")"
"""Atomic: a string behind one backslash reads in two ways, sixteen members in 65,536."""
MEMBER: Final = rb"(?:" + Q + rb"[^\"'\\]{1,64}+" + IS + VALUE + S + rb"{0,32}+," + S + rb"{0,64}+)"

_NAME = lazily(S + rb"{0,64}+" + Q + rb"([^\"'\\]{1,64}+)" + IS)
_BLANK = lazily(S + rb"{0,64}+")
_REST = lazily(VALUE + S + rb"{0,32}+,")


def members(data: bytes, at: int, limit: int) -> Iterator[tuple[bytes, int]]:
    """(name in lower case, where its value begins) of each member of the object that opens at `at`."""
    at += 1
    for _ in range(MOST):
        name = _NAME.match(data, at, limit)
        if name is None:
            return
        yield name[1].lower(), name.end()
        rest = _REST.match(data, name.end(), limit)
        if rest is None:
            return
        at = rest.end()


def elements(data: bytes, at: int, limit: int) -> Iterator[int]:
    """Where each element of the list begins that opens at `at`."""
    at += 1
    for _ in range(MOST):
        blank = _BLANK.match(data, at, limit)
        at = blank.end() if blank else at
        yield at
        rest = _REST.match(data, at, limit)
        if rest is None:
            return
        at = rest.end()
