"""The audit: what was written, decoded in every way we know and scanned again.

Lives here: Auditor, which streams, TextAudit, which does not, and Finding. Must not: know rules (it is
handed the ruleset's scan), or change anything. Called by: ruleset, for the session, before an exchange's
end record.
Memory: one window of 32 KiB with its overlap, and for the moment of a look its decodings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hushtape.sanitize.audit_odd import OddSecrets
from hushtape.sanitize.audit_views import Scan, in_clear, inspect

WINDOW = 32 * 1024
"""Bytes gathered before a look; small bodies are looked at once, in `finish`."""

OVERLAP = 4 * 1024
"""Bytes looked at twice, so that an encoded secret may lie across two windows: one of 680 bytes with
every character written as `\\u00xx`, or of 1.7 KiB in twofold base64. Longer secrets ask for more."""

SEAM = 256
"""Within so many bytes a window begins at a sign that ends words: cut out of `next_page_token=`, a
`token=` would be a false finding. The window before has seen what is passed over."""

_SIGN = re.compile(rb"[\s\"'&%\\,;=<>{}()\[\]]")


REMEMBERED: Final = 2048
"""Short texts found clean that are remembered; the memory is emptied when it is full."""

LONGEST: Final = 256
"""Characters of the longest text that is remembered."""

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
        odd: those of the ruleset's secrets that the ordinary views could miss.
    """

    __slots__ = ("_base", "_held", "_odd", "_overlap", "_parts", "_scan")

    def __init__(self, scan: Scan, overlap: int = OVERLAP, odd: OddSecrets | None = None) -> None:
        self._scan = scan
        self._odd = odd
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
            seam = _SIGN.search(data, start, start + SEAM)
            start = seam.start() if seam else start
        rest = data[start:]
        self._base += start
        self._parts, self._held = [rest], len(rest)
        return finding

    def _look(self, data: bytes, base: int) -> Finding | None:
        found = inspect(data, self._scan)
        if found is None and data.count(0) * 8 > len(data):
            # UTF-16 or UTF-32: without its NUL bytes, what is ASCII in it reads as text.
            found = inspect(data.replace(b"\0", b""), self._scan)
            found = found and (found[0], found[1], "UTF-16")
        if found is None and self._odd is not None:
            found = self._odd.look(data)
        if found is None:
            return None
        rule, offset, decoded = found
        if decoded:
            return Finding(rule, f"within bytes {base} to {base + len(data)}, under {decoded}")
        return Finding(rule, f"at byte {base + offset}")


class TextAudit:
    """Looks at short texts, each for itself; remembers those that were clean."""

    __slots__ = ("_clean", "_odd", "_scan")

    def __init__(self, scan: Scan, odd: OddSecrets | None = None) -> None:
        self._scan = scan
        self._odd = odd
        self._clean: set[str] = set()

    def look(self, texts: Sequence[str]) -> Finding | None:
        """The first finding, its place within its text; None if all are clean."""
        clean = self._clean
        if clean.issuperset(texts):
            return None
        fresh = [text for text in texts if text not in clean]
        joined = _encoded(fresh[0] if len(fresh) == 1 else "\n".join(fresh))
        odd = self._odd
        if odd is not None or not in_clear(joined, self._scan):
            for text in fresh:
                data = _encoded(text)
                found = inspect(data, self._scan) or (odd.look(data) if odd is not None else None)
                if found is not None:
                    return Finding(found[0], f"under {found[2]}" if found[2] else f"at byte {found[1]}")
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
