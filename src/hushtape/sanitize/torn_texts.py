"""URIs, header fields and messages of which a rule takes a part of a named value.

Lives here: the look at what is not streamed. Must not: scrub, raise. Called by: the session, before such
texts are written; messages, before one is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushtape.sanitize.rules import BOTH
from hushtape.sanitize.spans import TEXT, URI

if TYPE_CHECKING:
    from hushtape.model import Headers
    from hushtape.sanitize.rules import Phase
    from hushtape.sanitize.ruleset import Ruleset


def torn_head(
    ruleset: Ruleset, uri: str, headers: Headers, phase: Phase, of: Ruleset | None = None
) -> str | None:
    """The name of a named value of which a rule takes a part in a URI ("" for none) or in fields, as they
    came. `of`: see `Ruleset.watch`."""
    watch, side = ruleset.watch(phase, of), ruleset.side(phase)
    if watch is None:
        return None
    watch.look_at(side.plan, uri.encode("utf-8", "surrogatepass"), URI)
    side.watch(headers, watch)
    return watch.found


def torn_text(ruleset: Ruleset, text: str, of: Ruleset | None = None) -> str | None:
    """The same of a message."""
    for phase in sorted(BOTH):
        watch = ruleset.watch(phase, of)
        if watch is not None:
            watch.look_at(ruleset.side(phase).plan, text.encode("utf-8", "surrogatepass"), TEXT)
            if watch.found is not None:
                return watch.found
    return None
