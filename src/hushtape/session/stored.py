"""Stored requests and interactions under the ruleset of today.

Lives here: scrubbing what a cassette holds already, lazily, so that cassettes of other tools or other
options meet live requests (DESIGN.md section 3, last paragraph). Must not: run callbacks on stored
data, hold a body. Called by: player, tape (new_episodes writes old interactions again).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import structs

from hushtape.model import CHUNK, Body, ErrorLink, Failure, Head, Interaction, Request, Response, Tls
from hushtape.sanitize.messages import octets

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.rules import Phase


class ScrubbedBody:
    """A body as the ruleset leaves it; scrubbed anew each time it is read, never held.

    `changed`: a rule matched in it, known once it was read to its end."""

    __slots__ = ("_body", "_content_type", "_phase", "_ruleset", "_size", "changed")

    def __init__(self, body: Body, ruleset: Ruleset, phase: Phase, content_type: str) -> None:
        self._body = body
        self._ruleset = ruleset
        self._phase = phase
        self._content_type = content_type
        self._size: int | None = None
        self.changed = False

    @property
    def size(self) -> int:
        if self._size is None:
            self._size = sum(len(piece) for piece in self.chunks())
        return self._size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        scrubber = self._ruleset.scrubber(self._phase, self._content_type)
        for piece in self._body.chunks(size):
            clean = scrubber.feed(piece)
            if clean:
                yield clean
        rest = scrubber.finish()
        self.changed = scrubber.changed
        if rest:
            yield rest


def scrub_request(request: Request, ruleset: Ruleset, *, with_body: bool) -> Request:
    """The request under `ruleset`; `with_body` False leaves the body as it is, for matchers that don't
    look at it. The same object when nothing changed."""
    uri, headers = ruleset.head(request.uri, request.headers, "request")
    body = request.body
    if with_body and body is not None:
        body = ScrubbedBody(body, ruleset, "request", headers.get("content-type"))
    if uri is request.uri and headers is request.headers and body is request.body:
        return request
    return Request(request.method, uri, headers, body, request.http_version)


def scrub_interaction(interaction: Interaction, ruleset: Ruleset) -> Interaction:
    """The whole interaction under `ruleset`."""
    request = scrub_request(interaction.request, ruleset, with_body=True)
    response = interaction.response
    if response is not None:
        response = _scrub_response(response, ruleset, request.uri)
    failure = interaction.failure
    if failure is not None:
        links = tuple(
            ErrorLink(link.type, octets(ruleset, link.message), link.errno) for link in failure.chain
        )
        failure = Failure(failure.stage, links)
    tls = interaction.tls
    if tls is not None and tls.certificate is not None and ruleset.scan(tls.certificate) is not None:
        tls = Tls(tls.verified)
    return structs.replace(interaction, request=request, response=response, failure=failure, tls=tls)


def _scrub_response(response: Response, ruleset: Ruleset, uri: str) -> Response:
    head = _scrub_head(response.head, ruleset, uri)
    headers = head.headers
    body: Body | None = response.body
    if body is not None:
        body = ScrubbedBody(body, ruleset, "response", headers.get("content-type"))
    return structs.replace(
        response,
        head=head,
        body=body,
        trailers=ruleset.headers(response.trailers, "response", uri),
        informational=tuple([_scrub_head(early, ruleset, uri) for early in response.informational]),
    )


def _scrub_head(head: Head, ruleset: Ruleset, uri: str) -> Head:
    headers = ruleset.headers(head.headers, "response", uri)
    return Head(head.status, octets(ruleset, head.reason), headers, head.http_version)
