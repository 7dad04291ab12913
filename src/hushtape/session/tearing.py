"""Heads and messages in which a rule takes a part of a named value, in a writing that only the audit reads.

Lives here: the refusal of them, as they were before they were scrubbed, and what is shown in their place.
Must not: scrub, look into bodies (bodies and stored have a watch on each). Called by: recorder, callbacks,
stored; whoever shows what is stored or asked for: views, replayer, before_read, nearby, ordering, unplayed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import urlsplit

from msgspec import structs

from hushtape.model import CHUNK, Body, ErrorLink, Failure, Head, Headers
from hushtape.sanitize.messages import WITHHELD
from hushtape.sanitize.torn_texts import torn_head, torn_text
from hushtape.session.inside import found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushtape.model import Interaction, Request, Response
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.rules import Phase


@runtime_checkable
class Watched(Protocol):
    """A stored body that is scrubbed as it is read (`stored.ScrubbedBody`)."""

    @property
    def torn(self) -> str | None: ...
    def watch(self) -> None: ...
    def chunks(self, size: int = CHUNK) -> Iterator[bytes]: ...


def refuse_head(
    ruleset: Ruleset, phase: Phase, uri: str, headers: Headers, place: str, named: Ruleset | None = None
) -> None:
    """Look at a URI ("" for none) and header fields, as they were. `named`: whose values, where those are
    replaced later only.

    Raises:
        SecretFoundError: a rule takes a part of a named value in them.
    """
    _refuse(torn_head(ruleset, uri, headers, phase, named), place)


def refuse_texts(ruleset: Ruleset, texts: Iterable[str], place: str, named: Ruleset | None = None) -> None:
    """Look at messages, as they were. `named`: see `refuse_head`.

    Raises:
        SecretFoundError: a rule takes a part of a named value in one.
    """
    for text in texts:
        _refuse(torn_text(ruleset, text, named), place)


def refuse_heads(ruleset: Ruleset, interaction: Interaction, place: str) -> None:
    """Look at all that stands outside the bodies of an interaction, as it was.

    Raises:
        SecretFoundError: a rule takes a part of a named value in it.
    """
    request, response = interaction.request, interaction.response
    refuse_head(ruleset, "request", request.uri, request.headers, place)
    if response is not None:
        for head in (response.head, *response.informational):
            refuse_head(ruleset, "response", "", head.headers, place)
            refuse_texts(ruleset, (head.reason,), place)
        refuse_head(ruleset, "response", "", response.trailers, place)
    if interaction.failure is not None:
        refuse_texts(ruleset, (link.message for link in interaction.failure.chain), place)


def shown_interaction(ruleset: Ruleset, given: Interaction, scrubbed: Interaction) -> Interaction:
    """A scrubbed interaction as it may be shown. `given`: as it was."""
    request = shown_request(ruleset, given.request, scrubbed.request)
    response, failure = scrubbed.response, scrubbed.failure
    if given.response is not None and response is not None:
        response = _shown_answer(ruleset, given.response, response)
    if given.failure is not None and failure is not None:
        links = zip(given.failure.chain, failure.chain, strict=True)
        failure = Failure(failure.stage, tuple([_shown_link(ruleset, *both) for both in links]))
    return structs.replace(scrubbed, request=request, response=response, failure=failure)


def shown_request(ruleset: Ruleset, request: Request, scrubbed: Request) -> Request:
    """A scrubbed request as a report may show it. `request`: as it was."""
    if scrubbed is request:
        return scrubbed
    uri, body = shown(ruleset, request, scrubbed.uri), scrubbed.body
    headers = scrubbed.headers if uri is scrubbed.uri else Headers()
    if body is not request.body:
        body = _shown_body(ruleset, "request", body)
    return structs.replace(scrubbed, uri=uri, headers=headers, body=body)


def shown(ruleset: Ruleset, request: Request, uri: str) -> str:
    """The URI of a request as a message may show it. `uri`: as it was scrubbed."""
    if torn_head(ruleset, request.uri, request.headers, "request") is None:
        return uri
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{WITHHELD}"


class ShownBody:
    """A scrubbed body as it may be shown: where a value is torn in it, a remark stands in its place.

    It is read to its end, and held nowhere, before the first piece is given.
    """

    __slots__ = ("_body", "_size")

    def __init__(self, body: Watched) -> None:
        body.watch()
        self._body = body
        self._size: int | None = None

    @property
    def size(self) -> int:
        size = self._looked()
        return size if self._body.torn is None else len(WITHHELD)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        self._looked()
        if self._body.torn is None:
            yield from self._body.chunks(size)
        else:
            yield WITHHELD.encode()

    def _looked(self) -> int:
        if self._size is None:
            self._size = sum(map(len, self._body.chunks()))
        return self._size


def _shown_body(ruleset: Ruleset, phase: Phase, body: Body | None) -> Body | None:
    named = ruleset.watch(phase) is not None
    return ShownBody(body) if named and isinstance(body, Watched) else body


def _shown_answer(ruleset: Ruleset, response: Response, scrubbed: Response) -> Response:
    heads = zip(response.informational, scrubbed.informational, strict=True)
    trailers = scrubbed.trailers
    if torn_head(ruleset, "", response.trailers, "response") is not None:
        trailers = Headers()
    return structs.replace(
        scrubbed,
        head=_shown_head(ruleset, response.head, scrubbed.head),
        body=_shown_body(ruleset, "response", scrubbed.body),
        trailers=trailers,
        informational=tuple([_shown_head(ruleset, *both) for both in heads]),
    )


def _shown_head(ruleset: Ruleset, head: Head, scrubbed: Head) -> Head:
    torn = torn_head(ruleset, "", head.headers, "response") or torn_text(ruleset, head.reason)
    return scrubbed if torn is None else Head(head.status, WITHHELD, Headers(), head.http_version)


def _shown_link(ruleset: Ruleset, link: ErrorLink, scrubbed: ErrorLink) -> ErrorLink:
    torn = torn_text(ruleset, link.message)
    return scrubbed if torn is None else ErrorLink(link.type, WITHHELD, link.errno)


def _refuse(rule: str | None, place: str) -> None:
    if rule is not None:
        raise found(rule, f"{place}, of which another rule takes a part")
