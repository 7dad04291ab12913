"""A body on its way to the journal: decode -> scrub -> audit -> spool, a piece at a time.

Lives here: the pipeline of one body, and its bounds. Must not: know requests from responses beyond the phase
it is told, read whole bodies (unless callbacks ask for it), touch the client. Called by: recorder, player.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from hushtape import coding
from hushtape.errors import BodyTooLargeError, SecretFoundError
from hushtape.model import CHUNK, Body
from hushtape.sanitize.audit_containers import FIRST, container, is_file
from hushtape.session.bounds import NO_TEXT, check_ratio, opaque, too_large
from hushtape.session.inside import Inside, found, look_inside
from hushtape.session.packing import Small, is_clean, packed_again

if TYPE_CHECKING:
    from hushtape.cassette import BodySpool
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.spans import Teach
    from hushtape.session.ledger import Ledger

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

HEADER: Final = 32
"""Bytes of a coded body that was cut off that hold nothing yet: a gzip header takes 10, one of zstd 18."""

NO_ENTRY: Final = -1
"""The number of an exchange that has none in the journal."""


class BodyPipe:
    """One body, streamed. `finish` gives what to store; `discard` forgets it."""

    __slots__ = (
        "_auditor",
        "_beginning",
        "_claimed",
        "_decoder",
        "_doubtful",
        "_encoded_size",
        "_held",
        "_inside",
        "_leak",
        "_ledger",
        "_looked",
        "_phase",
        "_prefix",
        "_readable",
        "_repacked",
        "_scrubber",
        "_sequence",
        "_size",
        "_small",
        "_spool",
        "_uri",
        "_watch",
        "coding",
        "kind",
    )

    def __init__(
        self, ledger: Ledger, phase: Phase, content_type: str, codings: Sequence[str], uri: str, sequence: int
    ) -> None:
        """`sequence`: the number of its exchange in the journal."""
        self._ledger = ledger
        self._uri, self._sequence = uri, sequence
        self._phase: Phase = phase
        self._leak: SecretFoundError | None = None
        """What the audit found inside a compressed file that may yet be put together again."""
        self._repacked = False
        self._readable = False
        """What is held for callbacks is a file whose content was scrubbed."""
        self._small = Small()
        ruleset = ledger.ruleset  # read once: an audit that knows more than the scrubber fails without need
        self._watch = ruleset.watch(phase, ledger.named)
        self._scrubber = ruleset.scrubber(phase, content_type, self._teach(), self._watch)
        self._auditor = ruleset.auditor()
        self._spool: BodySpool | None = None
        self._inside: Inside | None = None
        self._held = bytearray() if ledger.holds_bodies else None
        self._decoder: coding.Decoder | None = None
        self._prefix = bytearray()
        self._doubtful = False
        """It claims a coding and is not of it."""
        self._beginning = b""
        self._size = self._encoded_size = self._looked = 0
        self.coding: tuple[str, ...] = ()
        self._claimed = tuple(codings)
        self.kind = content_type
        if codings:
            self._start_decoding(tuple(codings))

    @property
    def changed(self) -> bool:
        """A rule matched, so lengths and digests of the original no longer hold."""
        return self._scrubber.changed or self._repacked

    def feed(self, data: bytes) -> None:
        """Take a piece, content coding as sent.

        Raises:
            RecordingError: this body can't be recorded (a bound, the audit, an impossible coding).
        """
        decoder = self._decoder
        if decoder is None:
            self._take(self._plain(data) if self._doubtful else data)
            return
        self._encoded_size += len(data)
        if not decoder.produced:
            self._prefix += data  # most answer within their header; zstd after a block of 128 KB
        try:
            for piece in decoder.feed(data):
                if self._prefix:
                    self._prefix = bytearray()
                self._take(piece)
                check_ratio(f"the body of {self._uri}", self._size, self._encoded_size)
        except coding.CodingError as error:
            self._not_what_it_claims(error)

    def finish(self) -> Body | None:
        """The stored body, or None if there was none. Held bodies are handed to `store` first."""
        if self._decoder is not None:
            self._finish_decoding()
        rest = self._scrubber.finish()
        self._refuse_torn()
        if rest or self._beginning:
            self._keep(rest, last=True)
        if self._held is not None:
            self._hold_packed()
            return None
        return self._close_spool()

    def _hold_packed(self) -> None:
        """Hand out a small file whose content was scrubbed, not one that was scrubbed as bytes.

        Raises:
            SecretFoundError: it can't be put together again, and a named value is torn in its bytes.
        """
        data, clean, self._small.data = self._small.data, None, None
        if data is not None and is_file(data):
            clean = packed_again(self._ledger.ruleset, data, self._phase, self._teach(), self._ledger.named)
        if clean is not None:
            self._held, self._readable, self._leak = bytearray(clean), True, None
            self._repacked = clean is not data
        elif self._leak is not None:
            raise self._leak

    @property
    def held(self) -> bytes:
        """The whole scrubbed body, where callbacks asked for it."""
        return bytes(self._held or b"")

    def store(self, data: bytes) -> Body | None:
        """Store `data` in place of the held body: what the callbacks made of it."""
        self._held = None
        for start in range(0, len(data), CHUNK):
            self._keep(data[start : start + CHUNK], last=True)
        return self._close_spool()

    def discard(self) -> None:
        """Forget the body; what was spooled is removed."""
        if self._spool is not None:
            self._spool.discard()
            self._spool = None

    def _start_decoding(self, codings: tuple[str, ...]) -> None:
        if coding.can_decode(codings):
            self._decoder = coding.decoder(codings)
            self.coding = codings
            return
        if self._ledger.options.allow_opaque:
            return
        extra = coding.missing_extra(codings)
        if extra or not coding.are_charsets(codings):
            remedy = f"Install it with: pip install 'hushtape[{extra}]'" if extra else ""
            raise opaque(codings, self._uri, "", remedy)

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._ledger.options.max_body:
            raise self._too_large("max_body", self._ledger.options.max_body)
        if self._small.data is not None:
            self._small.feed(piece)
        clean = self._scrubber.feed(piece)
        self._refuse_torn()
        if clean:
            self._keep(clean)

    def _refuse_torn(self) -> None:
        """A rule took a part of a named value."""
        if self._watch is not None and self._watch.found is not None:
            error = found(self._watch.found, f"the body of {self._uri}, of which another rule takes a part")
            if self._small.data is None or not is_file(self._small.data):
                raise error
            self._leak = self._leak or error

    def _keep(self, clean: bytes, last: bool = False) -> None:
        if self._held is not None:
            self._hold(clean)
            return
        if self._spool is None:
            clean = self._beginning + clean
            self._beginning = b"" if last or len(clean) >= FIRST else clean
            if self._beginning:
                return
        if (finding := self._auditor.feed(clean)) is not None:
            self._fail(found(finding.rule, f"the body of {self._uri}, {finding.place}"))
        if self._spool is None:
            self._spool = self._ledger.journal.spool(self._sequence)
            self._inside = look_inside(self._ledger, clean, self._phase)
        if self._inside is not None:
            try:
                self._inside.feed(clean, f"the body of {self._uri}")
            except SecretFoundError as error:
                self._leak, self._inside = self._leak or error, None
        if self._leak is not None and self._spool.size + len(clean) >= CHUNK:
            raise self._leak  # nothing of it may get to the disk
        self._spool.write(clean, self._passed())

    def _fail(self, error: SecretFoundError) -> None:
        """A secret is in the body's own bytes: a small file may be packed again."""
        if self._small.data is None:
            raise error
        self._leak = self._leak or error

    def _passed(self) -> int:
        """Bytes that may be on the disk from now on: the audit has looked at them, packed ones unpacked.

        Raises:
            SecretFoundError: it found something in what was unpacked of them.
        """
        passed = self._auditor.passed
        if passed > self._looked:
            finding = self._auditor.look_ahead_inside()
            if finding is not None:
                raise found(finding.rule, f"the body of {self._uri}, {finding.place}")
            if self._inside is not None:
                self._inside.look_ahead(f"the body of {self._uri}")
            if self._watch is not None:
                self._watch.look_ahead()
                self._refuse_torn()
            self._looked = passed
        return passed

    def _hold(self, clean: bytes) -> None:
        assert self._held is not None
        self._held += clean
        if len(self._held) > (limit := self._ledger.options.max_callback_body):
            raise self._too_large("max_callback_body", limit)

    def _close_spool(self) -> Body | None:
        spool = self._spool
        if spool is None:
            return None
        if (finding := self._auditor.finish()) is not None:
            self._fail(found(finding.rule, f"the body of {self._uri}, {finding.place}"))
        if self._inside is not None:
            try:
                self._inside.finish(f"the body of {self._uri}", not self._is_whole)
            except SecretFoundError as error:
                self._leak, self._inside = self._leak or error, None
        spool = self._packed_again(self._leak, spool)
        self._spool = None
        return spool.finish(self.kind)

    def _packed_again(self, leak: SecretFoundError | None, spool: BodySpool) -> BodySpool:
        """A small compressed file with its content scrubbed, if a rule matches in it; all else as it is. The
        audit alone would not do: it knows no users' patterns and paths, nor the looser ways of writing.

        Raises:
            SecretFoundError: there is a `leak`, and it can't be put together again; or the audit still finds
                something in it.
        """
        data, ledger, place = self._small.data, self._ledger, f"the body of {self._uri}"
        if data is None and ledger.holds_bodies and spool.size <= CHUNK and self._is_whole:
            data = spool.in_memory
        if data is None or not is_file(data):
            clean = data = None
        else:
            clean = packed_again(ledger.ruleset, data, self._phase, self._teach(), ledger.named)
        if clean is None or clean is data:
            if leak is None:
                return spool
            raise leak
        if not is_clean(ledger, clean, place):
            raise leak or found("a secret", f"{place}, in what was packed again")
        spool.discard()
        self._spool = fresh = ledger.journal.spool(self._sequence)
        fresh.write(clean)
        self._repacked = True
        return fresh

    @property
    def repacked(self) -> bool:
        """It is a file that was packed again, without what rules took out."""
        return self._repacked

    @property
    def _is_whole(self) -> bool:
        """No rule changed the bytes of a file, which would be none any more."""
        return self._readable or not self._scrubber.changed

    def _teach(self) -> Teach:
        notebook = self._ledger.learning.notebook
        return notebook.asked if self._phase == "request" else notebook.answered

    def _not_what_it_claims(self, error: coding.CodingError) -> None:
        """A body that claims gzip and isn't is kept as the bytes it is; a torn one can't be."""
        decoder, prefix = self._decoder, bytes(self._prefix)
        if decoder is None or decoder.produced or not prefix:
            raise error
        if not container(prefix):
            self._doubtful = True
            self._plain(prefix)
        self._as_it_is()

    def _plain(self, data: bytes) -> bytes:
        """Text: what is none may be coded otherwise."""
        if NO_TEXT.search(data) and not self._ledger.options.allow_opaque:
            raise opaque(self._claimed, self._uri, ": it is not of this coding, and no text")
        return data

    def _as_it_is(self) -> None:
        prefix = bytes(self._prefix)
        self._decoder, self._prefix = None, bytearray()
        self.coding = ()
        self._take(prefix)

    def _finish_decoding(self) -> None:
        decoder = self._decoder
        assert decoder is not None
        if self._encoded_size == 0:
            return  # an empty body stays empty, whatever coding its head names
        try:
            for piece in decoder.finish():
                self._take(piece)
        except coding.CodingError:
            # The coded stream was cut. The client saw what could be decoded, and so does replay. Of what
            # can't be, a header alone or text is kept; not a part of a block, which others may well read.
            opaque_allowed = self._ledger.options.allow_opaque
            header = len(self._prefix) <= HEADER or not NO_TEXT.search(self._prefix)
            if not decoder.produced and (header or opaque_allowed):
                self._as_it_is()

    def _too_large(self, option: str, limit: int) -> BodyTooLargeError:
        return too_large(f"the body of {self._uri}", f"passes {option} ({limit:,})", option, limit)
