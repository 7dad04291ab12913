"""The matchers of a request's body: json_body, form_body, raw_body, and body, which picks one.

Lives here: reading both bodies the same way, their key, the places of placeholders, their differences.
Must not: parse by itself (documents), hold more than the bound. Called by: plan, shape.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from hushtape.matching import bodies, documents
from hushtape.matching.bodies import DigestedBody, Reading
from hushtape.matching.compare import fields
from hushtape.matching.documents import ABSENT, MASK
from hushtape.matching.placeholders import Placeholders
from hushtape.matching.text import around, as_json, first_difference, sized
from hushtape.model import Request

MAX_LINES: Final = 10
"""Most differences of one body that are told; a line says that there are more."""

BODY_MATCHERS: dict[str, Reading | None] = {
    "body": None,  # by content type
    "raw_body": "raw",
    "json_body": "json",
    "form_body": "form",
}

Places = frozenset[Any]
NOWHERE: Final[Places] = frozenset()
WHOLE: Final[Places] = frozenset([()])


class Document(Struct, frozen=True):
    """A body as one matcher reads it. `value` is None where it could not be read that way."""

    reading: Reading
    value: Any = None
    data: bytes | None = None
    digest: DigestedBody | None = None


def read(name: str, request: Request, limit: int) -> Document:
    """A request's body as the matcher `name` sees it; longer than `limit` bytes, by digest only."""
    content_type = bodies.content_type_of(request)
    by_type = bodies.reading(content_type)
    reading = BODY_MATCHERS[name] or by_type
    if reading == "form" and by_type == "multipart":
        reading = "multipart"
    data = bodies.whole(request.body, limit)
    if data is None or (reading == "raw" and request.body is None):
        return Document("raw", digest=bodies.digest(request.body))
    if reading == "json" and (parsed := documents.parse_json(data)) is not None:
        return Document("json", parsed[0], data)
    if reading == "form":
        return Document("form", documents.parse_form(data), data)
    return Document("raw", data=bodies.unbound(data, content_type) if reading == "multipart" else data)


def key(document: Document, masked: Places = NOWHERE) -> Hashable:
    """Equal for bodies that can match; the masked places are left out."""
    if masked == WHOLE:
        return MASK
    if document.reading == "json":
        return "json", documents.json_key(document.value, masked)
    if document.reading == "form":
        return "form", documents.form_key(document.value, masked)
    return _digest(document).digest


def places(document: Document, wild: Placeholders) -> Places:
    """Where the recorded body holds placeholders: JSON paths, form names, or WHOLE for raw text."""
    if document.reading == "json":
        return documents.json_places(document.value, wild)
    if document.reading == "form":
        return frozenset(name for name, value in document.value if wild.holds(value))
    if document.data is None:
        return NOWHERE
    return WHOLE if wild.within(_text(document.data)) else NOWHERE


def compare(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[str]:
    """The differences in words, at most `MAX_LINES` and a last one that says there are more."""
    found = list(islice(_differences(live, recorded, wild), MAX_LINES + 1))
    yield from found[:MAX_LINES]
    if len(found) > MAX_LINES:
        yield "body: more differences follow"


def _differences(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[str]:
    if live.data is not None and live.data == recorded.data:
        return
    if live.reading == recorded.reading == "json":
        for at, asked, stored in documents.json_differences(live.value, recorded.value, wild):
            yield f"body {at or '(whole)'}: {_json_sides(asked, stored)}"
    elif live.reading == recorded.reading == "form":
        yield from fields("form field", live.value, recorded.value, wild)
    else:
        yield from _raw(live, recorded, wild)


def _json_sides(asked: Any, stored: Any) -> str:
    if asked is ABSENT:
        return f"not asked, recorded {as_json(stored)}"
    if stored is ABSENT:
        return f"asked {as_json(asked)}, not recorded"
    if isinstance(asked, str) and isinstance(stored, str) and max(len(asked), len(stored)) > 100:
        shown_asked, shown_stored = around(asked, stored)
        return f"asked {shown_asked}, recorded {shown_stored}"
    return f"asked {as_json(asked)}, recorded {as_json(stored)}"


def _raw(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[str]:
    ours, theirs = live.data, recorded.data
    if ours is None or theirs is None:
        asked, stored = _digest(live), _digest(recorded)
        if asked != stored:
            how = "" if asked.size != stored.size else ", but other bytes"
            yield f"body: asked {sized(asked.size)}, recorded {sized(stored.size)}{how}"
        return
    if ours == theirs:
        return
    if wild is not None:
        text = _text(theirs)
        if wild.within(text) and wild.fits(text, _text(ours)):
            return
    yield _raw_line(ours, theirs)


def _raw_line(ours: bytes, theirs: bytes) -> str:
    at = first_difference(ours, theirs)
    start = max(at - 20, 0)
    asked, stored = around(_shown(ours[start : start + 80]), _shown(theirs[start : start + 80]))
    where = f" (they differ from byte {at:,} on; {sized(len(ours))} and {sized(len(theirs))})"
    return f"body: asked {asked}, recorded {stored}{where}"


def _digest(document: Document) -> DigestedBody:
    if document.digest is not None:
        return document.digest
    sink = bodies.BodyDigest()
    sink.feed(document.data or b"")
    return sink.finish()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _shown(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
