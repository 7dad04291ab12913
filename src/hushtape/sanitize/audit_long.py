"""Compressed streams in the middle of a body: found, and followed to their end, window by window.

Lives here: `Streams`, which follows those of one body, as they stand or in coded text. Must not: look at
a window itself (audit_views does), or undo a coding of the body's own. Called by: audit.
In memory: for each stream that is open a decompressor and one auditor's window. Whatever comes out is audited
like a body, so streams inside streams are followed in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from hushtape.sanitize.audit_coded import EDGE, Run, going_on
from hushtape.sanitize.audit_containers import FIRST, Container, container, follows
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.audit_packed import TOO_MUCH, Room, opened, starts, tells_little
from hushtape.sanitize.audit_unpack import Packed
from hushtape.sanitize.audit_zip import ZipFile
from hushtape.sanitize.audit_zstd import Sealed

if TYPE_CHECKING:
    from hushtape.sanitize.audit import Auditor

MOST_OPEN: Final = 16
"""Streams that are followed at once, those inside each other counted: real ones stand one after another."""


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

    __slots__ = ("_archive", "_base", "_ended", "_files", "_fresh", "_open", "_room", "_size")

    def __init__(self, fresh: Callable[[], Auditor], room: Room, *, files: bool) -> None:
        self._fresh, self._room, self._files = fresh, room, files
        self._open: list[_Open] = []
        self._archive = False
        """An archive is read, which finds its next members by itself."""
        self._base = self._size = 0
        """Where the window begins, and how long it is."""
        self._ended: dict[bytes, Stream] = {}
        """The last of each kind: its content may go on in the next."""

    def look(self, window: bytes, seen: int, *, first: bool, final: bool) -> Finding | None:
        """Follow what is open, and what begins here.

        Args:
            seen: bytes of the window that the one before held, too.
            first, final: no window stands before this one, or none comes behind it.
        """
        self._base += self._size - seen
        self._size = len(window)
        before = tuple(self._ended.values())
        finding = self._go_on(window[seen:] if seen else window)
        if finding is not None:
            return finding
        if not window.isascii():
            low, high = max(0, seen - EDGE), len(window) - (0 if final else EDGE)
            finding = self._begin(window, low, high, first)
        finding = finding or self._end_of(one for one in before if one.end < self._base + seen)
        if finding is None and not final and not any(isinstance(one, Run) for one in self._open):
            finding = self._in_runs(window)
        if final and finding is None:
            return self._finish()
        return finding

    def _go_on(self, data: bytes) -> Finding | None:
        for one in self._open:
            if (finding := one.feed(data) or self._may_end(one)) is not None:
                return finding
        if any(one.ended for one in self._open):
            self._keep([one for one in self._open if not one.ended])
        return None

    def _may_end(self, one: _Open) -> Finding | None:
        """Keep a stream that came to its end for the next one's sake."""
        if not one.ended or not isinstance(one, Stream):
            return None
        last = self._ended.get(one.kind)
        if one.end < (0 if last is None else last.end):
            return one.finish()
        self._ended[one.kind] = one
        return None if last is None else last.finish()

    def _finish(self) -> Finding | None:
        for one in (*self._open, *self._ended.values()):
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
            stream = self._stream(box, window, at)
            if (finding := stream.feed(window[at:]) or self._may_end(stream)) is not None:
                return finding
            # Two telling bytes alone are chance; bzip2 says nothing before its first block of 900 KB.
            if not stream.ended and (stream.produced or not tells_little(window, at)):
                self._archive = self._archive or archive
                if (finding := self._follow(stream)) is not None:
                    return finding
        return None

    def _in_runs(self, window: bytes) -> Finding | None:
        """Streams in coded text that goes on behind the window: from their beginnings on it is decoded."""
        for way, view, carry in going_on(window):
            run = Run(way, self._fresh(), carry)
            if (finding := run.begin(view) or self._follow(run)) is not None:
                return finding
        return None

    def _stream(self, box: Container, window: bytes, at: int) -> Stream:
        """What follows the stream that begins there; it goes on with what one before it holds, maybe."""
        kind = window[at : at + 2]
        last = self._ended.get(kind)
        goes_on = last is not None and follows(window, last.end - self._base, at)
        auditor = self._ended.pop(kind).auditor if goes_on else self._fresh()
        return Stream(box, auditor, self._room, kind, self._base + at)

    def _end_of(self, old: Iterator[Stream]) -> Finding | None:
        """Those that nothing went on with."""
        for one in old:
            if self._ended.get(one.kind) is one:
                del self._ended[one.kind]
                if (finding := one.finish()) is not None:
                    return finding
        return None

    def _follow(self, one: _Open) -> Finding | None:
        if self._room.open >= MOST_OPEN:
            return Finding(f"more than {MOST_OPEN} compressed streams at once", "next to each other")
        self._keep([*self._open, one])
        return None


class Stream:
    """Follows one compressed stream.

    Attributes:
        kind: its first bytes.
        end: where in the body it ended; -1: it did not, or was torn.
        ended: nothing more of it comes. `finish` looks at what is left.
    """

    __slots__ = ("_box", "_fed", "_room", "auditor", "end", "ended", "kind", "produced")

    def __init__(self, box: Container, auditor: Auditor, room: Room, kind: bytes, start: int) -> None:
        self._box, self.auditor, self._room, self.kind, self._fed = box, auditor, room, kind, start
        self.ended = self.produced = False
        self.end = -1

    def feed(self, data: bytes) -> Finding | None:
        """Inflate on."""
        self._fed += len(data)
        for piece in self._box.feed(data):
            self.produced = True
            self._room.left -= len(piece)
            finding = self.auditor.feed(piece) or (self._too_much() if self._room.left < 0 else None)
            if finding is not None:
                return finding
        if isinstance(self._box, Packed) and self._box.unread:
            return Finding(self._box.unread, "in its middle")
        self.ended = not self._box.running
        if self.ended and self._box.rest is not None:
            self.end = self._fed - len(self._box.rest)
        return None

    def finish(self) -> Finding | None:
        """The data ended."""
        return self.auditor.finish()

    def _too_much(self) -> Finding:
        return Finding(TOO_MUCH, "in its middle")
