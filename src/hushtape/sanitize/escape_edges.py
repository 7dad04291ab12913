"""Edges of what is replaced: whole escapes go, none is cut in two.

Lives here: where the escape begins that a span begins within, and how many of the backslashes behind a value
that ends in some are its own. Must not: know rules, or look further than `REACH` bytes.
Called by: exact, encoded.
Half an escape (`"\\REDACTED"`, `"REDACTED\\"`) makes JSON that no program reads.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily

REACH: Final = 192
"""Bytes before or behind a span that are read: seven levels of JSON in JSON make 127 backslashes."""

_NEAR: Final = 32
_CLOSE: Final = 6
"""Bytes of `&#x5c;`: an escape that has begun shows one of its signs in these."""
_SLASH: Final = ord("\\")
_BACKSLASH: Final = rb"(?:\\|%(?:25){0,8}5[cC]|&#92;|&#[xX]5[cC];)"
_ESCAPE: Final = lazily(_BACKSLASH + rb"++(?:u[0-9a-fA-F]{4}|[nrtbfu/\"'])?|%(?:25){0,8}+[0-9a-fA-F]{2}")
_LAST: Final = lazily(_BACKSLASH + rb"\Z")
_QUOTE: Final = lazily(rb"\"|%(?:25){0,8}22|&(?:amp;){0,8}(?:quot|#34|#[xX]22);")
_MAY_BE_ESCAPED: Final = lazily(rb"['/]|%(?:25){0,8}2[7fF]|&(?:amp;){0,8}(?:apos|#39|#[xX]27);")
_CODED: Final = lazily(rb"(?:u00|x)5[cC](?:\\++(?:u00|x)5[cC])*+")
"""A backslash as `\\u005c` or `\\x5c`."""
_UNIT: Final = lazily(rb"u[0-9a-fA-F]{4}")
_LEVELS: Final = 7
_LETTER: Final = lazily(rb"[nrtbfu]")


def first_of_escape(data: bytes, at: int) -> int:
    """Where the escape begins that `at` stands within, its backslashes included; else `at`."""
    near = data[max(0, at - _CLOSE) : at]
    if _SLASH not in near and 37 not in near and 38 not in near:  # an expression took five times as long
        return at
    low = max(0, at - REACH)
    run = len(data[low:at].rstrip(b"\\"))
    if low + run < at:
        escape = _ESCAPE.match(data, low + run, at + 8)
        return low + run if escape is not None and escape.end() > at else at
    spans = (escape.span() for escape in _ESCAPE.finditer(data, low, at + 8))
    return next((first for first, end in spans if first < at < end), at)


def end_of_backslashes(data: bytes, end: int, limit: int, count: int) -> int:
    """Where a value ends that ends in `count` backslashes, one of which ends at `end`: those of the quote, or
    of the letter, that follows are not its own. `limit`: see `Verify`."""
    if data[end - 1] == _SLASH:
        low, high = max(0, end - REACH), min(limit, end + REACH)
        first, stop = low + len(data[low:end].rstrip(b"\\")), high - len(data[end:high].lstrip(b"\\"))
        if coded := _CODED.match(data, stop, high):
            return coded.end()
        return first + _own(stop - first, count, data, stop)
    last = _LAST.search(data, max(0, end - _NEAR), end)
    if last is None:
        return end
    size = len(last[0])
    before = _run(data, last.start(), -size, last[0], limit)
    first, stop = last.start() - size * before, end + size * _run(data, end, size, last[0], limit)
    return first + size * _own((stop - first) // size, count, data, stop)


def _run(data: bytes, at: int, step: int, unit: bytes, limit: int) -> int:
    """How many units stand behind `at`, or before it where the step is negative."""
    count = 0
    at = min(at, at + step)
    while 0 <= at <= limit - len(unit) and count * len(unit) < REACH and data.startswith(unit, at):
        at, count = at + step, count + 1
    return count


def _own(run: int, count: int, data: bytes, stop: int) -> int:
    """How many of a run of backslashes are those of a value. As many levels of JSON as the run may tell are
    assumed: n of a text are n * 2**levels. A quote that closes the string has 2**(levels - 1) - 1 before it,
    one within it 2**levels - 1, and an escape's letter 2**(levels - 1)."""
    if _UNIT.match(data, stop) and (own := _before_a_unit(run, count)):
        return own
    quoted = _QUOTE.match(data, stop) or (run % 2 and _MAY_BE_ESCAPED.match(data, stop))
    return _counted(run, count, quoted=bool(quoted), letter=_LETTER.match(data, stop) is not None)


def _before_a_unit(run: int, count: int) -> int:
    """The same where `\\u0026` follows, or a quote as `\\u0022`, whichever writer escaped it: as many levels
    as leave it fewer than a backslash of the value has. 0: it is none."""
    for level in range(_LEVELS, -1, -1):
        own = count << level
        if 0 < run - own < 1 << level:
            return own
    return 0


def _counted(run: int, count: int, *, quoted: bool, letter: bool) -> int:
    total = run + 1 if quoted else run
    level = _twos(total)
    if (quoted or letter) and total >> level >= 2 * count + 1:
        return count << (level + 1)
    least = count + 1 if quoted else count
    while level and total >> level < least:
        level -= 1
    return min(run, count << level)


def _twos(number: int) -> int:
    """How often a number can be halved."""
    return (number & -number).bit_length() - 1 if number else 0
