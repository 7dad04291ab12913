"""The audit: what was written, decoded in every way we know and scanned again.

Lives here: Auditor, which streams, and TextAudit, which does not. Must not: know rules (it is
handed the ruleset's scan), or change anything. Called by: ruleset, for the session, before an exchange's
end record.
Memory: one window of 64 KiB with its overlap, and for the moment of a look its decodings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import WeakSet

from hushtape.sanitize.audit_containers import is_file
from hushtape.sanitize.audit_finding import Finding, Scan
from hushtape.sanitize.audit_long import Streams
from hushtape.sanitize.audit_odd import OddSecrets
from hushtape.sanitize.audit_packed import Room
from hushtape.sanitize.audit_shared import tells_of_more
from hushtape.sanitize.audit_views import Dull, in_clear, inspect, never
from hushtape.sanitize.expressions import lazily

WINDOW = 64 * 1024
"""Bytes gathered before a look; small bodies are looked at once, in `finish`. With half of it, what
windows share is looked at more often: recording took 10 % more CPU, 40 % with a private key as a secret."""

OVERLAP = 4 * 1024
"""Bytes looked at twice, so that an encoded secret may lie across two windows: one of 680 bytes with
every character written as `\\u00xx`, or of 1.7 KiB in twofold base64. Longer secrets ask for more."""

SEAM = 256
"""Within so many bytes a window begins at a sign that ends words: cut out of `next_page_token=`, a
`token=` would be a false finding. These bytes are shown again besides the overlap: a sign may stand in the
middle of coded text (a line break of base64)."""

_SIGN = lazily(rb"[\s\"'&%\\,;=<>{}()\[\]]")


LEVELS: Final = 6
"""Compressed streams inside each other that are followed; coded text that goes on behind a window counts."""

RATIO: Final = 1000
"""Bytes that may be unpacked for each one of a body; DEFLATE can't pass 1,032 (zlib's FAQ)."""

REMEMBERED: Final = 2048
"""Short texts found clean that are remembered; the memory is emptied when it is full."""

LONGEST: Final = 256
"""Characters of the longest text that is remembered."""

MOST_PARTS = 64
"""Portions kept apart before they are joined: an event stream comes byte by byte, and an object each
would take fifty times the room."""


class Auditor:
    """Looks through one stream. After a finding it can be dropped; further calls look on.

    Args:
        scan: the ruleset's plain scan, `bytes -> (name of the rule, offset) | None`.
        overlap: bytes looked at twice where two windows meet.
        odd: those of the ruleset's secrets that the ordinary views could miss.
        dull: tells whether lower-case hex hides nothing as base64.
        levels: compressed streams within compressed streams that are followed across windows.
        room: that of the auditor whose stream this one's was unpacked of; None: it is a body's own.
    """

    __slots__ = (
        "__weakref__",
        "_base",
        "_dull",
        "_file",
        "_held",
        "_inners",
        "_levels",
        "_odd",
        "_overlap",
        "_parts",
        "_room",
        "_scan",
        "_seen",
        "_streams",
        "_whole",
    )

    def __init__(
        self,
        scan: Scan,
        overlap: int = OVERLAP,
        odd: OddSecrets | None = None,
        dull: Dull = never,
        levels: int = LEVELS,
        room: Room | None = None,
    ) -> None:
        self._scan = scan
        self._dull = dull
        self._levels = levels
        self._inners: WeakSet[Auditor] | None = None
        """Of compressed streams that are followed."""
        self._seen = 0
        self._streams: Streams | None = None
        self._room = room
        self._whole = room is None
        self._odd = odd
        self._overlap = min(overlap, WINDOW // 2)
        self._parts: list[bytes] = []
        self._held = 0
        self._base = 0
        self._file = False
        """The stream is a gzip or zip file."""

    @property
    def unused(self) -> bool:
        """Nothing was fed yet."""
        return self._base + self._held == 0

    @property
    def passed(self) -> int:
        """Bytes from the beginning that no look is still to come for: only these may be on a disk."""
        return self._base

    def look_ahead(self) -> Finding | None:
        """Look at what has come so far, without waiting for a whole window; nothing is passed by it.

        For what was unpacked: its own window fills later than that of the body it came out of.
        """
        finding = self._look(b"".join(self._parts), self._base) if self._parts else None
        return finding or self.look_ahead_inside()

    def look_ahead_inside(self) -> Finding | None:
        """The same in the compressed streams that are followed: before bytes of one go to a disk."""
        for inner in tuple(self._inners or ()):
            found = inner.look_ahead()
            if found is not None:
                return Finding(found.rule, f"inside compressed data, {found.place}")
        return None

    def feed(self, data: bytes) -> Finding | None:
        """Take what was written, in portions of any size."""
        parts = self._parts
        parts.append(data)
        self._held += len(data)
        if self._held >= WINDOW:
            return self._windows(b"".join(parts))
        if len(parts) >= MOST_PARTS:
            self._parts = [b"".join(parts)]
        return None

    def finish(self) -> Finding | None:
        """Look at what is left."""
        parts = self._parts
        if not parts:
            return None
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        self._parts, self._held = [], 0
        finding = self._look(data, self._base) or self._follow(data, self._base, final=True)
        self._base += len(data)
        return finding

    def _windows(self, data: bytes) -> Finding | None:
        """Look at all whole windows; keep the overlap and what follows."""
        start, overlap = 0, self._overlap
        finding: Finding | None = None
        while len(data) - start >= WINDOW and finding is None:
            window = data[start : start + WINDOW]
            finding = self._look(window, self._base + start) or self._follow(window, self._base + start)
            more = overlap < WINDOW // 2 and tells_of_more(window[-overlap:])
            start += WINDOW - (WINDOW // 2 if more else overlap) - SEAM
            seam = _SIGN.search(data, start, start + SEAM)
            start = seam.start() if seam else start
        rest = data[start:]
        self._base += start
        self._parts, self._held = [rest], len(rest)
        return finding

    def _follow(self, window: bytes, base: int, *, final: bool = False) -> Finding | None:
        """Go on with compressed streams that began in this body, and look for further ones."""
        fresh = base + len(window) - self._seen
        self._seen += fresh
        if not self._levels or (self._streams is None and final and window.isascii()):
            return None
        if self._room is None:
            self._room = Room()
        if self._streams is None:
            self._streams = Streams(self._inner, self._room, files=self._whole)
        if self._whole:
            self._room.left += RATIO * fresh
        found = self._streams.look(window, len(window) - fresh, first=base == 0, final=final)
        return found and Finding(found.rule, f"from byte {base} on, inside compressed data, {found.place}")

    def _inner(self) -> Auditor:
        inner = Auditor(self._scan, self._overlap, self._odd, self._dull, self._levels - 1, self._room)
        if self._inners is None:
            self._inners = WeakSet()
        self._inners.add(inner)
        return inner

    def _look(self, data: bytes, base: int) -> Finding | None:
        if base == 0:
            self._file = is_file(data)
        found = inspect(data, self._scan, self._dull, file=self._file)
        if found is None and self._odd is not None:
            found = self._odd.look(data)
        if found is None:
            return None
        rule, offset, decoded = found
        if decoded:
            return Finding(rule, f"within bytes {base} to {base + len(data)}, under {decoded}")
        if offset < 0:
            return Finding(rule, f"within bytes {base} to {base + len(data)}, in another writing")
        return Finding(rule, f"at byte {base + offset}")


class TextAudit:
    """Looks at short texts, each for itself; remembers those that were clean."""

    __slots__ = ("_clean", "_dull", "_odd", "_scan")

    def __init__(self, scan: Scan, odd: OddSecrets | None = None, dull: Dull = never) -> None:
        self._scan = scan
        self._dull = dull
        self._odd = odd
        self._clean: set[str] = set()

    def look(self, texts: Sequence[str]) -> Finding | None:
        """The first finding, its place within its text; None if all are clean."""
        clean = self._clean
        if clean.issuperset(texts):
            return None
        fresh = [text for text in texts if text not in clean]
        odd = self._odd
        if len(fresh) == 1 or odd is not None or not in_clear(_encoded("\n".join(fresh)), self._scan):
            for text in fresh:
                data = _encoded(text)
                found = inspect(data, self._scan, self._dull) or (odd.look(data) if odd is not None else None)
                if found is not None:
                    where = "in another writing" if found[1] < 0 else f"at byte {found[1]}"
                    return Finding(found[0], f"under {found[2]}" if found[2] else where)
        for text in fresh:
            if len(text) <= LONGEST:
                if len(clean) >= REMEMBERED:
                    clean.clear()
                clean.add(text)
        return None


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
