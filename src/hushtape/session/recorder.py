"""An exchange that is recorded: what the adapter tells, scrubbed, audited, in the journal.

Lives here: the seam's Exchange for calls that are forwarded. Must not: raise into the client (a
fault marks the tape failed, DESIGN.md principle 7), keep a body, wait on anything but the local disk.
Called by: opening, before_read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from os import getpid
from sys import is_finalizing
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from hushtape import clock, coding
from hushtape.errors import HushtapeError, interruption
from hushtape.model import (
    NO_HEADERS,
    Ending,
    ErrorLink,
    Failure,
    Framing,
    Head,
    Headers,
    Interaction,
    Request,
    Response,
    Tls,
)
from hushtape.sanitize.messages import octets
from hushtape.seam import FORWARD, Forward
from hushtape.session.auditing import audit_heads
from hushtape.session.bodies import NO_ENTRY, BodyPipe
from hushtape.session.bounds import opaque, transfer_codings
from hushtape.session.ledger import Ledger
from hushtape.session.metadata import without_secrets
from hushtape.session.settling import settle
from hushtape.session.tearing import refuse_head, refuse_texts

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Method = TypeVar("Method", bound=Callable[..., None])

COMMON_REASONS: Final = frozenset(status.phrase for status in HTTPStatus)
"""Reason phrases that need no scrubbing: they are the standard's own words."""

PARTIAL: Final = 206


def contained(method: Method) -> Method:
    """Keep a fault of ours away from the client: the exchange is dropped, the tape marked failed."""

    @wraps(method)
    def guarded(self: RecordingExchange, *args: Any, **kwargs: Any) -> None:
        # A forked child holds copies of its parent's exchanges: ending one there would remove its spool.
        if self.done or self.ledger.closed or self.ledger.pid != getpid():
            return
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - principle 7: the program wins over its recorder
            if is_finalizing():  # modules are gone, and with them what it takes to go on: as if it was killed
                self.done = True
                return
            self._give_up(sure=isinstance(error, HushtapeError))
            struck = interruption(error)
            if struck is not None:
                raise struck from None
            self.ledger.fail(error, "record an exchange")
        except BaseException:  # KeyboardInterrupt: what was half told can't be told to its end
            self._give_up(sure=False)
            raise

    return cast(Method, guarded)


