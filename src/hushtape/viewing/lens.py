"""Through what a cassette is looked at: codings undone, credentials hidden.

Lives here: the interaction as it may be shown. Must not: print, decide what is compared. Called by: cli,
differences. A cassette of ours was scrubbed when it was recorded; one of another tool, or of other options,
was perhaps not, and what a terminal shows ends in CI logs, screenshots and tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import structs

from hushtape import coding
from hushtape.model import CHUNK, Body, Headers, Interaction
from hushtape.session.stored import DecodedBody, ScrubbedBody, scrub_interaction

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset

MORE_FIELDS: Final = [
    "api_key", "apikey", "api_secret", "auth", "auth_token", "authtoken", "bearer", "credential",
    "credentials", "passphrase", "passwd", "private_key", "pwd", "secret", "secret_key", "session_id",
    "session_token", "sessionid", "sig", "signature",
]  # fmt: skip
"""Fields that are hidden beside the default ones. A recording must not change what a program needs; a screen
may hide a value too many."""

MOST_DECODED: Final = 4 * 1024**3
"""Bytes that one coded body may become; the default of `max_body`."""


class Lens:
    """Shows interactions. `unscrubbed`: as they stand in the file."""

    def __init__(self, *, unscrubbed: bool = False) -> None:
        self._ruleset: Ruleset | None = None
        if not unscrubbed:
            from hushtape.sanitize import BodyFieldSanitizer, QueryParamSanitizer, build

            more = [BodyFieldSanitizer(MORE_FIELDS), QueryParamSanitizer(MORE_FIELDS, "REDACTED")]
            self._ruleset = build(sanitizers=more).ruleset

    def through(self, interaction: Interaction) -> Interaction:
        """The interaction as it may be shown; bodies stay on disk and are scrubbed as they are read."""
        interaction = decoded(interaction)
        return interaction if self._ruleset is None else scrub_interaction(interaction, self._ruleset)

    def uri(self, uri: str) -> str:
        """A URI as it may be shown."""
        return uri if self._ruleset is None else self._ruleset.uri(uri)

    def text(self, text: str) -> str:
        """Any other text (a failure's message, a reason) as it may be shown."""
        return text if self._ruleset is None else self._ruleset.text(text)


def hides(shown: Interaction, stored: Interaction) -> bool:
    """The lens took something away: known of a body once it was read to its end."""
    if shown.request.uri != stored.request.uri or shown.request.headers != stored.request.headers:
        return True
    bodies = [shown.request.body]
    if shown.response is not None and stored.response is not None:
        if shown.response.head != stored.response.head or shown.response.trailers != stored.response.trailers:
            return True
        bodies.append(shown.response.body)
    return any(isinstance(body, ScrubbedBody) and body.changed for body in bodies)


def decoded(interaction: Interaction) -> Interaction:
    """The interaction with the content codings undone that its tool stored (ours has none left)."""
    request, response = interaction.request, interaction.response
    body = _undone(request.body, request.headers)
    if body is not request.body:
        interaction = structs.replace(interaction, request=structs.replace(request, body=body))
    if response is not None and not response.coding:
        body = _undone(response.body, response.head.headers)
        if body is not response.body:
            interaction = structs.replace(interaction, response=structs.replace(response, body=body))
    return interaction


def _undone(body: Body | None, headers: Headers) -> Body | None:
    """The body without the codings that its head names, where it truly bears them."""
    codings = coding.parse(", ".join(headers.get_all("content-encoding")))
    if body is None or not codings or not coding.can_decode(codings):
        return body
    first = next(body.chunks(4096), b"")
    one = coding.decoder(codings)
    try:
        for _ in one.feed(first):
            break
    except coding.CodingError:
        return body  # it was decoded already, and its head left as it was
    return PlainBody(body, codings, MOST_DECODED) if first else body


class PlainBody(DecodedBody):
    """The same for eyes: of a damaged body, what comes before the damage."""

    __slots__ = ()

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`.

        Raises:
            BodyTooLargeError: there are more than `MOST_DECODED`.
        """
        try:
            yield from super().chunks(size)
        except coding.CodingError:
            return
