"""Bodies that are fed in portions: to a scrubber, and to an audit.

Lives here: the loop over a body, once. Must not: build rules, or know what is looked for. Called by: tests of
scrubbing and of the audit.
"""

from __future__ import annotations

from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.stages import BodyScrubber


def portions(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def scrubbed_by(scrubber: BodyScrubber, data: bytes, size: int = 1 << 20) -> bytes:
    """All that the scrubber gives out for a body."""
    pieces = [scrubber.feed(portion) for portion in portions(data, size)]
    return b"".join(pieces) + scrubber.finish()


def audited(rules: Ruleset, data: bytes, size: int = 10_000) -> Finding | None:
    """The audit's first finding in a body."""
    auditor = rules.auditor()
    for portion in portions(data, size):
        if (finding := auditor.feed(portion)) is not None:
            return finding
    return auditor.finish()
