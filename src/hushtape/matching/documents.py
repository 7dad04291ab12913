"""Bodies that are read before they are compared: JSON, forms, text with placeholders.

Lives here: parsing within bounds, the index key of a document, the places in it that hold placeholders,
and its differences by JSON pointer (RFC 6901). Must not: choose what a body is read as, print a report.
Called by: compare, plan, shape. A document that can't be parsed is compared as bytes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from hushtape.matching.ignored import GONE
from hushtape.matching.parts import pairs
from hushtape.matching.placeholders import Placeholders

MAX_DEPTH: Final = 200
"""Deeper documents are compared as bytes: the walks below recurse, and Python allows 1,000 frames."""

MAX_POINTERS: Final = 64
"""A body with placeholders in more places than this counts as one place, so that shapes stay small."""

MASK: Final = ("any text",)
ITEM: Final = "*"

_json = msgspec.json.Decoder(float_hook=Decimal)  # Decimal: 0.10 is 0.1, and no digit of 29 is lost


def parse_json(data: bytes) -> tuple[Any] | None:
    """The value in a 1-tuple; None where `data` is not JSON that can be compared."""
    try:
        value = _json.decode(data)
    except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError):
        return None
    return None if _too_deep(value) else (value,)


def _too_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        level = below
    return False


def parse_form(data: bytes) -> list[tuple[str, str]]:
    """A form as decoded pairs, in order; octets that are not UTF-8 stay apart."""
    return pairs(data.decode("utf-8", "surrogateescape"))


def form_key(fields: list[tuple[str, str]], masked: frozenset[str]) -> Hashable:
    """Equal for forms with the same fields in any order; masked names keep their count only."""
    return tuple(sorted([(name, "" if name in masked else value) for name, value in fields]))


def json_key(value: Any, masked: frozenset[tuple[str, ...]]) -> Hashable:
    """Equal for equal JSON values: key order does not count, true is not 1, 1.0 is 1."""
    return _frozen(value, masked, ()) if masked else _plain(value)


def _plain(value: Any) -> Hashable:
    if isinstance(value, dict):
        return "{}", tuple(sorted([(name, _plain(one)) for name, one in value.items()], key=_name))
    if isinstance(value, list):
        return "[]", tuple([_plain(one) for one in value])
    return ("bool", value) if isinstance(value, bool) else value


def _frozen(value: Any, masked: frozenset[tuple[str, ...]], at: tuple[str, ...]) -> Hashable:
    if at in masked:
        return MASK
    if isinstance(value, dict):
        items = [(name, _frozen(one, masked, (*at, name))) for name, one in value.items()]
        return "{}", tuple(sorted(items, key=_name))
    if isinstance(value, list):
        at = (*at, ITEM)
        return "[]", tuple([_frozen(one, masked, at) for one in value])
    return _plain(value)


def _name(item: tuple[str, Hashable]) -> str:
    return item[0]


def json_places(value: Any, wild: Placeholders) -> frozenset[tuple[str, ...]]:
    """Where strings hold a placeholder, as paths of names; list items are "*", one place for all."""
    found: set[tuple[str, ...]] = set()
    stack: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while stack:
        at, one = stack.pop()
        if isinstance(one, str):
            if wild.holds(one):
                found.add(at)
        elif isinstance(one, dict):
            stack.extend(((*at, name), below) for name, below in one.items())
        elif isinstance(one, list):
            stack.extend(((*at, ITEM), below) for below in one)
    return frozenset(found) if len(found) <= MAX_POINTERS else frozenset([()])


At = tuple[str | int, ...]
"""A place in a document: names of members, places of elements, from the root."""


def json_differences(
    live: Any, recorded: Any, wild: Placeholders | None, at: At = ()
) -> Iterator[tuple[At, Any, Any]]:
    """(place, live value, recorded value) of each place that differs; ABSENT where there is none."""
    if isinstance(live, dict) and isinstance(recorded, dict):
        for name in dict.fromkeys((*recorded, *live)):
            yield from json_differences(live.get(name, ABSENT), recorded.get(name, ABSENT), wild, (*at, name))
    elif isinstance(live, list) and isinstance(recorded, list):
        for position in range(max(len(live), len(recorded))):
            ours = live[position] if position < len(live) else ABSENT
            theirs = recorded[position] if position < len(recorded) else ABSENT
            yield from json_differences(ours, theirs, wild, (*at, position))
    elif not _same(live, recorded, wild):
        yield at, live, recorded


def pointer(at: At) -> str:
    """The place as a JSON pointer (RFC 6901)."""
    return "".join([f"/{_escaped(str(one))}" for one in at])


class _Absent:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()
MISSING: Final = (GONE, ABSENT)


def _same(live: Any, recorded: Any, wild: Placeholders | None) -> bool:
    if live in MISSING and recorded in MISSING:  # lists of other lengths differ in their last elements
        return True
    if isinstance(live, bool) is isinstance(recorded, bool) and live == recorded:
        return True
    if wild is None or not isinstance(recorded, str) or live is ABSENT:
        return False
    if wild.is_whole(recorded):  # a number or an object may have stood there as well
        return True
    return isinstance(live, str) and wild.holds(recorded) and wild.fits(recorded, live)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
