"""Siblings: a value that only another member of its object makes a credential, whatever stands between.

Lives here: AWS's secure parameters (`Type: SecureString` beside `Value`), Vault's AppRole (`secret_id` beside
`role_id`, or beside its own accessor), Azure's Key Vault (`value` before a secret's `id`). Must not: look at
names that say enough (`credential_names`), at texts (`secret_places` does). Called by: plan (anchors).
Sources: the makers' documentation of their answers.
No brace is counted, for a value may hold some: between the two stand whole members and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.members import IS, MEMBER, Q, S
from hushtape.sanitize.quotes import ends
from hushtape.sanitize.rules import CredentialNamesRule
from hushtape.sanitize.secret_places import BESIDE
from hushtape.sanitize.spans import FIELDS, Context, Found, Lesson, Verifier, Verify
from hushtape.sanitize.value_ends import string

_AHEAD: Final = 3300
_BACK: Final = 3300
"""Bytes around an anchor: a private JWK takes as many, so a body's window does not grow."""

_MOST: Final = 8
"""Members of the right name that are tried: a list of tags holds some, and a hostile body nothing else."""

_NEAREST: Final = 4
"""Places of the word `value` that are tried before a secret's `id`."""

_BETWEEN = (
    S + rb"{0,32}+," + S + rb"{0,64}+(?:(?!" + Q + rb"(?:value|secret_id)" + Q + rb")" + MEMBER + rb"){0,16}?"
)
"""Whole members between the two, none of which is the value: its own anchor would be nearer."""

_TYPE = lazily(rb"(?i)type" + IS + Q + rb"\Z")
_VALUE = lazily(rb"(?i)value" + IS + rb"[bu]?(" + Q + rb")")
_VALUE_BEHIND = lazily(rb"(?i)(" + Q + rb")" + _BETWEEN + Q + rb"value" + IS + rb"[bu]?(" + Q + rb")")
_TYPE_BEHIND = lazily(rb"(?i)" + Q + _BETWEEN + Q + rb"type" + IS + Q + rb"\Z")

_VAULT_ID = lazily(rb"(?i)\bid" + IS + Q + rb"https:(?:/|\\{1,8}/){2}[\w-]{1,64}\Z")
_VAULT_BEHIND = lazily(
    rb"(?i)" + Q + _BETWEEN + Q + rb"id" + IS + Q + rb"https:(?:/|\\{1,8}/){2}[\w-]{1,64}\Z"
)

_ROLE = rb"(?:role_id|secret_id_(?:accessor|num_uses|ttl))"
_SECRET_ID = lazily(IS + rb"(" + Q + rb")(?=[^\"'\\]{8,128}\\{0,8}[\"'])")
_ROLE_BEHIND = lazily(Q + _BETWEEN + Q + _ROLE + Q)
_ROLE_NAME = lazily(Q + _ROLE + IS)
_SECRET_BEHIND = lazily(MEMBER + rb"{1,16}?" + Q + rb"\Z")


def sibling_anchors(rule: CredentialNamesRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors: the member that tells, or the value's own name where that says nothing by itself."""
    text, lesson = rule.placeholder.encode(), Lesson("json", guess=True)
    secure = Verifier(_secure(text), order, BESIDE + "securestring", FIELDS, _BACK, _AHEAD, teaches=lesson)
    yield b"securestring", secure
    vault = Verifier(_of_vault(text), order, BESIDE + "key vault", FIELDS, _BACK, 0, teaches=lesson)
    for host in (b".vault.azure.net", b".vault.azure.cn", b".vault.usgovcloudapi.net"):
        for slash in (b"/", b"\\/"):
            yield host + slash + b"secrets" + slash, vault
    role = Verifier(_role(text), order, BESIDE + "role_id", FIELDS, _BACK, _AHEAD, teaches=lesson)
    for ending in (b'"', b"'", b"\\"):
        yield b"secret_id" + ending, role


def _secure(text: bytes) -> Verify:
    """`"Type": "SecureString"`, and the `"Value"` behind or before it."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        behind = _VALUE_BEHIND.match(data, end, limit)
        if behind is not None:
            if len(behind[2]) < len(behind[1]):
                return None  # the string around the object ends: it was cut
            return Found(behind.end(), -1, text, ends(data, start, behind[2], context))
        if _TYPE.search(data, max(0, start - 40), start) is None:
            return None
        for value in [*_VALUE.finditer(data, max(0, start - _BACK), start)][-_MOST:]:
            stop, _ = string(value[1]).seek(data[value.end() : start], 0, final=True)
            stop += value.end()
            if _TYPE_BEHIND.match(data, stop, start) is not None:
                return Found(value.end(), stop, text)
        return None

    return verify


def _of_vault(text: bytes) -> Verify:
    """`"value": "..."` before the `"id"` of a secret in Azure's Key Vault, or before what stands between."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if _VAULT_ID.search(data, max(0, start - 100), start) is None:
            return None
        at = start
        for _ in range(_NEAREST):
            at = data.rfind(b"value", max(0, start - _BACK), max(at, 0))
            value = _VALUE.match(data, at, start) if at >= 0 else None
            if value is None:
                continue  # a value may hold the word itself
            stop, _ = string(value[1]).seek(data[value.end() : start], 0, final=True)
            stop += value.end()
            if _VAULT_BEHIND.match(data, stop, start) is not None:
                return Found(value.end(), stop, text)
        return None

    return verify


def _role(text: bytes) -> Verify:
    """`"secret_id": "..."` in an object that says `role_id` or `secret_id_accessor`."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        value = _SECRET_ID.match(data, end - 1, limit)
        if value is None:
            return None
        stop, _ = ends(data, start, value[1], context).seek(data[value.end() : limit], 0, final=True)
        stop += value.end()
        if _ROLE_BEHIND.match(data, stop, limit) is None and not _role_before(data, start):
            return None
        return Found(value.end(), stop, text)

    return verify


def _role_before(data: bytes, start: int) -> bool:
    low = max(0, start - _BACK)
    if data.find(b"role_id", low, start) < 0 and data.find(b"secret_id_", low, start) < 0:
        return False
    roles = [*_ROLE_NAME.finditer(data, low, start)][-_MOST:]
    return any(_SECRET_BEHIND.match(data, role.start(), start) for role in roles)