class RecordingExchange:
    """One forwarded call, until one of `end`, `short`, `cut`, `fail` writes it down."""

    __slots__ = (
        "__weakref__",
        "_coded",
        "_elapsed",
        "_framing",
        "_head",
        "_informational",
        "_kind",
        "_recorded_at",
        "_request",
        "_request_coded",
        "_request_kind",
        "_request_pipe",
        "_response_pipe",
        "_ruleset",
        "_sequence",
        "_started",
        "_tls",
        "_transfer",
        "done",
        "ledger",
    )

    def __init__(self, ledger: Ledger, request: Request) -> None:
        self.ledger = ledger
        self.done = False
        self._request = request
        self._request_pipe: BodyPipe | None = None
        self._response_pipe: BodyPipe | None = None
        self._informational: tuple[Head, ...] = ()
        self._head: Head | None = None
        self._framing: Framing = "none"
        self._tls: Tls | None = None
        self._elapsed = 0.0
        self._sequence = NO_ENTRY
        self._coded: tuple[str, ...] = ()
        self._request_coded: tuple[str, ...] = ()
        self._transfer: tuple[str, ...] = ()
        self._kind = self._request_kind = ""
        self._recorded_at = clock.timestamp()
        self._started = clock.monotonic()
        self._begin()

    @contained
    def _begin(self) -> None:
        request = self._request
        # From the head as it was sent, here and below: a sanitizer may drop these fields, and the body is
        # what they say all the same.
        self._request_coded = coding.parse(request.headers.get("content-encoding"))
        self._request_kind = request.headers.get("content-type")
        ledger = self.ledger
        if ledger.has_given_up:
            self.done = True
            return
        # The first rules that a part of this exchange was scrubbed with: see `_commit`.
        ruleset = self._ruleset = ledger.ruleset
        notebook = ledger.learning.notebook
        uri, headers = ruleset.head(request.uri, request.headers, "request", notebook.asked)
        if notebook.pending:
            ledger.learning.absorb(request.uri)
        if uri is not request.uri or headers is not request.headers:
            host = urlsplit(uri).hostname  # not the URI, in which a part of a value may stand
            refuse_head(ruleset, "request", request.uri, request.headers, f"a {request.method} to {host}")
        self._request = Request(request.method, uri, headers, None, request.http_version)
        self._sequence = ledger.journal.begin()
        ledger.began(self)

    def decide(self) -> Forward:
        return FORWARD

    @contained
    def request_body(self, data: bytes) -> None:
        pipe = self._request_pipe
        if pipe is None:
            request = self._request
            kind, coded = self._request_kind, self._request_coded
            pipe = BodyPipe(self.ledger, "request", kind, coded, request.uri, self._sequence)
            self._request_pipe = pipe
        pipe.feed(data)

    def request_end(self, trailers: Headers = NO_HEADERS) -> None:
        """Nothing to do: the request's body is settled together with the response."""

    @contained
    def tls(self, peer: Tls) -> None:
        self._tls = without_secrets(self.ledger.ruleset, peer)

    @contained
    def informational(self, head: Head) -> None:
        self._informational += (self._scrub_head(head),)

    @contained
    def head(self, head: Head, framing: Framing) -> None:
        self._elapsed = self._since()
        self._coded = coding.parse(head.headers.get("content-encoding"))
        self._transfer = transfer_codings(head.headers, framing)
        self._kind = head.headers.get("content-type")
        self._head = self._scrub_head(head)
        self._framing = framing

    @contained
    def body(self, data: bytes) -> None:
        pipe = self._response_pipe
        if pipe is None:
            pipe = self._response_pipe = self._open_response_pipe()
        pipe.feed(data)

    @contained
    def end(self, trailers: Headers = NO_HEADERS) -> None:
        self._write("complete", trailers=trailers)

    @contained
    def short(self, missing: int) -> None:
        self._write("short", shortfall=missing)

    @contained
    def cut(self) -> None:
        self._write("cut")

    @contained
    def fail(self, failure: Failure) -> None:
        ruleset = self.ledger.ruleset
        text = partial(octets, ruleset)
        refuse_texts(ruleset, (link.message for link in failure.chain), self._place)
        chain = tuple(ErrorLink(link.type, text(link.message), link.errno) for link in failure.chain)
        if self._head is None:
            self._elapsed = self._since()
        self._write("cut", failure=Failure(failure.stage, chain))

    def drop(self, *, sure: bool = True) -> None:
        """Forget the exchange, and what it spooled. `sure`: see `Journal.give_up`."""
        self.done = True
        try:
            for pipe in (self._request_pipe, self._response_pipe):
                if pipe is not None:
                    pipe.discard()
            if (journal := self.ledger.started) is not None and self._sequence != NO_ENTRY:
                journal.give_up(self._sequence, sure=sure)
        finally:
            self._request_pipe = self._response_pipe = None
            self.ledger.ended(self, stored=False)

    def _give_up(self, *, sure: bool) -> None:
        """Drop it where an error is on its way, which nothing may take the place of."""
        try:
            self.drop(sure=sure)
        except Exception as error:  # noqa: BLE001 - a file that can't be removed, say
            self.ledger.fail(error, "give up an exchange")

    @property
    def _place(self) -> str:
        return f"the head of the answer to {self._request.method} {self._request.uri}"

    def _since(self) -> float:
        """Seconds since the exchange began."""
        return round(clock.monotonic() - self._started, 6)

    def _scrub_head(self, head: Head) -> Head:
        ledger = self.ledger
        ruleset, teach = ledger.ruleset, ledger.learning.notebook.answered
        headers = ruleset.headers(head.headers, "response", self._request.uri, teach)
        reason = head.reason if head.reason in COMMON_REASONS else octets(ruleset, head.reason)
        if headers is head.headers and reason is head.reason:
            return head
        refuse_head(ruleset, "response", "", head.headers, self._place)
        if reason is not head.reason:
            refuse_texts(ruleset, (head.reason,), self._place)
        return Head(head.status, reason, headers, head.http_version)

    def _open_response_pipe(self) -> BodyPipe:
        assert self._head is not None, "an adapter tells the head before the body"
        if self._coded and self._head.status == PARTIAL and not self.ledger.options.allow_opaque:
            raise opaque(self._coded, self._request.uri, ", and this is a part of such a body (206)")
        if self._transfer and not self.ledger.options.allow_opaque:
            raise opaque(self._transfer, self._request.uri, ": it is a transfer coding")
        return BodyPipe(self.ledger, "response", self._kind, self._coded, self._request.uri, self._sequence)

    def _write(
        self,
        ending: Ending,
        *,
        trailers: Headers = NO_HEADERS,
        shortfall: int = 0,
        failure: Failure | None = None,
    ) -> None:
        if self._head is None and failure is None:
            self.drop()  # no answer and no error: the program never learned anything to replay
            return
        if len(trailers):
            teach = self.ledger.learning.notebook.answered
            refuse_head(self.ledger.ruleset, "response", "", trailers, self._place)
            trailers = self.ledger.ruleset.headers(trailers, "response", self._request.uri, teach)
        request = self._settle_request()
        response = self._settle_response(ending, trailers, shortfall) if self._head else None
        interaction = Interaction(request, response, failure, self._tls, self._recorded_at, self._elapsed)
        if self.ledger.holds_bodies:
            from hushtape.session import callbacks  # here and below: only who has them pays for them

            pipes = self._request_pipe, self._response_pipe
            changed = callbacks.apply(self.ledger, interaction, *pipes, self._sequence)
            if changed is None:
                self.drop()
                return
            interaction = changed
        if self.ledger.options.after_capture:
            from hushtape.session import hooks

            kept = hooks.captured(self.ledger, interaction)
            if kept is None:
                self.drop()
                return
            interaction = kept
        self._commit(interaction)
        self.done = True
        self._request_pipe = self._response_pipe = None
        self.ledger.ended(self, stored=True)

    def _commit(self, interaction: Interaction) -> None:
        """Write it, once nothing in it is older than what the tape has learned.

        Whoever learns changes the ruleset first and looks through the journal then; what is not in the
        journal by then is refused here, and scrubbed again.
        """
        ledger, scrubbed = self.ledger, self._ruleset
        learning = ledger.learning
        while True:
            if learning.notebook.pending or learning.due:
                learning.settle(self._request.uri)
            ruleset = ledger.ruleset
            if ruleset is not scrubbed:
                interaction = learning.rescrub(interaction, ruleset, self._sequence)
                scrubbed = ruleset
            audit_heads(ruleset, interaction)
            if ledger.journal.commit(self._sequence, interaction, lambda: ledger.ruleset is ruleset):  # noqa: B023
                return

    def _settle_request(self) -> Request:
        pipe, request = self._request_pipe, self._request
        if pipe is None:
            return request
        body = pipe.finish()
        headers = settle(request.headers, body) if pipe.changed else request.headers
        return Request(request.method, request.uri, headers, body, request.http_version)

    def _settle_response(self, ending: Ending, trailers: Headers, shortfall: int) -> Response:
        pipe, head = self._response_pipe, self._head
        assert head is not None
        if pipe is None:
            return Response(head, None, trailers, (), self._framing, ending, shortfall, self._informational)
        body = pipe.finish()
        if pipe.changed:
            head = Head(head.status, head.reason, settle(head.headers, body), head.http_version)
            trailers = settle(trailers, body)
        # Without the field, which a sanitizer dropped, the body is replayed as it is stored.
        coded = pipe.coding if "content-encoding" in head.headers else ()
        return Response(head, body, trailers, coded, self._framing, ending, shortfall, self._informational)
