"""What differs between two interactions, place by place.

Lives here: heads, bodies by what they are, and what is left out. Must not: align cassettes, print, hold more
than 4 MiB of two bodies. Called by: cli/diff. What is told was looked at through the lens: a difference
between two credentials is told as one that is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any, Final

from msgspec import Struct

from hushtape.matching.documents import ABSENT, parse_form, parse_json
from hushtape.matching.text import around, as_json, quoted
from hushtape.model import Body, Interaction, Response
from hushtape.viewing.align import align
from hushtape.viewing.body import look
from hushtape.viewing.digest import Rules
from hushtape.viewing.jsondiff import json_differences
from hushtape.viewing.lens import Lens, decoded

MOST_READ: Final = 2 * 1024 * 1024
"""Bytes of a body that is read as JSON, form or text; longer ones are compared as bytes."""

MOST_LINES: Final = 50_000
"""Lines of a text that are aligned, some 200 bytes each; longer ones are compared as bytes."""

LAYOUT: Final = "the same JSON, written differently"
SAME_FIELDS: Final = "the same fields, written differently"


class Difference(Struct, frozen=True):
    """One place. `pointer`: in JSON, else "". `left`, `right`: as text, None where there is nothing."""

    place: str
    pointer: str
    left: str | None
    right: str | None


HIDDEN: Final = Difference("only in what is hidden (--unscrubbed shows it)", "", None, None)


class Comparison(Struct, frozen=True):
    """How interactions are compared.

    Attributes: rules: fields that don't count. json: JSON pointers that don't, `*` for any text.
        layout: the layout of JSON counts.
    """

    rules: Rules
    json: tuple[str, ...] = ()
    layout: bool = True

    def differences(self, left: Interaction, right: Interaction, lens: Lens) -> Iterator[Difference]:
        """What differs, as it may be shown; nothing if the two are equal under these rules."""
        found = self._between(lens.through(left), lens.through(right))
        first = next(found, None)
        if first is not None:
            yield from chain((first,), found)
        elif next(self._between(decoded(left), decoded(right)), None) is not None:
            yield HIDDEN

    def _between(self, left: Interaction, right: Interaction) -> Iterator[Difference]:
        rules, asked, wanted = self.rules, left.request, right.request
        yield from _values(
            "request", [("method", asked.method, wanted.method), ("url", asked.uri, wanted.uri)]
        )
        kinds = asked.headers.get("content-type"), wanted.headers.get("content-type")
        sent = list(self._bodies("request body", asked.body, wanted.body, kinds))
        yield from _fields("request", rules.request_fields, (asked.headers, wanted.headers), bool(sent))
        yield from sent
        ours, theirs = left.response, right.response
        if ours is not None and theirs is not None:
            yield from self._answers(ours, theirs)
        elif ours is not theirs:
            yield Difference("response", "", _status(ours), _status(theirs))
        if left.failure != right.failure:
            yield Difference("failure", "", _failed(left), _failed(right))
        if rules.times:
            times = [("recorded_at", left.recorded_at, right.recorded_at)]
            yield from _values("", [*times, ("elapsed", str(left.elapsed), str(right.elapsed))])

    def _answers(self, left: Response, right: Response) -> Iterator[Difference]:
        yield from _values("response", [("status", _status(left) or "", _status(right) or "")])
        ours, theirs = left.head.headers, right.head.headers
        kinds = ours.get("content-type"), theirs.get("content-type")
        bodies = self._bodies("response body", left.body, right.body, kinds)
        first = next(bodies, None)
        yield from _fields("response", self.rules.response_fields, (ours, theirs), first is not None)
        if first is not None:
            yield from chain((first,), bodies)
        yield from _values(
            "response",
            [
                (name, _fact(left, name), _fact(right, name))
                for name in ("trailers", "coding", "framing", "ending")
            ],
        )

    def _bodies(
        self, place: str, left: Body | None, right: Body | None, kinds: tuple[str, str]
    ) -> Iterator[Difference]:
        ours, theirs = _read(left), _read(right)
        if ours is None or theirs is None:
            yield from _as_bytes(place, left, right)
        elif ours != theirs:
            yield from self._read_bodies(place, (left, ours), (right, theirs), kinds)

    def _read_bodies(
        self,
        place: str,
        left: tuple[Body | None, bytes],
        right: tuple[Body | None, bytes],
        kinds: tuple[str, str],
    ) -> Iterator[Difference]:
        seen, other = look(left[0], kinds[0]), look(right[0], kinds[1])
        if seen.kind == other.kind == "json":
            values = parse_json(left[1]), parse_json(right[1])
            if values[0] is not None and values[1] is not None:
                yield from self._as_json(place, values[0][0], values[1][0])
                return
        if seen.kind == other.kind == "form":
            yield from _as_forms(place, left[1], right[1])
        elif "binary" in (seen.kind, other.kind):
            yield from _as_bytes(place, left[0], right[0])
        else:
            yield from _as_lines(place, left, right)

    def _as_json(self, place: str, left: Any, right: Any) -> Iterator[Difference]:
        same = True
        for pointer, ours, theirs in json_differences(left, right):
            same = False
            if not any(fnmatchcase(pointer, pattern) for pattern in self.json):
                yield Difference(place, pointer or "/", _shown(ours), _shown(theirs))
        if same and self.layout:
            yield Difference(place, "", LAYOUT, LAYOUT)


def _values(place: str, values: list[tuple[str, str, str]]) -> Iterator[Difference]:
    for name, left, right in values:
        if left != right:
            ours, theirs = around(left, right)
            yield Difference(f"{place} {name}".strip(), "", ours, theirs)


def _fields(
    place: str, counted: Callable[[Any], list[tuple[str, str]]], headers: tuple[Any, Any], bodies_differ: bool
) -> Iterator[Difference]:
    """Header fields by name; a length follows from its body, and is no difference beside that."""
    sides: list[dict[str, list[str]]] = [{}, {}]
    for side, given in zip(sides, headers, strict=True):
        for name, value in counted(given):
            side.setdefault(name, []).append(value)
    for name in dict.fromkeys((*sides[0], *sides[1])):
        left, right = sides[0].get(name), sides[1].get(name)
        if left != right and not (bodies_differ and name == "content-length"):
            ours, theirs = around(", ".join(left or ()), ", ".join(right or ()))
            shown = None if left is None else ours, None if right is None else theirs
            yield Difference(f"{place} header {name}", "", *shown)


def _as_forms(place: str, left: bytes, right: bytes) -> Iterator[Difference]:
    sides: list[dict[str, list[str]]] = [{}, {}]
    for side, data in zip(sides, (left, right), strict=True):
        for name, value in parse_form(data):
            side.setdefault(name, []).append(value)
    same = True
    for name in dict.fromkeys((*sides[0], *sides[1])):
        ours, theirs = sides[0].get(name), sides[1].get(name)
        if ours != theirs:
            same = False
            yield Difference(f"{place} field {name}", "", _joined(ours), _joined(theirs))
    if same:
        yield Difference(place, "", SAME_FIELDS, SAME_FIELDS)


def _joined(values: list[str] | None) -> str | None:
    return None if values is None else quoted(", ".join(values))


def _as_lines(
    place: str, left: tuple[Body | None, bytes], right: tuple[Body | None, bytes]
) -> Iterator[Difference]:
    """Text line by line; a run of removed lines stands beside the run that was added there."""
    if max(left[1].count(b"\n"), right[1].count(b"\n")) > MOST_LINES:
        yield from _as_bytes(place, left[0], right[0])
        return
    ours, theirs = (one.decode("utf-8", "backslashreplace").split("\n") for one in (left[1], right[1]))
    pairs, _ = align([([hash(line) for line in ours], [hash(line) for line in theirs])])
    gone: list[int] = []
    new: list[int] = []
    for a, b in [*pairs, (0, 0)]:
        if a is not None and b is not None:
            for number in range(max(len(gone), len(new))):
                old = gone[number] if number < len(gone) else None
                added = new[number] if number < len(new) else None
                yield _line(place, (ours, old), (theirs, added))
            gone, new = [], []
        elif a is not None:
            gone.append(a)
        elif b is not None:
            new.append(b)


def _line(place: str, left: tuple[list[str], int | None], right: tuple[list[str], int | None]) -> Difference:
    number = left[1] if left[1] is not None else right[1]
    assert number is not None  # one side has a line
    before = None if left[1] is None else left[0][left[1]]
    after = None if right[1] is None else right[0][right[1]]
    shown = around(before or "", after or "")
    texts = None if before is None else shown[0], None if after is None else shown[1]
    return Difference(f"{place} line {number + 1}", "", *texts)


def _as_bytes(place: str, left: Body | None, right: Body | None) -> Iterator[Difference]:
    """Where two bodies part, found piece by piece."""
    at, ours, theirs = 0, b"", b""
    streams = [iter(()) if one is None else one.chunks() for one in (left, right)]
    while True:
        ours = ours or next(streams[0], b"")
        theirs = theirs or next(streams[1], b"")
        size = min(len(ours), len(theirs))
        if not size or ours[:size] != theirs[:size]:
            break
        at, ours, theirs = at + size, ours[size:], theirs[size:]
    if ours or theirs:
        at += next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), 0)
        sizes = [0 if one is None else one.size for one in (left, right)]
        texts = [f"{size:,} bytes" for size in sizes]
        yield Difference(f"{place} from byte {at:,}", "", texts[0], texts[1])


def _read(body: Body | None) -> bytes | None:
    """A body that is short enough; None: it is not."""
    held = bytearray()
    for chunk in () if body is None else body.chunks():
        held += chunk
        if len(held) > MOST_READ:
            return None
    return bytes(held)


def _shown(value: Any) -> str | None:
    return None if value is ABSENT else as_json(value)


def _status(response: Response | None) -> str | None:
    return None if response is None else f"{response.head.status} {response.head.reason}".strip()


def _fact(response: Response, name: str) -> str:
    value = getattr(response, name)
    return ", ".join(map(str, value)) if not isinstance(value, str) else value


def _failed(one: Interaction) -> str | None:
    failure = one.failure
    if failure is None:
        return None
    return quoted(
        f"{failure.stage}: " + " < ".join([f"{each.type} {each.message}" for each in failure.chain])
    )
