"""The last look at an interaction: what is about to be written, heads and bodies, audited.

Lives here: the audit of all that stands outside the bodies, and of a stored interaction as a whole (one
that `new_episodes` writes again). Must not: scrub, write, or hold a body. Called by: recorder, closing.
Bodies that are recorded are audited while they stream (bodies.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from hushtape.model import Body, Interaction
from hushtape.session.inside import Inside, found, look_inside
from hushtape.session.settling import settle
from hushtape.session.stored import ScrubbedBody

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset
    from hushtape.sanitize.rules import Phase
    from hushtape.session.ledger import Ledger

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


def audit_heads(ruleset: Ruleset, interaction: Interaction) -> None:
    """Scan what stands outside the bodies as it will be written.

    Raises:
        SecretFoundError: a secret is in it.
    """
    request, response = interaction.request, interaction.response
    texts = [request.method, request.uri]
    for pair in request.headers.pairs:
        texts += pair
    if response is not None:
        texts.append(response.head.reason)
        for headers in (response.head.headers, response.trailers):
            for pair in headers.pairs:
                texts += pair
        for head in response.informational:
            texts.append(head.reason)
            for pair in head.headers.pairs:
                texts += pair
    if interaction.failure is not None:
        texts += [link.message for link in interaction.failure.chain]
    finding = ruleset.audit_texts(texts)
    if finding is not None:
        raise found(finding.rule, f"the head of {request.method} {request.uri}")


def audited(ledger: Ledger, interaction: Interaction, ruleset: Ruleset) -> Interaction:
    """A stored interaction, scrubbed with the ruleset of today, as it may be written again.

    `ruleset`: no newer than what it was scrubbed with. The ledger's own may be, at any moment: another thread
    learns, and what only that one would redact is no leak yet.

    Digests and the ETag of a body that scrubbing changed are settled, as when it is recorded.

    Raises:
        SecretFoundError: the audit still finds a secret in it.
        BodyTooLargeError: it holds a compressed file of more than `max_body`.
    """
    audit_heads(ruleset, interaction)
    request, response = interaction.request, interaction.response
    place = f"the stored body of {request.method} {request.uri}"
    if _changed(ledger, request.body, place, ruleset, "request"):
        request = structs.replace(request, headers=settle(request.headers, request.body))
    if response is not None and _changed(ledger, response.body, place, ruleset, "response"):
        head = structs.replace(response.head, headers=settle(response.head.headers, response.body))
        trailers = settle(response.trailers, response.body)
        response = structs.replace(response, head=head, trailers=trailers)
    return structs.replace(interaction, request=request, response=response)


def _changed(ledger: Ledger, body: Body | None, place: str, ruleset: Ruleset, phase: Phase) -> bool:
    """Audit a body; whether scrubbing changed it. It is read once more to be written: audited first, no
    byte of one that holds a secret reaches the disk."""
    if body is None:
        return False
    auditor = ruleset.auditor()
    inside: Inside | None = None
    first = True
    scrubbed = body if isinstance(body, ScrubbedBody) else None
    if scrubbed is not None:
        scrubbed.watch()
    for piece in body.chunks():
        finding = auditor.feed(piece)
        if finding is not None:
            raise found(finding.rule, f"{place}, {finding.place}")
        if first:
            own = ruleset.known if ledger.options.allow_opaque else ruleset
            inside = look_inside(ledger, piece, phase, own)
        first = False
        if inside is not None:
            inside.feed(piece, place)
    finding = auditor.finish()
    if finding is not None:
        raise found(finding.rule, f"{place}, {finding.place}")
    if scrubbed is not None and scrubbed.torn is not None:
        raise found(scrubbed.torn, f"{place}, of which another rule takes a part")
    changed = scrubbed is not None and scrubbed.changed
    if inside is not None:
        inside.finish(place, changed and not (scrubbed is not None and scrubbed.repacked))
    return changed
