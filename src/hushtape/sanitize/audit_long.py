"""Compressed data that is longer than a window: inflated on, window by window, and audited.

Lives here: `Tail`, which follows one such stream, as it stands or in base64, to its end. Must not: look at a
window itself (audit_views does). Called by: audit. In memory: a decompressor and one auditor's window.
A stream is followed from the window that holds its beginning; hex is not (its beginning is looked into).
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from hushtape.sanitize.audit_containers import Container
from hushtape.sanitize.audit_lines import joined
from hushtape.sanitize.audit_packed import opened, starts, unpacked
from hushtape.sanitize.audit_runs import STANDARD

if TYPE_CHECKING:
    from hushtape.sanitize.audit import Auditor, Finding

LEAST: Final = 1024
"""Characters of a run that may go on in the next window: shorter ones the overlap holds whole."""

MOST_TRIES: Final = 8
_BREAK: Final = 64
"""More than this between two lines of base64 ends it."""


class Tail:
    """Follows a compressed stream. `feed` what comes after the window it was found in, each byte once."""

    __slots__ = ("_auditor", "_base64", "_box", "_carry", "ended")

    def __init__(self, box: Container, auditor: Auditor, base64: bool, carry: bytes) -> None:
        self._box, self._auditor = box, auditor
        self._base64, self._carry = base64, carry
        self.ended = False

    def feed(self, data: bytes) -> Finding | None:
        """Inflate on."""
        view = self._decoded(data) if self._base64 else data
        finding = _audited(self._box, view, self._auditor)
        self.ended = self.ended or not self._box.running
        return self._auditor.finish() if finding is None and self.ended else finding

    def finish(self) -> Finding | None:
        """The data ended."""
        return self.feed(b" " * (2 * _BREAK)) if self._base64 else self._auditor.finish()

    def _decoded(self, data: bytes) -> bytes:
        text = joined(self._carry + data)
        letters = text.translate(STANDARD)
        end = letters.find(b" ")
        end = len(letters) if end < 0 else end
        if len(letters) - end > _BREAK:
            self.ended = True
            return a2b_base64(letters[:end] + b"AAAA"[: -end % 4])
        # The last letter stays, too: it tells that a line break to come stands between two.
        cut = max(end - 1, 0) // 4 * 4
        self._carry = text[cut:]
        return a2b_base64(letters[:cut])


def follow(window: bytes, raw: bool, first: bool, fresh: Callable[[], Auditor]) -> Tail | Finding | None:
    """Who follows the compressed stream that begins in this window and reaches its end; or what it holds.

    Args:
        raw: also look for one that stands there as it is.
        first: no window stands before this one.
        fresh: makes the auditor of what comes out.
    """
    for view, base64, carry in _views(window, raw, first):
        for at in islice(starts(view, zlib=base64), MOST_TRIES):
            box = opened(view, at)
            if box is None:
                continue
            auditor = fresh()
            finding = _audited(box, view[at:], auditor)
            if finding is None and not box.running:
                finding = auditor.finish()
            if finding is not None:
                return finding
            # bzip2 says nothing before its first block of 900 KB; two telling bytes alone are chance.
            if box.running and not (auditor.unused and view[at : at + 1] == b"x"):
                return Tail(box, auditor, base64, carry)
    return None


def _audited(box: Container, data: bytes, auditor: Auditor) -> Finding | None:
    for piece in unpacked(box, data):
        finding = auditor.feed(piece)
        if finding is not None:
            return finding
    return None


def _views(window: bytes, raw: bool, first: bool) -> Iterator[tuple[bytes, bool, bytes]]:
    """What may hold the beginning: (bytes, whether they were base64, text that is left to decode)."""
    if raw:
        yield window, False, b""
    if _last_run(joined(window[-2 * LEAST :]))[2] < LEAST:
        return
    text = joined(window)
    letters, start, size = _last_run(text)
    if start == 0 and not first:
        return  # it began in a window before
    for shift in range(4):
        at = start + shift
        cut = at + max(size - shift - 1, 0) // 4 * 4
        yield a2b_base64(letters[at:cut]), True, text[cut:]


def _last_run(text: bytes) -> tuple[bytes, int, int]:
    """The text in standard letters, and where its last run begins, with its length; 0: it ends before."""
    letters = text.translate(STANDARD)
    end = len(letters.rstrip(b" "))
    if len(letters) - end > _BREAK:
        return letters, end, 0
    start = letters.rfind(b" ", 0, end) + 1
    return letters, start, end - start
