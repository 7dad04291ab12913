"""Content-Length of bodies that a fix makes shorter or longer.

Lives here: finding the field of each body that is edited, and its new value. Must not: rewrite files.
Called by: fix. urllib3 compares it with what it reads, so a vcrpy cassette with the old one could not be
replayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from hushtape.scan.finding import Candidate
from hushtape.scan.locate import Located, Locator
from hushtape.scan.source import Text

_FIELD = re.compile(rb"content-length[\"']?\s*:\s*(?:\[\s*|-\s+)?[\"']?([0-9]{1,18})(?![0-9])", re.IGNORECASE)
_OWNER = re.compile(r"(/interactions/[0-9]+/(?:request|response))/(body|headers)(?:/|\Z)")
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(?:\r?\n\s*\\?|.)", re.DOTALL)
_MOST = 1024 * 1024
"""Bytes of one value whose length is found out; a body with a longer one keeps its field."""


def lengths(text: Text, found: Iterable[Located]) -> Iterator[tuple[int, int, bytes]]:
    """Edits of Content-Length fields for edits of the bodies they belong to."""
    changed: dict[str, int] = {}
    inside = [one for one in found if (owner := _OWNER.match(one.pointer)) and owner[2] == "body"]
    if not inside or text.kind == "text":
        return
    for one, old in _values(text, inside):
        owner = _OWNER.match(one.pointer)
        if owner is not None:
            new = one.candidate.text or b""
            size = one.candidate.size if one.candidate.size >= 0 else decoded_size(old)
            changed[owner[1]] = changed.get(owner[1], 0) + decoded_size(new) - size
    fields = list(_fields(text))
    located = Locator(text.kind, b"").run(text.chunks(), [field for field, _ in fields])
    for place, (field, value) in zip(located, fields, strict=True):
        owner = _OWNER.match(place.pointer)
        delta = changed.get(owner[1], 0) if owner and owner[2] == "headers" else 0
        if delta and value + delta >= 0:
            yield field.start, field.end, b"%d" % (value + delta)


def decoded_size(raw: bytes) -> int:
    """Bytes of a string's part once its escapes are undone."""
    size = len(raw)
    for escape in _ESCAPE.finditer(raw):
        if escape[1]:
            number = int(escape[1], 16)
            kept = 1 if number < 0x80 else 2 if number < 0x800 or 0xD800 <= number < 0xE000 else 3
        elif escape[2]:
            kept = 1 if int(escape[2], 16) < 0x80 else 2
        else:
            kept = 0 if escape[0][1:2] in (b"\n", b"\r") else 1
        size -= len(escape[0]) - kept
    return size


def _values(text: Text, found: list[Located]) -> Iterator[tuple[Located, bytes]]:
    """Each value as it stands in the file."""
    base, number, buffer = 0, 0, b""
    for chunk in text.chunks():
        buffer += chunk
        while number < len(found) and found[number].candidate.end <= base + len(buffer):
            one = found[number].candidate
            if one.start >= base:
                yield found[number], buffer[one.start - base : one.end - base]
            number += 1
        keep = found[number].candidate.start if number < len(found) else base + len(buffer)
        drop = min(max(keep - base, len(buffer) - _MOST), len(buffer))
        if drop > 0:
            buffer, base = buffer[drop:], base + drop


def _fields(text: Text) -> Iterator[tuple[Candidate, int]]:
    """Every Content-Length in the text: where its number stands, and the number."""
    tail, base, done = b"", 0, 0
    for chunk in chain(text.chunks(), (b"\n",)):
        data = tail + chunk
        for found in _FIELD.finditer(data):
            start = base + found.start(1)
            if start >= done and (found.end() < len(data)):
                done = base + found.end(1)
                yield Candidate(start, done, "length"), int(found[1])
        drop = max(0, len(data) - 256)
        tail, base = data[drop:], base + drop
