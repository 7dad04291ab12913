"""YAML as the text that its scalars hold: folds joined, escapes undone, indentation of blocks gone.

Lives here: a light walk over lines, and what each scalar says. Must not:
load YAML, look for anything. Called by: look. What stands between scalars passes as it is. A writer folds a
string wherever a line is full, within an escape of JSON, too: a rule that reads the file's own bytes finds a
field on one line and misses it on two.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hushtape.scan.enclosed import Enclosed
from hushtape.scan.flow import Flow
from hushtape.scan.scalars import DOUBLE, SINGLE, escape, fold, value_start
from hushtape.scan.way_back import WayBack
from hushtape.scan.yaml_place import BLOCK, ITEM, NAME, OPENS

_MOST_LINE = 1024 * 1024
"""Bytes of a line that are waited for; a longer one goes on as it came."""
_LONGEST_ESCAPE, _MOST_FOLD = 10, 64 * 1024
_MOST_BINARY = 4 * 1024 * 1024
"""Bytes of a block of `!!binary` that is looked at as a whole; of longer ones the audit sees its windows."""
_BINARY = re.compile(rb"\s*!!binary\b")
_MEMBER_ENDS, _MEMBER_BEGINS = (b",", b"}", b"]"), (b",", b"{", b"[")
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
        self.strings, self.flows = Enclosed(), Enclosed()
        self._binary: list[bytes] | None = None
        self._binary_size = 0
        self._rest = b""
        self._raw = self._out = 0
        self.back = WayBack()
        self._begin = 0
        self._quote = b""
        self._flow: Flow | None = None
        self._block = -1
        """The indentation that a block stands deeper than; -1: none is open. `_deep`: its own, once known."""
        self._deep, self._folds, self._joint = -1, False, False
        self._parent, self._plain = -1, False
        self._text_end = 0
        """Where the last line of a block that says something ended."""
        self._colon = b""
        """The end of a line with a name and no value, see `_below`."""
        self._held = b""
        """The end of a plain scalar's line: whether it is a fold the next line tells."""

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
        if final and self._colon:
            self._below(b"", at, out)
        self._rest = data[at:]
        self._raw += at
        self.back.forget()
        return b"".join(out)

    def is_open(self, offset: int) -> bool:
        """Whether a scalar in quotes begins at this offset whose end has not come yet."""
        return bool(self._quote) and self._begin == offset

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
        if self._colon:
            self._below(line, at, out)
        start = document = 4 if line.startswith(b"--- ") else 0
        parent = indent
        while (item := ITEM.match(line, start)) is not None:
            parent, start = start + item[0].find(b"-"), item.end()
        name = NAME.match(line, len(line) - len(line[start:].lstrip(b" ")))
        if name is not None:
            parent, start = name.start(), name.end()
        elif start == document:
            parent = indent - 1
        self._parent = parent
        opening, flow = OPENS.match(line, start), _FLOW.match(line, start)
        said = self._name(line, at, name, opening is None and flow is None, out) if name is not None else 0
        if opening is not None:
            self._say(out, line[said : opening.end()])
            self._opened(at + opening.end(), opening[1])
            return at + opening.end()
        if flow is not None:
            self._say(out, line[said : flow.end()])
            self._flow, self._begin = Flow(parent), self._out
            self.flows.begin(self._raw + at + flow.end())
            return at + flow.end()
        head = line[max(start, said) :].strip()
        if head and head[:1] not in b"#|>!&*" and (name or start):
            self._plain, self._begin = True, self._out
            self._hold(line[said:], out)
            return stop
        self._say(out, line[said:])
        if BLOCK.match(line.rstrip(), start):
            self._binary = [] if _BINARY.match(line, start) else None
            self._binary_size = 0
            self._block, self._deep, self._folds, self._joint = parent, -1, b">" in line[start:], False
            self._text_end = self._begin = self._out
            self._break(stop, 32)
        return stop

    def _below(self, line: bytes, at: int, out: list[bytes]) -> None:
        """The end of a name's line, now that the next one is known: what stands there is the value only if it
        is no member or item. Else no rule may take its name or dash for it."""
        text, self._colon = self._colon, b""
        nested = ITEM.match(line) or NAME.match(line, len(line) - len(line.lstrip(b" ")))
        self._break(at - len(text) + (nested is not None))
        self._say(out, text[nested is not None :])

    def _name(self, line: bytes, at: int, name: re.Match[bytes], bare: bool, out: list[bytes]) -> int:
        """Says a credential's name, and passes over what marks its value: a rule takes the mark for it. How
        much of the line was said. `bare`: the value has no quotes, and the name gets none: it is no JSON."""
        end, value = name.end(), value_start(line, name, name.end())
        if value < 0:
            return 0
        said = 0
        if bare and name[3] is None:
            for quote in (name.start(), line.rfind(line[name.start() : name.start() + 1], 0, end)):
                self._say(out, line[said:quote])
                said = quote + 1
                self._break(at + said)
        if bare and value == end and not line[end:].strip():
            self._say(out, line[said : end - 1])
            self._colon = line[end - 1 :]
            return len(line)
        self._say(out, line[said:end])
        if value > end:
            self._say(out, b" ")
            self._break(at + value)
        return value

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
                self.strings.end(self._raw + at)
                self._ended(self._out)
                self._quote = b""
                self._break(at, 32)
                if self._flow is not None:
                    self._say(out, text)
                    return found.end()
                return self._rest_of_line(data, at, cut, out)
            else:
                if kind == "fold":
                    self.strings.fold()
                self._break(at)
                self._say(out, fold(text) if kind == "fold" else escape(text))
                self._break(found.end())
            at = found.end()
        return at

    def _in_flow(self, flow: Flow, data: bytes, at: int, cut: int, out: list[bytes], final: bool) -> int:
        """On in a flow collection, up to its end or to a string in it."""
        while at < cut:
            mark = flow.fresh and data[at : at + 1] in (b"!", b"&") and not data.startswith(b"!!binary", at)
            kind, end = flow.next(data, at, cut)
            if kind == "fold" and not final and _may_go_on(kind, end - at, cut - end):
                return at
            if kind == "fold":
                self.flows.fold()
            if kind == "fold" and flow.left(data, at, end):
                self._flow = None
                self.flows.end(self._raw + at)
                return self._rest_of_line(data, at, cut, out)
            if kind == "fold" and flow.folds(data, end):
                self._break(at)
                self._say(out, fold(data[at:end]))
                self._break(end)
            elif mark:
                self._break(end)
            else:
                self._of_flow(data[at:end], out)
            at = end
            if kind == "open":
                self._opened(at, data[at - 1 : at])
                return at
            if kind == "end":
                self._flow = None
                self.flows.end(self._raw + at)
                return self._rest_of_line(data, at, cut, out)
        return at

    def _of_flow(self, text: bytes, out: list[bytes]) -> None:
        """A member ends with the sign behind it, whatever a rule takes for a line of its own."""
        if text in _MEMBER_ENDS:
            self._ended(self._out)
        self._say(out, text)
        if text in _MEMBER_BEGINS:
            self._begin = self._out

    def _rest_of_line(self, data: bytes, at: int, cut: int, out: list[bytes]) -> int:
        stop = data.find(b"\n", at, cut) + 1 or cut
        self._say(out, data[at:stop])
        return stop

    def _opened(self, at: int, quote: bytes) -> None:
        self._quote, self._begin = quote, self._out
        self.strings.begin(self._raw + at)
        self._break(at, quote[0])

    def _ended(self, end: int) -> None:
        self.back.scalar(self._begin, end)

    def _break(self, raw: int, style: int = 0) -> None:
        self.back.note(self._out, self._raw + raw, style)

    def _close(self, at: int, end: int) -> None:
        self._ended(end)
        self._break(at, 32)


def _may_go_on(kind: str, size: int, left: int) -> bool:
    """Whether a sign that ends `left` bytes before the end of what is here may be another's beginning."""
    return size < _MOST_FOLD and left < (_LONGEST_ESCAPE if kind == "escape" else 1)
