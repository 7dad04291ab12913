"""Where in a YAML text something stands, told by its indentation.

Lives here: a light walk over lines: names, list items, block scalars, strings over several lines. Must not:
load YAML, which may name code to run. Called by: locate. Inside flow collections `flow_place` goes on.
"""

from __future__ import annotations

import re

from hushtape.scan.flow_place import FlowPlace

_HEAD = 512
"""Bytes of a line's beginning that are looked at; names are shorter."""
ITEM = re.compile(rb" *-(?: +|\Z)")
NAME = re.compile(
    rb"(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'|([^\s#:'\"\[\]{},&*!|>%@`-](?:[^:#]|:(?=\S)|(?<=\S)#)*?))\s*:(?=\s|\Z)"
)
BLOCK = re.compile(rb"\s*(?:(?:!\S*|&\S+)\s+)*[|>][-+0-9]*\s*(?:#.*)?\Z")
OPENS = re.compile(rb"\s*(?:(?:!\S*|&\S+)\s+)*([\"'])")
_FLOW = re.compile(rb"\s*(?:(?:!\S*|&\S+)\s+)*[{\[]")
_MARKS = {b'"': re.compile(rb'["\\]'), b"'": re.compile(rb"''?")}


def _flow_in(line: bytes, at: int) -> FlowPlace | None:
    """The flow collection that begins there, if it goes on behind the line."""
    found = _FLOW.match(line, at)
    flow = FlowPlace()
    return flow if found is not None and flow.feed(line, found.end() - 1) < 0 else None


class YamlPlace:
    """The path to what stands at the end of what was fed."""

    __slots__ = ("_block", "_escape", "_flow", "_levels", "_line", "_quote", "_seen")

    def __init__(self) -> None:
        self._levels: list[tuple[int, str | int]] = []
        self._line = bytearray()
        self._seen = False
        self._block = -1
        self._quote = b""
        self._escape = False
        self._flow: FlowPlace | None = None

    def pointer(self) -> str:
        levels, block, flow = list(self._levels), self._block, self._flow
        if self._line and not self._seen and flow is None:
            line = bytes(self._line)
            rest = self._enter(line)
            flow = None if rest is None else _flow_in(line, rest)
        found = [step for _, step in self._levels] + (flow.steps() if flow is not None else [])
        self._levels, self._block = levels, block
        return "".join([f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in found])

    def feed(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            if self._flow is not None:
                at = self._skip_flow(data, at)
                continue
            if self._quote:
                at = self._skip_string(data, at)
                continue
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end
            taken = min(stop, at + _HEAD - len(self._line))
            self._line += data[at:taken]
            if not self._seen and (end >= 0 or len(self._line) >= _HEAD) and self._begins_string():
                at = taken
                continue
            if end >= 0:
                self._line.clear()
                self._seen = False
            at = stop + 1

    def _begins_string(self) -> bool:
        """A line's head is known: take it in. Whether a string begins there that it does not end."""
        line = bytes(self._line).rstrip(b"\r")
        rest = self._enter(line)
        self._seen = True
        if rest is not None and _FLOW.match(line, rest):
            self._flow = _flow_in(line, rest)
            return self._flow is not None
        opens = None if rest is None else OPENS.match(line, rest)
        if opens is None or self._closed(line[opens.end() :], opens[1]):
            return False
        self._quote = opens[1]
        self._escape = self._quote == b'"' and (len(line) - len(line.rstrip(b"\\"))) % 2 == 1
        return True

    def _closed(self, body: bytes, quote: bytes) -> bool:
        pattern = rb"(?:[^\"\\]|\\.)*\"" if quote == b'"' else rb"(?:[^']|'')*'(?!')"
        return re.match(pattern, body, re.DOTALL) is not None

    def _skip_flow(self, data: bytes, at: int) -> int:
        """Inside a flow collection: up to the bracket that ends it."""
        end = self._flow.feed(data, at) if self._flow is not None else at
        if end < 0:
            return len(data)
        self._flow = None
        self._line.clear()
        self._seen = True
        return end

    def _skip_string(self, data: bytes, at: int) -> int:
        """Inside a string: up to the quote that ends it."""
        if self._escape and self._quote == b"'" and data[at : at + 1] != b"'":  # it was no pair: the end
            self._escape = False
            return self._string_ends(at)
        if self._escape:
            self._escape, at = False, at + 1
        marks = _MARKS[self._quote]
        while (found := marks.search(data, at)) is not None:
            at = found.end()
            if found[0] == b"\\":
                self._escape = at >= len(data)
                at += 1
            elif found[0] == b"'" and at >= len(data):
                self._escape = True
            elif found[0] == self._quote:
                return self._string_ends(at)
        return len(data)

    def _string_ends(self, at: int) -> int:
        self._quote = b""
        self._line.clear()
        self._seen = True  # what follows on the line is no name
        return at

    def _enter(self, line: bytes) -> int | None:
        """Take a line's names into the path; where its value begins, None if there is none."""
        plain = line.strip()
        indent = len(line) - len(line.lstrip(b" "))
        if not plain or plain.startswith(b"#") or plain in (b"---", b"..."):
            return None
        if self._block >= 0:
            if indent > self._block:
                return None
            self._block = -1
        if line.startswith((b"--- {", b"--- [")):
            self._levels = []
            return 3
        self._levels = list(self._levels)
        at = 0
        while (item := ITEM.match(line, at)) is not None:
            self._item(line.index(b"-", at))
            indent = line.index(b"-", at)
            at = item.end()
        column = len(line) - len(line[at:].lstrip(b" "))
        name = NAME.match(line, column)
        if name is not None:
            self._member(column, (name[1] or name[2] or name[3] or b"").decode("utf-8", "replace"))
            indent, at = column, name.end()
        if BLOCK.match(line, at):
            self._block = indent
        return at

    def _item(self, column: int) -> None:
        """A list's next item. A list may stand at its name's own column and is below it all the same."""
        while self._levels and self._levels[-1][0] > column:
            self._levels.pop()
        last = self._levels[-1] if self._levels else (-1, "")
        if last[0] == column and isinstance(last[1], int):
            self._levels[-1] = (column, last[1] + 1)
        else:
            self._levels.append((column, 0))

    def _member(self, column: int, name: str) -> None:
        while self._levels and self._levels[-1][0] >= column:
            self._levels.pop()
        self._levels.append((column, name))
