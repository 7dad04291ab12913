"""A cassette of another tool behind the same seam: offsets in memory, interactions read one at a time.

Lives here: `ForeignReader`, and what a format has to know (`Dialect`). Must not: know a format. Called by:
opening, vcr_json. Memory: 16 bytes an interaction, and one of them while it is read; bodies of more than 64
KiB in a JSON file stay there.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import msgspec

from hushtape.cassette import offsets
from hushtape.cassette.bodies import InlineBase64, InlineText, Pinned
from hushtape.cassette.document import FAULTS, explain
from hushtape.cassette.foreign.plain import Span
from hushtape.cassette.info import CassetteInfo
from hushtape.cassette.longstrings import reduce
from hushtape.cassette.problems import malformed
from hushtape.errors import CassetteFormatError
from hushtape.model import CHUNK, Body, Interaction, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

T = TypeVar("T")


class Dialect(Protocol):
    """What one format's interactions look like. Both may raise FieldError or what msgspec raises."""

    def interaction(self, file: Pinned, start: int, end: int) -> Interaction:
        """The interaction that stands at these bytes of the file."""

    def request(self, file: Pinned, start: int, end: int) -> Request:
        """Only its request."""


class ForeignReader:
    """A sealed cassette. `read` may be called from any thread; bodies outlive `close`."""

    def __init__(
        self, file: Pinned, info: CassetteInfo, starts: array[int], ends: array[int], dialect: Dialect
    ) -> None:
        self.path = file.path
        self.info = info
        self._file: Pinned | None = file
        self._starts = starts
        self._ends = ends
        self._dialect = dialect
        self.recalled = False
        """The offsets were remembered, not found just now."""

    def __len__(self) -> int:
        return len(self._starts)

    def scan_anew(self) -> bool:
        """Nothing was remembered of the file."""
        return False

    def is_current(self) -> bool:
        """The file that is open here still stands under its name, unchanged."""
        return self._file is not None and self._file.is_current()

    def close(self) -> None:
        """Let go of the file; bodies that are still being read keep it open."""
        self._file = None

    def read(self, ordinal: int) -> Interaction:
        """The interaction that stands at this place of the file, counted from 0.

        Raises:
            CassetteFormatError: it is malformed, or holds what can't be replayed.
        """
        return self._found(self._interaction, ordinal)

    def requests(self) -> Iterator[Request]:
        """All requests, in file order, in one pass."""
        for ordinal in range(len(self._starts)):
            yield self._found(self._request, ordinal)

    def _interaction(self, file: Pinned, ordinal: int) -> Interaction:
        return self._dialect.interaction(file, self._starts[ordinal], self._ends[ordinal])

    def _request(self, file: Pinned, ordinal: int) -> Request:
        return self._dialect.request(file, self._starts[ordinal], self._ends[ordinal])

    def _found(self, parse: Callable[[Pinned, int], T], ordinal: int) -> T:
        if self._file is None:
            raise malformed(self.path, "it has been closed", remedy="Read before the tape closes.")
        try:
            return parse(self._file, ordinal)
        except CassetteFormatError:
            self._doubt()
            raise
        except FAULTS as error:
            self._doubt()
            problem = explain(error, self.path, self._starts[ordinal])
        raise problem  # outside the handler: a fault may hold what it stumbled over

    def _doubt(self) -> None:
        """If what was remembered is to blame, the next opening will do without."""
        if self.recalled and self._file is not None:
            offsets.forget(self._file)


def json_text(file: Pinned, start: int, end: int, keys: tuple[bytes, ...]) -> tuple[bytes, Span]:
    """A JSON text whose long strings under `keys` stay in the file, and what gives them as bodies."""
    if end - start <= CHUNK:
        return file.read(start, end - start), no_spans
    text, spans = reduce(file, start, end, False, keys)

    def span(number: int, kind: str) -> Body:
        if not 0 <= number < len(spans):
            return no_spans(number, kind)
        left, right = spans[number]
        return InlineText(file, left, right) if kind == "string" else InlineBase64(file, left, right)

    return text, span


def no_spans(number: int, kind: str) -> Body:
    """Where nothing was left in the file, an object that looks like it is a forgery."""
    raise msgspec.ValidationError("a body has none of the keys that a body may have")
