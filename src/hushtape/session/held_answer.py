"""One answer on its way to a program that asked for it scrubbed (`scrub_before_read=True`).

Lives here: holding the answer's body, the rules and callbacks for reading over it, and a head that stays
true for what is left. Must not: raise but for what can't be scrubbed, write, know the request.
Called by: before_read. At most `max_callback_body` of a body is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from hushtape import coding
from hushtape.errors import RecordingError
from hushtape.model import CHUNK, Body, BytesBody, Ending, Framing, Head, Headers, Response
from hushtape.sanitize import Chain
from hushtape.sanitize.audit_containers import is_file
from hushtape.sanitize.messages import octets
from hushtape.session import callbacks
from hushtape.session.bodies import NO_ENTRY, BodyPipe
from hushtape.session.bounds import opaque, transfer_codings
from hushtape.session.inside import found, look_inside
from hushtape.session.ledger import Ledger
from hushtape.session.packing import Small, packed_again
from hushtape.session.recorder import COMMON_REASONS, PARTIAL
from hushtape.session.returned import Returned
from hushtape.session.settling import settle
from hushtape.session.tearing import refuse_head, refuse_texts

if TYPE_CHECKING:
    from hushtape.sanitize.chain import Reading

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

HOPS: Final = ("close", "keep-alive")
"""Values of Connection that a client needs to know whether its connection goes on (RFC 9112 9.3)."""


class BeforeRead:
    """What the exchanges of one tape share: the rules for reading, and which placeholders were read.

    Attributes:
        ledger: the tape's. books: what bodies that are read pass by: nothing of them is written.
        ruleset, callbacks: of the sanitizers with `scrub_before_read` alone.
    """

    def __init__(self, ledger: Ledger, reading: Reading, *, replays: bool) -> None:
        self.ledger: Final = ledger
        self.ruleset: Final = reading.ruleset
        self.callbacks: Final = reading.callbacks
        self.books: Final = Ledger(Chain(reading.ruleset, reading.callbacks), ledger.options, _no_journal)
        self.books.holds_bodies = True
        self.books.named = ledger.ruleset
        self.books.learning = ledger.learning  # what the program never sees, the server may still repeat
        # What a cassette answers holds placeholders from the start.
        self.returned: Final = Returned(reading.placeholders, reading.fillers, all_given=replays)


def _no_journal() -> NoReturn:
    raise RecordingError("scrub what is read", "it was about to be written", "Report this")


class HeldAnswer:
    """Takes an answer as it comes; `finish` gives what is to be read.

    Attributes:
        uri: what was asked, scrubbed, for messages.
    """

    __slots__ = (
        "_before",
        "_codings",
        "_framing",
        "_head",
        "_informational",
        "_original",
        "_pipe",
        "_raw",
        "uri",
    )

    def __init__(self, before: BeforeRead) -> None:
        self._before = before
        self.uri = ""
        self._informational: tuple[Head, ...] = ()
        self._original: Head | None = None
        self._head: Head | None = None
        self._framing: Framing = "none"
        self._codings: tuple[str, ...] = ()
        self._pipe: BodyPipe | None = None
        self._raw = bytearray()

    def informational(self, head: Head) -> None:
        """A 1xx that came before."""
        self._informational += (self._scrub_head(head),)

    def head(self, head: Head, framing: Framing) -> None:
        """The head, as the server sent it."""
        self._original, self._framing = head, framing
        self._head = self._scrub_head(head)
        self._codings = coding.parse(head.headers.get("content-encoding"))

    def body(self, data: bytes) -> None:
        """A piece of the body, content coding as sent.

        Raises:
            RecordingError: it can't be held or looked into.
        """
        pipe = self._pipe
        if pipe is None:
            assert self._original is not None, "an adapter tells the head before the body"
            books = self._before.books
            if self._codings and self._original.status == PARTIAL and not books.options.allow_opaque:
                raise opaque(self._codings, self.uri, ", and this is a part of such a body (206)")
            transfer = transfer_codings(self._original.headers, self._framing)
            if transfer and not books.options.allow_opaque:
                raise opaque(transfer, self.uri, ": it is a transfer coding")
            kind = self._original.headers.get("content-type")
            pipe = self._pipe = BodyPipe(books, "response", kind, self._codings, self.uri, NO_ENTRY)
        pipe.feed(data)
        self._raw += data

    def finish(self, ending: Ending, trailers: Headers, shortfall: int) -> Response | None:
        """What is to be read; None if there was no head.

        Raises:
            HushtapeError: it can't be scrubbed.
        """
        head, pipe, codings, data = self._head, self._pipe, self._codings, b""
        if head is None:
            return None
        if len(trailers):
            trailers = self._scrub_fields(trailers)
        if pipe is not None:
            pipe.finish()
            self._teach(pipe)
            codings, data = pipe.coding, pipe.held
            self._look_inside(data, pipe.changed, pipe.repacked)
            if pipe.changed:
                whole = BytesBody(data)
                head = Head(head.status, head.reason, settle(head.headers, whole), head.http_version)
                trailers = settle(trailers, whole)
        if self._before.callbacks:
            head, changed = callbacks.run_response(self._before.callbacks, head, data)
            data = changed or b""
        self._audit(data)
        self._note(head, trailers, data)
        head, framing = self._reframed(head)
        if "content-encoding" not in head.headers:
            codings = ()  # a sanitizer dropped the field: the body is read as it is held
        body: Body | None = BytesBody(data) if data and framing != "none" else None
        return Response(head, body, trailers, codings, framing, ending, shortfall, self._informational)

    def _scrub_head(self, head: Head) -> Head:
        ruleset, headers = self._before.ruleset, self._scrub_fields(head.headers)
        reason = head.reason if head.reason in COMMON_REASONS else octets(ruleset, head.reason)
        if reason is not head.reason:
            refuse_texts(ruleset, (head.reason,), self._place, self._before.ledger.ruleset)
        return Head(head.status, reason, headers, head.http_version)

    def _scrub_fields(self, fields: Headers) -> Headers:
        ledger, ruleset = self._before.ledger, self._before.ruleset
        teach = ledger.learning.notebook.answered
        ledger.ruleset.headers(fields, "response", self.uri, teach)  # see `_teach`
        clean = ruleset.headers(fields, "response", self.uri, teach)
        if clean is not fields:
            refuse_head(ruleset, "response", "", fields, self._place, ledger.ruleset)
        return clean

    def _teach(self, pipe: BodyPipe) -> None:
        """By the tape's own rules: what only those of the reading take out, a path's, say, teaches nothing,
        and the tape never sees it."""
        ledger, small = self._before.ledger, Small()
        teach = ledger.learning.notebook.answered
        scrubber = ledger.ruleset.scrubber("response", pipe.kind, teach)
        for piece in self._decoded(pipe.coding):
            scrubber.feed(piece)
            small.feed(piece)
        scrubber.finish()
        if small.data and is_file(small.data):
            packed_again(ledger.ruleset, small.data, "response", teach)

    def _decoded(self, codings: tuple[str, ...]) -> Iterator[bytes]:
        """The body as it came, once."""
        data, self._raw = bytes(self._raw), bytearray()
        if not codings:
            yield data
            return
        decoder = coding.decoder(codings)
        with suppress(coding.CodingError):  # cut off: what could be read has been
            yield from decoder.feed(data)
            yield from decoder.finish()

    @property
    def _place(self) -> str:
        return f"the head of what {self.uri} answered"

    def _look_inside(self, data: bytes, changed: bool, repacked: bool) -> None:
        """A compressed file in which a rule would match can't be shown: it is not put together again."""
        if not data:
            return
        place = f"the body of {self.uri}"
        if repacked and not self._before.books.options.allow_opaque:
            raise found("what a rule matches", f"{place}, inside the compressed file")
        inside = look_inside(self._before.books, data[:CHUNK], "response")
        if inside is not None:
            inside.feed(data, place)
            inside.finish(place, changed and not repacked)
            clean = packed_again(self._before.ruleset, data, "response") if len(data) <= CHUNK else None
            if clean is not None and clean is not data and not self._before.books.options.allow_opaque:
                raise found("what a rule matches", f"{place}, inside the compressed file")

    def _audit(self, data: bytes) -> None:
        """The second look that what is stored gets: an encoding that rules don't reach is not read either."""
        auditor = self._before.ruleset.auditor()
        finding = None
        for piece in BytesBody(data).chunks():
            finding = finding or auditor.feed(piece)
        finding = finding or auditor.finish()
        if finding is not None:
            raise found(finding.rule, f"the body of {self.uri}, {finding.place}")

    def _reframed(self, head: Head) -> tuple[Head, Framing]:
        """The head must say what the client's parser needs, whatever a keep list dropped of it."""
        original, framing = self._original, self._framing
        assert original is not None
        if framing == "chunked" and "transfer-encoding" not in head.headers:
            framing = "length"  # all of it is here, so its length can be told
        hop = original.headers.get("connection")
        if "connection" not in head.headers and hop.lower() in HOPS:
            pairs = (*head.headers.pairs, ("Connection", hop))
            head = Head(head.status, head.reason, Headers(pairs), head.http_version)
        return head, framing

    def _note(self, head: Head, trailers: Headers, data: bytes) -> None:
        """Remember the placeholders that the program is about to read."""
        original = self._original
        changed = self._pipe is not None and self._pipe.changed
        if changed or self._before.callbacks or (original is not None and head.headers != original.headers):
            self._before.returned.note((*head.headers.pairs, *trailers.pairs), data)
