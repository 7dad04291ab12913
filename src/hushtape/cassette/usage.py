"""Which interactions replays played: a report that outlives them, for `hushtape prune --unused`.

Lives here: the report's lines, written and read, and what tells one state of a cassette from another. Must
not: decide what is dropped, know tapes. Called by: session/unplayed (where `HUSHTAPE_USAGE` names a report),
cli/prune. Many processes append to one report (pytest-xdist): a line is one write on an O_APPEND descriptor.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.problems import malformed, unreadable

VARIABLE: Final = "HUSHTAPE_USAGE"
"""Environment variable that names the report."""

_PIECE = 1024 * 1024
_LONGEST = 16 * 1024 * 1024
Place = Annotated[int, Meta(ge=0, le=2**40)]


class Line(Struct, frozen=True):
    """One replay.

    Attributes:
        digest: of the cassette's file, as it was replayed. count: its interactions.
        unplayed: ranges of those that it did not play, both ends included.
        clean: the program ended without an error, and every request was answered.
    """

    version: Annotated[int, Meta(ge=1, le=1)]
    cassette: str
    digest: str
    count: Place
    unplayed: list[tuple[Place, Place]]
    clean: bool


class Usage(Struct):
    """What all replays of one state of a cassette came to. `replays`: 0 if the report has none."""

    replays: int
    unclean: int
    unplayed: set[int]


def digest_of(path: Path) -> str:
    """What tells this state of the file from any other."""
    file, digest = Pinned(path), blake2b(digest_size=16)
    for start in range(0, file.size, _PIECE):
        digest.update(file.read(start, min(_PIECE, file.size - start)))
    return digest.hexdigest()


def append(report: Path, cassette: Path, count: int, unplayed: Iterable[int], *, clean: bool) -> None:
    """Add a replay to the report, which is made if need be.

    Raises:
        OSError: it can't be written.
    """
    line = Line(1, os.path.realpath(cassette), digest_of(cassette), count, ranges(unplayed), clean)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    fd = os.open(report, flags, 0o644)
    try:
        os.write(fd, msgspec.json.encode(line) + b"\n")
    finally:
        os.close(fd)


def ranges(places: Iterable[int]) -> list[tuple[int, int]]:
    """Rising numbers as ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def load(report: Path, cassette: Path, digest: str, count: int) -> Usage:
    """What the report says of the cassette in this state; replays of earlier states don't count.

    Raises:
        CassetteFormatError: it is not such a report.
    """
    usage = Usage(0, 0, set(range(count)))
    own = os.path.realpath(cassette)
    decode = msgspec.json.Decoder(Line).decode
    try:
        with report.open("rb") as file:
            while text := file.readline(_LONGEST):
                line = decode(text)
                if line.digest == digest and line.cassette == own and line.count == count:
                    usage.replays += 1
                    usage.unclean += not line.clean
                    unplayed = [range(first, last + 1) for first, last in line.unplayed if last < count]
                    usage.unplayed &= {place for one in unplayed for place in one}
    except OSError as error:
        raise unreadable(report, error) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise malformed(
            report,
            "it is not a report of replays",
            remedy=f"Make one: {VARIABLE}={report.name} while the tests replay.",
        ) from None
    return usage
