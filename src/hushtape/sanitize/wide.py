"""Bodies in UTF-16: read as text for the scrub, and written back unit by unit.

Lives here: telling UTF-16 from its first bytes, and the scrubber around the plain one. Must not: know rules.
Called by: ruleset. Every rule then holds in UTF-16 as it does in UTF-8: escapes, field names, token shapes.
A stream of 16-bit units is text one to one, lone surrogates included, so what no rule matches stays as it is
even where the guess was wrong; the bytes are scrubbed once more as they are, for a text in another coding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hushtape.sanitize.expressions import lazily

if TYPE_CHECKING:
    from hushtape.sanitize.stages import BodyScrubber

_LITTLE = lazily(rb"\xff\xfe(?!\0\0)|[\t\n\r -~]\0[\t\n\r -~]\0")
_BIG = lazily(rb"\xfe\xff|\0[\t\n\r -~]\0[\t\n\r -~]")
_ENOUGH = 4
_STEP = 64 * 1024


def coding_of(start: bytes) -> str:
    """ "utf-16-le", "utf-16-be" or "" (neither), by a byte order mark or two characters of ASCII."""
    if _LITTLE.match(start):
        return "utf-16-le"
    return "utf-16-be" if _BIG.match(start) else ""


class WideScrubber:
    """Scrubs one body of any coding. Not shared between threads.

    Args:
        make: makes all that a body in UTF-8 passes: paths and users' patterns hold in UTF-16, too.
    """

    __slots__ = ("_make", "_plain", "_start", "_wide")

    def __init__(self, make: Callable[[], BodyScrubber]) -> None:
        self._plain = make()
        self._make = make
        self._wide: _Wide | None = None
        self._start: bytes | None = b""
        """The first bytes, until there are enough to tell."""

    @property
    def changed(self) -> bool:
        """A rule matched."""
        return self._plain.changed or (self._wide is not None and self._wide.changed)

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        if self._start is not None:
            data = self._begin(data)
        return self._plain.feed(data if self._wide is None else self._wide.feed(data))

    def finish(self) -> bytes:
        """The rest."""
        rest = self._start or b""
        if self._wide is not None:
            rest = self._wide.finish()
        if not rest:
            return self._plain.finish()
        return self._plain.feed(rest) + self._plain.finish()

    def _begin(self, data: bytes) -> bytes:
        start = self._start + data if self._start else data
        if len(start) < _ENOUGH:
            self._start = start
            return b""
        self._start = None
        if coding := coding_of(start):
            self._wide = _Wide(self._make(), coding)
        return start


class _Wide:
    """UTF-16 in, scrubbed UTF-16 out."""

    __slots__ = ("_coding", "_rest", "_scrubber", "_tail")

    def __init__(self, scrubber: BodyScrubber, coding: str) -> None:
        self._scrubber = scrubber
        self._coding = coding
        self._rest = b""
        self._tail = b""

    @property
    def changed(self) -> bool:
        return self._scrubber.changed

    def feed(self, data: bytes) -> bytes:
        if len(data) > _STEP:
            return b"".join([self.feed(data[at : at + _STEP]) for at in range(0, len(data), _STEP)])
        data = self._rest + data
        whole = len(data) & ~1
        if whole and self._is_first_half(data[whole - 2 : whole]):
            whole -= 2
        self._rest = data[whole:]
        return self._back(self._scrubber.feed(self._text(data[:whole])))

    def finish(self) -> bytes:
        odd = self._rest[len(self._rest) & ~1 :]
        text = self._scrubber.feed(self._text(self._rest[: len(self._rest) & ~1]))
        return self._back(text + self._scrubber.finish(), final=True) + odd

    def _is_first_half(self, unit: bytes) -> bool:
        """Of a surrogate pair (RFC 2781 2.1)."""
        return unit[1 if self._coding == "utf-16-le" else 0] & 0xFC == 0xD8

    def _text(self, data: bytes) -> bytes:
        return data.decode(self._coding, "surrogatepass").encode("utf-8", "surrogatepass")

    def _back(self, data: bytes, final: bool = False) -> bytes:
        data = self._tail + data
        cut = len(data) if final else _last_character(data)
        self._tail, data = data[cut:], data[:cut]
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # a secret in latin-1 lay across the bytes of a character
            text = data.decode("utf-8", "replace")
        return text.encode(self._coding, "surrogatepass")


def _last_character(data: bytes) -> int:
    """Where the last character of some UTF-8 begins, if it may not be whole; else the end."""
    for back in range(1, min(3, len(data)) + 1):
        first = data[-back]
        if first >= 0xC0:
            whole = 2 + (first >= 0xE0) + (first >= 0xF0)
            return len(data) - back if back < whole else len(data)
        if first < 0x80:
            break
    return len(data)
