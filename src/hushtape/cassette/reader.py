"""An immutable view of a sealed cassette: requests in one pass, interactions one at a time.

Lives here: opening, the index of offsets, lazy reading. Must not: write, match, scrub. Called by: session/
(player), cli/. Memory: 20 bytes an interaction, and never a body of more than 64 KiB.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from msgspec import structs

from hushtape import clock
from hushtape.cassette import layout, offsets
from hushtape.cassette.bodies import FileBody, InlineBase64, InlineText, Pinned
from hushtape.cassette.document import Sources, interaction_from, request_from
from hushtape.cassette.headertext import HeaderTexts
from hushtape.cassette.info import Reader, is_ours, parse_head
from hushtape.cassette.linescan import Found, find_lines
from hushtape.cassette.longstrings import reduce
from hushtape.cassette.problems import malformed
from hushtape.cassette.requestplace import request_reach
from hushtape.errors import CassetteError, CassetteFormatError
from hushtape.model import CHUNK, Body, Interaction, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_PIECE = 256 * 1024
_NEAR = 8 * 1024  # bytes up to which it is cheaper to read on through an interaction than to leap over it
_REQUEST_END = b'\n   },\n   "response": '
_EXTRA = b'\n   "hushtape": {\n'
_END_PIECE = 8 * 1024


class CassetteReader:
    """A sealed cassette. `read` may be called from any thread; bodies outlive `close`."""

    def __init__(self, file: Pinned, found: Found, began: int = 0) -> None:
        """`began`: when the search for `found` began, in nanoseconds since 1970."""
        self.path = file.path
        self._file: Pinned | None = file
        self._began = began
        self._took(found)
        self.info, certificates = parse_head(found.head, file.path)
        self._texts = HeaderTexts()
        self._sources = Sources(file.path, certificates, file=self._body_file, texts=self._texts)

    @classmethod
    def open(cls, path: Path) -> Reader:
        """Open the cassette and find its interactions: hushtape's, or another tool's, told by its content.

        Raises:
            CassetteNotFoundError: there is none.
            CassetteFormatError: it is cut, nested too deeply, or of a format that can't be read.
            CassetteVersionError: a newer hushtape wrote it.
            MissingDependencyError: it is YAML, and PyYAML is not installed.
        """
        file, began = Pinned(Path(path)), clock.now_ns()
        known = offsets.recall(file)
        if known is not None:
            try:
                return _opened(file, known, began)
            except CassetteError:
                offsets.forget(file)
        return _opened(file, _search(file), began)

    def _took(self, found: Found) -> None:
        """These are the file's interactions."""
        reaches = found.reaches or array("I", bytes(4 * len(found.starts)))
        self._found = structs.replace(found, reaches=reaches)

    @classmethod
    def empty(cls, path: Path) -> CassetteReader:
        """A cassette without interactions, of which there is no file."""
        with NamedTemporaryFile() as nothing:
            file = Pinned(Path(nothing.name))
        file.path = Path(path)
        return cls(file, Found(b"{}", array("Q"), array("Q"), True))

    def __len__(self) -> int:
        return len(self._found.starts)

    def is_current(self) -> bool:
        """The file that is open here still stands under its name, unchanged."""
        return self._file is not None and self._file.is_current()

    def close(self) -> None:
        """Let go of the file; bodies that are still being read keep it open."""
        self._file = None

    def _open_file(self) -> Pinned:
        if self._file is None:
            raise malformed(self.path, "it has been closed", remedy="Read before the tape closes.")
        return self._file

    def read(self, ordinal: int) -> Interaction:
        """The interaction that stands at this place of the file, counted from 0.

        Raises:
            CassetteFormatError: it is malformed, or holds what can't be replayed.
        """
        file = self._open_file()
        start, end = self._found.starts[ordinal], self._found.ends[ordinal]
        try:
            if end - start <= CHUNK:
                return interaction_from(file.read(start, end - start), self._sources, start)
            text, sources = self._reduced(file, start, end)
            return interaction_from(text, sources, start)
        except CassetteFormatError:
            if self._found.recalled:
                offsets.forget(file)  # if that was to blame, the next opening will do without
            raise

    def requests(self) -> Iterator[Request]:
        """All requests, in file order, in one pass that leaves responses unparsed."""
        yield from self._pass()
        offsets.remember(self._open_file(), self._found, self._began)

    def scan_anew(self) -> bool:
        """Forget what was remembered of the file, and look for its interactions; False: nothing was."""
        if not self._found.recalled:
            return False
        file = self._open_file()
        offsets.forget(file)
        found = _search(file)
        if isinstance(found, Found):
            self._took(found)
        return isinstance(found, Found)

    def _pass(self) -> Iterator[Request]:
        file, found = self._open_file(), self._found
        block, base = b"", 0
        for ordinal, (start, end) in enumerate(zip(found.starts, found.ends, strict=True)):
            reach = found.reaches[ordinal]
            if reach and end - start > _NEAR:
                yield self._reached(file.read(start, reach), start)
                continue
            if end - start > CHUNK:
                yield self._large_request(file, ordinal)
                continue
            if end - base > len(block):
                base = start
                block = file.read(base, min(_PIECE, file.size - base))
            if reach:
                yield self._reached(block[start - base : start - base + reach], start)
            else:
                yield self._request(block, start - base, end - base, ordinal)

    def _reached(self, text: bytes, offset: int) -> Request:
        """The request of an interaction, from its start to the end of the request's object."""
        return request_from(text + b"}", self._sources, offset, whole=True)

    def _request(self, block: bytes, left: int, right: int, ordinal: int) -> Request:
        found = self._found
        if found.canonical:
            after = block.find(_REQUEST_END, left, right)
            # Only a repeated field or a version other than 1.1 puts anything of a request elsewhere.
            if after >= 0 and block.find(b'    "request_', after, right) < 0:
                found.reaches[ordinal] = after + 5 - left
                text = block[left + len(layout.START) : after + 5]
                return request_from(text, self._sources, found.starts[ordinal], whole=False)
        return request_from(block[left:right], self._sources, found.starts[ordinal], whole=True)

    def _large_request(self, file: Pinned, ordinal: int) -> Request:
        """A request of an interaction that is longer than 64 KiB: mostly its response is the long part.

        Then what is needed stands at both of its ends, and the long part is not read.
        """
        found = self._found
        start, end = found.starts[ordinal], found.ends[ordinal]
        reach = _canonical_reach(file, start, end) if found.canonical else request_reach(file, start, end)
        if reach:
            found.reaches[ordinal] = reach
            return self._reached(file.read(start, reach), start)
        text, sources = self._reduced(file, start, end)
        return request_from(text, sources, start, whole=True)

    def _reduced(self, file: Pinned, start: int, end: int) -> tuple[bytes, Sources]:
        text, spans = reduce(file, start, end, self._found.canonical)

        def span(number: int, kind: str) -> Body:
            if not 0 <= number < len(spans):
                raise malformed(self.path, "a body has none of the keys string, base64, file", offset=start)
            left, right = spans[number]
            return InlineText(file, left, right) if kind == "string" else InlineBase64(file, left, right)

        return text, Sources(
            self.path, self._sources.certificates, file=self._body_file, span=span, texts=self._texts
        )

    def _body_file(self, name: str, size: int) -> Body:
        return FileBody(self.path, name, size)


def _search(file: Pinned) -> Found | Reader:
    """Where the interactions stand in a JSON file, or the reader for another format."""
    found = find_lines(file)
    if found is not None:
        return found
    from hushtape.cassette.foreign.opening import open_foreign  # most cassettes need none of it

    return open_foreign(file)


def _opened(file: Pinned, found: Found | Reader, began: int) -> Reader:
    if not isinstance(found, Found):
        return found
    if found.canonical or is_ours(found.head, file.path):
        return CassetteReader(file, found, began)
    from hushtape.cassette.foreign.opening import open_vcr

    return open_vcr(file, found, began)


def _canonical_reach(file: Pinned, start: int, end: int) -> int:
    """How far the request reaches, from both ends of an interaction of ours; 0: that can't be told."""
    top, bottom = file.read(start, _END_PIECE), file.read(end - _END_PIECE, _END_PIECE)
    after, extra = top.find(_REQUEST_END), bottom.rfind(_EXTRA)
    return after + 5 if after >= 0 and extra >= 0 and bottom.find(b'    "request_', extra) < 0 else 0
