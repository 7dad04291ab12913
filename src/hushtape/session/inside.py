"""The audit of compressed files: what a gzip or zip body holds, and the audit's verdict as an error.

Lives here: reading a container's content with an auditor while the body streams. Must not: inflate
(audit_containers does), store, or change the body: a container can't be put together again in a stream, so
of those that hold a secret only small ones are stored (bodies has them packed again). Called by: bodies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushtape.errors import BodyTooLargeError, OpaqueBodyError, SecretFoundError
from hushtape.sanitize.audit_containers import FIRST, LZMA, Container, container
from hushtape.sanitize.audit_zip import ZIP, ZipFile
from hushtape.session.bounds import check_ratio, too_large

if TYPE_CHECKING:
    from hushtape.sanitize import Finding, Ruleset
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.stages import BodyScrubber
    from hushtape.session.ledger import Ledger

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_REMEDY: Final = (
    "The exchange was dropped and the tape is not published. Ignore the host (ignore_hosts), or accept that "
    "compressed files are scanned as bytes only (allow_opaque=True)"
)


DEEPEST: Final = 5
"""Compressed files inside each other that are looked into, as deep as the audit looks into encodings."""


class Inside:
    """Looks into one container. Not shared between threads."""

    __slots__ = (
        "_auditor",
        "_blind",
        "_container",
        "_depth",
        "_fed",
        "_first",
        "_further",
        "_ledger",
        "_lenient",
        "_limit",
        "_member",
        "_nested",
        "_phase",
        "_ruleset",
        "_size",
        "_sure",
    )

    def __init__(
        self,
        ledger: Ledger,
        content: Container,
        depth: int = 0,
        *,
        phase: Phase | None = None,
        sure: bool = True,
        ruleset: Ruleset | None = None,
    ) -> None:
        """`sure`: it is no text that begins like a file. `phase`: its patterns and JSON paths count, too.

        With `allow_opaque` only known values count, and what can't be looked into is passed over.
        """
        self._ledger = ledger
        self._depth = depth
        self._container = content
        self._sure = sure
        self._nested: Inside | None = None
        """For content that is such a file itself: the auditor leaves one at the very beginning to us."""
        self._lenient, self._blind = ledger.options.allow_opaque, False
        own = ledger.ruleset.known if self._lenient else ledger.ruleset
        self._ruleset = ruleset or own
        self._auditor = self._ruleset.auditor()
        self._phase: Phase | None = None if self._lenient else phase
        self._further = self._ruleset.further(self._phase)
        self._member = 0
        self._limit = ledger.options.max_body
        self._size = self._fed = 0
        self._first: bytes | None = b""
        """The first bytes that came out, until there are enough to tell a file."""

    def feed(self, data: bytes, place: str, of_body: int = -1) -> None:
        """Take a piece of the container.

        Args:
            of_body: bytes of the body that this piece was unpacked of; -1: it is of the body itself.
        Raises:
            SecretFoundError: a secret is inside. BodyTooLargeError: it holds more than `max_body`, or a
                thousand times of what the body has.
            OpaqueBodyError: it holds what can't be looked into, an encrypted member say.
        """
        if self._blind:
            return
        try:
            self._take(data, place, of_body)
        except (OpaqueBodyError, BodyTooLargeError):
            if not self._lenient:
                raise
            self._blind = True

    def _take(self, data: bytes, place: str, of_body: int) -> None:
        self._fed = self._fed + len(data) if of_body < 0 else of_body
        for piece in self._container.feed(data):
            self._size += len(piece)
            if self._size > self._limit:
                raise too_large(
                    place,
                    f"is a compressed file that holds more than max_body ({self._limit:,})",
                    "max_body",
                    self._limit,
                )
            check_ratio(place, self._size, self._fed)
            self._look(piece, place)
        if self._container.unread:
            raise OpaqueBodyError(
                f"record {place}",
                f"it holds {self._container.unread}, so secrets in it can't be seen",
                _REMEDY,
                coding="zip",
                uri=place,
            )

    def look_ahead(self, place: str) -> None:
        """Look at what has come so far: bytes of the container are about to go to the disk.

        Raises:
            SecretFoundError: a secret is inside.
        """
        self._settle(self._auditor.look_ahead(), place)
        if self._nested is not None:
            self._nested.look_ahead(place)

    def finish(self, place: str, changed: bool) -> None:
        """Look at what is left. `changed`: a rule matched in the container's own bytes. (A text that begins
        like one, and holds nothing, is none.)

        Raises:
            SecretFoundError: a secret is inside, or stood in a member's name or in one stored as it is.
        """
        self._settle(self._auditor.finish(), place)
        if self._further is not None:
            self._end(self._further, place)
        if self._first and self._nested is None and not self._blind:
            self._open(self._first, place)
        if self._nested is not None:
            self._nested.finish(place, False)
        if changed and not self._lenient and (self._size or self._sure):
            raise found("a secret", f"{place}, outside its compressed members", _REMEDY)

    def _look(self, piece: bytes, place: str) -> None:
        self._settle(self._auditor.feed(piece), place)
        if self._further is not None:
            self._match(self._further, piece, place)
        if self._first is not None:
            piece = self._first + piece
            if len(piece) < FIRST:
                self._first = piece
                return
            self._open(piece, place)
        elif self._nested is not None:
            self._nested.feed(piece, place, self._fed)

    def _match(self, further: BodyScrubber, piece: bytes, place: str) -> None:
        """What users' patterns and JSON paths take out, in each member of a zip file for itself."""
        if isinstance(self._container, ZipFile) and self._container.members != self._member:
            self._member = self._container.members
            self._end(further, place)
            further = self._further = self._ruleset.further(self._phase) or further
        further.feed(piece)
        self._refuse_match(further, place)

    def _end(self, further: BodyScrubber, place: str) -> None:
        further.finish()
        self._refuse_match(further, place)

    def _refuse_match(self, further: BodyScrubber, place: str) -> None:
        if further.changed:
            what = "what a pattern or a JSON path takes out"
            raise found(what, f"{place}, inside the compressed file", _REMEDY)

    def _open(self, first: bytes, place: str) -> None:
        """Look further inside if what comes out is such a file itself."""
        self._first = None
        content = container(first)
        if content is None:
            return
        if self._depth == DEEPEST:
            raise OpaqueBodyError(
                f"record {place}",
                f"it is a compressed file inside {DEEPEST} others, so secrets in it can't be seen",
                _REMEDY,
                coding="gzip",
                uri=place,
            )
        self._nested = Inside(
            self._ledger, content, self._depth + 1, phase=self._phase, ruleset=self._ruleset
        )
        self._nested.feed(first, place, self._fed)

    def _settle(self, finding: Finding | None, place: str) -> None:
        if finding is not None:
            raise found(finding.rule, f"{place}, inside the compressed file, {finding.place}", _REMEDY)


def look_inside(
    ledger: Ledger, first: bytes, phase: Phase | None = None, ruleset: Ruleset | None = None
) -> Inside | None:
    """The reader for a body that begins so; None if it is no container. `phase`: see `Inside`; `ruleset`:
    None for the ledger's."""
    content = container(first)
    if content is None:
        return None
    sure = first.startswith((ZIP, LZMA)) or not first[:8].isascii()
    return Inside(ledger, content, sure=sure, phase=phase, ruleset=ruleset)


def found(rule: str, place: str, remedy: str = "") -> SecretFoundError:
    """The audit's verdict as an error; names the rule and the place, never the value."""
    return SecretFoundError(
        f"write {place}",
        f"the audit still finds {rule} in it after scrubbing",
        remedy
        or "The exchange was dropped and the tape is not published. Report the encoding, or name the field "
        "in a BodyFieldSanitizer",
        rule=rule,
        place=place,
    )
