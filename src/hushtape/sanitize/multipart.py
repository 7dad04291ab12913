"""Multipart parts whose name is a field's: where the content begins, and what ends it.

Lives here: the head of a part, from its name to the empty line, and the delimiter; as they are, and as JSON's
strings write them (`\\r\\n`). Must not: know which names matter. Called by: fields.
"""

from __future__ import annotations

import re

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.spans import Found
from hushtape.sanitize.values import Until

_BEFORE = (
    rb"(?:\A|(?<!quot)(?<!#34)(?<!#x22)(?<!apos)(?<!#39)(?<!#x27);|form-data,?|disposition:)"
    rb"(?:\s|\+|\\{1,7}[rnt]){0,8}"
)
"""The name is a parameter of the field, not an attribute of HTML: `<input name="password">` and an empty
line begin no part, nor does `&quot; name=&quot;password&quot;`."""

_PART_NAME = lazily(
    _BEFORE + rb"(?:name[ \t]{0,8}=[ \t]{0,8}\Z|name\*=[\w-]{0,20}'[\w-]{0,20}'\Z)", re.IGNORECASE
)
_NESTED_NAME = lazily(
    _BEFORE + rb"name[ \t]{0,8}=[ \t]{0,8}(?:\\{0,8}[\"'])?[\w.\[\]-]{1,64}\[[\"']?\Z", re.IGNORECASE
)
_NESTED_REST = lazily(rb"\](?:\[[^\]\r\n]{0,32}\]){0,4}(?:\\{0,8}[\"'])?")
_PART = lazily(
    rb"[^\r\n]{0,256}+\r?\n(?:[\w.-]{1,64}+:[^\r\n]{0,256}+\r?\n|[ \t][^\r\n]{0,256}+\r?\n){0,8}+\r?\n"
)
# A line of dashes may stand in the value, too: the delimiter is the one that a part or nothing follows.
# Shorter than what `Until` leaves unread, with the 70 characters of a boundary (RFC 2046 5.1.1).
_PART_END = Until(lazily(rb"\r?\n--[^\r\n]{1,70}(?:--[ \t]{0,4}(?:[\r\n]|\Z)|\r?\n[Cc]ontent-)"))

_LINE = rb"(?:\\{1,3}r)?(\\{1,3})n"
_WRITTEN = rb"(?:[^\r\n\\]|\\{1,7}[\"'/])"
_WRITTEN_PART = lazily(
    _WRITTEN
    + rb"{0,256}?"
    + _LINE
    + rb"(?:[\w.-]{1,64}+:"
    + _WRITTEN
    + rb"{0,256}?(?:\\{1,3}r)?\1n){0,8}?(?:\\{1,3}r)?\1n"
)
_WRITTEN_ENDS = tuple(
    # The delimiter, or the quote that ends the string.
    Until(
        lazily(
            rb"(?:(?<!\\)\\{%d}r)?(?<!\\)\\{%d}n--[^\r\n\\\"]{1,70}(?:--|(?:\\{%d}r)?\\{%d}n[Cc]ontent-)|(?<!\\)\\{0,%d}\""
            % (deep, deep, deep, deep, deep - 1)
        )
    )
    for deep in (1, 2, 3)
)
"""By how many backslashes stand before a line end's letter."""


def named(data: bytes, start: int, at: int, limit: int, text: bytes) -> Found | None:
    """A part: `name="token"`, perhaps further fields, an empty line (RFC 7578 4.2). The name stands from
    `start` to `at`, with its quotes if it has any."""
    if _PART_NAME.search(data, max(0, start - 50), start) is None:
        return None
    return _content(data, at, limit, text)


def nested(data: bytes, start: int, at: int, limit: int, text: bytes) -> Found | None:
    """A part whose name is a path: `name="user[password]"`. The field's name is from `start` to `at`."""
    rest = _NESTED_REST.match(data, at, limit)
    if rest is None or _NESTED_NAME.search(data, max(0, start - 96), start) is None:
        return None
    return _content(data, rest.end(), limit, text)


def _content(data: bytes, at: int, limit: int, text: bytes) -> Found | None:
    head = _PART.match(data, at, limit)
    if head is not None:
        return Found(head.end(), -1, text, _PART_END)
    head = _WRITTEN_PART.match(data, at, limit)
    return None if head is None else Found(head.end(), -1, text, _WRITTEN_ENDS[len(head[1]) - 1])
