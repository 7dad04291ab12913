"""Where a value begins and ends, in JSON, YAML and plain text.

Lives here: the scalars and lists that may follow a name. Must not: know which names matter, unescape.
Called by: keyed. YAML is read as text and never loaded: a cassette of somebody else is not to be executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Spans = Iterator[tuple[int, int]]

_OPENING = re.compile(rb"(\\*)([\"'])")
_DOUBLE = re.compile(rb"(?:[^\"\\]|\\.)*+", re.DOTALL)
_SINGLE = re.compile(rb"(?:[^']|'')*+")
_SPACE = re.compile(rb"[\s,]*+")
_ITEM = re.compile(rb"\r?\n( *)- +")
_BARE = re.compile(rb"[^\r\n\"'<>{}\[\],]{1,4096}")
_FLOW_BARE = re.compile(rb"[^\r\n,\]\[{}]{1,8192}")
_LINE = re.compile(rb"[^\r\n]{1,8192}")
_TAG = re.compile(rb"(?:[!&]\S{0,200} +)*(?!\*)")
"""Tags and anchors before a value; an alias (`*id001`) is none."""
_MEMBER = re.compile(rb"[^\s#:'\"\[\]{},&*!|>%@`-][^:#\r\n]{0,80}:(?=\s|\Z)")
_NAME = re.compile(rb" *(?:- +)*")
_SCALAR = (
    rb"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?\r?\n(?:[ \t]*+\r?\n)* {%d,}+"
    rb"(\S[^\r\n]*+(?:\r?\n(?:[ \t]*+\r?\n)* {%d,}+\S[^\r\n]*+)*+)"
)
_PLAIN = rb"[^\r\n]{1,8192}(?:\r?\n {%d,}+[^\s#][^\r\n]{0,8192}){0,64}+"
"""A scalar without quotes, and its further lines."""
_MOST_ITEMS = 4096


def values(data: bytes, at: int, kind: str) -> Spans:
    """The spans of the value or values at `at`, quotes left out."""
    if data[at : at + 1] in (b"!", b"&", b"*") and kind == "yaml":
        tag = _TAG.match(data, at)
        if tag is None:
            return
        at = tag.end()
    if data[at : at + 1] == b"[":
        yield from _flow(data, at + 1)
    elif kind == "yaml" and data[at : at + 1] in (b"|", b">"):
        yield from _scalar(data, at)
    elif kind == "yaml" and data[at : at + 1] in (b"\n", b"\r"):
        yield from _block(data, at)
    else:
        span = _string(data, at) or _bare(data, at, kind)
        if span is not None:
            yield span


def _string(data: bytes, at: int) -> tuple[int, int] | None:
    opening = _OPENING.match(data, at)
    if opening is None:
        return None
    start, quote = opening.end(), opening[2]
    if opening[1]:
        closing = re.compile(rb"(?<!\\)" + re.escape(opening[1]) + quote).search(data, start)
        return start, closing.start() if closing else len(data)
    found = (_DOUBLE if quote == b'"' else _SINGLE).match(data, start)
    return start, found.end() if found else start


def _bare(data: bytes, at: int, kind: str) -> tuple[int, int] | None:
    found = (_LINE if kind == "yaml" else _BARE).match(data, at)
    if found is None:
        return None
    if kind == "yaml":
        found = re.compile(_PLAIN % _deeper(data, at)).match(data, at) or found
    return at, at + len(found[0].rstrip())


def _scalar(data: bytes, at: int) -> Spans:
    """The lines of a block scalar (`|`, `>`), which stand deeper than its name."""
    deeper = _deeper(data, at)
    body = re.compile(_SCALAR % (deeper, deeper)).match(data, at)
    if body is not None:
        yield body.start(1), body.start(1) + len(body[1].rstrip())


def _deeper(data: bytes, at: int) -> int:
    """How far the lines are indented that belong to the name on this line."""
    name = _NAME.match(data, data.rfind(b"\n", 0, at) + 1)
    return name.end() - name.start() + 1 if name else 1


def _flow(data: bytes, at: int) -> Spans:
    """`["a", "b"]`, `[a, b]`."""
    for _ in range(_MOST_ITEMS):
        space = _SPACE.match(data, at)
        at = space.end() if space else at
        span = _string(data, at)
        if span is not None:
            yield span
            closing = _OPENING.match(data, span[1])
            at = closing.end() if closing else span[1]
            continue
        bare = _FLOW_BARE.match(data, at)
        if bare is None:
            return
        yield at, at + len(bare[0].rstrip())
        at = bare.end()


def _block(data: bytes, at: int) -> Spans:
    """A list below its name, an item a line; folded lines stand deeper than the dash."""
    for _ in range(_MOST_ITEMS):
        item = _ITEM.match(data, at)
        if item is None:
            return
        tag = _TAG.match(data, item.end())
        if tag is None:
            at = item.end() + 1
            continue
        span = _string(data, tag.end())
        if span is not None:
            yield span
            end = data.find(b"\n", span[1])
            at = end if end >= 0 else len(data)
            continue
        if _MEMBER.match(data, tag.end()):  # a mapping is no value
            at = data.find(b"\n", item.end())
            if at < 0:
                return
            continue
        folded = re.compile(rb"[^\r\n]*(?:\r?\n {%d,}(?!- )[^\r\n]*)*" % (len(item[1]) + 1))
        found = folded.match(data, tag.end())
        at = found.end() if found else tag.end()
        yield tag.end(), at
