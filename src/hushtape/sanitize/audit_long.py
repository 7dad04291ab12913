"""Compressed streams in the middle of a body: found, and followed to their end, window by window.

Lives here: `Streams`, which follows those of one body, as they stand, in base64 or in hex. Must not: look at
a window itself (audit_views does), or undo a coding of the body's own. Called by: audit.
In memory: for each stream that is open a decompressor and one auditor's window. Whatever comes out is audited
like a body, so streams inside streams are followed in the same way.
"""

from __future__ import annotations

from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from hushtape.sanitize.audit_containers import FIRST, Container, container
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.audit_lines import joined
from hushtape.sanitize.audit_packed import TOO_MUCH, Room, opened, starts, tells_little
from hushtape.sanitize.audit_runs import HEX, STANDARD
from hushtape.sanitize.audit_zip import ZipFile
from hushtape.sanitize.audit_zstd import Sealed

if TYPE_CHECKING:
    from hushtape.sanitize.audit import Auditor

LEAST: Final = 1024
"""Characters of a run that may go on in the next window: shorter ones the overlap holds whole."""

EDGE: Final = 64
"""What begins so near to a window's end is left to the next one, which shows more of it."""

MOST_OPEN: Final = 16
"""Streams that are followed at once, those inside each other counted: real ones stand one after another."""

_BREAK: Final = 64
"""More than this between two lines of base64 ends it."""

_NAMES: Final = {"base64": (STANDARD, 4), "hex": (HEX, 2)}


class _Open(Protocol):
    """What is followed: a compressed stream, or the coded text that holds some."""

    ended: bool

    def feed(self, data: bytes) -> Finding | None:
        """What comes after the window it was found in, each byte once."""

    def finish(self) -> Finding | None:
        """The data ended."""


class Streams:
    """The compressed streams of one body.

    Args:
        fresh: makes the auditor of what comes out.
        room: shared by all auditors of a body.
        files: a body that is such a file as a whole is somebody else's: the session looks into it.
    """

    __slots__ = ("_archive", "_files", "_fresh", "_open", "_room")

    def __init__(self, fresh: Callable[[], Auditor], room: Room, *, files: bool) -> None:
        self._fresh, self._room, self._files = fresh, room, files
        self._open: list[_Open] = []
        self._archive = False
        """An archive is read, which finds its next members by itself."""

    def look(self, window: bytes, seen: int, *, first: bool, final: bool) -> Finding | None:
        """Follow what is open, and what begins here.

        Args:
            seen: bytes of the window that the one before held, too.
            first, final: no window stands before this one, or none comes behind it.
        """
        finding = self._go_on(window[seen:] if seen else window, final)
        if finding is not None:
            return finding
        if not window.isascii():
            low, high = max(0, seen - EDGE), len(window) - (0 if final else EDGE)
            finding = self._begin(window, low, high, first)
        if finding is None and not final and not any(isinstance(one, Run) for one in self._open):
            finding = self._in_runs(window)
        if final and finding is None:
            return self._finish()
        return finding

    def _go_on(self, data: bytes, final: bool) -> Finding | None:
        for one in self._open:
            if (finding := one.feed(data)) is not None:
                return finding
        if any(one.ended for one in self._open):
            self._keep([one for one in self._open if not one.ended])
        return None

    def _finish(self) -> Finding | None:
        for one in self._open:
            if (finding := one.finish()) is not None:
                return finding
        self._keep([])
        return None

    def _keep(self, left: list[_Open]) -> None:
        self._room.open += len(left) - len(self._open)
        self._open = left

    def _begin(self, window: bytes, low: int, high: int, first: bool) -> Finding | None:
        """Streams as they stand."""
        if first and self._files and (file := container(window[:FIRST])) is not None:
            self._archive = isinstance(file, ZipFile)
            low = 1
        for at in starts(window, coded=False, low=low):
            if not low <= at < high or (box := opened(window, at)) is None:
                continue
            if isinstance(box, Sealed):
                return Finding(box.unread, "in its middle")
            archive = isinstance(box, ZipFile)
            if archive and self._archive:
                continue
            stream = Stream(box, self._fresh(), self._room)
            if (finding := stream.feed(window[at:])) is not None:
                return finding
            # Two telling bytes alone are chance; bzip2 says nothing before its first block of 900 KB.
            if not stream.ended and (stream.produced or not tells_little(window, at)):
                self._archive = self._archive or archive
                if (finding := self._follow(stream)) is not None:
                    return finding
        return None

    def _in_runs(self, window: bytes) -> Finding | None:
        """Streams in base64 or hex that goes on behind the window: from their beginnings on it is decoded."""
        for name, view, carry in _views(window):
            for at in starts(view, coded=True):
                if _goes_on(view, at):
                    run = Run(name, self._fresh(), carry)
                    return run.begin(view[at:]) or self._follow(run)
        return None

    def _follow(self, one: _Open) -> Finding | None:
        if self._room.open >= MOST_OPEN:
            return Finding(f"more than {MOST_OPEN} compressed streams at once", "next to each other")
        self._keep([*self._open, one])
        return None


