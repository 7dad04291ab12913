"""How values are shown to people: short, quoted, with control characters made visible.

Lives here: nothing else. Must not: know rules (what it gets has been scrubbed; what it cuts goes through
`telling` first). Called by: compare, report, session (reports), cli.
A recorded value may hold terminal escapes; printed as they are they could rewrite the screen. And a value
that is cut can't be audited any more: the beginning of a compressed stream unpacks, and no audit finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Struct

SHOWN: Final = 120
"""Most characters of one value in a line of the report."""


WITHHELD: Final = "(withheld)"
NOT_SHOWN: Final = f"asked {WITHHELD}, recorded {WITHHELD}"

Tell = Callable[[str], str]
_TELLING: ContextVar[Tell | None] = ContextVar("telling", default=None)
"""No argument: between a report and a value that it shows lie the plan, the matchers, comparisons."""


@contextmanager
def telling(tell: Tell) -> Iterator[None]:
    """Within it, values pass through `tell` whole before they are cut, or if they hold what can't be printed.

    `tell` scrubs and audits: what it gives back may be shown, and so may any part of it.
    """
    known: dict[str, str] = {}

    def once(text: str) -> str:
        if text not in known:
            known[text] = tell(text)
        return known[text]

    token = _TELLING.set(once)
    try:
        yield
    finally:
        _TELLING.reset(token)


def is_telling() -> bool:
    """Whether what is compared now will be shown: most comparisons only ask whether two requests match."""
    return _TELLING.get() is not None


def told(text: str) -> str:
    """`text` as it may be cut; the same object if there is nothing to hide, or nobody asks."""
    tell = _TELLING.get()
    return text if tell is None else tell(text)


def is_hidden(text: str) -> bool:
    """Whether a decoded value or name must not be shown. Base64 in a form has spaces where `+` stood, in a
    header field where a line ended."""
    if told(text) != text:
        return True
    return " " in text and any(told(one) != one for one in (text.replace(" ", "+"), text.replace(" ", "")))


def _to_be_cut(text: str, limit: int = 0) -> str:
    if len(text) <= (limit or SHOWN) and text.isprintable() and " " not in text:
        return text
    clean = told(text)
    return WITHHELD if clean is text and is_hidden(text) else clean


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
    text = _to_be_cut(text, limit)
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
    live, recorded = _to_be_cut(live), _to_be_cut(recorded)
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
        value = _to_be_cut(value)[: SHOWN * 4]
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
