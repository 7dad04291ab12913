"""vcrpy's JSON, and keboola.vcr's: an interaction's text as plain values.

Lives here: decoding one interaction, its long bodies left in the file; where requests end, remembered. Must
not: know what the values mean (vcr). Called by: opening. An interaction that holds a `hushtape` object (a
cassette of ours that lost its head, or a converted one) is read as ours.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct, structs

from hushtape.cassette import offsets
from hushtape.cassette.bodies import FileBody, Pinned
from hushtape.cassette.document import Sources, interaction_from
from hushtape.cassette.foreign import vcr
from hushtape.cassette.foreign.lazy import ForeignReader, json_text, no_spans
from hushtape.cassette.foreign.plain import Span
from hushtape.cassette.info import KEBOOLA, CassetteInfo
from hushtape.cassette.linescan import Found
from hushtape.cassette.requestplace import request_reach
from hushtape.cassette.stream import find_values
from hushtape.model import CHUNK, Interaction, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_KEYS = (b'"string"', b'"base64"', b'"base64_string"', b'"body"', b'"content"')
_NOTHING = Raw()


class _Whole(Struct, frozen=True):
    request: Any
    response: Any = None
    hushtape: Raw = _NOTHING


class _Asked(Struct, frozen=True):
    request: Any
    hushtape: Raw = _NOTHING


_decode = msgspec.json.Decoder(_Whole).decode
_decode_asked = msgspec.json.Decoder(_Asked).decode


class VcrJson:
    """The dialect. `keboola`: keboola.vcr wrote the file."""

    def __init__(self, *, keboola: bool) -> None:
        self._keboola = keboola

    def interaction(self, file: Pinned, start: int, end: int) -> Interaction:
        text, span = json_text(file, start, end, _KEYS)
        found = _decode(text)
        if found.hushtape:
            return ours(text, file.path, start, span)
        return vcr.interaction_of(found.request, found.response, span, keboola=self._keboola)

    def request(self, file: Pinned, start: int, end: int) -> Request:
        text, span = json_text(file, start, end, _KEYS)
        found = _decode_asked(text)
        if found.hushtape:
            return ours(text, file.path, start, span).request
        return vcr.request_of(found.request, span)

    def asked(self, text: bytes) -> Request:
        """The request of an interaction of which only that is given."""
        return vcr.request_of(_decode_asked(text).request, no_spans)


class VcrJsonReader(ForeignReader):
    """A sealed cassette. Of a large one it is remembered where interactions stand, how far requests reach.

    Most of a long interaction is its answer, which the pass over the requests then leaves unread.
    """

    def __init__(self, file: Pinned, info: CassetteInfo, found: Found, began: int) -> None:
        """`began`: when the search for `found` began, in nanoseconds since 1970."""
        self._json = VcrJson(keboola=info.source == KEBOOLA)
        super().__init__(file, info, found.starts, found.ends, self._json)
        self._began = began
        self._took(found)

    def _took(self, found: Found) -> None:
        reaches = found.reaches or array("I", bytes(4 * len(found.starts)))
        self._places = structs.replace(found, reaches=reaches)
        self._starts, self._ends = found.starts, found.ends
        self.recalled = found.recalled

    def requests(self) -> Iterator[Request]:
        """All requests, in file order, in one pass."""
        yield from super().requests()
        if self._file is not None:
            offsets.remember(self._file, self._places, self._began)

    def scan_anew(self) -> bool:
        """Forget what was remembered of the file, and look for its interactions; False: nothing was."""
        if not self.recalled or self._file is None:
            return False
        offsets.forget(self._file)
        self._took(find_values(self._file))
        return True

    def _request(self, file: Pinned, ordinal: int) -> Request:
        start, end = self._starts[ordinal], self._ends[ordinal]
        reaches = self._places.reaches
        if end - start > CHUNK and not reaches[ordinal]:
            reaches[ordinal] = request_reach(file, start, end, plain=True)
        reach = reaches[ordinal]
        if not reach:
            return super()._request(file, ordinal)
        return self._json.asked(file.read(start, reach) + b"}")


def ours(text: bytes, path: Path, offset: int, span: Span) -> Interaction:
    """An interaction with a `hushtape` object."""
    sources = Sources(path, {}, file=lambda name, size: FileBody(path, name, size), span=span)
    return interaction_from(text, sources, offset)
