"""vcrpy's JSON, and keboola.vcr's: an interaction's text as plain values.

Lives here: decoding one interaction, its long bodies left in the file. Must not: know what the values mean
(vcr). Called by: opening. An interaction that holds a `hushtape` object (a cassette of ours that lost its
head, or a converted one) is read as ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hushtape.cassette.bodies import FileBody, Pinned
from hushtape.cassette.document import Sources, interaction_from
from hushtape.cassette.foreign import vcr
from hushtape.cassette.foreign.lazy import json_text
from hushtape.cassette.foreign.plain import Span
from hushtape.model import Interaction, Request

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


def ours(text: bytes, path: Path, offset: int, span: Span) -> Interaction:
    """An interaction with a `hushtape` object."""
    sources = Sources(path, {}, file=lambda name, size: FileBody(path, name, size), span=span)
    return interaction_from(text, sources, offset)
