"""An exchange on a tape that replays: answered from the cassette, recorded anew, or refused.

Lives here: the seam's Exchange for tapes that hold a cassette. Must not: look up (answers), write
(recorder), explain a miss (unmatched, ordering). Called by: opening.
"""

from __future__ import annotations

from http import HTTPStatus
from os import getpid
from typing import TYPE_CHECKING, Any

from msgspec import structs

from hushtape import clock
from hushtape.errors import BodyTooLargeError, HushtapeError, ReplayError
from hushtape.model import (
    NO_HEADERS,
    BytesBody,
    Failure,
    Framing,
    Head,
    Headers,
    Interaction,
    Request,
    Response,
    Tls,
)
from hushtape.sanitize.messages import safe_error, tell
from hushtape.seam import NEED_BODY, Decision, Exchange, Refuse, Replay
from hushtape.session import callback_scrub, callbacks, hooks, uncoded
from hushtape.session.live import LiveBody
from hushtape.session.negotiated import understood
from hushtape.session.tearing import shown, shown_request

if TYPE_CHECKING:
    from hushtape.session.answers import Answers
    from hushtape.session.player import Player
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class ReplayExchange:
    """One request to a tape that replays. `recording` is set once it turned out to be new."""

    __slots__ = (
        "_answers",
        "_began",
        "_ended",
        "_live",
        "_needs_body",
        "_player",
        "_raw",
        "_request",
        "_tape",
        "recording",
    )

    def __init__(self, tape: Tape, player: Player, answers: Answers, request: Request) -> None:
        self._tape = tape
        self._began = clock.monotonic() if tape.pace else 0.0
        self._player = player
        self._answers = answers
        self._request = request
        self._needs_body = player.plan.needs_body or bool(tape.chain.callbacks)
        self._live: LiveBody | None = None
        # What may have to be forwarded and recorded after all is kept as it was sent, too.
        self._raw: bytearray | None = bytearray() if tape.records_new else None
        self._ended = False
        self.recording: Exchange | None = None

    def decide(self) -> Decision:
        if self._needs_body and not self._ended:
            return NEED_BODY
        try:
            return self._decide()
        except HushtapeError as error:
            self._tape.remember(error)  # programs swallow exceptions: it is raised again at close
            return Refuse(error)

    def _decide(self) -> Decision:
        tape = self._tape
        live = self._scrubbed()
        if live is None:
            return Refuse(self._excluded())
        answers = self._answers
        interaction = answers.find(live)
        if interaction is not None:
            if tape.records_new and not self._player.ours:
                tape.ledger.learning.study(interaction)
            if tape.options.before_replay:
                interaction = hooks.replayed(tape, interaction, self._shown(live))
            tape.count_played()
            if _ends_early(interaction.response):
                interaction = self._quotable(interaction, live)
            if interaction.response is not None and interaction.response.coding:
                interaction = understood(interaction, self._request.headers)
            pace = tape.pace
            return Replay(interaction, self._began + pace * interaction.elapsed if pace else 0.0)
        if tape.records_new and not answers.must_refuse(live):
            return self._forward()
        error = answers.explain(tape, self._shown(live))
        tape.count_unmatched(error)
        return Refuse(error)

    def _scrubbed(self) -> Request | None:
        """The live request, scrubbed as the stored ones were; None: a callback leaves it out."""
        request, ruleset = self._request, self._player.ruleset
        learning = self._tape.ledger.learning
        uri, headers = ruleset.head(request.uri, request.headers, "request", learning.notebook.asked)
        if learning.notebook.pending:
            learning.absorb(request.uri, wait=False)  # for messages only: matching knows placeholders
        if self._raw is None and self._needs_body and self._tape.records_new:
            raise self._body_too_large(uri)
        body = self._live.finish() if self._live is not None else None
        live = Request(request.method, uri, headers, body, request.http_version)
        chain = self._tape.chain.callbacks
        return self._through_callbacks(chain, live) if chain else live

    def _through_callbacks(self, chain: tuple[Any, ...], live: Request) -> Request | None:
        """Callbacks changed what was recorded, so they change what is compared with it."""
        ruleset, given = self._player.ruleset, b"".join(live.body.chunks()) if live.body is not None else None
        outcome = callbacks.run_request(chain, live, given)
        if outcome is None:
            return None
        changed, body = outcome
        uri, changed = changed.uri, callback_scrub.request(ruleset, live, changed)
        if body != given:
            # For an error: neither what was asked nor what they made of it may be torn in it.
            place = shown(ruleset, self._request, shown(ruleset, Request("", uri), changed.uri))
            place = tell(self._tape.ledger.ruleset, place)
            held = BytesBody(body) if body else None
            found, _ = uncoded.assigned(held, changed.headers, None, place, self._tape.options)
            body = body if found is held or found is None else b"".join(found.chunks())
        kind = changed.headers.get("content-type")
        body = callback_scrub.body(ruleset, given or b"", body, "request", kind)
        return structs.replace(changed, body=BytesBody(body) if body else None)

    def _quotable(self, interaction: Interaction, live: Request) -> Interaction:
        """The same with a URI that may be quoted: whoever reads on gets an error that does."""
        uri = tell(self._tape.ledger.ruleset, shown(self._player.ruleset, self._request, live.uri))
        return structs.replace(interaction, request=structs.replace(interaction.request, uri=uri))

    def _shown(self, live: Request) -> Request:
        """The scrubbed request as a report may show it: without what may hold a part of a named value."""
        if self._live is not None and self._live.torn:
            live = structs.replace(live, body=None)
        return shown_request(self._player.ruleset, self._request, live)

    def _forward(self) -> Decision:
        """Not on the tape, and the mode records it: from here on this is a recording."""
        if self._tape.pid != getpid():
            self._tape.tell_fork()
        recording = self.recording = self._tape.record(self._request)
        if self._raw:
            recording.request_body(bytes(self._raw))
        self._raw = None
        if self._ended:
            recording.request_end()
        return recording.decide()

    def request_body(self, data: bytes) -> None:
        if self.recording is not None:
            self.recording.request_body(data)
        elif self._needs_body:
            self._hold(data)

    def _hold(self, data: bytes) -> None:
        limit = self._tape.options.max_callback_body
        if self._live is None:
            self._live = LiveBody(self._player.ruleset, self._request.headers, limit)
        self._live.feed(data)
        if self._raw is not None:
            self._raw += data
            if len(self._raw) > limit:
                self._raw = None

    def request_end(self, trailers: Headers = NO_HEADERS) -> None:
        self._ended = True
        if self.recording is not None:
            self.recording.request_end(trailers)

    def tls(self, peer: Tls) -> None:
        if self.recording is not None:
            self.recording.tls(peer)

    def informational(self, head: Head) -> None:
        if self.recording is not None:
            self.recording.informational(head)

    def head(self, head: Head, framing: Framing) -> None:
        if self.recording is not None:
            self.recording.head(head, framing)

    def body(self, data: bytes) -> None:
        if self.recording is not None:
            self.recording.body(data)

    def end(self, trailers: Headers = NO_HEADERS) -> None:
        if self.recording is not None:
            self.recording.end(trailers)

    def short(self, missing: int) -> None:
        if self.recording is not None:
            self.recording.short(missing)

    def cut(self) -> None:
        if self.recording is not None:
            self.recording.cut()

    def fail(self, failure: Failure) -> None:
        if self.recording is not None:
            self.recording.fail(failure)

    def _excluded(self) -> ReplayError:
        ruleset = self._player.ruleset
        uri = shown(ruleset, self._request, ruleset.uri(self._request.uri))
        error = ReplayError(
            f"replay {self._request.method} {uri}",
            "a request callback left it out of the recording (it returned None), and replay is offline",
            "Name the host in ignore_hosts to let such calls through",
        )
        return safe_error(self._tape.ledger.ruleset, error)

    def _body_too_large(self, uri: str) -> BodyTooLargeError:
        limit, uri = self._tape.options.max_callback_body, shown(self._player.ruleset, self._request, uri)
        error = BodyTooLargeError(
            f"match the body of {self._request.method} {uri}",
            f"it passes max_callback_body ({limit:,} bytes), and must be known before the tape can answer",
            "Raise max_callback_body, or leave the body out of match_on",
            option="max_callback_body",
            limit=limit,
        )
        return safe_error(self._tape.ledger.ruleset, error)


def _ends_early(response: Response | None) -> bool:
    """Whether reading it to its end is an error of ours, not the client's."""
    return (
        response is None or response.ending == "cut" or response.head.status == HTTPStatus.SWITCHING_PROTOCOLS
    )
