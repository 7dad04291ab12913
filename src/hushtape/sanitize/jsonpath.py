"""JSON paths: the subset of RFC 9535 that we take.

Lives here: reading a path into steps, routes (steps and what becomes of the value at their end), and a
name as a body may write it. Must not: see a body. Called by: jsonstates (which makes one automaton of all
routes), jsonwalk, sanitizers_custom.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import msgspec

from hushtape.errors import SanitizerError
from hushtape.sanitize.expressions import lazily

MAX_STEPS: Final = 64
"""Steps in a path."""

MAX_NAME: Final = 1000
"""Characters in a name."""

Selector = bytes | int | None
"""A member's name, an element's index, or None for all of them."""

ELEMENT: Final = -1
"""The selector of all elements, and of no member; paths can't say it, `BodyFieldSanitizer` does."""


class Step(NamedTuple):
    """One step down; `descend`: at any depth below."""

    selectors: tuple[Selector, ...]
    descend: bool = False


class Target(NamedTuple):
    """What becomes of a value. `numbers`: numbers go, too. `order`: the rule's place; the last one wins."""

    text: bytes
    numbers: bool = True
    order: int = 0


class Route(NamedTuple):
    """A path and its target. `fold`: names ignore the case of ASCII letters."""

    steps: tuple[Step, ...]
    target: Target
    fold: bool = False


_NAME = lazily(r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*")
_INDEX = lazily(r"0|[1-9][0-9]{0,8}")
_QUOTED = lazily(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)


def parse(path: str, sanitizer: str = "JsonPathSanitizer") -> tuple[Step, ...]:
    """The steps of a path: `$`, `.name`, `['name']`, `["a", "b"]`, `[0]`, `[*]`, `.*`, and `..` before a
    name, a star or a bracket.

    Raises:
        SanitizerError: it is none; the message names the position (characters from 0).
    """
    if not path.startswith("$"):
        raise _bad(path, 0, "a path begins with `$`", sanitizer)
    steps: list[Step] = []
    at = 1
    while at < len(path):
        descend = path.startswith("..", at)
        dot = descend or path[at] == "."
        at += 2 if descend else int(dot)
        if path[at : at + 1] == "[" and (descend or not dot):
            selectors, at = _bracket(path, at + 1, sanitizer)
        elif dot and path[at : at + 1] == "*":
            selectors, at = (None,), at + 1
        else:
            name = _NAME.match(path, at) if dot else None
            if name is None:
                raise _bad(
                    path,
                    at,
                    "a name, `*` or `[` was expected" if dot else "`.` or `[` was expected",
                    sanitizer,
                )
            selectors, at = (_name(path, at, name[0], sanitizer),), name.end()
        steps.append(Step(selectors, descend))
        if len(steps) > MAX_STEPS:
            raise _bad(path, at, f"it has more than {MAX_STEPS} steps", sanitizer)
    return tuple(steps)


def _bracket(path: str, at: int, sanitizer: str) -> tuple[tuple[Selector, ...], int]:
    """What stands between brackets, and where to go on behind them."""
    selectors: list[Selector] = []
    while True:
        at = _blank(path, at)
        quoted = _QUOTED.match(path, at)
        index = _INDEX.match(path, at)
        if quoted is not None:
            selectors.append(_name(path, at, _unquoted(path, at, quoted, sanitizer), sanitizer))
            at = quoted.end()
        elif index is not None:
            selectors.append(int(index[0]))
            at = index.end()
        elif path[at : at + 1] == "*":
            selectors.append(None)
            at += 1
        else:
            raise _bad(path, at, "a quoted name, an index from 0 on, or `*` was expected", sanitizer)
        at = _blank(path, at)
        if path[at : at + 1] == "]":
            return tuple(selectors), at + 1
        if path[at : at + 1] != ",":
            raise _bad(path, at, "`]` or `,` was expected (slices and filters are not known here)", sanitizer)
        at += 1


def _blank(path: str, at: int) -> int:
    while path[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _unquoted(path: str, at: int, quoted: re.Match[str], sanitizer: str) -> str:
    """The name between quotes, escapes undone as in JSON (RFC 9535 2.3.1.1)."""
    text = quoted[2] if quoted[1] is None else quoted[1].replace('"', '\\"').replace("\\'", "'")
    try:
        return str(msgspec.json.decode(f'"{text}"'.encode(), type=str))
    except (ValueError, UnicodeError):
        raise _bad(path, at, "an escape in this name is not valid", sanitizer) from None


def _name(path: str, at: int, name: str, sanitizer: str) -> bytes:
    if len(name) > MAX_NAME:
        raise _bad(path, at, f"a name is longer than {MAX_NAME} characters", sanitizer)
    return name.encode("utf-8", "surrogatepass")


def _bad(path: str, at: int, why: str, sanitizer: str) -> SanitizerError:
    return SanitizerError(
        f"use the JSON path {path[:200]!r}",
        f"at position {at}, {why}",
        "Use $, .name, ['name'], [0], [*] and ..name",
        sanitizer=sanitizer,
    )


_ESCAPE = lazily(rb"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {b"b": "\b", b"f": "\f", b"n": "\n", b"r": "\r", b"t": "\t"}


def unescaped(key: bytes) -> bytes:
    """A key's characters in UTF-8. What is no escape of JSON (RFC 8259 7) stays as it is."""
    if b"\\" not in key:
        return key

    def plain(escape: re.Match[bytes]) -> bytes:
        if escape[1] is not None:
            return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
        return _LETTERS[escape[2]].encode() if escape[2] in _LETTERS else escape[2]

    text = _ESCAPE.sub(plain, key)
    if b"\xed" not in text:
        return text
    # Two halves of a pair become one character; a half alone stays one.
    try:
        units = text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return text
