"""Where in a flow collection of YAML (`{...}`, `[...]`) something stands, and where the collection ends.

Lives here: the walk over its brackets, strings, names and commas, over as many lines and pieces as it takes.
Must not: load YAML, keep more of a scalar than a name has. Called by: yaml_place.
"""

from __future__ import annotations

import re

_MOST = 512
"""Bytes of a scalar that are kept; names are shorter."""

_SIGNS = re.compile(rb"[\"'{}\[\],:#]")
_MARKS = {b'"': re.compile(rb'["\\]'), b"'": re.compile(rb"'"), b"#": re.compile(rb"\n")}
_BLANK = re.compile(rb"\s*(?:[!&?]\S*\s+)*\Z")
_ENDS_NAME = b" \t\r\n,{}[]"


class FlowPlace:
    """A collection, from its first bracket on."""

    __slots__ = ("_escape", "_levels", "_quote", "_quoted", "_text")

    def __init__(self) -> None:
        self._levels: list[str | int | None] = []
        """A step for each open bracket: an index, a name, None between the members of a mapping."""
        self._text = bytearray()
        self._quote, self._quoted, self._escape = b"", False, False
        """`_escape`: behind a backslash; in apostrophes: behind one, which may be the first of a pair."""

    def steps(self) -> list[str | int]:
        """The path to what stands at the end of what was fed."""
        return [step for step in self._levels if step is not None]

    def feed(self, data: bytes, at: int) -> int:
        """Behind its last bracket; -1: it goes on."""
        while at < len(data):
            if self._escape:
                at = self._escaped(data, at)
                continue
            found = (_MARKS[self._quote] if self._quote else _SIGNS).search(data, at)
            self._keep(data[at : found.start() if found else len(data)])
            if found is None:
                break
            at = found.end()
            if self._quote:
                self._inside(found[0])
            else:
                self._sign(found[0], data[at : at + 1])
                if not self._levels:
                    return at
        return -1

    def _keep(self, data: bytes) -> None:
        if self._quote != b"#" and not self._quoted:
            self._text += data[: _MOST - len(self._text)]

    def _escaped(self, data: bytes, at: int) -> int:
        self._escape = False
        if self._quote == b"'" and data[at : at + 1] != b"'":  # it was no pair: the string's end
            self._quote, self._quoted = b"", True
            return at
        self._keep(data[at : at + 1])
        return at + 1

    def _inside(self, sign: bytes) -> None:
        """A sign in a string, or a remark's end."""
        if sign == b'"':
            self._quote, self._quoted = b"", True
        elif sign == b"\n":
            self._quote = b""
        else:
            self._escape = True

    def _sign(self, sign: bytes, behind: bytes) -> None:
        if sign in (b'"', b"'"):
            if not self._quoted and _BLANK.match(self._text):
                self._quote = sign
                self._text.clear()
            else:  # an apostrophe
                self._keep(sign)
        elif sign == b"#":
            if self._quoted or not self._text.strip() or self._text[-1:].isspace():
                self._quote = sign
            else:
                self._keep(sign)
        elif sign == b":":
            self._name(behind)
        elif sign in (b"{", b"["):
            self._levels.append(None if sign == b"{" else 0)
            self._fresh()
        elif sign == b",":
            last = self._levels[-1]
            self._levels[-1] = last + 1 if isinstance(last, int) else None
            self._fresh()
        else:
            self._levels.pop()
            self._fresh()

    def _name(self, behind: bytes) -> None:
        """A colon: the end of a name, where the level is a mapping between its members."""
        if self._levels[-1] is None and (self._quoted or not behind or behind in _ENDS_NAME):
            text = bytes(self._text)
            self._levels[-1] = (text if self._quoted else text.strip()).decode("utf-8", "replace")
            self._fresh()
        else:
            self._keep(b":")

    def _fresh(self) -> None:
        self._text.clear()
        self._quoted = False
