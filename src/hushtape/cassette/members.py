"""Reading back what a front end added to a cassette: a top-level member, or the items of a list.

Lives here: a walk over the keys at the top, in any layout of JSON. Must not: know what members mean, read
interactions. Called by: front ends. A list is read an item at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.problems import malformed
from hushtape.cassette.scanner import Scanner

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_MOST = 16 * 1024 * 1024
"""Bytes of one value."""


def read_member(path: Path, name: str) -> Any:
    """A top-level member of a cassette in any JSON layout; None if it has none of that name.

    Raises:
        CassetteNotFoundError: there is no such file. CassetteFormatError: it is no cassette, or the member
        is larger than 16 MiB.
    """
    file = Pinned(path)
    for key, scanner in _members(file):
        if key == name:
            start, end = scanner.skip()
            return _decoded(file, start, end)
        scanner.skip()
    return None


def read_list(path: Path, name: str) -> Iterator[Any]:
    """The items of a top-level list, one at a time; nothing if there is none. Raises as `read_member`."""
    file = Pinned(path)
    for key, scanner in _members(file):
        if key == name and scanner.next_token() == b"[":
            for _ in scanner.members(b"[", b"]"):
                start, end = scanner.skip()
                yield _decoded(file, start, end)
            return
        scanner.skip()


def _members(file: Pinned) -> Iterator[tuple[str, Scanner]]:
    """The keys at the top level; the caller passes each value."""
    scanner = Scanner(file)
    for _ in scanner.members(b"{", b"}"):
        yield scanner.key().decode("utf-8", "replace").strip('"'), scanner


def _decoded(file: Pinned, start: int, end: int) -> Any:
    if end - start > _MOST:
        raise malformed(file.path, f"a value at its top is larger than {_MOST >> 20} MiB", offset=start)
    text = file.read(start, end - start)
    try:
        try:
            return msgspec.json.decode(text)
        except (
            msgspec.MsgspecError
        ):  # NaN, and half a surrogate in a text: Python's json writes and reads them
            return json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = malformed(file.path, f"a value at its top is malformed: {str(error)[:200]}", offset=start)
    raise problem  # outside the handler: the error holds the text
