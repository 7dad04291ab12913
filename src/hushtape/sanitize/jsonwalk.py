"""The walk through a JSON body: values at the ends of paths are replaced, all other bytes pass as they are.

Lives here: one body's way through the automaton. Must not: parse values, hold one (`jsonpassing` goes past
them), or know rules.
Called by: stages. Memory: a block, a key of up to `MAX_KEY` bytes, and a stack of the containers in which
a path is still under way. What comes out depends on the bytes alone, never on how they were cut. Where
the syntax is broken it goes on as far as it understands; documents may follow one another (NDJSON).
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.errors import SanitizerError
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.jsonpassing import Passing, after
from hushtape.sanitize.jsonpath import MAX_NAME, Target, unescaped
from hushtape.sanitize.jsonstates import BLANK, CONTAINER, NOWHERE, SCALAR, STRING, Move, State, States

BLOCK: Final = 16 * 1024
"""Bytes gathered before they are looked at."""

SLICE: Final = 64 * 1024
MAX_KEY: Final = 12 * MAX_NAME
"""Bytes in a key that can be a name: one character outside the BMP takes 12 as an escaped pair."""

MAX_DEPTH: Final = 1000
"""Containers within containers in which a path is still under way (Python's json gives up there, too)."""

MOST_PARTS: Final = 4096
_LONG_SCALAR: Final = 64
_QUOTE, _COMMA, _COLON = b'",:'
_OPEN, _CLOSE = b"[{", b"]}"
_BOM = b"\xef\xbb\xbf"

_BLANKS = lazily(BLANK)
_GAP = lazily(rb"[ \t\r\n,]*+")
_KEY = lazily(rb'"([^"\\]*+)"' + BLANK + b":" + BLANK)
_STRING = lazily(STRING, re.DOTALL)
_CONTAINER = lazily(CONTAINER, re.DOTALL)
_SCALAR = lazily(SCALAR)
_NUMBER = lazily(rb"[-+]?[0-9][0-9.eE+-]*\Z")
_KEPT = frozenset((b"null", b"true", b"false"))

MORE = -1
"""Instead of a position: what follows is not in the buffer yet."""


class JsonWalk:
    """Scrubs one body. Not shared between threads.

    Args:
        states: the automaton. sure: the body is said to be JSON; else its first byte has to be `{` or `[`.
    """

    __slots__ = (
        "_array", "_begun", "_colon", "_drop", "_gathered", "_index", "_move", "_off", "_out", "_parts",
        "_passing", "_rest", "_root", "_stack", "_state", "_sure", "_taken", "changed",
    )  # fmt: skip

    def __init__(self, states: States, sure: bool) -> None:
        self._root, self._sure = states.root, sure
        self._begun = self._off = False
        self._parts: list[bytes] = []
        self._gathered = 0
        self._rest = b""
        self._out: list[bytes] = []
        self._taken = 0
        """Up to here the buffer's bytes are in `_out`, or dropped."""
        self._stack: list[tuple[State | None, bool, int]] = []
        self._state: State | None = None
        self._array, self._index = False, 0
        self._move: Move | None = None
        """Below the key that was read last, until its value begins; `_colon`: its colon comes next."""
        self._colon = False
        self._passing = Passing()
        self._drop = False
        """What is passed over goes: its place was taken."""
        self.changed = False
        """A value was replaced."""

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        if self._off:
            return data
        if len(data) > SLICE:
            return b"".join([self.feed(data[at : at + SLICE]) for at in range(0, len(data), SLICE)])
        self._parts.append(data)
        self._gathered += len(data)
        if self._gathered < BLOCK:
            if len(self._parts) >= MOST_PARTS:
                self._parts = [b"".join(self._parts)]
            return b""
        return self._advance(final=False)

    def finish(self) -> bytes:
        """The rest."""
        return b"" if self._off else self._advance(final=True)

    def _advance(self, final: bool) -> bytes:
        data = b"".join((self._rest, *self._parts))
        self._parts, self._gathered, self._rest = [], 0, b""
        at = 0 if self._begun else self._begin(data, final)
        if self._off:
            return data
        self._out, self._taken = [], 0
        if self._begun:
            at = self._walk(data, at, final)
        if final:
            at = len(data)
        if not self._drop:
            self._out.append(data[self._taken : at])
        self._rest = data[at:]
        out, self._out = b"".join(self._out), []
        return out

    def _begin(self, data: bytes, final: bool) -> int:
        """Past the byte order mark and blanks; `_off` if this is no JSON."""
        at = 3 if data.startswith(_BOM) else 0
        at = after(_BLANKS, data, at)
        if at < len(data) or final:
            self._begun = True
            self._off = not self._sure and data[at : at + 1] not in (b"{", b"[")
        return at

    # --- the loop ----------------------------------------------------------------------------------

    def _walk(self, data: bytes, at: int, final: bool) -> int:
        """Where the walk stands when it needs more than is there."""
        size = len(data)
        while at < size:
            if self._passing.open:
                at = self._passing.on(data, at)
                if self._passing.open:
                    break
                if self._drop:
                    self._drop, self._taken = False, at
                continue
            if self._move is not None:
                step = self._below_key(data, at, self._move, final)
            elif self._state is None:
                step = self._document(data, at, final)
            elif self._array:
                step = self._element(data, at, self._state, final)
            else:
                step = self._member(data, at, self._state, final)
            if step == MORE:
                break
            at = step
        return at

    def _document(self, data: bytes, at: int, final: bool) -> int:
        at = after(_GAP, data, at)
        if at >= len(data) or data[at] in b"]}:":
            return min(at + 1, len(data))
        return self._value(data, at, self._root, final)

    def _element(self, data: bytes, at: int, state: State, final: bool) -> int:
        if state.items is not None and self._index > state.last:
            at = after(state.items, data, at)
        at = after(_BLANKS, data, at)
        if at >= len(data):
            return at
        byte = data[at]
        if byte in _CLOSE:
            return self._pop(at)
        if byte == _COMMA:
            self._index += 1
            at = after(_BLANKS, data, at + 1)
            if at >= len(data):
                return at
            byte = data[at]
            if byte == _COMMA or byte in _CLOSE:
                return at
        return at + 1 if byte == _COLON else self._value(data, at, state.at(self._index), final)

    def _member(self, data: bytes, at: int, state: State, final: bool) -> int:
        if state.members is not None:
            at = after(state.members, data, at)
        at = after(_GAP, data, at)
        if at >= len(data):
            return at
        byte = data[at]
        if byte in _CLOSE:
            return self._pop(at)
        if byte == _QUOTE:
            key = _KEY.match(data, at)
            if key is None or key.end() >= len(data):
                return self._hard_key(data, at, state, final)
            move = state.key(key[1]) if len(key[1]) <= MAX_KEY else state.other
            return self._value(data, key.end(), move, final)
        return at + 1 if byte == _COLON else self._value(data, at, NOWHERE, final)

    def _hard_key(self, data: bytes, at: int, state: State, final: bool) -> int:
        """A key with escapes, one that is cut by the buffer's end, or one without a colon."""
        self._colon = True
        key = _STRING.match(data, at)
        if key is not None:
            raw = key[0][1:-1]
            self._move = state.key(unescaped(raw)) if len(raw) <= MAX_KEY else state.other
            return key.end()
        if len(data) - at - 1 <= MAX_KEY and not final:
            self._colon = False
            return MORE
        self._move = state.other
        self._passing.string()
        return at + 1

    def _below_key(self, data: bytes, at: int, move: Move, final: bool) -> int:
        at = after(_BLANKS, data, at)
        if at >= len(data):
            return at
        if self._colon:
            self._colon = False
            if data[at] == _COLON:
                return at + 1
            self._move = None
            return at
        self._move = None
        step = self._value(data, at, move, final)
        self._move = move if step == MORE else self._move
        return step

    # --- values ------------------------------------------------------------------------------------

    def _value(self, data: bytes, at: int, move: Move, final: bool) -> int:
        """Behind the value that begins at `at`, or where its reading has to go on."""
        byte = data[at]
        if byte == _COMMA or byte in _CLOSE:
            return at
        if byte == _COLON:  # one too many: the value may still come
            self._move = move
            return at + 1
        if move.target is not None:
            return self._replace(data, at, move.target, final)
        if byte == _QUOTE:
            whole = _STRING.match(data, at)
            if whole is not None:
                return whole.end()
            self._passing.string()
        elif byte in _OPEN:
            state = move.state
            if state is not None and (state.arrays if byte == 91 else state.objects):
                return self._push(at, state, byte == 91)
            whole = _CONTAINER.match(data, at)
            if whole is not None:
                return whole.end()
            self._passing.container()
        else:
            self._passing.scalar()
        return at + 1

    def _push(self, at: int, state: State, array: bool) -> int:
        if len(self._stack) >= MAX_DEPTH:
            raise SanitizerError(
                "follow JSON paths through a body",
                f"its containers stand more than {MAX_DEPTH:,} deep in one another",
                "Use paths without `..`, or ignore the host (ignore_hosts)",
                sanitizer="JsonPathSanitizer",
            )
        self._stack.append((self._state, self._array, self._index))
        self._state, self._array, self._index = state, array, 0
        return at + 1

    def _pop(self, at: int) -> int:
        self._state, self._array, self._index = self._stack.pop()
        return at + 1

    def _replace(self, data: bytes, at: int, target: Target, final: bool) -> int:
        """Put the target's text in place of the value. Stay: null, true, false, `""`, `{}` and `[]`."""
        text, byte = target.text, data[at]
        if data.startswith((text, b'""', b"{}", b"[]"), at):
            return at + (len(text) if data.startswith(text, at) else 2)
        if (
            not final
            and len(data) - at < len(text)
            and (text.startswith(data[at:]) or (byte in _OPEN and at + 1 == len(data)))
        ):
            return MORE
        if byte == _QUOTE:
            whole = _STRING.match(data, at)
            if whole is not None:
                self._out += (data[self._taken : at], text)
                self.changed = True
                self._taken = whole.end()
                return self._taken
            self._passing.string()
        elif byte in _OPEN:
            self._passing.container()
        else:
            scalar = after(_SCALAR, data, at)
            word = data[at : min(scalar, at + _LONG_SCALAR)]
            if not final and scalar == len(data) and len(word) < _LONG_SCALAR:
                return MORE
            self._passing.scalar()
            if word.lower() in _KEPT or (not target.numbers and _NUMBER.match(word)):
                return scalar
        self._out += (data[self._taken : at], text)
        self._drop = self.changed = True
        return at + 1
