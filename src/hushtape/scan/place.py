"""Where in a document something stands: line and pointer, followed through a stream.

Lives here: the walk over JSON tokens in chunks of any size. Must not: build values, judge, raise: broken JSON
gets the pointer as far as it can be told. Called by: locate. RFC 6901 for the notation; `yaml_place` does the
same for YAML. Memory: one frame a level, names cut at 200 bytes.
"""

from __future__ import annotations

import re

import msgspec

_TOKEN = re.compile(rb'["\[\]{},:]')
_FLAT = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+[}\]]', re.DOTALL)
"""The rest of an object or array without others in it, up to its end: one call instead of one a token,
ten times as fast on rows of JSON."""
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_DEPTH_MOST = 1000
NAME_MOST = 200


class JsonPlace:
    """The pointer to what stands at the end of what was fed."""

    __slots__ = ("_escape", "_in_string", "_key", "_name", "_stack")

    def __init__(self) -> None:
        self._stack: list[int | bytes | None] = []
        """A level each: the index in an array; a name, or None before one, in an object."""
        self._in_string = False
        self._escape = False
        self._key = False
        self._name = b""

    def pointer(self) -> str:
        """The pointer to the value, or to the member whose name it is in."""
        steps = list(self._stack)
        if self._in_string and self._key and steps:
            steps[-1] = self._name
        return "".join([f"/{_step(step)}" for step in steps if step is not None])

    def feed(self, data: bytes) -> None:
        at = self._string(data, 0) if self._in_string else 0
        while (token := _TOKEN.search(data, at)) is not None:
            sign, at = token[0], token.end()
            if sign == b'"':
                self._in_string = True
                self._key = bool(self._stack) and self._stack[-1] is None
                self._name = b""
                at = self._string(data, at)
            elif sign in (b"{", b"["):
                flat = _FLAT.match(data, at)
                if flat is not None:
                    at = flat.end()
                else:
                    self._open(sign)
            elif sign in (b"}", b"]"):
                if self._stack:
                    self._stack.pop()
            elif sign == b"," and self._stack:
                top = self._stack[-1]
                self._stack[-1] = top + 1 if isinstance(top, int) else None

    def _open(self, sign: bytes) -> None:
        if len(self._stack) < _DEPTH_MOST:
            self._stack.append(None if sign == b"{" else 0)

    def _string(self, data: bytes, at: int) -> int:
        """Go on inside a string; where to go on behind it."""
        if self._escape and at < len(data):
            if self._key and len(self._name) < NAME_MOST:
                self._name += b"\\" + data[at : at + 1]
            at, self._escape = at + 1, False
        found = _STRING.match(data, at)
        end = found.end() if found else at
        if self._key and len(self._name) < NAME_MOST:
            self._name += data[at : min(end, at + NAME_MOST)]
        if end >= len(data):
            return end
        if data[end] == 92:  # the chunk ends behind a backslash
            self._escape = True
            return end + 1
        self._in_string = False
        if self._key and self._stack:
            self._stack[-1] = self._name
        return end + 1


def _step(step: int | bytes) -> str:
    if isinstance(step, int):
        return str(step)
    try:
        text = msgspec.json.decode(b'"%b"' % step, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):  # a raw control character, a name that was cut
        text = step.decode("utf-8", "replace")
    return text.replace("~", "~0").replace("/", "~1")
