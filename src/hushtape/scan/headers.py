"""Header fields in a file: which parts of a value are credentials.

Lives here: from a field's name and value to the parts that must not be there. Must not: find fields in a file
(`keyed`). Called by: keyed. The decision by name is the sanitizers' own (header_policy); this says where
in the value the credential stands, since a fix has to leave the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hushtape.sanitize.header_policy import HeaderPolicy, is_credential
from hushtape.sanitize.rules import HeaderRule
from hushtape.scan.placeholders import is_placeholder, word_set

POLICY = HeaderPolicy((HeaderRule(),))
STRICT = frozenset(("authorization", "proxy-authorization"))
COOKIES = frozenset(("cookie", "cookie2", "set-cookie", "set-cookie2"))

_ORDINARY = word_set(
    """
    idempotency-key surrogate-key sec-websocket-key sec-websocket-accept access-control-allow-
    credentials access-control-allow-headers cache-key x-cache-key vary x-ratelimit-key www-
    authenticate proxy-authenticate
    """
)
"""Credential words in their names, nothing secret in their values."""
_ATTRIBUTES = word_set(
    """
    expires max-age domain path secure httponly samesite partitioned priority version comment port
    discard
    """
)
_SCHEME = re.compile(r"\s*([A-Za-z][\w-]*)[ ]+(?=\S)")
_PART = re.compile(r"[^;]+")
_NUMBER = re.compile(r"[0-9.,\s]{1,9}|true|false", re.IGNORECASE)
SHORT_COOKIE = 8
"""Cookies of fewer characters are settings (`lang=en`), unless their name says otherwise."""


@lru_cache(maxsize=1024)
def is_header(name: str) -> bool:
    """Whether a field of this name may hold a credential."""
    lower = name.lower()
    return lower not in _ORDINARY and POLICY.action(name) in ("scheme", "cookie", "set-cookie", "redact")


def secret_parts(name: str, value: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the parts of a field's value that are credentials and no placeholders."""
    action = POLICY.action(name)
    if action == "scheme":
        yield from _scheme(value)
    elif action in ("cookie", "set-cookie"):
        yield from _cookies(value)
    elif action == "redact" and not is_placeholder(value) and not _NUMBER.fullmatch(value.strip()):
        yield _trimmed(value, 0, len(value))


def _scheme(value: str) -> Iterator[tuple[int, int]]:
    scheme = _SCHEME.match(value)
    start = scheme.end() if scheme else 0
    if not is_placeholder(value[start:]) and not is_placeholder(value):
        yield _trimmed(value, start, len(value))


def _cookies(value: str) -> Iterator[tuple[int, int]]:
    """Each cookie's value. An attribute is none; what is folded into it by a proxy is."""
    for part in _PART.finditer(value):
        name, sign, text = part[0].partition("=")
        plain = name.strip().lower()
        if plain in _ATTRIBUTES or (not sign and len(plain) < SHORT_COOKIE):
            continue
        start = part.start() + (len(name) + 1 if sign else 0)
        text = text if sign else name
        if is_placeholder(text) or (len(text.strip()) < SHORT_COOKIE and not is_credential(name.strip())):
            continue
        yield _trimmed(value, start, part.end())


def _trimmed(value: str, start: int, end: int) -> tuple[int, int]:
    """Without the white space and quotes around it."""
    while start < end and value[start] in ' \t\r\n"\\':
        start += 1
    while end > start and value[end - 1] in ' \t\r\n"\\':
        end -= 1
    return start, end
