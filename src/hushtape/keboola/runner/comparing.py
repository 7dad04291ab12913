"""A component's outputs beside the expected ones.

Lives here: comparing `out/tables` and `out/files`, and showing differences. Must not: change files, know
cassettes. Called by: one. Tables are compared byte for byte but for line ends, manifests as JSON; hidden
files don't count. Files are read a piece at a time; the lines of a difference are bounded.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from hushtape.keboola.runner.outcome import Problem

SECTIONS = ("tables", "files")
LINES = 12
"""Lines of a difference that are shown; all with `verbose`."""

SHOWN = 2 * 1024 * 1024
"""Bytes of files up to which their difference is shown line by line."""


def compare(expected: Path, actual: Path, *, verbose: bool = False) -> Iterator[Problem]:
    """What differs between two `out` folders, a problem a file."""
    for section in SECTIONS:
        wanted, found = _files(expected / section), _files(actual / section)
        for name in sorted(wanted.keys() | found.keys()):
            place = f"out/{section}/{name}"
            if name not in found:
                yield Problem("outputs", f"{place} is missing")
            elif name not in wanted:
                yield Problem("outputs", f"{place} was not expected")
            elif not same(wanted[name], found[name]):
                yield Problem("outputs", f"{place} differs", _shown(wanted[name], found[name], verbose))


def same(one: Path, other: Path) -> bool:
    """Whether two files say the same."""
    if one.name.endswith(".manifest"):
        first, second = _json(one), _json(other)
        if first is not None and second is not None:
            return bool(first[0] == second[0])
    with one.open("rb") as left, other.open("rb") as right:
        pairs = zip_longest(left, right, fillvalue=b"")
        return all(a == b or a.replace(b"\r\n", b"\n") == b.replace(b"\r\n", b"\n") for a, b in pairs)


def _files(folder: Path) -> dict[str, Path]:
    """Path below the folder -> file."""
    found = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path for name, path in named.items() if not any(part[0] == "." for part in name.split("/"))}


def _json(path: Path) -> tuple[Any] | None:
    """The file's document, in a pair of brackets; None if it is none."""
    try:
        return (json.loads(path.read_bytes()),)
    except (ValueError, RecursionError):
        return None


def _shown(wanted: Path, found: Path, verbose: bool) -> str:
    sizes = wanted.stat().st_size, found.stat().st_size
    if max(sizes) > SHOWN:
        return f"expected {sizes[0]:,} bytes, found {sizes[1]:,}: too long to be shown"
    try:
        before, after = (path.read_text("utf-8").splitlines() for path in (wanted, found))
    except UnicodeDecodeError:
        return f"binary files of {sizes[0]:,} and {sizes[1]:,} bytes"
    lines = difflib.unified_diff(before, after, "expected", "found", lineterm="", n=1)
    most = None if verbose else LINES
    shown = list(islice(lines, most))
    if next(lines, None) is not None:
        shown.append("... (more with --verbose)")
    return "\n".join(shown)
