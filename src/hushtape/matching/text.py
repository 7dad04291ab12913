"""How values are shown to people: short, quoted, with control characters made visible.

Lives here: nothing else. Must not: scrub (what it gets has been scrubbed). Called by: compare, report.
A recorded value may hold terminal escapes; printed as they are they could rewrite the screen.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Struct

SHOWN: Final = 120
"""Most characters of one value in a line of the report."""


class Difference(Struct, frozen=True):
    """One difference, as a line; and what could be ignored to be rid of it.

    `kind`: "query", "headers", "form" or "json", "" where nothing can; `at`: the name, or the JSON path
    from the body's root, names and places.
    """

    line: str
    kind: str = ""
    at: str | tuple[str | int, ...] = ""


def visible(text: str) -> str:
    """`text` with control characters, bidirectional marks and lone surrogates as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([one if one.isprintable() else _escape(one) for one in text])


def _escape(character: str) -> str:
    return ascii(character)[1:-1]


def shortened(text: str, limit: int = SHOWN) -> str:
    """At most `limit` characters: the middle is left out, and how much is said."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    tail = limit - head
    return f"{text[:head]}...[{len(text) - limit:,} more]...{text[-tail:]}"


def quoted(value: str) -> str:
    """A text value in a report: single quotes, shortened, visible."""
    return f"'{visible(shortened(value))}'"


def around(live: str, recorded: str) -> tuple[str, str]:
    """Two differing values, cut so that the first difference shows in both."""
    if max(len(live), len(recorded)) <= SHOWN:
        return quoted(live), quoted(recorded)
    start = max(first_difference(live, recorded) - 30, 0)
    mark = f"[from character {start:,}] " if start else ""
    return mark + quoted(live[start:]), mark + quoted(recorded[start:])


def first_difference(one: str | bytes, other: str | bytes) -> int:
    """The first position at which two texts differ; halves its way there, so it costs no Python loop."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def as_json(value: Any) -> str:
    """A parsed JSON value as JSON text again, shortened; only what can be shown is written out."""
    if isinstance(value, str):
        value = value[: SHOWN * 4]
    elif isinstance(value, (dict, list)) and len(value) > SHOWN:
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value):,} items"
    elif isinstance(value, Decimal):
        return shortened(str(value))
    try:
        text = msgspec.json.encode(value, enc_hook=str).decode()
    except (UnicodeEncodeError, RecursionError, TypeError):
        text = ascii(value)
    return visible(shortened(text))


def sized(size: int) -> str:
    """A body's length in words."""
    return "no body" if size == 0 else f"{size:,} byte" + ("s" if size != 1 else "")
