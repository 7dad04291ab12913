"""The errors of this room, worded once.

Lives here: constructors for the cassette errors, so that each names file, place and remedy alike.
Must not: do I/O beyond counting lines for a message. Called by: every file of the room.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from hushtape.cassette.fields import culprit
from hushtape.errors import (
    CassetteFormatError,
    CassetteInUseError,
    CassetteNotFoundError,
    CassetteVersionError,
    CassetteWriteError,
)
from hushtape.model import Interaction

CHECK = "Restore the file from version control, or record it anew with mode 'all'."


def malformed(
    path: Path | str, found: str, *, offset: int | None = None, remedy: str = ""
) -> CassetteFormatError:
    """The file at `path` is not a cassette. `offset` in bytes; the line is counted from it."""
    line = None if offset is None else _line_of(path, offset)
    place = "" if offset is None else f" (line {line}, byte {offset})" if line else f" (byte {offset})"
    return CassetteFormatError(
        f"read the cassette {path}", found + place, remedy or CHECK, path=str(path), line=line, offset=offset
    )


def _line_of(path: Path | str, offset: int) -> int | None:
    """The 1-based line that holds byte `offset`; None where the file can't be read any more."""
    line = 1
    try:
        with Path(path).open("rb") as file:
            while offset > 0 and (piece := file.read(min(offset, 256 * 1024))):
                line += piece.count(b"\n")
                offset -= len(piece)
    except OSError:
        return None
    return line


def newer(path: Path | str, what: str, found: int, supported: int) -> CassetteVersionError:
    """The file was written by a newer release."""
    return CassetteVersionError(
        f"read the cassette {path}",
        f"its {what} is {found}, this hushtape reads up to {supported}",
        "Please upgrade hushtape (pip install --upgrade hushtape).",
        path=str(path),
        format=found,
        supported=supported,
    )


def missing(path: Path | str, asked: str = "") -> CassetteNotFoundError:
    """There is no such cassette."""
    return CassetteNotFoundError(
        asked or f"read the cassette {path}",
        "there is no such file",
        "Check the path, or record it first (mode 'once').",
        path=str(path),
    )


def unreadable(path: Path | str, error: OSError) -> CassetteFormatError | CassetteNotFoundError:
    """The file could not be opened or read."""
    if error.errno == errno.ENOENT:
        return missing(path)
    if error.errno == errno.EISDIR:
        return malformed(path, "it is a folder, not a file", remedy="Name the cassette's file.")
    if error.errno == errno.ELOOP:
        return malformed(path, "it is a symbolic link, which is not followed here")
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return malformed(path, f"it can't be read: {reason}", remedy="Check the file's permissions and its disk.")


def unwritable(
    path: Path | str, doing: str, error: OSError | None = None, found: str = "", remedy: str = ""
) -> CassetteWriteError:
    """Something could not be written; what was there before is untouched."""
    if error is not None:
        found = os.strerror(error.errno) if error.errno else type(error).__name__
    full = error is not None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if not remedy:
        remedy = "Free some disk space" if full else "Check that the folder exists and can be written"
        remedy += "; what had been recorded before is kept."
    return CassetteWriteError(doing, found, remedy, path=str(path))


def unfit(path: Path | str, interaction: Interaction, found: str) -> CassetteWriteError:
    """This interaction holds what no cassette may hold. `found`: what, without its value."""
    response = interaction.response
    asked, answered = culprit(interaction.request.headers.pairs), None
    if response is not None:
        heads = (response.head.headers, response.trailers, *(head.headers for head in response.informational))
        answered = culprit([pair for headers in heads for pair in headers.pairs])
    name = asked or answered
    place = "" if name is None else f" ({'request' if asked else 'response'} header {name})"
    what = "what stands there" if name is None else f"header {name}"
    return CassetteWriteError(
        f"record {interaction.request.method!a} {interaction.request.uri!a} on {path}",
        found + place,
        f"Let a callback remove or correct {what}, or let this host through with ignore_hosts.",
        path=str(path),
    )


def in_use(path: Path | str, owner: str | None) -> CassetteInUseError:
    """A live process (or this one) records on the cassette."""
    return CassetteInUseError(
        f"record on the cassette {path}",
        f"it is being recorded by {owner or 'another tape'}",
        "Close that tape first, or give this one another path.",
        path=str(path),
        owner=owner,
    )
