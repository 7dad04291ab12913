"""Coded text that goes on behind a window and holds a compressed stream: base64, hex, escapes, latin-1.

Lives here: finding the last run of such text in a window, seeing through one in another, and `Run`, which
decodes it on. Must not: scan (an auditor gets the bytes), or hold more than what may be cut in two.
Called by: audit_long. What ends within a window audit_views undoes.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.audit_anew import is_text
from hushtape.sanitize.audit_containers import follows
from hushtape.sanitize.audit_escapes import every_html, every_json
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.audit_lines import joined
from hushtape.sanitize.audit_packed import opened, starts, tells_little
from hushtape.sanitize.audit_runs import HEX, STANDARD
from hushtape.sanitize.expressions import lazily

if TYPE_CHECKING:
    from hushtape.sanitize.audit import Auditor

LEAST: Final = 1024
"""Characters of a run that may go on in the next window: shorter ones the overlap holds whole."""

EDGE: Final = 64
"""What begins so near to a window's end is left to the next one, which shows more of it."""

DEPTH: Final = 3
"""Ways of writing inside each other that are seen through to find a stream."""

_BREAK: Final = 64
"""More than this between two lines of base64 ends it."""

_LONGEST: Final = 12
"""Bytes of an escape that a window may cut (`&#x0000FF;`)."""

_CUT_BREAK: Final = lazily(rb"(?:\\++[nr]?)++\Z")
_CONTROL: Final = lazily(rb"[\0-\x08\x0e-\x1a]")


class Way(Protocol):
    """One way of writing bytes."""

    def last(self, window: bytes) -> Iterator[tuple[int, bytes, bytes]]:
        """The run that reaches the window's end: (where it begins, decoded, text left to decode), at each
        alignment. The first is -1 where line breaks were taken out."""

    def split(self, text: bytes) -> tuple[bytes, bytes, bool]:
        """A run's text that came so far: (decoded, what is left to decode, whether it ended)."""


class Digits:
    """Base64 (groups of four) or hex (of two), in lines or not."""

    def __init__(self, table: bytes, group: int) -> None:
        self._table, self._group = table, group

    def last(self, window: bytes) -> Iterator[tuple[int, bytes, bytes]]:
        if self._last_run(joined(window[-2 * LEAST :]))[2] < LEAST:
            return
        text = joined(window)
        letters, start, size = self._last_run(text)
        for shift in range(self._group):
            at = start + shift
            cut = at + max(size - shift - 1, 0) // self._group * self._group
            yield start if text is window else 0, self._decode(letters[at:cut]), text[cut:]

    def _last_run(self, text: bytes) -> tuple[bytes, int, int]:
        """The text in standard letters, and where its last run begins, with its length; 0: it ends before."""
        letters = text.translate(self._table)
        if text.endswith((b"\\", b"\\r", b"\\n")) and (cut := _CUT_BREAK.search(text[-EDGE:])):
            size = cut.end() - cut.start()  # half of `\\r\\n`
            letters = letters[:-size] + b" " * size
        end = len(letters.rstrip(b" "))
        if len(letters) - end > _BREAK:
            return letters, end, 0
        start = letters.rfind(b" ", 0, end) + 1
        return letters, start, end - start

    def split(self, text: bytes) -> tuple[bytes, bytes, bool]:
        """From the second line break on nothing tells an end from a break, so up to `_BREAK` bytes wait."""
        text = joined(text)
        letters = text.translate(self._table)
        end = letters.find(b" ")
        end = len(letters) if end < 0 else end
        ended = len(letters) - end > _BREAK
        # The last letter stays, too: it tells that a line break to come stands between two.
        cut = end if ended else max(end - 1, 0) // self._group * self._group
        return self._decode(letters[:cut]), text[cut:], ended

    def _decode(self, letters: bytes) -> bytes:
        if self._group == 2:
            return unhexlify(letters[: len(letters) & ~1])
        return a2b_base64(letters + b"AAAA"[: -len(letters) % 4])


