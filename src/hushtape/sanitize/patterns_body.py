"""Users' regular expressions over a body, window by window.

Lives here: one body's way through its patterns. Must not: compile, or keep time (`patterns` does both).
Called by: stages. Windows begin at places that the bytes alone decide, never their chunks. Text is UTF-8; a
byte that is none becomes a lone surrogate and comes back as itself. Memory: a window and its margins.
"""

from __future__ import annotations

from typing import Final

from hushtape.errors import SanitizerError
from hushtape.sanitize.patterns import Allowance, Pattern, Span

STEP: Final = 32 * 1024
"""Bytes in which matches of one window begin."""

LONGEST: Final = 4096
"""Characters in the longest match, and bytes that are seen beyond a window."""

BACK: Final = 1024
"""Bytes that are seen before a window (look-behind, word boundaries)."""


class PatternScrubber:
    """Scrubs one body. Not shared between threads."""

    __slots__ = ("_allowance", "_at", "_held", "_parts", "_patterns", "_size", "changed")

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self._patterns = patterns
        self._allowance = Allowance()
        self._held = b""
        self._at = 0
        """Bytes of `_held` that have left already and are only looked back at."""
        self._parts: list[bytes] = []
        self._size = 0
        self.changed = False
        """A pattern matched."""

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        self._parts.append(data)
        self._size += len(data)
        self._allowance.grow(len(data))
        if self._size - self._at <= STEP + LONGEST:
            if len(self._parts) >= STEP:
                self._parts = [b"".join(self._parts)]
            return b""
        data = b"".join((self._held, *self._parts))
        out: list[bytes] = []
        while len(data) - self._at > STEP + LONGEST:
            limit, end = _whole(data, self._at + STEP), _whole(data, self._at + STEP + LONGEST)
            out.append(self._window(data[:end], limit))
            low = _whole(data, max(0, self._at - BACK))
            data, self._at = data[low:], self._at - low
        self._held, self._parts, self._size = data, [], len(data)
        return b"".join(out)

    def finish(self) -> bytes:
        """The rest."""
        data = b"".join((self._held, *self._parts))
        self._parts = []
        return self._window(data, len(data)) if len(data) > self._at else b""

    def _window(self, data: bytes, limit: int) -> bytes:
        """What stands in place of the bytes from `_at` to `limit`, or to the end of the match across it."""
        text = _text(data)
        start, stop = len(_text(data[: self._at])), len(_text(data[:limit]))
        out: list[str] = []
        at = start
        for span in self._united(text, start, stop):
            out += (text[at : span.start], span.text)
            self.changed = self.changed or text[span.start : span.end] != span.text
            at = span.end
        done = max(at, stop)
        out.append(text[at:done])
        self._at = len(_bytes(text[:done]))
        return _bytes("".join(out))

    def _united(self, text: str, start: int, stop: int) -> list[Span]:
        """Matches that begin before `stop`; overlapping ones as one, with the text of the longest."""
        spans: list[Span] = []
        for pattern in self._patterns:
            for span in pattern.spans(text, start, stop, self._allowance):
                if span.end - span.start > LONGEST:
                    raise _too_long(pattern)
                spans.append(span)
        spans.sort()
        united: list[Span] = []
        for span in spans:
            if united and span.start < united[-1].end:
                last = united[-1]
                best = max(last, span, key=lambda one: (one.end - one.start, one.order))
                united[-1] = Span(last.start, max(last.end, span.end), best.text, best.order)
            else:
                united.append(span)
        return united


def _whole(data: bytes, at: int) -> int:
    """`at`, or the beginning of the character that stands across it."""
    for back in range(4):
        if at - back <= 0 or at >= len(data) or data[at - back] & 0xC0 != 0x80:
            return at - back
    return at


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a replacement that holds a lone surrogate
        return text.encode("utf-8", "surrogatepass")


def _too_long(pattern: Pattern) -> SanitizerError:
    return SanitizerError(
        f"run the pattern {pattern.name!r} over a body",
        f"a match is longer than {LONGEST:,} characters, and windows are not cut open for more",
        "Bound the pattern's repetitions, or name the field or the JSON path",
        sanitizer=pattern.sanitizer,
    )