class Stream:
    """Follows one compressed stream."""

    __slots__ = ("_auditor", "_box", "_room", "ended", "produced")

    def __init__(self, box: Container, auditor: Auditor, room: Room) -> None:
        self._box, self._auditor, self._room = box, auditor, room
        self.ended = self.produced = False

    def feed(self, data: bytes) -> Finding | None:
        """Inflate on."""
        for piece in self._box.feed(data):
            self.produced = True
            self._room.left -= len(piece)
            finding = self._auditor.feed(piece) or (self._too_much() if self._room.left < 0 else None)
            if finding is not None:
                return finding
        self.ended = not self._box.running
        return self._auditor.finish() if self.ended else None

    def finish(self) -> Finding | None:
        """The data ended."""
        return self._auditor.finish()

    def _too_much(self) -> Finding:
        return Finding(TOO_MUCH, "in its middle")


class Run:
    """Decodes base64 or hex that goes on. From the second line break on nothing tells an end from a break,
    so up to `_BREAK` bytes wait."""

    __slots__ = ("_auditor", "_carry", "_name", "ended")

    def __init__(self, name: str, auditor: Auditor, carry: bytes) -> None:
        self._name, self._auditor, self._carry = name, auditor, carry
        self.ended = False

    def begin(self, view: bytes) -> Finding | None:
        """What its first window held, decoded."""
        return self._auditor.feed(view)

    def feed(self, data: bytes) -> Finding | None:
        """Decode on."""
        table, group = _NAMES[self._name]
        text = joined(self._carry + data)
        letters = text.translate(table)
        end = letters.find(b" ")
        end = len(letters) if end < 0 else end
        self.ended = len(letters) - end > _BREAK
        # The last letter stays, too: it tells that a line break to come stands between two.
        cut = end if self.ended else max(end - 1, 0) // group * group
        self._carry = text[cut:]
        return self._auditor.feed(_decode(self._name, letters[:cut])) or (
            self._auditor.finish() if self.ended else None
        )

    def finish(self) -> Finding | None:
        """The data ended."""
        return None if self.ended else self.feed(b" " * (2 * _BREAK))


def _decode(name: str, letters: bytes) -> bytes:
    if name == "hex":
        return unhexlify(letters[: len(letters) & ~1])
    return a2b_base64(letters + b"AAAA"[: -len(letters) % 4])


def _goes_on(view: bytes, at: int) -> bool:
    """Whether a compressed stream begins there and reaches the end of the view."""
    box = opened(view, at)
    if box is None:
        return False
    produced = False
    for _ in box.feed(view[at:]):
        produced = True
    return box.running and (produced or not tells_little(view, at))


def _views(window: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """The last run of each kind that reaches the window's end: (its kind, decoded, text left to decode), at
    each alignment."""
    near = joined(window[-2 * LEAST :])
    text = b""
    for name, (table, group) in _NAMES.items():
        if _last_run(near, table)[2] < LEAST:
            continue
        text = text or joined(window)
        letters, start, size = _last_run(text, table)
        for shift in range(group):
            at = start + shift
            cut = at + max(size - shift - 1, 0) // group * group
            yield name, _decode(name, letters[at:cut]), text[cut:]


def _last_run(text: bytes, table: bytes) -> tuple[bytes, int, int]:
    """The text in standard letters, and where its last run begins, with its length; 0: it ends before."""
    letters = text.translate(table)
    end = len(letters.rstrip(b" "))
    if len(letters) - end > _BREAK:
        return letters, end, 0
    start = letters.rfind(b" ", 0, end) + 1
    return letters, start, end - start
