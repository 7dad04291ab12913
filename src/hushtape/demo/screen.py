"""How the demonstration looks: 80 columns, colours on a terminal only, plain lines elsewhere.

Lives here: everything about presentation, so that the story reads as a story. Must not: know it.
When there are colours, hushtape.terminal says; a stream that can't encode the marks gets ASCII.
Called by: story.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from hushtape.terminal import is_live, painted, wants_colour

WIDTH = 78
BAR = 28


class Screen:
    """Prints to `stream` (default: standard output)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        self.live = is_live(self.stream)
        self.colour = wants_colour(self.stream)
        self.plain = not _encodes(self.stream, "─█·✓✗")
        self._pending = False

    def paint(self, text: str, *styles: str) -> str:
        return painted(text, *styles) if self.colour else text

    def line(self, text: str = "") -> None:
        self.clear()
        self.stream.write(self._fit(text) + "\n")
        self.stream.flush()

    def title(self, text: str, below: str) -> None:
        self.line()
        self.line(f"  {self.paint(text, 'bold')}")
        self.line(f"  {self.paint(below, 'dim')}")

    def step(self, number: int, text: str) -> None:
        self.line()
        self.line(f"{self.paint(f' {number} ', 'bold', 'cyan')} {self.paint(text, 'bold')}")

    def note(self, text: str) -> None:
        self.line(f"    {self.paint(text, 'dim')}")

    def good(self, text: str) -> None:
        self.line(f"    {self.paint('✓', 'green', 'bold')} {text}")

    def bad(self, text: str) -> None:
        self.line(f"    {self.paint('✗', 'red', 'bold')} {self.paint(text, 'red')}")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; the first column is left-aligned, figures to the right."""
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        self.line("    " + self.paint(_cells(head, widths), "dim"))
        self.line("    " + self.paint("─" * (sum(widths) + 3 * (len(widths) - 1)), "dim"))
        for row in rows:
            self.line("    " + _cells(row, widths))

    def columns(self, rows: Sequence[Sequence[str]], *styles: str) -> None:
        """Left-aligned columns; `styles` paints the last one."""
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            cells[-1] = self.paint(row[-1], *styles) if styles else row[-1]
            self.line("    " + "  ".join(cells))

    def progress(self, label: str, done: int, total: int) -> None:
        """A bar that is redrawn in place; nothing where there is no terminal."""
        if not self.live:
            return
        filled = BAR * done // max(total, 1)
        bar = self.paint("█" * filled, "cyan") + self.paint("·" * (BAR - filled), "dim")
        self.stream.write(
            "\r\x1b[2K" + self._fit(f"    {label:<22} {bar} {100 * done // max(total, 1):3d} %")
        )
        self.stream.flush()
        self._pending = True

    def clear(self) -> None:
        """Take a bar away that still stands there."""
        if self._pending:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
            self._pending = False

    def _fit(self, text: str) -> str:
        if self.plain:
            for mark, instead in zip("─█·✓✗", "-#.+!", strict=True):
                text = text.replace(mark, instead)
            text = text.encode("ascii", "replace").decode()
        return text


def _encodes(stream: TextIO, marks: str) -> bool:
    try:
        marks.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _cells(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    return "   ".join([first, *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))])


def size(amount: float) -> str:
    """Bytes, for people: 512 B, 3.1 KB, 24.0 MB."""
    for unit in ("B", "KB"):
        if amount < 1024:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} KB"
        amount /= 1024
    return f"{amount:.1f} MB"
