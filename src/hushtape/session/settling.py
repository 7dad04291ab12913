"""Header fields that stay true for a body that a rule changed.

Lives here: the length, the ETag and the digests of such a body, in heads and trailers. Must not: scrub, or
know how the body was changed. Called by: recorder, auditing.
"""

from __future__ import annotations

import re
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
_DIGEST: Final = re.compile(
    r"(?!want-)(?:.*[-_.])?(?:md5|sha-?(?:1|2|224|256|384|512)|crc-?(?:32c?|64(?:nvme|ecma)?)|xxhash\d*|checksum"
    r"|md5sum|(?:content|body|payload|file|request)-?hash|digest|etag)(?<!key-md5)(?<!key-sha256)"
)
"""What vendors call theirs: `x-ms-blob-content-md5`, `X-Bz-Content-Sha1`, `x-oss-hash-crc64ecma`,
`X-Checksum-Sha256`. A digest gives a short secret to whoever tries them all."""

CHECKSUM: Final = "x-amz-checksum-"
STABLE_ETAG: Final = '"REDACTED"'


def settle(headers: Headers, body: Body | None) -> Headers:
    """Header fields that stay true for a body that a rule changed.

    Content-Length becomes that of what is stored, ETag a stable placeholder, digests go: each of them
    tells something of the original (CASSETTE.md sections 1 and 2; botocore validates the digests). Fields
    that only ask for a digest (`Want-Digest`) or name its kind (`X-Amz-Sdk-Checksum-Algorithm`) stay.
    """
    pairs = []
    for name, value in headers.pairs:
        lower = name.lower()
        if lower == "etag":
            pairs.append((name, STABLE_ETAG))
        elif lower in DIGEST_FIELDS or lower.startswith(CHECKSUM) or _DIGEST.fullmatch(lower):
            continue
        elif lower == "content-length":
            pairs.append((name, str(body.size if body is not None else 0)))
        else:
            pairs.append((name, value))
    return Headers(pairs)
