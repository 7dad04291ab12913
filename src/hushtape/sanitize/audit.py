"""The audit: what was written, decoded in every way we know and scanned again.

Lives here: Auditor, which streams, and Finding. Must not: know rules (it is handed the ruleset's scan),
or change anything. Called by: ruleset (`auditor()`), session, before an exchange's end record.
Memory: one window of 32 KiB with its overlap, and for the moment of a look its decodings.
"""

from __future__ import annotations

from msgspec import Struct

from hushtape.sanitize.audit_views import Scan, inspect

WINDOW = 32 * 1024
"""Bytes gathered before a look; small bodies are looked at once, in `finish`."""

OVERLAP = 4 * 1024
"""Bytes looked at twice, so that an encoded secret may lie across two windows: one of 680 bytes with
every character written as `\\u00xx`, or of 1.7 KiB in twofold base64."""


MOST_PARTS = 64
"""Portions kept apart before they are joined: an event stream comes byte by byte, and an object each
would take fifty times the room."""


class Finding(Struct, frozen=True):
    """A secret that is in what was written. `rule`: the rule's name; `place`: where and under which
    decodings. Never the value."""

    rule: str
    place: str


class Auditor:
    """Looks through one stream. After a finding it can be dropped; further calls look on.

    Args:
        scan: the ruleset's plain scan, `bytes -> (name of the rule, offset) | None`.
        overlap: bytes looked at twice where two windows meet.
    """

    __slots__ = ("_base", "_held", "_overlap", "_parts", "_scan")

    def __init__(self, scan: Scan, overlap: int = OVERLAP) -> None:
        self._scan = scan
        self._overlap = min(overlap, WINDOW // 2)
        self._parts: list[bytes] = []
        self._held = 0
        self._base = 0

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
        return self._look(data, self._base)

    def _windows(self, data: bytes) -> Finding | None:
        """Look at all whole windows; keep the overlap and what follows."""
        start, overlap = 0, self._overlap
        finding: Finding | None = None
        while len(data) - start >= WINDOW and finding is None:
            finding = self._look(data[start : start + WINDOW], self._base + start)
            start += WINDOW - overlap
        rest = data[start:]
        self._base += start
        self._parts, self._held = [rest], len(rest)
        return finding

    def _look(self, data: bytes, base: int) -> Finding | None:
        found = inspect(data, self._scan)
        if found is None:
            return None
        rule, offset, decoded = found
        if decoded:
            return Finding(rule, f"within bytes {base} to {base + len(data)}, under {decoded}")
        return Finding(rule, f"at byte {base + offset}")
