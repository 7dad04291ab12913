"""Heads and messages in which a rule takes a part of a named value, in a writing that only the audit reads.

Lives here: the refusal of them, as they were before they were scrubbed. Must not: scrub, look into bodies
(bodies and stored have a watch on each). Called by: recorder, callbacks, stored; replayer, for its reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import urlsplit

from msgspec import structs

from hushtape.model import Headers
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
    def chunks(self) -> Iterator[bytes]: ...


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


def shown_request(ruleset: Ruleset, request: Request, scrubbed: Request) -> Request:
    """A scrubbed request as a report may show it. `request`: as it was."""
    uri, body = shown(ruleset, request, scrubbed.uri), scrubbed.body
    if uri is not scrubbed.uri:
        scrubbed = structs.replace(scrubbed, uri=uri, headers=Headers())
    if isinstance(body, Watched) and body is not request.body:
        body.watch()
        for _ in body.chunks():
            pass
        if body.torn is not None:
            scrubbed = structs.replace(scrubbed, body=None)
    return scrubbed


def shown_answer(ruleset: Ruleset, response: Response | None, scrubbed: Response | None) -> Response | None:
    """The same of an answer's head and trailers."""
    if response is None or scrubbed is None:
        return scrubbed
    torn = [torn_head(ruleset, "", one, "response") for one in (response.head.headers, response.trailers)]
    if not any(torn) and torn_text(ruleset, response.head.reason) is None:
        return scrubbed
    head = structs.replace(scrubbed.head, reason="(withheld)", headers=Headers())
    return structs.replace(scrubbed, head=head, trailers=Headers())


def shown(ruleset: Ruleset, request: Request, uri: str) -> str:
    """The URI of a request as a message may show it. `uri`: as it was scrubbed."""
    if torn_head(ruleset, request.uri, request.headers, "request") is None:
        return uri
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/(withheld)"


def _refuse(rule: str | None, place: str) -> None:
    if rule is not None:
        raise found(rule, f"{place}, of which another rule takes a part")
