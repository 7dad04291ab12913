"""Which part of a window holds what the audit found in it decoded, and what may stand there instead.

Lives here: narrowing a finding down to a word, to base64 over several lines, to a line; redacting such a
part, and what base64 holds. Must not: decode in ways of its own (the audit knows them all), read files.
Called by: look, binary.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from hushtape.sanitize import Finding, Ruleset
from hushtape.sanitize.finder import Span

Audit = Callable[[bytes], "Finding | None"]
Tell = Callable[[bytes, int, Audit], None]

_TOKEN = re.compile(rb"[^\s\"'<>,;{}()\[\]]{8,}")
_MORE = rb"(?!-++\s)[A-Za-z0-9+/_=-]++(?=[\s\"'\\<]|\Z)"
"""A further line: all of it, and no key or item of YAML (`headers:`, `- `)."""
_FOLDED = re.compile(rb"[A-Za-z0-9+/_=-]{8,}+(\\n|\r?\n *)%b(?:\1%b)*+" % (_MORE, _MORE))
_STRING = re.compile(rb"\"(?:[^\"\\]|\\.)*+\"?|'(?:[^']|'')*+'?", re.DOTALL)
"""One that does not end takes all that follows: to try again from each quote would take quadratic time."""
_LINE = re.compile(rb"[^\n]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")
_BREAKS = re.compile(rb"\\n|\s+")
_SHORTEST_LINE = 16
"""Characters of a line of base64; a list of words has shorter ones."""
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})+")
_MOST = 2048
"""Parts of one window that are looked at by themselves; beyond that the window is told as one."""


class Unit(NamedTuple):
    """Bytes `start` to `end` of the window; `text` None: it can't be redacted."""

    start: int
    end: int
    rule: str
    how: str
    text: bytes | None


def narrow(data: bytes, found: Finding, audit: Audit, ruleset: Ruleset) -> Iterator[Unit]:
    """The parts that hold what was found: blocks of base64 in lines as a whole, then the smallest kind of
    part first. One line of such a block is never redacted alone: the next may hold the rest of the secret."""
    blocks = [part.span() for part in _FOLDED.finditer(data) if _in_lines(part[0])]
    for kind, redact in ((None, True), (_TOKEN, True), (_FOLDED, True), (_STRING, False), (_LINE, False)):
        left = data
        spans = iter(blocks) if kind is None else (part.span() for part in kind.finditer(data))
        for start, end in islice(spans, _MOST):
            end -= _backslashes(data[start:end])
            here = audit(data[start:end])
            if here is None:
                continue
            can = redact and "compressed" not in here.place and not _is_part(start, end, blocks)
            text = redacted(data[start:end], audit, ruleset) if can else None
            yield Unit(start, end, here.rule, how(here), text)
            left = left[:start] + b" " * (end - start) + left[end:]
        if left is not data:
            data = left
            rest = audit(data)
            if rest is None:
                return
            found = rest
    yield Unit(0, len(data), found.rule, how(found), None)


def _in_lines(block: bytes) -> bool:
    """Whether it is base64 that was broken into lines: all as long as the longest, but the first (a name may
    stand before it) and the last. One that is padded is whole by itself."""
    lines = _BREAKS.split(block)
    if any(line.endswith(b"=") for line in lines[:-1]):
        return False
    sizes = [len(line) for line in lines]
    longest = max(sizes)
    return longest >= _SHORTEST_LINE and longest in sizes[:-1] and all(n == longest for n in sizes[1:-1])


def _is_part(start: int, end: int, blocks: list[tuple[int, int]]) -> bool:
    """Whether it is less than the block it stands in."""
    return any(first < end and start < last and (start, end) != (first, last) for first, last in blocks)


def how(found: Finding) -> str:
    """The decodings of a finding of the audit: "base64, JSON"."""
    return found.place.partition("under ")[2]


def redacted(unit: bytes, audit: Audit, ruleset: Ruleset) -> bytes:
    """What may stand in place of a part: the same base64 with its secret redacted, else a filler that is
    valid wherever the part was."""
    plain = _BREAKS.sub(b"", unit)
    if _BASE64.fullmatch(plain) is None:
        return b"REDACTED"
    filler = b64encode(b"REDACTED!")
    if _HEX.fullmatch(plain):
        filler = b"REDACTED!".hex().encode()
    safe = b"-" in plain or b"_" in plain
    try:
        inside = b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_" if safe else None, validate=True)
    except (BadBase64, ValueError):
        return filler
    clean = cleaned(inside, ruleset)[0]
    if clean is None or clean == inside:
        return filler
    coded = b64encode(clean, altchars=b"-_" if safe else None)
    if not plain.endswith(b"="):
        coded = coded if len(plain) % 4 == 0 else coded.rstrip(b"=")
    return filler if audit(coded) is not None else coded


def cleaned(inside: bytes, ruleset: Ruleset) -> tuple[bytes | None, list[Span], str]:
    """What stood in base64, redacted; what was found; the rule of a known value of which another rule would
    take a part ("": none). Such a value's part goes as a whole. None: it can't be told from the rest."""
    torn: list[Unit] = []

    def tell(data: bytes, base: int, look: Audit) -> None:
        found = look(data)
        parts = narrow(data, found, look, ruleset) if found is not None else ()
        torn.extend(unit._replace(start=base + unit.start, end=base + unit.end) for unit in parts)

    clean, spans, _ = _scrubbed(inside, ruleset, tell)
    if not torn:
        return clean, spans, ""
    left, at = list[bytes](), 0
    for unit in sorted(torn):
        if unit.text is None:
            return None, spans, torn[0].rule
        if unit.start >= at:
            left += (inside[at : unit.start], unit.text)
        at = max(at, unit.end)
    again, _, still = _scrubbed(b"".join((*left, inside[at:])), ruleset)
    return None if still else again, spans, torn[0].rule


def _scrubbed(data: bytes, ruleset: Ruleset, tell: Tell | None = None) -> tuple[bytes, list[Span], bool]:
    """The scrubbed text, what was found, and whether a known value was torn (unless `tell` is told)."""
    watch = ruleset.watch("response")
    if watch is not None:
        watch.tell = tell
    finder = ruleset.finder(watch)
    clean = finder.feed(data) + finder.finish()
    return clean, finder.take(), watch is not None and watch.found is not None


def _backslashes(part: bytes) -> int:
    """Those at its end belong to the quote that follows."""
    return len(part) - len(part.rstrip(b"\\"))
