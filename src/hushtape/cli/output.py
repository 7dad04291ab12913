"""What every command prints with: text made safe, colours, JSON, plural words.

Lives here: `Out`, through which all that comes from a cassette passes. Must not: read cassettes, decide when
there are colours (hushtape.terminal does). Called by: the commands. Everything that `Out` is given is made
safe here, one place: control characters (C0, C1, ESC), bidirectional overrides and lone surrogates become
visible escapes, so no cassette can move the cursor, set a title or hide a word.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Final, TextIO

from hushtape.matching.text import visible as safe
from hushtape.terminal import painted, wants_colour

Part = str | tuple[str, str]
"""Text, or a style and text. Names of styles: hushtape.terminal.STYLES, several with a space between."""

PLAIN: Final = ""

__all__ = ["PLAIN", "Out", "Part", "as_json", "count", "listed", "safe", "sized"]


class Out:
    """Prints to `stream` (default: standard output)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._colour = wants_colour(self._stream)

    def write(self, *parts: Part) -> None:
        """These parts, without a line break (a part that is one, is one); what they hold is made safe."""
        self._stream.write("".join(map(self._shown, parts)))

    def line(self, *parts: Part) -> None:
        """These parts as a line."""
        self._stream.write("".join(map(self._shown, parts)) + "\n")

    def json(self, text: str) -> None:
        """Text that `as_json` made, as it is."""
        self._stream.write(text)

    def _shown(self, part: Part) -> str:
        if part == "\n":
            return "\n"
        style, text = ("", part) if isinstance(part, str) else part
        text = "\t".join(map(safe, text.split("\t"))) if "\t" in text else safe(text)
        return painted(text, *style.split()) if self._colour else text


def as_json(value: object, indent: int | None = 2) -> str:
    """`value` as JSON in ASCII: what a terminal could take for a command stands there as an escape."""
    return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 interaction`, `1,200 interactions`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(places: Iterable[int]) -> str:
    """Numbers as ranges: `1-14, 20`."""
    ranges: list[list[int]] = []
    for place in places:
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return ", ".join(f"{first:,}" if first == last else f"{first:,}-{last:,}" for first, last in ranges)


def sized(amount: float) -> str:
    """Bytes for people: `512 B`, `3.1 KB`, `24.0 MB`, `1.9 GB`; 1 KB is 1,024 B."""
    if amount < 1024:
        return f"{amount:.0f} B"
    for unit in ("KB", "MB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1024:.1f} GB"
