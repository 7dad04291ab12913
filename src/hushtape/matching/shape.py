"""Index keys, whole and with the places left out that hold placeholders.

Lives here: what of a request goes into its key, per matcher; `Shape`, the places of one recorded request.
Must not: compare, keep an index (the session does). Called by: plan.

Recorded requests with placeholders in the same places share a shape, so a tape has as many shapes as its
program has kinds of requests, a handful, however long it is: one look-up a shape, not one an interaction.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from msgspec import Struct

from hushtape.matching import compare_body
from hushtape.matching.compare import field_values
from hushtape.matching.compare_body import NOWHERE, Places
from hushtape.matching.documents import MASK
from hushtape.matching.parts import View, pairs, query_key
from hushtape.matching.placeholders import Placeholders, segments

IN_PATH: Final = frozenset(("path", "uri"))
IN_QUERY: Final = frozenset(("query", "uri"))


class Shape(Struct, frozen=True):
    """The places of a recorded request that hold placeholders. Hashable.

    Attributes:
        segments: positions of path segments, from 0 (before the first slash).
        query: names of query parameters; all values of such a name are left out of the key.
        headers: lower-case header names, likewise.
        body: per body matcher, JSON paths ("*" for list items), form names, or the ends of raw text.
    """

    segments: tuple[int, ...] = ()
    query: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    body: tuple[tuple[str, Places], ...] = ()

    def coarse(self, *, whole: bool = False) -> Shape:
        """The same, with fewer places of the body: for tapes whose bodies hold them in ever new ones.

        Args:
            whole: leave the body out as a whole.
        """
        look = compare_body.coarse
        body = tuple([(name, compare_body.WHOLE if whole else look(places)) for name, places in self.body])
        return Shape(self.segments, self.query, self.headers, body)


def shape_of(names: tuple[str, ...], view: View, wild: Placeholders, limit: int) -> Shape | None:
    """The shape of a recorded request, in the places its matchers look at; None if none has any."""
    found = Shape(
        _segments(view, wild) if not IN_PATH.isdisjoint(names) else (),
        _query(view, wild) if not IN_QUERY.isdisjoint(names) else frozenset(),
        _headers(view, wild) if "headers" in names else frozenset(),
        _body(names, view, wild, limit),
    )
    return found if found != Shape() else None


def _segments(view: View, wild: Placeholders) -> tuple[int, ...]:
    if not wild.within(view.path):
        return ()
    raw = view.path.split("/")
    both = zip(segments(view.path), raw, strict=True)
    return tuple([place for place, (text, sent) in enumerate(both) if wild.within(text) or wild.within(sent)])


def _query(view: View, wild: Placeholders) -> frozenset[str]:
    return (
        frozenset([name for name, value in pairs(view.query) if wild.holds(value)]) if view.query else NOWHERE
    )


def _headers(view: View, wild: Placeholders) -> frozenset[str]:
    return frozenset([name.lower() for name, value in view.headers.pairs if wild.holds(value)])


def _body(
    names: tuple[str, ...], view: View, wild: Placeholders, limit: int
) -> tuple[tuple[str, Places], ...]:
    found = []
    for name in names:
        if name in compare_body.BODY_MATCHERS and compare_body.may_hold(view, wild):
            places = compare_body.places(compare_body.read(name, view, limit), wild)
            if places:
                found.append((name, places))
    return tuple(found)


def key_parts(names: tuple[str, ...], view: View, shape: Shape | None, limit: int) -> tuple[Hashable, ...]:
    """What the key is the hash of: one part a named matcher, in their order."""
    return tuple([_part(name, view, shape, limit) for name in names])


def _part(name: str, view: View, shape: Shape | None, limit: int) -> Hashable:
    if name == "method":
        return view.request.method
    if name == "path":
        return view.path if shape is None else _masked_path(view, shape)
    if name == "query":
        return tuple(query_key(view.query) if shape is None else sorted(_masked_query(view, shape)))
    if name == "uri":
        return view.uri if shape is None else _masked_uri(view, shape)
    if name == "headers":
        return _header_part(view, NOWHERE if shape is None else shape.headers)
    if name in compare_body.BODY_MATCHERS:
        return _body_part(name, view, shape, limit)
    return str(getattr(view, name))  # scheme, host, port: never masked


def _masked_path(view: View, shape: Shape) -> Hashable:
    found: list[Hashable] = list(segments(view.path))
    for place in shape.segments:
        if place < len(found):
            found[place] = MASK
    return tuple(found)


def _masked_query(view: View, shape: Shape) -> list[str]:
    masked = shape.query
    return [name if name in masked else f"{name}={value}" for name, value in pairs(view.query)]


def _masked_uri(view: View, shape: Shape) -> Hashable:
    return view.scheme, view.host, view.port, _masked_path(view, shape), tuple(_masked_query(view, shape))


def _header_part(view: View, masked: frozenset[str]) -> Hashable:
    return tuple(
        sorted(
            (name, len(values)) if name in masked else (name, len(values), *values)
            for name, values in field_values(view.headers).items()
        )
    )


def _body_part(name: str, view: View, shape: Shape | None, limit: int) -> Hashable:
    masked = NOWHERE if shape is None else dict(shape.body).get(name, NOWHERE)
    if masked == compare_body.WHOLE:
        return MASK
    return compare_body.key(compare_body.read(name, view, limit), masked)
