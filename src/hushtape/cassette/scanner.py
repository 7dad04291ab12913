"""A pull parser over JSON text of any size: passes over values and tells where they stand.

Lives here: the window that moves through a file, strings, brackets, members. Must not: build values
(document.py does), know what a cassette is. Called by: stream, longstrings and all who look for one part of
a file. In memory: a window of 256 KiB; of 2 MiB for a value that is looked at whole.
"""

from __future__ import annotations

import re

from hushtape.cassette.bodies import Pinned, boundary
from hushtape.cassette.problems import malformed
from hushtape.cassette.valueend import TRUNCATED, string_end, value_end
from hushtape.errors import CassetteFormatError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

PIECE = 256 * 1024
_DEPTH_MOST = 500

_WINDOW_MOST = 2 * 1024 * 1024
"""Most bytes of one value that are looked at whole; what is longer is walked over token by token."""
_TAIL = 16  # bytes at a window's end that are looked at again: an escape, or two, may be cut there

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+')
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
# All up to the next bracket, plain short strings included: one call passes most of a flat object.
_FLAT = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\\x00-\x1f]{0,250}+")*+')
_BRACKET = re.compile(_FLAT.pattern + rb"[{}\[\]]")


class Scanner:
    """Walks over the JSON text from `start` to `end` of a file."""

    def __init__(self, file: Pinned, start: int = 0, end: int | None = None) -> None:
        self.file = file
        self._end = file.size if end is None else end
        self._base = start
        self._buffer = b""
        self._at = 0
        self._fill()

    @property
    def position(self) -> int:
        """Offset in the file of the next byte."""
        return self._base + self._at

    def _fill(self) -> bool:
        """Move the window on, by as much as is left in it; False at the end. What was passed is let go."""
        self._buffer = self._buffer[self._at :]
        self._base += self._at
        self._at = 0
        offset = self._base + len(self._buffer)
        piece = self.file.read(offset, min(max(PIECE, len(self._buffer)), self._end - offset))
        self._buffer += piece
        return bool(piece)

    def fault(self, found: str) -> CassetteFormatError:
        """The error for what stands at the present place."""
        return malformed(self.file.path, found, offset=self.position)

    def run(self, pattern: re.Pattern[bytes]) -> None:
        """Pass over all that `pattern` matches, through as many windows as it takes."""
        while True:
            match = pattern.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at + 1 < len(self._buffer) or not self._fill():
                return

    def peek(self) -> bytes:
        """The next byte, without passing it; b"" at the end."""
        if self._at >= len(self._buffer):
            self._fill()
        return self._buffer[self._at : self._at + 1]

    def next_token(self) -> bytes:
        """The first byte of the next token, white space passed over."""
        self.run(_SPACE)
        return self.peek()

    def take(self, wanted: bytes) -> None:
        """Pass this byte, or raise."""
        found = self.next_token()
        if found != wanted:
            raise self.fault(_unexpected(found, wanted))
        self._at += 1

    def string(self) -> tuple[int, int]:
        """Pass a string; where it begins and ends, quotes included."""
        start = self.position
        self.take(b'"')
        self._run_string()
        if self.peek() != b'"':
            raise self.fault(
                "a string holds a raw control character" if self.peek() else "the file ends in a string"
            )
        self._at += 1
        return start, self.position

    def _run_string(self) -> None:
        """Pass the inside of a string, as far as it is one."""
        while True:
            end = string_end(self._buffer, self._at)
            if end > 0:
                self._at = end - 1
                return
            if end == TRUNCATED:
                self._at = max(self._at, boundary(self._buffer, len(self._buffer) - _TAIL))
                if self._fill():
                    continue
            self.run(_STRING)
            return

    def key(self) -> bytes:
        """Pass a key and its colon; the key with its quotes (long ones are cut)."""
        self.next_token()
        start, end = self.string()
        text = self.file.read(start, min(end - start, 64))
        self.take(b":")
        return text

    def members(self, opening: bytes, closing: bytes) -> MemberWalk:
        """Walk over an array or object: iterate, and pass each element inside the loop."""
        self.take(opening)
        return MemberWalk(self, closing)

    def skip(self) -> tuple[int, int]:
        """Pass any value; where it begins and ends. Only brackets and strings are looked at."""
        first = self.next_token()
        start = self.position
        if self._skip_whole():
            return start, self.position
        if first == b'"':
            return self.string()
        if first in (b"{", b"["):
            self._skip_nested()
        else:
            self.run(_SCALAR)
            if self.position == start:
                raise self.fault(_unexpected(first, b"a value"))
        return start, self.position

    def _skip_whole(self) -> bool:
        """Pass a value that fits into a window; False: it does not, or it is malformed."""
        while True:
            end = value_end(self._buffer, self._at)
            if end > 0:
                self._at = end
                return True
            if end != TRUNCATED or len(self._buffer) - self._at >= _WINDOW_MOST or not self._fill():
                return False

    def _skip_nested(self) -> None:
        open_brackets = bytearray()
        while True:
            match = _BRACKET.match(self._buffer, self._at)
            if match is None:
                self._to_bracket()
                continue
            self._at = match.end()
            found = self._buffer[self._at - 1]
            if found in b"{[":
                open_brackets.append(found + 2)  # in ASCII a closing bracket is its opening one plus 2
                if len(open_brackets) > _DEPTH_MOST:
                    raise self.fault(f"it is nested deeper than {_DEPTH_MOST} levels")
            elif not open_brackets or found != open_brackets.pop():
                raise self.fault("a bracket closes what was not opened")
            elif not open_brackets:
                return

    def _to_bracket(self) -> None:
        """Up to the next bracket, where the window ends before it."""
        self.run(_FLAT)
        found = self.peek()
        if found == b'"':
            self.string()
        elif not found:
            raise self.fault("the file ends in the middle of a value")


class MemberWalk:
    """Iterates over the commas of an array or object."""

    def __init__(self, scanner: Scanner, closing: bytes) -> None:
        self._scanner = scanner
        self._closing = closing
        self._first = True

    def __iter__(self) -> MemberWalk:
        return self

    def __next__(self) -> None:
        scanner = self._scanner
        if scanner.next_token() == self._closing and self._first:
            scanner.take(self._closing)
            raise StopIteration
        if not self._first:
            if scanner.next_token() == self._closing:
                scanner.take(self._closing)
                raise StopIteration
            scanner.take(b",")
        self._first = False


def _unexpected(found: bytes, wanted: bytes) -> str:
    if not found:
        return "the file ends too early"
    return f"it is not JSON: {found.decode('latin-1')!r} stands where {wanted.decode()!r} is expected"
