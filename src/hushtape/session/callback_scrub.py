"""What callbacks put in, scrubbed: they run behind the rules, and may set what the rules take out.

Lives here: the second pass over what differs from what a callback was shown. Must not: run callbacks, touch
what they left alone (a user's pattern may not be stable), drop a field of theirs that holds no credential.
Called by: callbacks (what is stored), replayer (so that live requests meet recorded ones).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from msgspec import structs

from hushtape.model import CHUNK, Headers, Request
from hushtape.sanitize.audit_containers import is_file
from hushtape.sanitize.header_policy import HeaderPolicy
from hushtape.sanitize.rules import HeaderRule
from hushtape.session.packing import packed_again

if TYPE_CHECKING:
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.ruleset import Ruleset
    from hushtape.sanitize.torn import Watch

_POLICY: Final = HeaderPolicy((HeaderRule(),))


def request(ruleset: Ruleset, before: Request, after: Request) -> Request:
    """URI and header fields of a request."""
    uri = after.uri if after.uri == before.uri else ruleset.uri(after.uri, "request")
    fields = headers(ruleset, before.headers, after.headers, "request")
    return structs.replace(after, uri=uri, headers=fields)


def headers(ruleset: Ruleset, before: Headers, after: Headers, phase: Phase) -> Headers:
    """Header fields. A list of fields to keep does not bind a callback: what it sets stays, unless its name
    makes it a credential."""
    known = frozenset(before.pairs)
    if known.issuperset(after.pairs):
        return after
    fields: list[tuple[str, str]] = []
    for pair in after.pairs:
        fields += [pair] if pair in known else _field(ruleset, pair, phase)
    return Headers(fields)


def _field(ruleset: Ruleset, pair: tuple[str, str], phase: Phase) -> Iterable[tuple[str, str]]:
    kept = ruleset.headers(Headers([pair]), phase).pairs
    return kept or ([pair] if _POLICY.action(pair[0]) == "scan" else [])


def body(
    ruleset: Ruleset,
    before: bytes,
    after: bytes | None,
    phase: Phase,
    kind: str,
    watch: Watch | None = None,
) -> bytes | None:
    """A body, if a callback changed it. `kind`: its content type; `watch`: see `Ruleset.watch`."""
    if not after or after == before:
        return after
    if len(after) <= CHUNK and is_file(after):
        packed = packed_again(ruleset, after, phase)
        if packed is not None:
            return packed
    scrubber = ruleset.scrubber(phase, kind, watch=watch)
    return scrubber.feed(after) + scrubber.finish()
