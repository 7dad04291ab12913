"""Credentials within a value that says more: a DSN, a header field, a line of a configuration.

Lives here: reading one value that the user named, as text. Must not: build rules, read JSON or base64
documents (`sanitizers_values` does). Called by: sanitizers_values.
Two measures: where the value is nothing but a usual form, what it holds counts; where the form is looser
(`made_within`), only what a machine made, since whatever counts is redacted everywhere.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.otherwise import key_within
from hushtape.sanitize.words import looks_made

LEAST: Final = 8
"""Letters of what counts by its look."""

_AS_SIGNS: Final = str.maketrans(dict.fromkeys(",;()[]{}<>?'\"\\`", "!"))

_SCHEME = lazily(r"(?i)(?:bearer|basic|token|apikey|api-key|key|jwt|bot)[ \t]+([^\s,]+)")
_USERINFO = lazily(r"(?:jdbc:)?[A-Za-z][\w+.-]{0,40}://[^:@/\s]*:([^\s]+)@[^@\s]*\Z")
_PORT = lazily(r"\d{1,5}(?:[/?#]|\Z)")
"""`https://example.com:8443/users/me@example.org` has no password."""
_AUTHORITY = lazily(r"(?:jdbc:)?[A-Za-z][\w+.-]{0,40}://([^/?#\s]+)")
_PAIR = lazily(r"(?:^|[;\s])([A-Za-z][\w ]{0,40}?)\s*=\s*([^;\s]+)")
_PAIR_NAME = lazily(r"(?i)(?:key|pwd|passw\w*|secret|token|signature)$")

_NAME: Final = r"[\w-]{0,40}(?:key|pwd|passw\w{0,8}|secret|token|signature|authorization)"
_SURE: Final = tuple(
    lazily(pattern)
    for pattern in (
        r"(?im)(?:^|[;\s])"
        + _NAME
        + r"\s*=\s*(?:\"([^\"\n]+)\"|'([^'\n]+)'|\{([^{}\n]+)\})",  # .env, libpq, ODBC
        # Java's properties, an AWS credentials file, .env without quotes: a line of its own.
        r"(?im)^[ \t]*(?:export[ \t]+)?[\w.-]{0,40}" + _NAME + r"[ \t]*=[ \t]*([^\s\"'{}]+)[ \t]*\r?$",
        r"(?i)[?&;](?:" + _NAME + r"|sig)=([^&;#\s\"']+)",  # JDBC, URLs
        r"://([^:@/\s?#]+)(?::[\w-]{0,16})?@",  # a token as the user: Stripe's `key:@`, GitHub's, Toggl's
        r"://[^:@/\s]*:([^\s@/]+)@",  # each of several URLs
        r"(?i)\bthin:[^/\s]+/(?:\"([^\"\n]+)\"|([^@\s]+))@",  # Oracle
        r"(?im)^\s*(?:-[ \t]+)?[\"']?"  # fields, YAML
        + _NAME
        + r"[\"']?:[ \t]*(?:[A-Za-z]+[ \t]+)?(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s\"']\S*))",
        r"(?im)(?:^|\s)password[ \t]+(\S+)",  # .netrc
    )
)
_REFERS: Final = lazily(r"[$%#]?[({]+.*[)}]+|<[\w .-]+>|[\w.]+\(.*\)")
"""A variable, a template, a call: `${DB_PASSWORD1}`."""
_CODED: Final = lazily(r"(?:(?i:basic)[ \t]+)?([A-Za-z0-9+/]{12,}={0,2})")
_COUPLE: Final = lazily(r"([^:\x00-\x1f\x7f]{0,200}):([\x21-\x7e]*)")
"""The user may be empty (Azure DevOps' tokens), or hold spaces."""


def credential(value: str) -> str | None:
    """What follows the scheme, where a value is one of Authorization."""
    scheme = _SCHEME.fullmatch(value.strip())
    return scheme[1] if scheme else None


def within(value: str) -> Iterator[str]:
    """The credentials in a value that says more than one: a scheme and its token, what stands in quotes, the
    password in a URL, those of a connection string."""
    yield from made_within(value)
    yield from key_within(value)
    scheme = credential(value)
    if scheme:
        yield scheme
    if value[0] == value[-1] and value[0] in "\"'":
        yield value[1:-1]
        quoted = credential(value[1:-1])
        if quoted:
            yield quoted
    found = [*passwords(value), *(passwords(value[1:-1]) if value[0] in "\"'" else ())]
    if found:
        yield from found
        return
    for pair in _PAIR.finditer(value) if "=" in value else ():
        if _PAIR_NAME.search(pair[1]):
            yield pair[2]


def passwords(url: str) -> Iterator[str]:
    """The password of a value that is a URL: up to its last `@`, as people write them, and up to that of the
    authority, as libraries read them (RFC 3986 3.2; Python's urlsplit takes the first colon)."""
    authority = _AUTHORITY.match(url)
    user, at, _ = authority[1].rpartition("@") if authority else ("", "", "")
    readings = [user.partition(":")[2]] if at else []
    found = _USERINFO.match(url)
    if found and _PORT.match(found[1]) is None:
        readings.insert(0, found[1])
    for password in filter(None, readings):
        yield password
        yield unquote(password)


def made_within(value: str) -> Iterator[str]:
    """What stands in a credential's place within a text and looks as if a machine had made it."""
    scheme = credential(value)
    if scheme and _is_made(scheme):
        yield scheme
    for place in _SURE:
        for found in place.finditer(value):
            text = next(filter(None, found.groups()))
            texts = (text, text.rstrip(",;)]}"), unquote(text), *_in_pair(text))
            yield from filter(_is_made, dict.fromkeys(texts))
    if value[:1] == value[-1:] and value[:1] in ('"', "'"):
        yield from filter(_is_made, (value[1:-1],))
    yield from filter(_is_made, _in_pair(value))


def _in_pair(value: str) -> Iterator[str]:
    """The password of a pair in base64, as Basic has it (RFC 7617 2)."""
    coded = _CODED.fullmatch(value)
    couple = _COUPLE.fullmatch(_decoded(coded[1])) if coded else None
    if couple:
        yield couple[2] or couple[1]  # Stripe's `key:`


def _is_made(text: str) -> bool:
    """Signs that no word has (a generator's passwords are full of them) count as letters."""
    return len(text) >= LEAST and not _REFERS.fullmatch(text) and looks_made(text.translate(_AS_SIGNS))


def _decoded(text: str) -> str:
    try:
        return b64decode(text).decode()
    except ValueError:
        return ""
