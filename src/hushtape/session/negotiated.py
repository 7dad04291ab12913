"""The content coding of a replayed answer, where this client asks for others than the recorded one did.

Lives here: whether the answer is sent coded. Must not: code anything (rendering does). Called by: replayer.
A browser asks for br and zstd, requests without extra packages for neither; so does the same program on a
machine that lacks a package. A server would look at Accept-Encoding (RFC 9110 12.5.3); so does replay.
"""

from __future__ import annotations

from msgspec import structs

from hushtape import coding
from hushtape.model import Headers, Interaction

_FIELD = "accept-encoding"


def understood(interaction: Interaction, live: Headers) -> Interaction:
    """The interaction, its answer without codings that the recorded request asked for and `live` does not.

    What came coded though nobody had asked for it stays so: clients that were recorded with it know it.
    """
    response = interaction.response
    if response is None or not response.coding or response.head.status == 206:
        return interaction
    asked, then = live.get(_FIELD), interaction.request.headers.get(_FIELD)
    if asked == then or _lists(asked, response.coding) or not _lists(then, response.coding):
        return interaction
    head = response.head
    head = structs.replace(head, headers=head.headers.without("content-encoding"))
    return structs.replace(interaction, response=structs.replace(response, head=head, coding=()))


def _lists(value: str, codings: tuple[str, ...]) -> bool:
    """Whether an Accept-Encoding takes all of these."""
    taken: set[str] = set()
    refused: set[str] = set()
    for part in value.lower().split(","):
        name, _, weight = part.partition(";")
        names = coding.parse(name) or (name.strip(),)
        (refused if _is_zero(weight) else taken).update(names)
    return all(one in taken or ("*" in taken and one not in refused) for one in codings)


def _is_zero(weight: str) -> bool:
    name, _, value = weight.partition("=")
    return name.strip() == "q" and value.strip("0. ") == "" and value.strip() != ""
