"""A seam.Session that records to memory and replays from it: the adapters' counterpart in tests."""

from __future__ import annotations

import threading
from typing import Any

from hushtape import coding
from hushtape.errors import UnmatchedRequestError
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
from hushtape.seam import FORWARD, NEED_BODY, Decision, Refuse, Replay


class MemoryExchange:
    """Keeps what it is told; `log` has the names of the calls in their order."""

    def __init__(self, session: MemorySession, request: Request) -> None:
        self.session, self.request = session, request
        self.log: list[str] = []
        self.sent, self.received = bytearray(), bytearray()
        self.request_complete = self.over = False
        self.peer: Tls | None = None
        self.first: tuple[Head, Framing] | None = None
        self.heads: list[Head] = []

    def decide(self) -> Decision:
        self.log.append("decide")
        if not self.session.tape and not self.session.offline:
            return FORWARD
        if self.session.need_body and not self.request_complete:
            return NEED_BODY
        return self.session.answer(self.request, bytes(self.sent))

    def request_body(self, data: bytes) -> None:
        assert type(data) is bytes
        assert 0 < len(data) <= 65536
        self.sent += data

    def request_end(self, trailers: Headers = NO_HEADERS) -> None:
        assert not self.request_complete
        self.request_complete = True

    def tls(self, peer: Tls) -> None:
        assert self.first is None
        self.peer = peer

    def informational(self, head: Head) -> None:
        self.heads.append(head)

    def head(self, head: Head, framing: Framing) -> None:
        assert self.first is None
        self.log.append("head")
        self.first = head, framing

    def body(self, data: bytes) -> None:
        assert type(data) is bytes
        assert len(data) <= 65536
        if not self.over:
            self.received += data
            self.session.arrived.set()

    def end(self, trailers: Headers = NO_HEADERS) -> None:
        self._over("complete", trailers=trailers)

    def short(self, missing: int) -> None:
        self._over("short", missing=missing)

    def cut(self) -> None:
        self._over("cut")

    def fail(self, failure: Failure) -> None:
        self._over("cut", failure=failure)

    def _over(
        self, ending: Any, trailers: Headers = NO_HEADERS, missing: int = 0, failure: Failure | None = None
    ) -> None:
        if self.over:
            return
        self.over = True
        self.log.append(failure.stage if failure else ending)
        response = None
        if self.first is not None:
            head, framing = self.first
            codings, body = _decoded(head, bytes(self.received), ending == "complete")
            response = Response(
                head, BytesBody(body), trailers, codings, framing, ending, missing, tuple(self.heads)
            )
        sent = BytesBody(bytes(self.sent)) if self.sent else None
        request = Request(
            self.request.method, self.request.uri, self.request.headers, sent, self.request.http_version
        )
        self.session.recorded.append((self, Interaction(request, response, failure, self.peer)))


def _decoded(head: Head, body: bytes, whole: bool) -> tuple[tuple[str, ...], bytes]:
    """The content and the codings undone; as it came where it isn't what its head says."""
    codings = coding.parse(head.headers.get("content-encoding")) if body else ()
    if not codings:
        return (), body
    decoder = coding.decoder(codings)
    try:
        content = b"".join(decoder.feed(body))
        return codings, content + (b"".join(decoder.finish()) if whole else b"")
    except coding.CodingError:
        return (), body


class MemorySession:
    """Records while `tape` is empty; else answers from it, by method, URI and (with need_body) body."""

    def __init__(
        self,
        tape: list[Interaction] | None = None,
        *,
        offline: bool = False,
        need_body: bool = False,
        max_held_body: int = 1 << 23,
    ) -> None:
        self.tape = list(tape or [])
        self.offline = offline or bool(tape)
        self.need_body = need_body
        self.max_held_body = max_held_body
        self.share_tls = False
        self.new_episodes = False
        self.recorded: list[tuple[MemoryExchange, Interaction]] = []
        self.opened: list[MemoryExchange] = []
        self.refused: list[UnmatchedRequestError] = []
        self.arrived = threading.Event()
        self._lock = threading.Lock()

    def unwatched(self, client: str, error: Exception) -> None:
        raise AssertionError(f"{client} can't be watched: {error}")

    @property
    def may_replay(self) -> bool:
        return self.offline or self.new_episodes

    @property
    def interactions(self) -> list[Interaction]:
        return [interaction for _, interaction in self.recorded]

    def open(self, request: Request) -> MemoryExchange:
        exchange = MemoryExchange(self, request)
        self.opened.append(exchange)
        return exchange

    def answer(self, request: Request, body: bytes) -> Decision:
        with self._lock:
            for at, candidate in enumerate(self.tape):
                stored = candidate.request
                recorded = b"".join(stored.body.chunks()) if stored.body is not None else b""
                if (stored.method, stored.uri) != (request.method, request.uri):
                    continue
                if not self.need_body or recorded == body:
                    return Replay(self.tape.pop(at))
        if self.new_episodes:
            return FORWARD
        error = UnmatchedRequestError(
            f"{request.method} {request.uri}", "not on the tape", "Record it", path="", method="", uri=""
        )
        self.refused.append(error)
        return Refuse(error)
