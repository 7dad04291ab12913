"""The names of fields that the default rules list.

Lives here: the lists. Must not: hold rules, or what else names say by themselves (`credential_names` does).
Called by: sanitizers, chain, audit_views, and scan, which tells of them.
"""

from __future__ import annotations

SENSITIVE_FIELDS = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_id",
    "client_secret",
    "client_assertion",
    "code",
    "password",
    "token",
]
CLOUD_FIELDS = (
    "secret_access_key",
    "session_token",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-credential",
    "subject_token",
    "actor_token",
    "device_code",
)
"""Names that only credentials have, whatever the list: what AWS's STS answers, what forms for S3 hold,
what OAuth exchanges (RFC 8693 2.1) and a device polls with (RFC 8628 3.4)."""
CLOUD_PAIRS = ("account_key", "shared_access_key", "chunk-signature", "assertion")
"""The same before an equals sign: Azure's connection strings, chunks that AWS's SDKs
sign, and OAuth's assertions (RFC 7521 4.1)."""
