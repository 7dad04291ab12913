"""The matchers of a request's body: json_body, form_body, raw_body, and body, which picks one.

Lives here: reading both bodies the same way, their key, the places of placeholders, their differences.
Must not: parse by itself (documents), hold more than the bound. Called by: plan, shape.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from hushtape.matching import bodies, documents, multipart
from hushtape.matching.bodies import DigestedBody, Reading
from hushtape.matching.compare import fields
from hushtape.matching.documents import ABSENT, MASK, pointer
from hushtape.matching.ignored import NOTHING, LeftOut, without
from hushtape.matching.parts import View
from hushtape.matching.placeholders import Placeholders
from hushtape.matching.text import (
    NOT_SHOWN,
    WITHHELD,
    Difference,
    around,
    as_json,
    first_difference,
    is_hidden,
    is_telling,
    quoted,
    sized,
    told,
    visible,
)
from hushtape.model import BytesBody, Request

MORE: Final = "body: more differences follow"
MAX_LINES: Final = 10
"""Most differences of one body that are told; a line says that there are more."""

MOST_LOOKED_AT: Final = 1 << 20
"""Bytes of a body that no reading takes apart that are looked through before a piece of them is shown; of
longer ones the report tells sizes and place."""

BODY_MATCHERS: dict[str, Reading | None] = {
    "body": None,  # by content type
    "raw_body": "raw",
    "json_body": "json",
    "form_body": "form",
}

TREES: Final = ("json", "multipart")
"""Readings whose value is compared like JSON, by pointer."""

NAMED: Final = {"json": "JSON", "form": "a form", "multipart": "multipart", "raw": "bytes"}

LONG: Final = " (longer than max_callback_body, so their digests were compared)"

Places = frozenset[Any]
NOWHERE: Final[Places] = frozenset()
WHOLE: Final[Places] = frozenset([()])
BETWEEN: Final = "between"
"""Of raw text a place is (BETWEEN, characters before the first placeholder, characters behind the last)."""


class Document(Struct, frozen=True):
    """A body as one matcher reads it. `value` is None where it could not be read that way; `long`: it would
    have been read, were it not above the bound."""

    reading: Reading
    value: Any = None
    data: bytes | None = None
    digest: DigestedBody | None = None
    left_out: LeftOut = NOTHING
    long: bool = False


def read(name: str, view: View, limit: int) -> Document:
    """A request's body as the matcher `name` sees it; longer than `limit` bytes, by digest only."""
    request, left_out = view.request, view.left_out
    content_type = bodies.content_type_of(request)
    by_type = bodies.reading(content_type)
    reading = BODY_MATCHERS[name] or by_type
    if reading == "form" and by_type == "multipart":
        reading = "multipart"
    data = bodies.whole(request.body, limit)
    if data is None or (reading == "raw" and request.body is None):
        return Document("raw", digest=_digested(request, reading == "multipart"), long=reading != "raw")
    if reading == "multipart":
        parts = multipart.parts(data, content_type, partial(_part, left_out=left_out))
        if parts is None:
            return Document("raw", data=multipart.unbound(data, content_type))
        return Document("multipart", [one for one in parts if one.get(multipart.NAME) not in left_out.form])
    if reading == "json" and (name == "json_body" or bodies.may_be_json(data)):
        parsed = documents.parse_json(data)
        if parsed is not None:
            return Document("json", without(parsed[0], left_out.json), data, None, left_out)
    if reading == "form":
        fields_sent = [pair for pair in documents.parse_form(data) if pair[0] not in left_out.form]
        return Document("form", fields_sent, data, None, left_out)
    return Document("raw", data=data)


def _digested(request: Request, unbound: bool) -> DigestedBody:
    found = bodies.digest(request.body, bodies.content_type_of(request))
    return DigestedBody(found.size, found.unbound, found.unbound) if unbound else found


def _part(content: bytes, content_type: str, left_out: LeftOut) -> Any:
    """The content of a part: a JSON value, or text."""
    if bodies.may_be_json(content) and bodies.reading(content_type) == "json":
        parsed = documents.parse_json(content)
        if parsed is not None:
            return without(parsed[0], left_out.json)
    return _text(content)


def may_hold(view: View, wild: Placeholders) -> bool:
    """A cheap look for placeholders, before the body is parsed."""
    body = view.request.body
    if isinstance(body, BytesBody):
        # Escapes may hide one: of JSON, of forms.
        return any(mark in body.data for mark in (b"\\", b"%", *wild.octets))
    return body is not None


def key(document: Document, masked: Places = NOWHERE) -> Hashable:
    """Equal for bodies that can match; the masked places are left out."""
    if masked == WHOLE:
        return MASK
    if document.reading in TREES:
        return document.reading, documents.json_key(document.value, masked)
    if document.reading == "form":
        return "form", documents.form_key(document.value, masked)
    for place in masked:
        if document.data is not None and _is_between(place):
            _, before, behind = place
            text = _text(document.data)
            return text[:before], text[max(len(text) - behind, before) :]
    return _digest(document).digest


def places(document: Document, wild: Placeholders) -> Places:
    """Where the recorded body holds placeholders: JSON paths, form names, what is between in raw text."""
    if document.reading in TREES:
        return documents.json_places(document.value, wild)
    if document.reading == "form":
        return frozenset(name for name, value in document.value if wild.holds(value))
    if document.data is None:
        return NOWHERE
    text = _text(document.data)
    return frozenset([(BETWEEN, *wild.ends(text))]) if wild.within(text) else NOWHERE


def coarse(masked: Places) -> Places:
    """Fewer places, that leave out more: of raw text up to a third of either end, else the whole body."""
    return frozenset([_coarse(place) for place in masked]) if any(map(_is_between, masked)) else WHOLE


