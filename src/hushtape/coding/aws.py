"""aws-chunked: the coding S3 clients put around a streamed upload, with a checksum behind it.

Lives here: undoing it. Must not: check signatures; put it back (only requests carry it).
It stands in Content-Encoding, but is framing: `hex[;chunk-signature=...]` CRLF, data, CRLF, and
trailer fields after the chunk of size 0 (Amazon S3 API, "Signature calculations: transferring a
payload in multiple chunks"). Called by: registry.
"""

from __future__ import annotations

from collections.abc import Iterator

from hushtape.coding.base import PieceDecoder, broken

LINE = 8192
"""Longest line of framing; a signature takes 85 bytes, a trailer's checksum fewer."""


class AwsChunkedDecoder(PieceDecoder):
    """Hands out the chunks' data. Framing and trailers (a checksum of the content) are dropped."""

    __slots__ = ("_ended", "_left", "_line", "_started", "_trailing")

    def __init__(self) -> None:
        super().__init__("aws-chunked")
        self._line = b""  # framing that has come so far
        self._left = 0  # bytes of the chunk that are still to come
        self._started = self._trailing = self._ended = False

    @property
    def complete(self) -> bool:
        return self._ended or not self._started

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        start = 0
        while start < len(data):
            if self._left:
                piece = data[start : start + self._left]
                self._left -= len(piece)
                self.produced += len(piece)
                start += len(piece)
                yield piece
                continue
            stop = data.find(b"\n", start)
            end = len(data) if stop < 0 else stop + 1
            self._line += data[start:end]
            start = end
            if len(self._line) > LINE:
                raise broken(self._coding, "a line of its framing is too long", self.produced)
            if stop >= 0:
                line, self._line = self._line.strip(), b""
                self._framing(line)

    def _framing(self, line: bytes) -> None:
        """One whole line: the end of a chunk's data, a chunk's head, or a trailer field."""
        if self._ended or self._trailing:
            self._ended = self._ended or not line
            return
        if not line:
            return
        try:
            size = int(line.split(b";", 1)[0], 16)
        except ValueError:
            size = -1
        if size < 0:
            raise broken(self._coding, "a chunk has no size", self.produced)
        self._left = size
        self._trailing = not size
