"""Stored requests and interactions under the ruleset of today.

Lives here: scrubbing what a cassette holds already, lazily, so that cassettes of other tools or other
options meet live requests (DESIGN.md section 3, last paragraph). Must not:
run callbacks on stored data, hold a body. Called by: player, closing (new_episodes writes old interactions
again), viewing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import structs

from hushtape import coding
from hushtape.errors import BodyTooLargeError
from hushtape.model import CHUNK, Body, ErrorLink, Failure, Head, Interaction, Request, Response
from hushtape.sanitize.audit_containers import is_file
from hushtape.sanitize.messages import octets
from hushtape.session.metadata import without_secrets
from hushtape.session.packing import begins_small, packed_again
from hushtape.session.tearing import refuse_heads

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.lessons import Notebook
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.spans import Teach

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class ScrubbedBody:
    """A body as the ruleset leaves it; scrubbed anew each time it is read, never held but for a small gz or
    zip file, which is packed again.

    `changed`: a rule matched in it; `repacked`: inside such a file. Known once it was read to its end.
    `teach`: told of the credentials that are redacted, at each reading."""

    __slots__ = (
        "_body",
        "_content_type",
        "_phase",
        "_ruleset",
        "_size",
        "_teach",
        "_torn",
        "_watched",
        "changed",
        "repacked",
    )

    def __init__(
        self, body: Body, ruleset: Ruleset, phase: Phase, content_type: str, teach: Teach | None = None
    ) -> None:
        self._body = body
        self._ruleset = ruleset
        self._phase = phase
        self._content_type = content_type
        self._teach = teach
        self._size: int | None = None
        self.changed = self.repacked = False
        self._watched = False
        self._torn: str | None = None

    def watch(self) -> None:
        """Before it is read to be written: tell, in `torn`, of a named value of which a rule takes a part."""
        self._watched = True
        if isinstance(self._body, ScrubbedBody):
            self._body.watch()

    @property
    def torn(self) -> str | None:
        """The name of such a value, known once it was read to its end."""
        return self._torn or (self._body.torn if isinstance(self._body, ScrubbedBody) else None)

    @property
    def size(self) -> int:
        if self._size is None:
            self._size = sum(len(piece) for piece in self.chunks())
        return self._size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        watch = self._ruleset.watch(self._phase) if self._watched else None
        scrubber = self._ruleset.scrubber(self._phase, self._content_type, self._teach, watch)
        pieces = self._body.chunks(size)
        first = begins_small(pieces)
        if is_file(first):
            small = len(first) <= CHUNK
            packed = packed_again(self._ruleset, first, self._phase, self._teach) if small else None
            self.repacked = packed is not None and packed is not first
            if packed is not None and self.repacked:
                self.changed = True
                yield from [packed[at : at + size] for at in range(0, len(packed), size)]
                return
        for piece in chain((first,), pieces):
            clean = scrubber.feed(piece)
            if clean:
                yield clean
        rest = scrubber.finish()
        self.changed = scrubber.changed
        self._torn = None if watch is None else watch.found
        if rest:
            yield rest


class DecodedBody:
    """A body whose content codings are undone each time it is read. `limit`: most bytes that it may become.

    `complete`: the coded stream ended where it should, known once it was read to its end. `fed`: all of
    it went in, and what is wrong then is that it is cut.
    """

    __slots__ = ("_body", "_codings", "_limit", "_size", "complete", "fed")

    def __init__(self, body: Body, codings: tuple[str, ...], limit: int) -> None:
        self._body, self._codings, self._limit = body, codings, limit
        self._size = -1
        self.complete = self.fed = False

    @property
    def size(self) -> int:
        """Length in bytes, by one pass."""
        if self._size < 0:
            self._size = sum(map(len, self.chunks()))
        return self._size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`.

        Raises:
            CodingError: it is damaged. BodyTooLargeError: there are more than `limit`.
        """
        one = coding.decoder(self._codings)
        for data in self._body.chunks():
            for piece in one.feed(data):
                if one.produced > self._limit:
                    raise self._too_large()
                for start in range(0, len(piece), size):
                    yield piece[start : start + size]
        self.fed = True
        yield from one.finish()
        self.complete = one.complete

    def _too_large(self) -> BodyTooLargeError:
        return BodyTooLargeError(
            f"undo the content coding {', '.join(self._codings)}",
            f"the body becomes more than {self._limit:,} bytes",
            "It may be a decompression bomb; the cassette holds it as it came.",
            option="max_body",
            limit=self._limit,
        )


def scrub_request(
    request: Request, ruleset: Ruleset, *, with_body: bool, teach: Teach | None = None
) -> Request:
    """The request under `ruleset`; `with_body` False leaves the body as it is, for matchers that don't
    look at it. The same object when nothing changed."""
    uri, headers = ruleset.head(request.uri, request.headers, "request", teach)
    body = request.body
    if with_body and body is not None:
        body = ScrubbedBody(body, ruleset, "request", headers.get("content-type"), teach)
    if uri is request.uri and headers is request.headers and body is request.body:
        return request
    return Request(request.method, uri, headers, body, request.http_version)


def scrub_interaction(
    interaction: Interaction, ruleset: Ruleset, notebook: Notebook | None = None, *, refuse: bool = False
) -> Interaction:
    """The whole interaction under `ruleset`.

    Args:
        notebook: takes what is redacted; in bodies, once they are read.
        refuse: it is about to be written: bodies are watched once they are read.
    Raises:
        SecretFoundError: with `refuse`, a rule takes a part of a named value in its heads.
    """
    if refuse:
        refuse_heads(ruleset, interaction, f"the head of {interaction.request.method}")
    asked, answered = (notebook.asked, notebook.answered) if notebook is not None else (None, None)
    request = scrub_request(interaction.request, ruleset, with_body=True, teach=asked)
    response = interaction.response
    if response is not None:
        response = _scrub_response(response, ruleset, request.uri, answered)
    failure = interaction.failure
    if failure is not None:
        links = tuple(
            ErrorLink(link.type, octets(ruleset, link.message), link.errno) for link in failure.chain
        )
        failure = Failure(failure.stage, links)
    tls = without_secrets(ruleset, interaction.tls)
    return structs.replace(interaction, request=request, response=response, failure=failure, tls=tls)


def _scrub_response(response: Response, ruleset: Ruleset, uri: str, teach: Teach | None) -> Response:
    head = _scrub_head(response.head, ruleset, uri, teach)
    headers = head.headers
    body: Body | None = response.body
    if body is not None:
        body = ScrubbedBody(body, ruleset, "response", headers.get("content-type"), teach)
    return structs.replace(
        response,
        head=head,
        body=body,
        trailers=ruleset.headers(response.trailers, "response", uri, teach),
        informational=tuple([_scrub_head(early, ruleset, uri, teach) for early in response.informational]),
    )


def _scrub_head(head: Head, ruleset: Ruleset, uri: str, teach: Teach | None) -> Head:
    headers = ruleset.headers(head.headers, "response", uri, teach)
    return Head(head.status, octets(ruleset, head.reason), headers, head.http_version)
