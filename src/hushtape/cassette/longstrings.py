"""Interactions with long body strings: the text without them, and where they stand in the file.

Lives here: finding such strings, by lines where the layout is ours, else token by token. Must not: build
values, read a long string. Called by: reader, and foreign/lazy.
"""

from __future__ import annotations

import re

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.problems import malformed
from hushtape.cassette.scanner import PIECE, Scanner
from hushtape.model import CHUNK

_TEXT_MOST = 16 * 1024 * 1024
"""Most bytes of one interaction, its body's text not counted."""

BODY_KEYS: tuple[bytes, ...] = (b'"string"', b'"base64"', b'"body"')
_KEY = re.compile(rb'("[^"\\]{1,16}")[ \t\r\n]*:[ \t\r\n]*\Z')
_LINE = re.compile(rb'    "body": (?:\{"(?:string|base64)": )?(?=")')
# All up to the next string that is long or holds an escape.
_SHORT = re.compile(rb'(?:[^"]++|"[^"\\\x00-\x1f]{0,250}+")*+')


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


def _long_lines(file: Pinned, start: int, end: int) -> list[tuple[int, int]] | None:
    """The same by lines, at the speed of memchr; None if a long line is not a canonical body."""
    found = []
    position = line = start
    while position < end:
        piece = file.read(position, min(PIECE, end - position))
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
