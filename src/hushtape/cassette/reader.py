"""An immutable view of a sealed cassette: requests in one pass, interactions one at a time.

Lives here: opening, the index of offsets, lazy reading. Must not: write, match, scrub. Called by: session/
(player), cli/. Memory: 16 bytes an interaction, and never a body of more than 64 KiB.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from hushtape.cassette import layout
from hushtape.cassette.bodies import FileBody, InlineBase64, InlineText, Pinned
from hushtape.cassette.document import Sources, interaction_from, request_from
from hushtape.cassette.headertext import HeaderTexts
from hushtape.cassette.info import Reader, parse_head
from hushtape.cassette.linescan import Found, find_lines
from hushtape.cassette.problems import malformed
from hushtape.cassette.stream import reduce
from hushtape.model import CHUNK, Body, Interaction, Request

_PIECE = 256 * 1024
_REQUEST_END = b'\n   },\n   "response": '
_EXTRA = b'\n   "hushtape": {\n'
_END_PIECE = 8 * 1024


class CassetteReader:
    """A sealed cassette. `read` may be called from any thread; bodies outlive `close`."""

    def __init__(self, file: Pinned, found: Found) -> None:
        self.path = file.path
        self._file: Pinned | None = file
        self._starts = found.starts
        self._ends = found.ends
        self._canonical = found.canonical
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
        file = Pinned(Path(path))
        found = find_lines(file)
        if found is None:
            from hushtape.cassette.foreign.opening import open_foreign  # most cassettes need none of it

            other = open_foreign(file)
            if not isinstance(other, Found):
                return other
            found = other
        return cls(file, found)

    @classmethod
    def empty(cls, path: Path) -> CassetteReader:
        """A cassette without interactions, of which there is no file."""
        with NamedTemporaryFile() as nothing:
            file = Pinned(Path(nothing.name))
        file.path = Path(path)
        return cls(file, Found(b"{}", array("Q"), array("Q"), True))

    def __len__(self) -> int:
        return len(self._starts)

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
        start = self._starts[ordinal]
        size = self._ends[ordinal] - start
        if size <= CHUNK:
            return interaction_from(file.read(start, size), self._sources, start)
        text, sources = self._reduced(file, start, start + size)
        return interaction_from(text, sources, start)

    def requests(self) -> Iterator[Request]:
        """All requests, in file order, in one pass that leaves responses unparsed."""
        block, base = b"", 0
        for start, end in zip(self._starts, self._ends, strict=True):
            if end - start > CHUNK:
                yield self._large_request(start, end)
                continue
            if end - base > len(block):
                base = start
                file = self._open_file()
                block = file.read(base, min(_PIECE, file.size - base))
            yield self._request(block, start - base, end - base, start)

    def _request(self, block: bytes, left: int, right: int, offset: int) -> Request:
        if self._canonical:
            after = block.find(_REQUEST_END, left, right)
            # Only a repeated field or a version other than 1.1 puts anything of a request elsewhere.
            if after >= 0 and block.find(b'    "request_', after, right) < 0:
                body = block[left + len(layout.START) : after + 5]
                return request_from(body, self._sources, offset, whole=False)
        return request_from(block[left:right], self._sources, offset, whole=True)

    def _large_request(self, start: int, end: int) -> Request:
        """A request of an interaction that is longer than 64 KiB: mostly its response is the long part.

        Then what is needed stands at both of its ends, and the long part is not read.
        """
        if self._canonical:
            file = self._open_file()
            top, bottom = file.read(start, _END_PIECE), file.read(end - _END_PIECE, _END_PIECE)
            after, extra = top.find(_REQUEST_END), bottom.rfind(_EXTRA)
            if after >= 0 and extra >= 0 and bottom.find(b'    "request_', extra) < 0:
                return request_from(top[len(layout.START) : after + 5], self._sources, start, whole=False)
        file = self._open_file()
        text, sources = self._reduced(file, start, end)
        return request_from(text, sources, start, whole=True)

    def _reduced(self, file: Pinned, start: int, end: int) -> tuple[bytes, Sources]:
        text, spans = reduce(file, start, end, self._canonical)

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