class Escapes:
    """Escapes, in text that a sign of `ends` ends; `sign` begins one. `quote`: how a quote is written, which
    stands in text; `binary`: how escapes of bytes that don't begin; `latin`: they may be characters."""

    def __init__(
        self,
        signs: tuple[bytes, bytes, bytes],
        ends: bytes,
        undo: Callable[[bytes], bytes],
        *,
        latin: bool = False,
    ) -> None:
        self._sign, self._quote, self._binary = signs
        self._undo, self._latin = undo, latin
        self._end = re.compile(ends)

    def last(self, window: bytes) -> Iterator[tuple[int, bytes, bytes]]:
        near = window[-2 * LEAST :]
        if not _is_written(near) or (self._sign not in near and not (self._latin and not near.isascii())):
            return
        if self._quote in near and self._binary not in near and not (self._latin and not near.isascii()):
            return
        if (end := self._last_end(near)) > len(near) - LEAST:
            return
        if not _is_dense(self._undo(near[end : self._cut(near)])):
            return
        start = self._last_end(window)
        cut = self._cut(window)
        yield start, self._undo(window[start:cut]), window[cut:]

    def _last_end(self, text: bytes) -> int:
        return max((found.end() for found in self._end.finditer(text)), default=0)

    def split(self, text: bytes) -> tuple[bytes, bytes, bool]:
        if (found := self._end.search(text)) is not None:
            return self._undo(text[: found.start()]), b"", True
        cut = self._cut(text)
        return self._undo(text[:cut]), text[cut:], False

    def _cut(self, text: bytes) -> int:
        """Where nothing is cut in two: an escape, nor a character."""
        cut = text.rfind(self._sign, max(0, len(text) - _LONGEST))
        cut = len(text) if cut < 0 else cut
        while cut and text[cut - 1] == self._sign[0]:
            cut -= 1
        if self._latin and cut and text[cut - 1] >= 0x80:
            while cut and text[cut - 1] & 0xC0 == 0x80:
                cut -= 1
            cut = max(cut - 1, 0)
        return cut


def _is_written(near: bytes) -> bool:
    """Whether it is text, of which escapes are a part: decoded noise is none."""
    return _CONTROL.search(near) is None and is_text(near)


def _is_dense(text: bytes) -> bool:
    """Whether it could be compressed data, or code for such: no text."""
    text = text[-2 * LEAST :]
    for _ in range(DEPTH):
        if _CONTROL.search(text) is not None or next(_BASE64.last(text), None) is not None:
            return True
        text, before = _json(_html(unquote_to_bytes(text))), text
        if text == before:
            break
    return False


def _form(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))


def _json(data: bytes) -> bytes:
    """A string's characters taken for bytes; those of base64 are the same."""
    return every_json(data, runs=True).decode("utf-8", "ignore").encode("latin-1", "ignore")


def _html(data: bytes) -> bytes:
    return every_html(data, runs=True)


_PERCENT_ENDS: Final = rb"[\0- \"&<>\\]"
_QUOTE: Final = rb"(?<!\\)\""
_BASE64: Final = Digits(STANDARD, 4)
_WAYS: Final[tuple[Way, ...]] = (
    _BASE64,
    Digits(HEX, 2),
    Escapes((b"%", b"%22", b"%1"), _PERCENT_ENDS, unquote_to_bytes),
    Escapes((b"%", b"%22", b"%1"), _PERCENT_ENDS, _form),
    Escapes((b"\\", b'\\"', b"\\u00"), _QUOTE, _json, latin=True),
    Escapes((b"&", b"&quot;", b"&#0"), rb"[\s\"<>]", _html),
)


class Run:
    """Decodes text that goes on."""

    __slots__ = ("_auditor", "_carry", "_way", "ended")

    def __init__(self, way: Way, auditor: Auditor, carry: bytes) -> None:
        self._way, self._auditor, self._carry = way, auditor, carry
        self.ended = False

    def begin(self, view: bytes) -> Finding | None:
        """What its first window held, decoded."""
        return self._auditor.feed(view)

    def feed(self, data: bytes) -> Finding | None:
        """Decode on."""
        decoded, self._carry, self.ended = self._way.split(self._carry + data)
        return self._auditor.feed(decoded) or (self._auditor.finish() if self.ended else None)

    def finish(self) -> Finding | None:
        """The data ended."""
        return None if self.ended else self.feed(b" " * (2 * _BREAK) + b'"')


def going_on(window: bytes) -> Iterator[tuple[Way, bytes, bytes]]:
    """Coded text that reaches the window's end and holds a stream that does: (how it is written, decoded from
    the stream on, text left to decode)."""
    for way in _WAYS:
        for _, view, carry in way.last(window):
            if (at := _stream_in(view, DEPTH)) >= 0:
                yield way, view[at:], carry
                break


def _stream_in(view: bytes, depth: int) -> int:
    """Where a stream begins that reaches the end of the view, or coded text that holds one; -1: nowhere."""
    at = _going_on(view)
    if at >= 0 or not depth:
        return at
    for way in _WAYS:
        for start, below, _ in way.last(view):
            if _stream_in(below, depth - 1) >= 0:
                return start
    return -1


def _going_on(view: bytes) -> int:
    """Where a compressed stream begins that reaches the end of the view, with those whose content it goes on
    with; -1: there is none."""
    begin = last = end = -1
    for at in starts(view, coded=True):
        if (box := opened(view, at)) is None:
            continue
        end = -1 if at < last else end  # they are of another kind
        begin, last = begin if follows(view, end, at) else at, at
        produced = sum(map(len, box.feed(view[at:]))) > 0
        if box.running and (produced or not tells_little(view, at)):
            return begin
        if box.rest is not None:
            end = len(view) - len(box.rest)
            if len(box.rest) <= EDGE and not tells_little(view, at):
                return begin  # the next may begin behind the view
    return -1
