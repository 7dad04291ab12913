"""Where the interactions of a YAML cassette stand, found in one pass over its events.

Lives here: offsets of interactions and anchors, the texts of the head. Must not: construct values
(yaml_load). Called by: yaml_reader. PyYAML counts characters, a file is read by bytes: of a file that is
not all ASCII (vcrpy escapes what isn't) the offsets are worked out in a second pass.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.foreign.yaml_events import Events, FileStream
from hushtape.cassette.problems import malformed

_PIECE = 256 * 1024
_CONTINUATION = bytes(range(0x80, 0xC0))
_ANCHORS_MOST = 100_000
_HEAD_KEYS = frozenset(("version", "hushtape", "_metadata", "metadata"))


class Place(Struct, frozen=True, gc=False):
    """A node of the file: bytes `start` to `end`, `column` characters into its line (counted from 0)."""

    start: int
    end: int
    column: int
    line: int


class Places:
    """Many places, 28 bytes each."""

    __slots__ = ("columns", "ends", "lines", "starts")

    def __init__(self) -> None:
        self.starts, self.ends = array("Q"), array("Q")
        self.columns, self.lines = array("L"), array("L")

    def add(self, first: Any, last: Any) -> None:
        """The node from event to event; offsets in characters until `settle`."""
        self.starts.append(first.start_mark.index)
        self.ends.append(last.end_mark.index)
        self.columns.append(first.start_mark.column)
        self.lines.append(first.start_mark.line)

    def settle(self, offsets: Offsets) -> None:
        """Make offsets in characters offsets in bytes."""
        self.starts = array("Q", map(offsets.byte, self.starts))
        self.ends = array("Q", map(offsets.byte, self.ends))

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> Place:
        return Place(self.starts[index], self.ends[index], self.columns[index], self.lines[index])


class FoundYaml:
    """Interactions, the head's values by key, and every anchor by name, in the order of the file."""

    def __init__(self) -> None:
        self.interactions = Places()
        self.head: dict[str, Places] = {}
        self.anchors: dict[str, Places] = {}
        self._count = 0

    def anchor(self, name: str, first: Any, last: Any, events: Events) -> None:
        """One more anchor."""
        self._count += 1
        if self._count > _ANCHORS_MOST:
            raise events.fault(f"it has more than {_ANCHORS_MOST:,} anchors", first)
        self.anchors.setdefault(name, Places()).add(first, last)

    def settle(self, offsets: Offsets) -> None:
        """Make all offsets offsets in bytes."""
        for places in (self.interactions, *self.head.values(), *self.anchors.values()):
            places.settle(offsets)


def find(file: Pinned, start: int) -> FoundYaml:
    """Walk over the file. `start`: its first byte after a byte order mark.

    Raises:
        CassetteFormatError: it is not a cassette in YAML.
    """
    stream = FileStream(file, start)
    events = Events(stream, file)
    found = _Walk(events, file).run()
    if not stream.is_ascii or start:
        found.settle(Offsets(file, start))
    return found


class _Walk:
    def __init__(self, events: Events, file: Pinned) -> None:
        self._events = events
        self._kinds = events.kinds
        self._file = file
        self._found = FoundYaml()

    def run(self) -> FoundYaml:
        events, kinds = self._events, self._kinds
        first = next(event for event in events if not isinstance(event, self._preamble))
        if isinstance(first, kinds.SequenceStartEvent):
            raise events.fault(
                "it is a list (vcrpy before version 1, which its vcr.migration converts), not a cassette",
                first,
            )
        if not isinstance(first, kinds.MappingStartEvent):
            raise events.fault("it is not a cassette: YAML without a key interactions", first)
        seen = False
        for key in events:
            if isinstance(key, kinds.MappingEndEvent):
                break
            seen = self._value(key, seen)
        if not seen:
            raise malformed(self._file.path, "it has no interactions: it is not a cassette (YAML)")
        for event in events:
            if isinstance(event, kinds.DocumentStartEvent):
                raise events.fault("a second YAML document follows", event)
        return self._found

    @property
    def _preamble(self) -> tuple[Any, ...]:
        return (self._kinds.StreamStartEvent, self._kinds.DocumentStartEvent)

    def _value(self, key: Any, seen: bool) -> bool:
        name = key.value if isinstance(key, self._kinds.ScalarEvent) else ""
        if not name:
            self._node(key)
        event = next(self._events)
        if name == "interactions":
            if seen:
                raise self._events.fault("the key interactions stands there twice", key)
            self._items(event)
            return True
        last = self._node(event)
        if name in _HEAD_KEYS:
            self._found.head.setdefault(name, Places()).add(event, last)
        return seen

    def _items(self, opening: Any) -> None:
        if not isinstance(opening, self._kinds.SequenceStartEvent):
            raise self._events.fault("what stands under interactions is not a list", opening)
        for event in self._events:
            if isinstance(event, self._kinds.SequenceEndEvent):
                return
            self._found.interactions.add(event, self._node(event))

    def _node(self, first: Any) -> Any:
        """Pass a node, and note the anchors in it; its last event."""
        kinds, event = self._kinds, first
        open_nodes: list[Any] = []
        while True:
            if isinstance(event, kinds.MappingEndEvent | kinds.SequenceEndEvent):
                begun = open_nodes.pop()
                if begun.anchor:
                    self._found.anchor(begun.anchor, begun, event, self._events)
            elif isinstance(event, kinds.MappingStartEvent | kinds.SequenceStartEvent):
                open_nodes.append(event)
            elif isinstance(event, kinds.ScalarEvent) and event.anchor:
                self._found.anchor(event.anchor, event, event, self._events)
            if not open_nodes:
                return event
            event = next(self._events)


class Offsets:
    """Bytes from characters, by a table of how many characters come before each piece of the file."""

    def __init__(self, file: Pinned, start: int) -> None:
        self._file = file
        self._start = start
        self._before = array("Q", _characters_before(file, start))
        self._piece = (-1, b"")

    def byte(self, index: int) -> int:
        """The offset in the file of the character with this number."""
        number = bisect_right(self._before, index) - 1
        base = self._start + number * _PIECE
        if self._piece[0] != number:
            self._piece = (number, self._file.read(base, min(_PIECE, self._file.size - base)))
        data = self._piece[1]
        first = len(data) - len(data.lstrip(_CONTINUATION))  # they belong to the piece before
        text = data[first:].decode("utf-8", "ignore")  # cut at its end only: libyaml has read it all
        return base + first + len(text[: index - self._before[number]].encode())


def _characters_before(file: Pinned, start: int) -> Iterable[int]:
    count = 0
    for base in range(start, max(file.size, start + 1), _PIECE):
        yield count
        piece = file.read(base, min(_PIECE, file.size - base))
        count += len(piece.translate(None, _CONTINUATION))
