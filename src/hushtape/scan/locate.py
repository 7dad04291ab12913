"""The second pass over a text, made only where something was found: line, pointer, digest of each candidate.

Lives here: the walk that meets all candidates in order. Must not: judge, keep a value. Called by: scanner.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from hushtape.scan.finding import Candidate
from hushtape.scan.place import JsonPlace
from hushtape.scan.yaml_place import YamlPlace


class Place(Protocol):
    """Follows a document; `pointer` tells what stands at the end of what was fed."""

    def feed(self, data: bytes) -> None: ...

    def pointer(self) -> str: ...


class NoPlace:
    """Plain text has lines only."""

    def feed(self, data: bytes) -> None:
        return

    def pointer(self) -> str:
        return ""


class Located(Struct, frozen=True):
    """A candidate with its place. `mark`: the keyed digest of its value, b"" without a key."""

    candidate: Candidate
    line: int
    pointer: str
    mark: bytes


def place_of(kind: str) -> Place:
    """The walk for "json", "yaml" or anything else."""
    return JsonPlace() if kind == "json" else YamlPlace() if kind == "yaml" else NoPlace()


class Locator:
    """Meets candidates in the order of their starts."""

    def __init__(self, kind: str, key: bytes) -> None:
        self._place, self._key = place_of(kind), key
        self._line, self._base = 1, 0
        self._next = 0
        self._open: list[tuple[int, int, str, Any]] = []
        self._done: dict[int, Located] = {}

    def run(self, chunks: Iterable[bytes], found: Sequence[Candidate]) -> list[Located]:
        """All of them, located. `found` is sorted by start."""
        for chunk in chunks:
            self._feed(chunk, found)
            if self._next == len(found) and not self._open:
                break
        for number, line, pointer, digest in self._open:  # the text is shorter than it was
            self._finish(found[number], number, line, pointer, digest)
        return [self._done[number] for number in sorted(self._done)]

    def _feed(self, chunk: bytes, found: Sequence[Candidate]) -> None:
        at, base = 0, self._base
        still: list[tuple[int, int, str, Any]] = []
        for number, line, pointer, digest in self._open:
            still += self._value(chunk, base, found[number], number, line, pointer, digest)
        self._open = still
        while self._next < len(found) and found[self._next].start < base + len(chunk):
            one = found[self._next]
            to = max(at, one.start - base)
            self._pass(chunk[at:to])
            at = to
            digest = hmac.new(self._key, None, "sha256") if self._key else None
            self._open += self._value(chunk, base, one, self._next, self._line, self._place.pointer(), digest)
            self._next += 1
        if self._next < len(found):
            self._pass(chunk[at:])
        self._base += len(chunk)

    def _pass(self, data: bytes) -> None:
        self._place.feed(data)
        self._line += data.count(b"\n")

    def _value(
        self, chunk: bytes, base: int, one: Candidate, number: int, line: int, pointer: str, digest: Any
    ) -> list[tuple[int, int, str, Any]]:
        """Take in the part of a value that is in this chunk; what is still open afterwards."""
        if digest is not None:
            digest.update(chunk[max(0, one.start - base) : max(0, one.end - base)])
        if one.end > base + len(chunk):
            return [(number, line, pointer, digest)]
        self._finish(one, number, line, pointer, digest)
        return []

    def _finish(self, one: Candidate, number: int, line: int, pointer: str, digest: Any) -> None:
        mark = digest.digest() if digest is not None else b""
        self._done[number] = Located(one, line, pointer, mark)
