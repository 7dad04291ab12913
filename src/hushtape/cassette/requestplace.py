"""How far the request of an interaction reaches, in layouts that are not ours.

Lives here: the walk over an interaction's members. Must not: parse requests. Called by: reader, for
interactions of more than 64 KiB, whose responses it passes over.
"""

from __future__ import annotations

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.scanner import Scanner
from hushtape.model import CHUNK


def request_reach(file: Pinned, start: int, end: int, *, plain: bool = False) -> int:
    """Bytes from `start` to the end of the request's object; 0: the request is not the first member, or it is
    long, or not all of it stands there.

    Args:
        plain: the file is another tool's: where there is a `hushtape` object, the request is not its alone.
    Raises:
        CassetteFormatError: it is no JSON object.
    """
    scanner = Scanner(file, start, end)
    reach = 0
    for number, _ in enumerate(scanner.members(b"{", b"}")):
        key = scanner.key()
        left, right = scanner.skip()
        if b"\\" in key or (number == 0) != (key == b'"request"'):
            return 0
        if number == 0:
            reach = right - start
        elif key == b'"hushtape"' and (
            plain or right - left > CHUNK or b'"request_' in file.read(left, right - left)
        ):
            return 0
    return reach if reach <= CHUNK else 0
