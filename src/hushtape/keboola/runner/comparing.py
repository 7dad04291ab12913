"""A component's outputs beside the expected ones.

Lives here: comparing `out/tables` and `out/files`, and showing differences. Must not: change files, know
cassettes. Called by: one. Tables are compared byte for byte but for line ends, manifests as JSON; hidden
files don't count. Files are read a piece at a time, and a difference is shown from its first line on, a
bounded number of lines: comparing all lines of two long files can take hours.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from hushtape.keboola.runner.outcome import Problem
from hushtape.sanitize.messages import WITHHELD

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

SECTIONS = ("tables", "files")
LINES = 12
"""Lines of a difference that are shown; `COMPARED` with `verbose`."""

COMPARED = 2000
"""Lines after the first difference that are compared; difflib takes n**2 steps at worst."""

LONGEST = 300
"""Characters of a line that are shown."""

WIDEST = 16 * 1024
"""Characters of a line that are looked through before it is cut; of a longer one nothing is shown."""

KEPT = 1024 * 1024
"""Bytes of lines before the first difference that are looked through with it."""

_CODED = re.compile(r"\s*[\w+/=-]{20,}\s*")

PIECE = 256 * 1024
MANIFEST = 16 * 1024 * 1024
"""Bytes up to which a manifest is read as JSON."""


def compare(
    expected: Path, actual: Path, *, verbose: bool = False, tell: Callable[[str], str] = str
) -> Iterator[Problem]:
    """What differs between two `out` folders, a problem a file. `tell` scrubs a line before it is cut."""
    for section in SECTIONS:
        wanted, found = files_in(expected / section), files_in(actual / section)
        for name in sorted(wanted.keys() | found.keys()):
            place = f"out/{section}/{name}"
            if name not in found:
                yield Problem("outputs", f"{place} is missing")
            elif name not in wanted:
                yield Problem("outputs", f"{place} was not expected")
            elif not same(wanted[name], found[name]):
                yield Problem("outputs", f"{place} differs", _shown(wanted[name], found[name], verbose, tell))


def files_in(folder: Path, *, hidden: bool = False) -> dict[str, Path]:
    """Path below the folder -> file, of those that count: nothing on their way is hidden. `hidden`: all."""
    found = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return {
        name: path
        for name, path in named.items()
        if hidden or not any(part[0] == "." for part in name.split("/"))
    }


def same(one: Path, other: Path) -> bool:
    """Whether two files say the same."""
    if one.name.endswith(".manifest"):
        first, second = _json(one), _json(other)
        if first is not None and second is not None:
            return bool(first[0] == second[0])
    with one.open("rb") as left, other.open("rb") as right:
        return all(a == b for a, b in zip_longest(_pieces(left), _pieces(right)))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    r"""The file with `\n` for `\r\n`, in pieces of one length but for the last."""
    held = carried = b""
    while piece := file.read(PIECE):
        piece = carried + piece
        carried = b"\r" if piece.endswith(b"\r") else b""  # its line feed may come next
        held += piece.removesuffix(carried).replace(b"\r\n", b"\n")
        while len(held) >= PIECE:
            yield held[:PIECE]
            held = held[PIECE:]
    yield held + carried


def _json(path: Path) -> tuple[Any] | None:
    """The file's document, in a pair of brackets; None if it is none."""
    try:
        return (json.loads(path.read_bytes()),) if path.stat().st_size <= MANIFEST else None
    except (ValueError, RecursionError):
        return None


def _shown(wanted: Path, found: Path, verbose: bool, tell: Callable[[str], str]) -> str:
    """The difference, from its first line on."""
    with wanted.open("rb") as left, found.open("rb") as right:
        before, after, same = _lines(left), _lines(right), _Same()
        first = next((pair for pair in zip_longest(before, after) if not same.has(*pair)), None)
        if first is None:
            return "only line ends differ: a lone carriage return, or a line feed at the end"
        one = [line for line in (first[0], *islice(before, COMPARED)) if line is not None]
        two = [line for line in (first[1], *islice(after, COMPARED)) if line is not None]
    if any(b"\0" in line for line in (*one, *two)):
        return f"binary files of {wanted.stat().st_size:,} and {found.stat().st_size:,} bytes"
    differing = _differing(_texts(one), _texts(two), same, tell)
    most = COMPARED if verbose else LINES
    more = ["... (more with --verbose)"] if len(differing) > most else []
    return "\n".join([f"--- expected, +++ found, from line {same.count + 1} on", *differing[:most], *more])


class _Same:
    """The lines before the first that differs, the last of them kept: what is packed may begin there."""

    def __init__(self) -> None:
        self.count = self._size = 0
        self._lines: deque[bytes] = deque()

    def has(self, one: bytes | None, other: bytes | None) -> bool:
        """Whether two lines are the same, and are kept."""
        if one != other or one is None:
            return False
        self.count += 1
        self._size += len(one)
        self._lines.append(one)
        while self._size > KEPT:
            self._size -= len(self._lines.popleft())
        return True

    def told(self, lines: list[str], tell: Callable[[str], str]) -> list[str]:
        """The lines behind them, as they may be shown. They are looked through together: what is in base64 or
        hex lies over several. Where lines are withheld, nobody knows any more which is which."""
        kept = [line.decode("utf-8", "backslashreplace") for line in self._lines]
        told = tell("\n".join([*kept, *lines])).split("\n")[len(kept) :]
        if len(told) != len(lines):
            return [WITHHELD] * len(lines)
        if len(kept) < self.count:  # it may begin further up
            return [WITHHELD if _CODED.fullmatch(line) else line for line in told]
        return told


def _differing(one: list[str], two: list[str], same: _Same, tell: Callable[[str], str]) -> list[str]:
    """The lines that differ, as they may be shown, with the signs of a diff before them."""
    changes = difflib.SequenceMatcher(None, one, two).get_opcodes()
    before, after = (list(map(_cut, side, same.told(side, tell))) for side in (one, two))
    found: list[str] = []
    for tag, first, last, begin, end in changes:
        if tag != "equal":
            found += [f"-{line}" for line in before[first:last]]
            found += [f"+{line}" for line in after[begin:end]]
    return found


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Its lines without their ends; one that is very long comes in parts."""
    while line := file.readline(PIECE):
        yield line.rstrip(b"\r\n")


def _texts(lines: list[bytes]) -> list[str]:
    return [line.decode("utf-8", "backslashreplace")[: WIDEST + 1] for line in lines]


def _cut(line: str, told: str) -> str:
    """What is shown of a line: what was not looked through whole may hide a secret, compressed."""
    return f"(a line of more than {WIDEST:,} characters)" if len(line) > WIDEST else told[:LONGEST]
