"""Finding the interactions of any JSON layout, in bounded memory.

Lives here: where each interaction stands in a file, and the parts of its head. Must not: build values
(document.py does), parse JSON itself (scanner.py does). Called by: reader, for hand-edited files and those
of other tools.
"""

from __future__ import annotations

from array import array

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.linescan import Found, head_of
from hushtape.cassette.problems import malformed
from hushtape.cassette.scanner import Scanner
from hushtape.errors import CassetteFormatError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_HEAD_MOST = 16 * 1024 * 1024
"""Most bytes of the file's head."""

_HEAD_PARTS = 64
_HEAD_KEYS = (b'"version"', b'"hushtape"', b'"_metadata"', b'"metadata"')


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
                if size > _HEAD_MOST or len(parts) >= _HEAD_PARTS:
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
