"""The way past a value of JSON that may be cut by a buffer's end: a string, a container, a scalar.

Lives here: how far a value goes that nobody looks into. Must not: know paths, or keep bytes. Called by:
jsonwalk.
"""

from __future__ import annotations

import re

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.jsonstates import CONTAINER, SCALAR, STRING

_INSIDE = lazily(rb'(?:[^"{}\[\]]++|' + STRING + rb"|" + CONTAINER + rb")*+", re.DOTALL)
_REST = lazily(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SCALAR = lazily(SCALAR)
_QUOTE = 34
_OPEN = b"[{"


class Passing:
    """Where in a value the walk is. `open`: its end is still to come."""

    __slots__ = ("_bare", "_depth", "_quoted", "open")

    def __init__(self) -> None:
        self._depth, self._quoted, self._bare = 0, False, False
        self.open = False

    def string(self) -> None:
        """A string was entered: its quote is behind."""
        self._quoted = self.open = True

    def container(self) -> None:
        """An object or array was entered."""
        self._depth, self.open = 1, True

    def scalar(self) -> None:
        """A number or word was entered."""
        self._bare = self.open = True

    def on(self, data: bytes, at: int) -> int:
        """Up to the value's end or the buffer's."""
        size = len(data)
        while at < size:
            if self._quoted:
                at = after(_REST, data, at)
                if at >= size or data[at] != _QUOTE:
                    return at  # behind it: nothing, or a backslash without what it escapes
                at += 1
                self._quoted = False
            elif self._depth:
                at = after(_INSIDE, data, at)
                if at >= size:
                    return at
                self._quoted = data[at] == _QUOTE
                self._depth += 0 if self._quoted else 1 if data[at] in _OPEN else -1
                at += 1
            else:
                at = after(_SCALAR, data, at)
                if at >= size:
                    return at
                self._bare = False
            if not (self._depth or self._quoted or self._bare):
                self.open = False
                break
        return at


def after(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """Behind what matches here."""
    found = pattern.match(data, at)
    return at if found is None else found.end()
