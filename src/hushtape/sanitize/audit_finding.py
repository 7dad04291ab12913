"""What the audit says of a secret that is left.

Lives here: Finding. Must not: hold a value. Called by: audit, audit_long; ruleset and the session read it.
"""

from __future__ import annotations

from msgspec import Struct


class Finding(Struct, frozen=True):
    """A secret that is in what was written. `rule`: the rule's name; `place`: where and under which
    decodings. Never the value."""

    rule: str
    place: str
