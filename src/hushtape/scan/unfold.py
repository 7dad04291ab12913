"""YAML as the text that its scalars hold: folds joined, escapes undone, indentation of blocks gone.

Lives here: a light walk over lines, what each scalar says, and the way back from there to the file. Must not:
load YAML, look for anything. Called by: look. What stands between scalars passes as it is. A writer folds a
string wherever a line is full, within an escape of JSON, too: a rule that reads the file's own bytes finds a
field on one line and misses it on two.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from hushtape.scan.flow import Flow
from hushtape.scan.scalars import DOUBLE, SINGLE, escape, fold
from hushtape.scan.yaml_place import BLOCK, ITEM, NAME, OPENS

_MOST_LINE = 1024 * 1024
"""Bytes of a line that are waited for; a longer one goes on as it came."""
_MOST_BREAKS = 400_000
"""What is known of the way back: 17 bytes each. Older ones go, and what begins there can't be redacted."""

_LONGEST_ESCAPE, _MOST_FOLD = 10, 64 * 1024
_MOST_BINARY = 4 * 1024 * 1024
"""Bytes of a block of `!!binary` that is looked at as a whole; of longer ones the audit sees its windows."""
_BINARY = re.compile(rb"\s*!!binary\b")
_FLOW = re.compile(rb"\s*(?:(?:!\S*|&\S+)\s+)*[{\[]")
_INDENT = re.compile(rb" *")


class Binary(NamedTuple):
    """A block of `!!binary`: bytes `start` to `end` of the file, `text` as it stands there."""

    start: int
    end: int
    text: bytes


