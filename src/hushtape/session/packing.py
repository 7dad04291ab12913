"""A small gz or zip file as a body, packed again without its secrets, and audited.

Lives here: keeping such a body as it came (`Small`), and packing it again, at recording, for matching and of
what is stored. Must not: unpack (sanitize.repack does), store. Called by: bodies, live, stored, held_answer.
The body as it came is kept, since a file that was scrubbed as the bytes it is, is none any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hushtape.model import CHUNK
from hushtape.sanitize.audit_containers import FIRST, is_file
from hushtape.session.inside import look_inside

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.spans import Teach
    from hushtape.session.ledger import Ledger


class Small:
    """Keeps a body while it may be a gz or zip file of up to 64 KiB. `data`: what came; None: it is none."""

    __slots__ = ("data",)

    def __init__(self) -> None:
        self.data: bytes | None = b""

    def feed(self, piece: bytes) -> None:
        if self.data is None:
            return
        data = self.data + piece if self.data else piece
        self.data = data if len(data) <= CHUNK and (is_file(data) or len(data) < FIRST) else None


def begins_small(pieces: Iterator[bytes]) -> bytes:
    """What comes first of a body: all of one that is such a file; else its beginning, or more than fits."""
    small, held = Small(), b""
    for piece in pieces:
        held += piece
        small.feed(piece)
        if small.data is None:
            break
    return held


def packed_again(
    ruleset: Ruleset, data: bytes, phase: Phase, teach: Teach | None = None, named: Ruleset | None = None
) -> bytes | None:
    """The file with its content scrubbed; the same object if there is nothing to scrub; None: it can't be.
    `named`: see `Ruleset.watch`."""
    from hushtape.sanitize.repack import repacked  # with zipfile: rarely needed

    watch = ruleset.watch(phase, named)

    def scrub(content: bytes) -> bytes:
        scrubber = ruleset.scrubber(phase, _kind(content), teach, watch)
        return scrubber.feed(content) + scrubber.finish()

    clean = repacked(data, scrub)
    if watch is not None and watch.found is not None:
        return None
    return clean if clean is not None and len(clean) <= CHUNK else None


def _kind(content: bytes) -> str:
    """The content type as far as scrubbing goes by it: JSON is told by its first byte there."""
    return "application/xml" if content.startswith(b"<?xml") else ""


def is_clean(ledger: Ledger, data: bytes, place: str) -> bool:
    """Whether the audit finds nothing in what was packed again.

    Raises:
        SecretFoundError: it does, inside.
    """
    auditor, inside = ledger.ruleset.auditor(), look_inside(ledger, data)
    if inside is None or auditor.feed(data) is not None or auditor.finish() is not None:
        return False
    inside.feed(data, place)
    inside.finish(place, False)
    return True
