"""A YAML cassette behind the same seam: the file is walked once, then read one interaction at a time.

Lives here: cutting an interaction out of the file, anchors that stand in another one. Must not: hold more
than one interaction. Called by: opening. An interaction is a YAML document of its own once it is cut out:
what stands before it in its line becomes spaces, since indentation counts.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import msgspec

from hushtape.cassette.bodies import FileBody, Pinned
from hushtape.cassette.document import Sources, interaction_from
from hushtape.cassette.fields import FieldError
from hushtape.cassette.foreign import vcr
from hushtape.cassette.foreign.lazy import ForeignReader, no_spans
from hushtape.cassette.foreign.yaml_load import Budget, Load
from hushtape.cassette.foreign.yaml_scan import FoundYaml, Place, find
from hushtape.cassette.info import KEBOOLA, CassetteInfo, parse_head
from hushtape.cassette.problems import malformed
from hushtape.model import Body, BytesBody, Interaction, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_MOST = 256 * 1024 * 1024
_HOPS_MOST = 16
_RESPONSE = frozenset(("response",))
_NONE: frozenset[str] = frozenset()


def open_yaml(file: Pinned, start: int) -> ForeignReader:
    """The reader; `start` is the first byte after a byte order mark.

    Raises:
        CassetteFormatError: it is not a cassette in YAML.
        MissingDependencyError: PyYAML is not installed.
    """
    found = find(file, start)
    dialect = VcrYaml(file, found)
    info, dialect.certificates = _head(file, found, dialect)
    dialect.keboola = info.source == KEBOOLA
    return ForeignReader(file, info, found.interactions.starts, found.interactions.ends, dialect)


def _head(file: Pinned, found: FoundYaml, dialect: VcrYaml) -> tuple[CassetteInfo, dict[str, str]]:
    head = {}
    for name, places in found.head.items():
        place = places[len(places) - 1]  # as everywhere in YAML, the last of a key counts
        try:
            head[name] = dialect.load(file, place, _NONE, Budget(), 0, typed=True)
        except FieldError as error:
            raise malformed(file.path, f"its head is malformed: {error}", offset=place.start) from None
    try:
        text = msgspec.json.encode(head)
    except (TypeError, ValueError, RecursionError):
        raise malformed(file.path, "its head holds what is neither text nor number") from None
    return parse_head(text, file.path)


class VcrYaml:
    """The dialect."""

    def __init__(self, file: Pinned, found: FoundYaml) -> None:
        self._found = found
        self.certificates: dict[str, str] = {}
        self.keboola = False

    def interaction(self, file: Pinned, start: int, end: int) -> Interaction:
        given = self._plain(file, start, _NONE)
        if given.get("hushtape") is not None:
            return self._ours(file, given, start)
        return vcr.interaction_of(given.get("request"), given.get("response"), no_spans, keboola=self.keboola)

    def request(self, file: Pinned, start: int, end: int) -> Request:
        given = self._plain(file, start, _RESPONSE)
        if given.get("hushtape") is not None:
            return self._ours(file, given, start).request
        return vcr.request_of(given.get("request"), no_spans)

    def _plain(self, file: Pinned, start: int, left_out: frozenset[str]) -> dict[str, Any]:
        places = self._found.interactions
        place = places[bisect_left(places.starts, start)]
        given = self.load(file, place, left_out, Budget(), 0)
        if not isinstance(given, dict):
            raise FieldError("it is not an object")
        return given

    def load(
        self,
        file: Pinned,
        place: Place,
        left_out: frozenset[str],
        budget: Budget,
        hops: int,
        *,
        typed: bool = False,
    ) -> Any:
        """The value of a node."""
        if place.end - place.start + place.column > _MOST:
            found = f"an interaction has more than {_MOST >> 20} MiB of YAML"
            raise malformed(file.path, found, offset=place.start, remedy="Record it as JSON, which streams.")
        if hops > _HOPS_MOST:
            raise malformed(file.path, "its aliases lead from one to the next too often", offset=place.start)

        def elsewhere(name: str) -> Any:
            anchors = self._found.anchors.get(name)
            index = bisect_left(anchors.starts, place.start) - 1 if anchors is not None else -1
            if anchors is None or index < 0:
                raise FieldError("an alias names an anchor that does not stand before it")
            there = anchors[index]
            if there.start not in budget.known:
                budget.known[there.start] = self.load(file, there, _NONE, budget, hops + 1, typed=typed)
            return budget.known[there.start]

        text = b" " * place.column + file.read(place.start, place.end - place.start)
        return Load(text, file, place.line, elsewhere, budget, typed=typed).value(left_out)

    def _ours(self, file: Pinned, given: dict[str, Any], offset: int) -> Interaction:
        """An interaction with a `hushtape` object: JSON with its bodies beside it says the same."""
        bodies: list[bytes] = []
        for half in ("request", "response"):
            if isinstance(given.get(half), dict):
                given[half] = _half(given[half], bodies)
        try:
            text = msgspec.json.encode(given)
        except (TypeError, ValueError, RecursionError):
            raise FieldError("it holds bytes where text belongs") from None

        def span(number: int, kind: str) -> Body:
            return BytesBody(bodies[number]) if 0 <= number < len(bodies) else no_spans(number, kind)

        sources = Sources(
            file.path, self.certificates, file=lambda name, size: FileBody(file.path, name, size), span=span
        )
        return interaction_from(text, sources, offset)


def _half(half: dict[str, Any], bodies: list[bytes]) -> dict[str, Any]:
    """A request or a response as it stands in JSON, where numbers and truth values are no text."""
    half = {**half, "body": _beside(half.get("body"), bodies)}
    status = half.get("status")
    if isinstance(status, dict) and isinstance(status.get("code"), str) and status["code"].isdecimal():
        half["status"] = {**status, "code": int(status["code"][:4])}
    return half


def _beside(body: Any, bodies: list[bytes]) -> Any:
    """The body as it stands in JSON; bytes go beside it."""
    if isinstance(body, str | bytes):
        bodies.append(body.encode() if isinstance(body, str) else body)
        return {"span": len(bodies) - 1}
    if not isinstance(body, dict):
        return body
    if body.get("absent") == "true" and not body.get("string"):
        return {"string": "", "absent": True}
    if isinstance(body.get("string"), bytes):
        bodies.append(body["string"])
        return {"string": {"span": len(bodies) - 1}}
    return body