class Unfold:
    """Reads one text. `feed` gives what it says; `start` and `end` lead back from offsets in that.
    `binaries`: blocks of `!!binary` that have ended since they were last taken."""

    def __init__(self) -> None:
        self.binaries: list[Binary] = []
        self._binary: list[bytes] | None = None
        self._binary_size = 0
        self._rest = b""
        self._raw = self._out = 0
        self._here, self._there, self._styles = array("Q", [0]), array("Q", [0]), bytearray(b" ")
        self._ends = array("Q")
        self._quote = b""
        self._flow: Flow | None = None
        self._block = -1
        """The indentation that a block stands deeper than; -1: none is open. `_deep`: its own, once known."""
        self._deep, self._folds, self._joint = -1, False, False
        self._parent, self._plain = -1, False
        self._text_end = 0
        """Where the last line of a block that says something ended."""
        self._held = b""
        """The end of a plain scalar's line: whether it is a fold the next line tells."""
        self._gone = 0

    def feed(self, chunk: bytes, *, final: bool) -> bytes:
        """What these bytes say, as far as whole lines go."""
        data = self._rest + chunk
        cut = len(data) if final or len(data) > _MOST_LINE else data.rfind(b"\n") + 1
        out: list[bytes] = []
        at, last = 0, -1
        while last < at < cut:
            last = at
            if self._quote:
                at = self._string(data, at, cut, out, final)
            elif self._flow is not None:
                at = self._in_flow(self._flow, data, at, cut, out, final)
            else:
                at = self._line(data, at, cut, out)
        if final and self._binary is not None:
            self._end_binary(at)
        self._rest = data[at:]
        self._raw += at
        self._forget()
        return b"".join(out)

    # --- the way back -------------------------------------------------------------------------------

    def start(self, offset: int) -> int:
        """Where in the file what stands here begins; -1: that is not known any more."""
        if offset < self._gone:
            return -1
        at = bisect_right(self._here, offset) - 1
        return self._there[at] + offset - self._here[at]

    def end(self, offset: int) -> int:
        """Where in the file what goes up to here ends."""
        at = bisect_left(self._here, offset)
        if at < len(self._here) and self._here[at] == offset:
            return self._there[at]
        return self._there[at - 1] + offset - self._here[at - 1] if at else 0

    def scalar_end(self, offset: int) -> int:
        """Where the scalar ends that goes on at this offset; beyond the text if it is open."""
        at = bisect_right(self._ends, offset)
        return self._ends[at] if at < len(self._ends) else 1 << 62

    def written(self, offset: int, text: bytes) -> bytes:
        """How this is written in the scalar that stands here."""
        style = self._styles[bisect_right(self._here, offset) - 1]
        if style == 34:
            return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        return text.replace(b"'", b"''") if style == 39 else text

    def _break(self, raw: int, style: int = 0) -> None:
        self._here.append(self._out)
        self._there.append(self._raw + raw)
        self._styles.append(style or self._styles[-1])

    def _forget(self) -> None:
        if len(self._here) > _MOST_BREAKS:
            drop = len(self._here) // 2
            self._gone = self._here[drop]
            del self._here[:drop], self._there[:drop], self._styles[:drop]
            del self._ends[: bisect_left(self._ends, self._gone)]

    # --- lines --------------------------------------------------------------------------------------

    def _say(self, out: list[bytes], text: bytes) -> None:
        out.append(text)
        self._out += len(text)

    def _line(self, data: bytes, at: int, cut: int, out: list[bytes]) -> int:
        """One line that begins outside of strings; where the next begins, or the string that it opens."""
        stop = data.find(b"\n", at, cut) + 1 or cut
        line = data[at:stop]
        bare = line.strip()
        indent = len(line) - len(line.lstrip(b" "))
        if self._block >= 0 and (not bare or indent > self._block):
            return self._of_block(line, at, stop, indent, out)
        if self._block >= 0:
            self._block = -1
            if self._binary is not None:
                self._end_binary(at)
            self._close(at, self._text_end)
        if self._plain and bare and indent > self._parent:
            self._break(at - len(self._held))
            self._say(out, b" ")
            self._break(at + indent)
            self._hold(line[indent:], out)
            return stop
        if self._plain:
            self._close(at - len(self._held), self._out)
            self._say(out, self._held)
        self._plain, self._held = False, b""
        return self._opens(line, at, stop, indent, out)

    def _opens(self, line: bytes, at: int, stop: int, indent: int, out: list[bytes]) -> int:
        """A line that may begin a scalar."""
        start = 0
        parent = indent
        while (item := ITEM.match(line, start)) is not None:
            parent, start = start + item[0].find(b"-"), item.end()
        name = NAME.match(line, len(line) - len(line[start:].lstrip(b" ")))
        if name is not None:
            parent, start = name.start(), name.end()
        elif start == 0:
            parent = indent - 1
        self._parent = parent
        opening = OPENS.match(line, start)
        if opening is not None:
            self._say(out, line[: opening.end()])
            self._quote = opening[1]
            self._break(at + opening.end(), self._quote[0])
            return at + opening.end()
        flow = _FLOW.match(line, start)
        if flow is not None:
            self._say(out, line[: flow.end()])
            self._flow = Flow(parent)
            return at + flow.end()
        head = line[start:].strip()
        if head and head[:1] not in b"#|>!&*" and (name or start):
            self._plain = True
            self._hold(line, out)
            return stop
        self._say(out, line)
        if BLOCK.match(line.rstrip(), start):
            self._binary = [] if _BINARY.match(line, start) else None
            self._binary_size = 0
            self._block, self._deep, self._folds, self._joint = parent, -1, b">" in head, False
            self._text_end = self._out
            self._break(stop, 32)
        return stop

    def _of_block(self, line: bytes, at: int, stop: int, indent: int, out: list[bytes]) -> int:
        if self._binary is not None:
            self._binary_size += len(line)
            if self._binary_size <= _MOST_BINARY:
                self._binary.append(line)
            self._text_end = self._out + len(line.rstrip())
            self._say(out, line)
            return stop
        if line.strip() and self._deep < 0:
            self._deep = indent
        taken = min(len(line) - len(line.lstrip(b" ")), max(self._deep, 0))
        if not line.strip() and taken < self._deep:
            taken = len(line) - len(line.lstrip(b" "))
        text = line[taken:]
        end = text.rstrip(b"\r\n")
        if self._joint and end:  # between two lines of a folded block: of several line ends one goes
            self._break(at - 1)
            self._say(out, b"\n" if end[:1] in b" \t" else b" ")
        self._break(at + taken)
        self._joint = self._folds and end[:1] not in (b"", b" ", b"\t")
        self._text_end = self._out + len(end) if end else self._text_end
        self._say(out, end if self._joint else text)
        if self._joint:
            self._break(at + taken + len(end))
        return stop

    def _end_binary(self, at: int) -> None:
        text = b"".join(self._binary or ())
        if self._binary_size <= _MOST_BINARY:
            start = self._raw + at - len(text)
            lead = len(text) - len(text.lstrip())
            self.binaries.append(Binary(start + lead, start + len(text.rstrip()), text.strip()))
        self._binary = None

    def _hold(self, line: bytes, out: list[bytes]) -> None:
        text = line.rstrip()
        self._held = line[len(text) :]
        self._say(out, text)

    # --- strings ------------------------------------------------------------------------------------

    def _string(self, data: bytes, at: int, cut: int, out: list[bytes], final: bool) -> int:
        """On in a string, up to its end, or to a sign that may go on behind what is here."""
        match = (DOUBLE if self._quote == b'"' else SINGLE).match
        while at < cut:
            found = match(data, at, cut)
            if found is None:
                return cut
            kind, text = found.lastgroup, found[0]
            if kind and not final and _may_go_on(kind, len(text), cut - found.end()):
                return at
            if kind is None:
                self._say(out, text)
            elif kind == "end":
                self._ends.append(self._out)
                self._quote = b""
                self._break(at, 32)
                if self._flow is not None:
                    self._say(out, text)
                    return found.end()
                return self._rest_of_line(data, at, cut, out)
            else:
                self._break(at)
                self._say(out, fold(text) if kind == "fold" else escape(text))
                self._break(found.end())
            at = found.end()
        return at

    def _in_flow(self, flow: Flow, data: bytes, at: int, cut: int, out: list[bytes], final: bool) -> int:
        """On in a flow collection, up to its end or to a string in it."""
        while at < cut:
            kind, end = flow.next(data, at, cut)
            if kind == "fold" and not final and _may_go_on(kind, end - at, cut - end):
                return at
            if kind == "fold" and flow.left(data, at, end):
                self._flow = None
                return self._rest_of_line(data, at, cut, out)
            if kind == "fold" and flow.folds(data, end):
                self._break(at)
                self._say(out, fold(data[at:end]))
                self._break(end)
            else:
                self._say(out, data[at:end])
            at = end
            if kind == "open":
                self._quote = data[at - 1 : at]
                self._break(at, self._quote[0])
                return at
            if kind == "end":
                self._flow = None
                return self._rest_of_line(data, at, cut, out)
        return at

    def _rest_of_line(self, data: bytes, at: int, cut: int, out: list[bytes]) -> int:
        stop = data.find(b"\n", at, cut) + 1 or cut
        self._say(out, data[at:stop])
        return stop

    def _close(self, at: int, end: int) -> None:
        self._ends.append(end)
        self._break(at, 32)


def _may_go_on(kind: str, size: int, left: int) -> bool:
    """Whether a sign that ends `left` bytes before the end of what is here may be another's beginning."""
    return size < _MOST_FOLD and left < (_LONGEST_ESCAPE if kind == "escape" else 1)
