"""What a cassette says beside its interactions, under the ruleset of today.

Lives here: scrubbing and auditing another tool's metadata, the list of placeholders and the servers'
certificates. Must not: write them, scrub an interaction. Called by: opening, closing, recorder, stored,
learning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import msgspec

from hushtape.model import Tls
from hushtape.sanitize.messages import tell
from hushtape.session.inside import found

if TYPE_CHECKING:
    from hushtape.sanitize import Ruleset

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


def scrubbed(ruleset: Ruleset, value: dict[str, Any]) -> dict[str, Any]:
    """Metadata of another tool: as one JSON document first, so that names tell, then each text and key of it.
    It is audited before beginnings of values go from its texts, which may be pieces of what lies across them.

    Raises:
        SecretFoundError: the audit still finds a secret in it.
    """
    data = msgspec.json.encode(value)
    for phase in ("request", "response"):
        watch = ruleset.watch(phase)
        scrubber = ruleset.scrubber(phase, "application/json", watch=watch)
        data = scrubber.feed(data) + scrubber.finish()
        if watch is not None and watch.found is not None:
            raise _found(watch.found)
    clean: Any = None
    try:
        clean = json.loads(data)
    except ValueError:  # a user's pattern made it something else; the error holds it
        data = b""
    if not data:
        raise _found("what is no JSON any more")
    for told in (clean, _texts(ruleset, clean)):
        data, auditor = msgspec.json.encode(told), ruleset.auditor()
        finding = auditor.feed(data) or auditor.finish()
        if finding is not None or not isinstance(told, dict):
            raise _found(finding.rule if finding is not None else "a secret")
        clean = told
    return cast("dict[str, Any]", clean)


def listed(ruleset: Ruleset, placeholders: Iterable[str]) -> tuple[str, ...]:
    """Placeholders as the cassette lists them: not those that hold a secret, which no body shows either."""
    return tuple(
        text
        for text in sorted(placeholders)
        if ruleset.text(text) == text and ruleset.audit_texts([text]) is None
    )


def without_secrets(ruleset: Ruleset, tls: Tls | None) -> Tls | None:
    """What is known of the peer, its certificate left out where a secret is in it: it can't be scrubbed, and
    replay can do without."""
    if tls is None or tls.certificate is None or is_clean(ruleset, tls.certificate):
        return tls
    return Tls(tls.verified)


@lru_cache(maxsize=8)
def is_clean(ruleset: Ruleset, certificate: bytes) -> bool:
    """Whether neither the rules nor the audit find anything in a certificate (DER). Each call brings one."""
    auditor = ruleset.auditor()
    findings = ruleset.scan(certificate), auditor.feed(certificate), auditor.finish()
    return findings == (None, None, None)


def _texts(ruleset: Ruleset, value: Any) -> Any:
    """The texts in it, keys as well."""
    if isinstance(value, str):
        return tell(ruleset, value)
    if isinstance(value, dict):
        return {_texts(ruleset, key): _texts(ruleset, inner) for key, inner in value.items()}
    return [_texts(ruleset, inner) for inner in value] if isinstance(value, list) else value


def _found(rule: str) -> Exception:
    return found(rule, "the metadata of the earlier cassette")
