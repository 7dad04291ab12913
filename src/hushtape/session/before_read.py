"""An exchange whose answer is scrubbed before the program reads it (`scrub_before_read=True`).

Lives here: the seam's Exchange for such calls: the answer is decoded, held and scrubbed, then recorded as
the program reads it. Must not: read sockets, write (recorder does), show the program what it could not scrub.
Called by: opening. Here the program does not win over its recorder (DESIGN.md principle 7): it asked
not to be shown some data, so where they can't be taken out it gets the error instead of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any, TypeVar, cast

from hushtape import coding
from hushtape.errors import HushtapeError, RecordingError, interruption, throw
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
from hushtape.sanitize.messages import octets, safe_error
from hushtape.seam import Decision, Drain, Refuse
from hushtape.session.auditing import audit_heads
from hushtape.session.held_answer import BeforeRead, HeldAnswer
from hushtape.session.recorder import RecordingExchange
from hushtape.session.returned import BodyWatch
from hushtape.session.tearing import refuse_texts, shown

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

Method = TypeVar("Method", bound=Callable[..., None])


def refusing(method: Method) -> Method:
    """What goes wrong fails the tape, and is raised in the program."""

    @wraps(method)
    def guarded(self: ScrubbedFirst, *args: Any, **kwargs: Any) -> None:
        if self.over:
            return
        try:
            method(self, *args, **kwargs)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the program must not read this answer
            struck = interruption(error)
            if struck is not None:
                self.drop()
                raise struck from None
            problem = self.failed(error)
        except BaseException:  # KeyboardInterrupt: what was half read can't be scrubbed
            self.drop()
            raise
        throw(problem)

    return cast(Method, guarded)


class ScrubbedFirst:
    """One forwarded call.

    Attributes:
        over: it was dropped, or its answer is there. uri: scrubbed, for messages.
    """

    __slots__ = (
        "__weakref__",
        "_answer",
        "_before",
        "_held",
        "_recording",
        "_request",
        "_watch",
        "over",
        "uri",
    )

    def __init__(self, before: BeforeRead, request: Request) -> None:
        self.over = False
        self._before = before
        self._request = request
        self._recording = RecordingExchange(before.ledger, request)
        self.uri = "a request that could not be scrubbed"
        self._held = HeldAnswer(before)
        self._watch: BodyWatch | None = None
        self._answer: Interaction | None = None

    # --- the request: no placeholder may go out ----------------------------------------------------

    def decide(self) -> Decision:
        try:
            self._look_at_head()
        except HushtapeError as error:
            return Refuse(error)
        return Drain(self.answer)

    @refusing
    def _look_at_head(self) -> None:
        returned, request = self._before.returned, self._request
        ruleset = self._before.ledger.ruleset
        self.uri = self._held.uri = shown(ruleset, request, ruleset.uri(request.uri))
        returned.check_head(request, self.uri)
        self._watch = returned.watch(request, self.uri)

    @refusing
    def request_body(self, data: bytes) -> None:
        if self._watch is not None:
            self._watch.feed(data)
        self._recording.request_body(data)

    @refusing
    def request_end(self, trailers: Headers = NO_HEADERS) -> None:
        if self._watch is not None:
            self._watch.finish()
        self._recording.request_end(trailers)

    # --- the answer: held, scrubbed ----------------------------------------------------------------

    def tls(self, peer: Tls) -> None:
        self._recording.tls(peer)

    @refusing
    def informational(self, head: Head) -> None:
        self._held.informational(head)

    @refusing
    def head(self, head: Head, framing: Framing) -> None:
        self._held.head(head, framing)

    @refusing
    def body(self, data: bytes) -> None:
        self._held.body(data)

    @refusing
    def end(self, trailers: Headers = NO_HEADERS) -> None:
        self._settle("complete", trailers=trailers)

    @refusing
    def short(self, missing: int) -> None:
        self._settle("short", shortfall=missing)

    @refusing
    def fail(self, failure: Failure) -> None:
        ruleset, named = self._before.ruleset, self._before.ledger.ruleset
        refuse_texts(ruleset, (link.message for link in failure.chain), f"why {self.uri} failed", named)
        text = partial(octets, ruleset)  # of a status line that is none, it quotes what came
        chain = tuple(ErrorLink(link.type, text(link.message), link.errno) for link in failure.chain)
        self._settle("cut", failure=Failure(failure.stage, chain))

    def cut(self) -> None:
        """Given up before the program read anything of it."""
        if not self.over:
            self.drop()

    def answer(self) -> Interaction:
        """What the program reads. Asked after `end`, `short` or `fail`.

        Raises:
            RecordingError: there is none.
        """
        if self._answer is None:
            throw(
                RecordingError(
                    f"read what {self.uri} answered",
                    "it could not be scrubbed before it is read (scrub_before_read=True)",
                    "The tape's own error says why",
                )
            )
        return self._answer

    # --- its end -----------------------------------------------------------------------------------

    def drop(self) -> None:
        """Forget the exchange: nothing of it is recorded, and nothing read."""
        self.over = True
        self._recording.drop()

    def failed(self, error: Exception) -> HushtapeError:
        """Mark the tape failed; the error that the program is to get."""
        self.drop()
        if not isinstance(error, HushtapeError):
            error = RecordingError(
                f"scrub what {self.uri} answered before the program reads it",
                f"{type(error).__name__}: {error}",
                "The program is not shown what could not be scrubbed. Leave scrub_before_read out to go on",
            )
        ledger = self._before.ledger
        ledger.fail(error, "scrub an answer before it is read")
        return safe_error(ledger.ruleset, error)

    def _settle(
        self,
        ending: Ending,
        *,
        trailers: Headers = NO_HEADERS,
        shortfall: int = 0,
        failure: Failure | None = None,
    ) -> None:
        response = self._held.finish(ending, trailers, shortfall)
        answer = Interaction(Request(self._request.method, self.uri), response, failure)
        audit_heads(self._before.ruleset, answer)
        self._record(response, failure)
        self._answer, self.over = answer, True

    def _record(self, response: Response | None, failure: Failure | None) -> None:
        """Tell the recording what the program will read, as if the server had said it."""
        recording = self._recording
        if response is not None:
            for early in response.informational:
                recording.informational(early)
            recording.head(response.head, response.framing)
            for piece in _coded(response):
                recording.body(piece)
        if failure is not None:
            recording.fail(failure)
        elif response is not None and response.ending == "short":
            recording.short(response.shortfall)
        elif response is not None:
            recording.end(response.trailers)


def _coded(response: Response) -> Iterator[bytes]:
    """The body under its content coding, as the client gets it."""
    if response.body is None:
        return
    if not response.coding:
        yield from response.body.chunks()
        return
    encoder = coding.encoder(response.coding)
    for chunk in response.body.chunks():
        piece = encoder.feed(chunk)
        if piece:
            yield piece
    yield encoder.finish()
