"""Blocks of `!!binary`: bodies that are no text, as vcrpy keeps uploads that hold a file.

Lives here: what stands in one, and the block without it. Must not: find blocks (`unfold`), unpack what is
compressed (`packed`). Called by: look.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator

from hushtape.sanitize import Ruleset
from hushtape.scan import units
from hushtape.scan.finding import FILLER, Candidate
from hushtape.scan.judge import SPELLED, may_count
from hushtape.scan.lengths import decoded_size
from hushtape.scan.source import HEAD, coding_of
from hushtape.scan.unfold import Binary

_FOLD = re.compile(rb"\r?\n[ \t]*")
_LINE = 76
"""Characters of a line (RFC 2045 6.8), which is what PyYAML writes."""


def size_of(block: Binary) -> int:
    """Bytes of the body in it; -1: it is no base64."""
    try:
        return len(b64decode(block.text))
    except (BadBase64, ValueError):
        return -1


def sized(one: Candidate, blocks: dict[int, tuple[int, int]]) -> Candidate:
    """The same; where a whole block goes, told in bytes of its body: `Content-Length` follows that."""
    end, size = blocks.get(one.start, (-1, -1))
    if one.end != end or size < 0 or one.text is None:
        return one
    try:
        size += decoded_size(one.text) - len(b64decode(one.text))
    except (BadBase64, ValueError):
        return one
    return one._replace(size=size)


def look(block: Binary, ruleset: Ruleset) -> Iterator[Candidate]:
    """One candidate for a block that holds something: its base64 is written anew as a whole."""
    try:
        inside = b64decode(_FOLD.sub(b"", block.text), validate=True)
    except (BadBase64, ValueError):
        return
    coding = _coding(inside)
    text = inside.decode(coding, "surrogatepass").encode("utf-8", "surrogatepass") if coding else inside
    clean, spans, torn = units.cleaned(text, ruleset)
    clean = FILLER if clean is None else clean
    if coding:
        clean = clean.decode("utf-8", "surrogatepass").encode(coding, "surrogatepass")
    found = [Candidate(0, 0, SPELLED.get(one.name, one.name), one.text, head=one.head) for one in spans]
    rule = SPELLED.get(torn, torn) or next((one.rule for one in found if may_count(one)), "")
    if rule:
        how = f"base64, {coding[:6].upper()}" if coding else "base64"
        yield Candidate(block.start, block.end, rule, _written(clean, block.text), how=how)


def _coding(body: bytes) -> str:
    """The UTF-16 or UTF-32 that a body is wholly in, which writes it back byte by byte; else ""."""
    wide: tuple[str, ...] = ("utf-32-le", "utf-32-be") if b"\0\0" in body[:8] else ()
    for coding in (*wide, coding_of(body[:HEAD]), coding_of(body[:4])):
        if coding and _is_in(body, coding):
            return coding
    return ""


def _is_in(body: bytes, coding: str) -> bool:
    try:
        return body.decode(coding, "surrogatepass").encode(coding, "surrogatepass") == body
    except UnicodeError:
        return False


def _written(clean: bytes, before: bytes) -> bytes:
    """In lines, if it was in lines."""
    coded, fold = b64encode(clean), _FOLD.search(before)
    if fold is None:
        return coded
    return fold[0].join([coded[at : at + _LINE] for at in range(0, len(coded), _LINE)])
