"""Which header fields a component's cassette keeps.

Lives here: the keep list of this front end, as one sanitizer. Must not: scrub values (the ruleset does).
Called by: recorder. keboola.vcr keeps three fields, so a redirect or a paged API can't be replayed; the
fields that clients act on are kept here too (SANITIZING.md section 1).
"""

from __future__ import annotations

from collections.abc import Iterable

from hushtape.sanitize import BaseSanitizer, CompositeSanitizer, DefaultSanitizer, HeaderSanitizer

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

NEEDED_BY_REPLAY = (
    "location",
    "link",
    "retry-after",
    "etag",
    "content-encoding",
    "content-disposition",
    "content-range",
    "transfer-encoding",
    "www-authenticate",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-used",
    "x-ratelimit-retry-after",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-app-usage",
    "x-ad-account-usage",
    "x-business-use-case-usage",
    "x-page-usage",
    "x-shopify-shop-api-call-limit",
    "x-hubspot-ratelimit-daily-remaining",
    "x-hubspot-ratelimit-remaining",
)
"""Redirects, paging, back-off, conditional requests, names of downloads, framing, challenges, rate limits."""


def kept(sanitizers: Iterable[BaseSanitizer]) -> HeaderSanitizer:
    """The keep list: what any of the sanitizers keeps, and what replay needs."""
    names = dict.fromkeys(NEEDED_BY_REPLAY)
    for sanitizer in flat(sanitizers):
        if isinstance(sanitizer, DefaultSanitizer | HeaderSanitizer):
            names.update(dict.fromkeys(sorted(sanitizer.safe_headers)))
    return HeaderSanitizer(safe_headers=list(names))


def flat(sanitizers: Iterable[BaseSanitizer]) -> list[BaseSanitizer]:
    """The sanitizers, composites opened."""
    found: list[BaseSanitizer] = []
    for sanitizer in sanitizers:
        if isinstance(sanitizer, CompositeSanitizer):
            found += flat(sanitizer.sanitizers)
        else:
            found.append(sanitizer)
    return found