def _is_between(place: Any) -> bool:
    return place[:1] == (BETWEEN,) and len(place) == 3 and isinstance(place[1], int)


def _coarse(place: Any) -> Any:
    """Lengths cut down to the two highest bits."""
    shifts = [max(length.bit_length() - 2, 0) for length in place[1:]]
    return (BETWEEN, *[length >> shift << shift for length, shift in zip(place[1:], shifts, strict=True)])


def compare(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[Difference]:
    """The differences in words, at most `MAX_LINES` and a last one that says there are more."""
    found = list(islice(_differences(live, recorded, wild), MAX_LINES + 1))
    yield from found[:MAX_LINES]
    if len(found) > MAX_LINES:
        yield Difference(MORE)


def _differences(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[Difference]:
    if live.reading != recorded.reading:
        yield next(_raw(live, recorded, wild), Difference(_read_as(live, recorded)))
    elif live.data is not None and live.data == recorded.data and live.left_out is recorded.left_out:
        return
    elif live.reading in TREES:
        shown = _may_be_shown(live) and _may_be_shown(recorded)
        for at, asked, stored in documents.json_differences(live.value, recorded.value, wild):
            if not shown:
                hidden = tuple(one if isinstance(one, int) else WITHHELD for one in at)
                yield Difference(f"body {pointer(hidden) or '(whole)'}: {_withheld_sides(asked, stored)}")
                continue
            sides = _json_sides(asked, stored)
            if live.reading == "json":
                yield Difference(f"body {_place(at) or '(whole)'}: {sides}", "json", at)
            else:
                yield _of_part(at, sides, live, recorded)
    elif live.reading == "form":
        shown = _may_be_shown(live) and _may_be_shown(recorded)
        yield from fields("form field", live.value, recorded.value, wild, shown=shown)
    else:
        yield from _raw(live, recorded, wild)


def _place(at: tuple[str | int, ...]) -> str:
    """A pointer as it may be shown: its own escapes (`~1`) hide from the audit what a name is."""
    shown = (WITHHELD if isinstance(one, str) and is_hidden(one) else one for one in at)
    return visible(pointer(tuple(shown)))


def _read_as(live: Document, recorded: Document) -> str:
    """The same bytes under content types that mean something else."""
    return f"body: asked as {NAMED[live.reading]}, recorded as {NAMED[recorded.reading]}"


def _of_part(at: tuple[str | int, ...], sides: str, *both: Document) -> Difference:
    """The line speaks of "part 2 'file' /content": a pointer into parts, for people."""
    if not at or not isinstance(at[0], int):
        return Difference(f"body parts: {sides}")
    parts = [one.value[at[0]] for one in both if at[0] < len(one.value)]
    names = [part[multipart.NAME] for part in parts if multipart.NAME in part]
    named = f" {quoted(names[0])}" if names else ""
    below = f" {_place(at[1:])}" if at[1:] else ""
    line = f"body part {at[0] + 1}{named}{below}: {sides}"
    if at[1:2] == ("content",) and len(at) > 2:
        return Difference(line, "json", at[2:])
    return Difference(line, "form" if names else "", names[0] if names else "")


def _json_sides(asked: Any, stored: Any) -> str:
    if asked is ABSENT:
        return f"not asked, recorded {as_json(stored)}"
    if stored is ABSENT:
        return f"asked {as_json(asked)}, not recorded"
    if isinstance(asked, str) and isinstance(stored, str) and max(len(asked), len(stored)) > 100:
        shown_asked, shown_stored = around(asked, stored)
        return f"asked {shown_asked}, recorded {shown_stored}"
    return f"asked {as_json(asked)}, recorded {as_json(stored)}"


def _withheld_sides(asked: Any, stored: Any) -> str:
    if asked is ABSENT or stored is ABSENT:
        return f"not asked, recorded {WITHHELD}" if asked is ABSENT else f"asked {WITHHELD}, not recorded"
    return NOT_SHOWN


def _may_be_shown(document: Document) -> bool:
    """Whether members may be shown one by one: nothing is hidden in all of them, in pieces in a list, say."""
    if not is_telling():
        return True
    data = document.data
    return _may_be_cut(json.dumps(document.value, default=str).encode() if data is None else data)


def _raw(live: Document, recorded: Document, wild: Placeholders | None) -> Iterator[Difference]:
    ours, theirs = live.data, recorded.data
    if ours is None or theirs is None:
        asked, stored = _digest(live), _digest(recorded)
        if asked.digest != stored.digest:
            how = "" if asked.size != stored.size else ", but other bytes"
            read = LONG if live.long or recorded.long else ""
            yield Difference(f"body: asked {sized(asked.size)}, recorded {sized(stored.size)}{how}{read}")
        return
    if ours == theirs:
        return
    if wild is not None:
        text = _text(theirs)
        if wild.within(text) and wild.fits(text, _text(ours)):
            return
    yield Difference(_raw_line(ours, theirs))


def _raw_line(ours: bytes, theirs: bytes) -> str:
    at = first_difference(ours, theirs)
    start = max(at - 20, 0)
    if not _may_be_cut(ours) or not _may_be_cut(theirs):
        return f"body: asked {sized(len(ours))}, recorded {sized(len(theirs))}, other from byte {at:,} on"
    asked, stored = around(_shown(ours[start : start + 80]), _shown(theirs[start : start + 80]))
    where = f" (they differ from byte {at:,} on; {sized(len(ours))} and {sized(len(theirs))})"
    return f"body: asked {asked}, recorded {stored}{where}"


def _may_be_cut(data: bytes) -> bool:
    """Whether a piece of a body may be shown: nothing is hidden in the whole of it."""
    text = _text(data) if len(data) <= MOST_LOOKED_AT else ""
    return bool(text) == bool(data) and told(text) is text


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
