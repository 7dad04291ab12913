"""What a component prints, the end of it.

Lives here: a text stream that keeps the last characters. Must not: scrub. Called by: component_run.
It is a real text stream with a `buffer`: components write bytes to `sys.stdout.buffer`, too. What was
written stays readable after the component closed it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

PRINTED = 64 * 1024
"""Bytes that are shown, the last ones."""

MARGIN = 64 * 1024
"""Bytes before them, which are scrubbed with them: a secret at the cut is seen whole."""


class _Tail(io.RawIOBase):
    def __init__(self) -> None:
        self._kept = bytearray()
        self.total = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = len(data)
        self.total += size
        self._kept += memoryview(data)[-(PRINTED + MARGIN) :]
        del self._kept[: -(PRINTED + MARGIN)]
        return size

    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")


class Printed(io.TextIOWrapper):
    """The stream."""

    def __init__(self) -> None:
        self._tail = _Tail()
        super().__init__(
            io.BufferedWriter(self._tail), encoding="utf-8", errors="backslashreplace", write_through=True
        )

    def text(self, hidden: Iterable[str]) -> str:
        """The end of what was written, from a line's or a word's beginning on, and never from the middle of
        one of the hidden values. To be scrubbed, then `cut`."""
        if not self.closed:
            self.flush()
        text = self._tail.text()
        if self._tail.total <= PRINTED + MARGIN:
            return text
        for value in hidden:
            text = text[_rest(value, text) :]
        return text.partition("\n")[2] or text.partition(" ")[2]

    def cut(self, clean: str) -> str:
        """The scrubbed text without the margin."""
        if len(clean) <= PRINTED:
            return clean
        return clean[-PRINTED:].partition("\n")[2] or clean[-PRINTED:]


def _rest(value: str, text: str) -> int:
    """The length of a value's end with which the text begins."""
    return next((size for size in range(len(value) - 1, 0, -1) if text.startswith(value[-size:])), 0)
