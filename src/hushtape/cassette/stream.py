"""Finding the interactions of any JSON layout, in bounded memory.

Lives here: a small pull parser that skips over values and remembers where they stand. Must not: build
values (document.py does). Called by: reader, for hand-edited files and those of other tools, and for
interactions with long strings, which are left in the file.
"""

from __future__ import annotations

import re
from array import array

from hushtape.cassette.bodies import Pinned, boundary
from hushtape.cassette.linescan import Found, head_of
from hushtape.cassette.problems import malformed
from hushtape.cassette.valueend import TRUNCATED, string_end, value_end
from hushtape.errors import CassetteFormatError
from hushtape.model import CHUNK

_PIECE = 256 * 1024
_DEPTH_MOST = 500
_TEXT_MOST = 16 * 1024 * 1024
"""Most bytes of one interaction, its body's text not counted, or of the file's head."""

_WINDOW_MOST = 2 * 1024 * 1024
"""Most bytes of one value that are looked at whole; what is longer is walked over token by token."""
_TAIL = 16  # bytes at a window's end that are looked at again: an escape, or two, may be cut there

_HEAD_PARTS = 64

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+')
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
# All up to the next bracket, plain short strings included: one call passes most of a flat object.
_FLAT = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\\x00-\x1f]{0,250}+")*+')
# All up to the next string that is long or holds an escape.
_SHORT = re.compile(rb'(?:[^"]++|"[^"\\\x00-\x1f]{0,250}+")*+')
_BRACKET = re.compile(_FLAT.pattern + rb"[{}\[\]]")
BODY_KEYS: tuple[bytes, ...] = (b'"string"', b'"base64"', b'"body"')
_KEY = re.compile(rb'("[^"\\]{1,16}")[ \t\r\n]*:[ \t\r\n]*\Z')
_HEAD_KEYS = (b'"version"', b'"hushtape"', b'"_metadata"', b'"metadata"')


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
        piece = self.file.read(offset, min(max(_PIECE, len(self._buffer)), self._end - offset))
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


def find_values(file: Pinned) -> Found:
    """The interactions of a file in any JSON layout.

    Raises:
        CassetteFormatError: it is not a cassette.
    """
    scanner = Scanner(file)
    if scanner.next_token() != b"{":
        raise _not_a_cassette(scanner)
    starts, ends = array("Q"), array("Q")
    parts: list[tuple[int, int]] = []
    size, seen = 0, False
    for _ in scanner.members(b"{", b"}"):
        scanner.next_token()
        place, key = scanner.position, scanner.key()
        if key == b'"interactions"':
            if seen:
                raise scanner.fault("the key interactions stands there twice")
            seen = True
            for _ in scanner.members(b"[", b"]"):
                start, end = scanner.skip()
                starts.append(start)
                ends.append(end)
        else:
            _, end = scanner.skip()
            if key in _HEAD_KEYS:
                size += end - place
                if size > _TEXT_MOST or len(parts) >= _HEAD_PARTS:
                    raise malformed(file.path, "its head is too large", offset=place)
                parts.append((place, end))
    if scanner.next_token():
        raise scanner.fault("something follows after the cassette's end")
    if not seen:
        raise malformed(file.path, "it has no interactions: it is not a cassette")
    return Found(head_of(file, tuple(parts)), starts, ends, False, tuple(parts))


def _not_a_cassette(scanner: Scanner) -> CassetteFormatError:
    first = scanner.peek()
    if not first:
        return scanner.fault("it is empty")
    if first == b"[":
        return scanner.fault("it is a JSON list (vcrpy before version 1), which can't be read")
    return scanner.fault("it is not JSON")


def reduce(
    file: Pinned, start: int, end: int, canonical: bool, keys: tuple[bytes, ...] = BODY_KEYS
) -> tuple[bytes, list[tuple[int, int]]]:
    """An interaction's text with long body strings, those under one of `keys`, left in the file.

    Returns:
        The text, with `{"span": n}` where the n-th string of the list stood (offsets without quotes).
    """
    spans: list[tuple[int, int]] = []
    parts: list[bytes] = []
    size, last = 0, start
    for left, right in _long_strings(file, start, end, canonical, keys):
        parts += (file.read(last, left - last), b'{"span": %d}' % len(spans))
        size += left - last
        if size > _TEXT_MOST:
            break
        spans.append((left + 1, right - 1))
        last = right
    if size + end - last > _TEXT_MOST:
        raise malformed(
            file.path, f"an interaction has more than {_TEXT_MOST >> 20} MiB beside its body", offset=start
        )
    parts.append(file.read(last, end - last))
    return b"".join(parts), spans


def _long_strings(
    file: Pinned, start: int, end: int, canonical: bool, keys: tuple[bytes, ...]
) -> list[tuple[int, int]]:
    """Body strings of more than 64 KiB: offsets, quotes included."""
    found = _long_lines(file, start, end) if canonical else None
    return _long_tokens(file, start, end, keys) if found is None else found


_LINE = re.compile(rb'    "body": (?:\{"(?:string|base64)": )?(?=")')


def _long_lines(file: Pinned, start: int, end: int) -> list[tuple[int, int]] | None:
    """The same by lines, at the speed of memchr; None if a long line is not a canonical body."""
    found = []
    position = line = start
    while position < end:
        piece = file.read(position, min(_PIECE, end - position))
        at = piece.find(b"\n")
        while at >= 0 or position + len(piece) == end:
            stop = position + at if at >= 0 else end
            if stop - line > CHUNK:
                span = _body_line(file, line, stop)
                if span is None:
                    return None
                found.append(span)
            line = stop + 1
            if at < 0:
                break
            at = piece.find(b"\n", at + 1)
        position += len(piece)
    return found


def _body_line(file: Pinned, start: int, stop: int) -> tuple[int, int] | None:
    opening = _LINE.match(file.read(start, 32))
    closing = b'"}' if opening and b"{" in opening[0] else b'"'
    if opening is None or file.read(stop - len(closing), len(closing)) != closing:
        return None
    return start + opening.end(), stop - len(closing) + 1


def _long_tokens(file: Pinned, start: int, end: int, keys: tuple[bytes, ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    scanner = Scanner(file, start, end)
    while True:
        scanner.run(_SHORT)
        if not scanner.peek():
            return found
        left, right = scanner.string()
        if right - left > CHUNK:
            before = _KEY.search(file.read(max(start, left - 64), left - max(start, left - 64)))
            if before is not None and before[1] in keys:
                found.append((left, right))
