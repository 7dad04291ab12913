"""The contract between a client's adapter and a session. Types only.

Lives here: what an adapter may ask (`Session`, `Exchange`) and what it is told (`Decision`).
Must not: import a session or a client, do I/O, decide. Called by: clients/ and session/.
Adapters decide nothing; a session never knows which client it serves. All calls are plain functions
that wait on nothing but the local disk, so synchronous and asynchronous adapters share them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from hushtape.model import NO_HEADERS, Failure, Framing, Head, Headers, Interaction, Request, Tls


class Forward(Struct, frozen=True):
    """Make the real call, and tell the exchange what happens."""


class Drain(Struct, frozen=True):
    """Make the real call, read its answer to the end into the exchange, then let the client read `answer()`
    in its place: the program must not see what the server said (`scrub_before_read`).

    Here the session may refuse while the exchange runs: `request_body`, `request_end`, `head`, `body`,
    `end`, `short`, `fail` and `answer` may raise a HushtapeError. The adapter then gives the call up and
    raises it in the program. `answer` is asked after `end`, `short` or `fail`.
    """

    answer: Callable[[], Interaction]


class Replay(Struct, frozen=True):
    """Answer from this interaction; the network is not to be touched.

    Attributes:
        due: not before this moment of `clock.monotonic` (seconds) is the head, or the failure, to reach the
            client; 0: at once. Where the client's own timeout comes first, that is what it gets.
    """

    interaction: Interaction
    due: float = 0.0


class Refuse(Struct, frozen=True):
    """Raise this hushtape error in the program, as itself."""

    error: Exception


class NeedBody(Struct, frozen=True):
    """Not decided yet: hand over the whole request body, then ask again.

    Where the session is not offline, the adapter holds the bytes back meanwhile, up to
    `Session.max_held_body`, since they may have to be forwarded after all.
    """


Decision = Forward | Drain | Replay | Refuse | NeedBody

FORWARD: Final = Forward()
NEED_BODY: Final = NeedBody()


class Exchange(Protocol):
    """One request and what comes back, while it happens.

    Order of calls: `decide` once the request's head is known; `request_body` for each piece as it
    passes; `request_end`; `decide` again if the first answer was NeedBody. After Forward or Drain: `tls`,
    `informational`*, `head`, `body`*, then exactly one of `end`, `short`, `cut`, `fail`; the methods
    after that do nothing. `cut` and `fail` may come at any point after `decide`.
    While recording no method raises (but see Drain): a fault inside is kept by the session, and the client
    goes on.
    """

    def decide(self) -> Decision:
        """What to do with this request."""

    def request_body(self, data: bytes) -> None:
        """A piece of the request's body, transfer coding undone, content coding as sent."""

    def request_end(self, trailers: Headers = NO_HEADERS) -> None:
        """The request is complete."""

    def tls(self, peer: Tls) -> None:
        """What the client found out about its peer; once, before `head`."""

    def informational(self, head: Head) -> None:
        """A 1xx response other than 101."""

    def head(self, head: Head, framing: Framing) -> None:
        """The response's head, as the server sent it."""

    def body(self, data: bytes) -> None:
        """A piece of the response's body, transfer coding undone, content coding as sent."""

    def end(self, trailers: Headers = NO_HEADERS) -> None:
        """The response is complete. When this returns, the interaction survives a SIGKILL."""

    def short(self, missing: int) -> None:
        """The server closed before the announced end; `missing` bytes, 0 where unknown (chunked)."""

    def cut(self) -> None:
        """The client stopped reading, or dropped the response."""

    def fail(self, failure: Failure) -> None:
        """The client's call raised this."""


class Session(Protocol):
    """An open tape, as an adapter sees it."""

    @property
    def offline(self) -> bool:
        """True: nothing is ever forwarded, so no connection is to be made, now or later."""

    @property
    def may_replay(self) -> bool:
        """True: a connection is to be made only after `decide` said Forward."""

    @property
    def share_tls(self) -> bool:
        """True: TLS contexts may be shared between connections (CLIENTS.md, TLS contexts)."""

    @property
    def max_held_body(self) -> int:
        """Most bytes of a request an adapter holds back while NeedBody stands (max_callback_body)."""

    def open(self, request: Request) -> Exchange:
        """Begin an exchange. `request.body` is None here; the body follows through the exchange."""

    def unwatched(self, client: str, error: Exception) -> None:
        """A client that has just been imported can't be watched: what it calls passes unrecorded."""


class Router(Protocol):
    """Finds the tape that a call belongs to: the innermost open one that does not ignore the host."""

    def __call__(self, host: str, port: int) -> Session | None:
        """None: no tape watches this call, it passes untouched (and unseen).

        Raises:
            HushtapeError: the call may not be made at all (context scope, a thread without a tape).
        """
