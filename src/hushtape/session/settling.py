"""Header fields that stay true for a body that a rule changed.

Lives here: the length, the ETag and the digests of such a body, in heads and trailers. Must not: scrub, or
know how the body was changed. Called by: recorder, auditing.
"""

from __future__ import annotations

from typing import Final

from hushtape.model import Body, Headers

# Fields that tell the length or a digest of the body as it was before a rule changed it.
DIGEST_FIELDS: Final = frozenset(
    (
        "content-md5",
        "digest",
        "content-digest",
        "repr-digest",
        "x-goog-hash",
        "x-amz-content-sha256",
        "x-amz-sha256-tree-hash",
    )
)
STABLE_ETAG: Final = '"REDACTED"'


def settle(headers: Headers, body: Body | None) -> Headers:
    """Header fields that stay true for a body that a rule changed.

    Content-Length becomes that of what is stored, ETag a stable placeholder, digests go: each of them
    tells something of the original (CASSETTE.md sections 1 and 2; botocore validates the digests).
    """
    pairs = []
    for name, value in headers.pairs:
        lower = name.lower()
        if lower in DIGEST_FIELDS or lower.startswith("x-amz-checksum-"):
            continue
        if lower == "content-length":
            pairs.append((name, str(body.size if body is not None else 0)))
        elif lower == "etag":
            pairs.append((name, STABLE_ETAG))
        else:
            pairs.append((name, value))
    return Headers(pairs)
