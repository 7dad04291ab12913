"""Multipart parts whose name is a field's: where the content begins, and what ends it.

Lives here: the head of a part, from its name to the empty line, and the delimiter. Must not: know which names
matter. Called by: fields.
"""

from __future__ import annotations

import re

from hushtape.sanitize.spans import Found
from hushtape.sanitize.values import Until

_PART_NAME = re.compile(rb"name[ \t]{0,8}=[ \t]{0,8}\Z|name\*=[\w-]{0,20}'[\w-]{0,20}'\Z", re.IGNORECASE)
_NESTED_NAME = re.compile(rb"name[ \t]{0,8}=[ \t]{0,8}[\"']?[\w.\[\]-]{1,64}\[[\"']?\Z", re.IGNORECASE)
_NESTED_REST = re.compile(rb"\](?:\[[^\]\r\n]{0,32}\]){0,4}[\"']?")
_PART = re.compile(
    rb"[^\r\n]{0,256}+\r?\n(?:[\w.-]{1,64}+:[^\r\n]{0,256}+\r?\n|[ \t][^\r\n]{0,256}+\r?\n){0,8}+\r?\n"
)
# A line of dashes may stand in the value, too: the delimiter is the one that a part or nothing follows.
# Shorter than what `Until` leaves unread, with the 70 characters of a boundary (RFC 2046 5.1.1).
_PART_END = Until(re.compile(rb"\r?\n--[^\r\n]{1,70}(?:--[ \t]{0,4}(?:[\r\n]|\Z)|\r?\n[Cc]ontent-)"))


def named(data: bytes, start: int, at: int, limit: int, text: bytes) -> Found | None:
    """A part: `name="token"`, perhaps further fields, an empty line (RFC 7578 4.2). The name stands from
    `start` to `at`, with its quotes if it has any."""
    if _PART_NAME.search(data, max(0, start - 50), start) is None:
        return None
    head = _PART.match(data, at, limit)
    return None if head is None else Found(head.end(), -1, text, _PART_END)


def nested(data: bytes, start: int, at: int, limit: int, text: bytes) -> Found | None:
    """A part whose name is a path: `name="user[password]"`. The field's name is from `start` to `at`."""
    rest = _NESTED_REST.match(data, at, limit)
    if rest is None:
        return None
    path = _NESTED_NAME.search(data, max(0, start - 96), start)
    head = _PART.match(data, rest.end(), limit) if path else None
    return None if head is None else Found(head.end(), -1, text, _PART_END)
