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

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


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
    request = _audited_request(ruleset, shown_request(ruleset, given.request, scrubbed.request))
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
    if isinstance(body, Watched) and body is not request.body and ruleset.watch("request") is not None:
        body = ShownBody(body)
    return structs.replace(scrubbed, uri=uri, headers=headers, body=body)


def _audited_request(ruleset: Ruleset, request: Request) -> Request:
    """The same as it is shown by itself: a report is audited as a whole."""
    uri = request.uri
    if ruleset.audit_texts([uri]) is not None:
        uri = _withheld(uri)
        uri = uri if ruleset.audit_texts([uri]) is None else WITHHELD
    body = _shown_body(ruleset, "request", request.body)
    return structs.replace(request, uri=uri, headers=_audited(ruleset, request.headers), body=body)


def shown(ruleset: Ruleset, request: Request, uri: str) -> str:
    """The URI of a request as a message may show it. `uri`: as it was scrubbed."""
    if torn_head(ruleset, request.uri, request.headers, "request") is None:
        return uri
    return _withheld(uri)


def _withheld(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{WITHHELD}"


class ShownBody:
    """A scrubbed body as it may be shown: where a value is torn in it, or the audit finds one, a remark
    stands in its place.

    It is read to its end, and held nowhere, before the first piece is given.
    """

    __slots__ = ("_body", "_hidden", "_ruleset", "_size")

    def __init__(self, body: Body, ruleset: Ruleset | None = None) -> None:
        """`ruleset`: whose audit is asked; None: none."""
        if isinstance(body, Watched):
            body.watch()
        self._body, self._ruleset = body, ruleset
        self._size: int | None = None
        self._hidden = False

    @property
    def size(self) -> int:
        size = self._looked()
        return len(WITHHELD) if self._hidden else size

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        self._looked()
        if self._hidden:
            yield WITHHELD.encode()
        else:
            yield from self._body.chunks(size)

    def _looked(self) -> int:
        if self._size is None:
            auditor = None if self._ruleset is None else self._ruleset.auditor()
            size, found = 0, None
            for piece in self._body.chunks():
                size += len(piece)
                found = found or (auditor and auditor.feed(piece))
            torn = isinstance(self._body, Watched) and self._body.torn is not None
            self._hidden = torn or (found or (auditor and auditor.finish())) is not None
            self._size = size
        return self._size


def _shown_body(ruleset: Ruleset, phase: Phase, body: Body | None) -> Body | None:
    named = ruleset.watch(phase) is not None
    return ShownBody(body, ruleset) if named and body is not None else body


def _audited(ruleset: Ruleset, headers: Headers) -> Headers:
    """The fields; none where the audit finds something."""
    return headers if ruleset.audit_texts([value for _, value in headers]) is None else Headers()


def _shown_answer(ruleset: Ruleset, response: Response, scrubbed: Response) -> Response:
    heads = zip(response.informational, scrubbed.informational, strict=True)
    trailers = scrubbed.trailers
    if torn_head(ruleset, "", response.trailers, "response") is not None:
        trailers = Headers()
    trailers = _audited(ruleset, trailers)
    return structs.replace(
        scrubbed,
        head=_shown_head(ruleset, response.head, scrubbed.head),
        body=_shown_body(ruleset, "response", scrubbed.body),
        trailers=trailers,
        informational=tuple([_shown_head(ruleset, *both) for both in heads]),
    )


def _shown_head(ruleset: Ruleset, head: Head, scrubbed: Head) -> Head:
    torn = torn_head(ruleset, "", head.headers, "response") or torn_text(ruleset, head.reason)
    if torn is None and ruleset.audit_texts([scrubbed.reason]) is None:
        return structs.replace(scrubbed, headers=_audited(ruleset, scrubbed.headers))
    return Head(head.status, WITHHELD, Headers(), head.http_version)


def _shown_link(ruleset: Ruleset, link: ErrorLink, scrubbed: ErrorLink) -> ErrorLink:
    torn = torn_text(ruleset, link.message)
    clean = torn is None and ruleset.audit_texts([scrubbed.message]) is None
    return scrubbed if clean else ErrorLink(link.type, WITHHELD, link.errno)


def _refuse(rule: str | None, place: str) -> None:
    if rule is not None:
        raise found(rule, f"{place}, of which another rule takes a part")
