"""Fields whose names are as often something else: `auth`, `session`, `routing_key`. The value's form decides.

Lives here: those names, each with the form that only its credential has. Must not: know names that say
enough by themselves (`credential_names`), find values (`fields`). Called by: plan (anchors).
A session of 64 letters is no title of a lecture; what decodes to `user:password` is no name of a scheme.
Sources: the makers' documentation (Docker, npm, PagerDuty, Azure, Elasticsearch, Cognito, CAS, Intercom).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.credential_names import joined
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.field_names import field_anchors
from hushtape.sanitize.loose_fields import is_made
from hushtape.sanitize.rules import CredentialNamesRule, FieldRule
from hushtape.sanitize.schemes import is_pair
from hushtape.sanitize.spans import Context, Found, Lesson, Verifier, Verify
from hushtape.sanitize.words import looks_made

LABEL: Final = "credential by its form"

Form = Callable[[bytes, int, int], bool]
"""(buffer, where the value begins, end of what may be looked at)."""

_LOOSE_ENDINGS: Final = b": \n\t\r;&[]"
"""What may follow a name in looser ways, where a form would tell nothing more."""

_END = rb"(?![A-Za-z0-9_+/=~.-])"
_ONE_WORD = lazily(rb"[A-Za-z0-9_+/~.:-]{20,512}+={0,2}(?=[\s\"'\\<>&#;,)\]}]|\Z)")
_BRIEF = lazily(rb"[^\s\"'\\<>&,;]{8,128}(?=[\s\"'\\<>&#;,)\]}]|\Z)")
_BASE64 = lazily(rb"[A-Za-z0-9+/]{6,600}={0,2}" + _END)
_HEX32 = rb"[0-9a-fA-F]{32}" + _END
_WRITTEN = lazily(rb"(?:[^\s\"'<>&\\]|\\+(?:/|u00[0-9a-fA-F]{2})){6,640}+")
_ESCAPE = lazily(rb"%(?:25){0,8}[0-9a-fA-F]{2}|\\+(?:u00[0-9a-fA-F]{2}|/)")
_AS_PERCENT = lazily(rb"\\+u00|%(?:25){1,8}(?=[0-9a-fA-F]{2})")
_SLASH = lazily(rb"\\+/")
_NEAR: Final = 640 + 64
"""Bytes that an escape has to stand in: forms look at 600 letters."""
_QUOTES = frozenset((b'"', b"'", b"\\"))
_TEXT = lazily(
    rb"[\s,]{0,32}+[bB]?(\\{0,63}[\"'])(?:(?<=\")[^\"\\]{0,1024}+\\{0,63}\"|(?<=')[^'\\]{0,1024}+\\{0,63}'|[^\"']{0,1024}+)"
)
"""A string of a list, with what stands before it."""

_AZURE = rb"(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)" + _END
_IN_SCHEME = lazily(
    rb"(?!(?i:bearer|basic) )[A-Za-z][\w-]{1,24}+ (?:token=)?(?=[^\s\"\\]{0,256}\d)[\w+/=~.:-]{12}"
)

_BASIC_KEY = lazily(rb"(?i:basic) ([\w+/-]{16,600}={0,2})" + _END, re.ASCII)


def _like(pattern: bytes) -> Form:
    expression = lazily(pattern)
    return lambda data, at, limit: expression.match(data, at, limit) is not None


def _made(data: bytes, at: int, limit: int) -> bool:
    """One word of 20 letters and digits or more that nobody thought of."""
    found = _ONE_WORD.match(data, at, limit)
    return found is not None and looks_made(found[0][:64].decode())


def _brief(data: bytes, at: int, limit: int) -> bool:
    """The same of 8 letters or more, with a digit: tests pass, and say of how many."""
    found = _BRIEF.match(data, at, limit)
    return found is not None and is_made(found[0])


def _credentials(data: bytes, at: int, limit: int) -> bool:
    """What `docker login` and npm keep, or a word that a machine made."""
    return _coded(data, at, limit) or _made(data, at, limit)


def _coded(data: bytes, at: int, limit: int) -> bool:
    """A user and a password in base64."""
    found = _BASE64.match(data, at, limit)
    return found is not None and is_pair(found[0])


def _header(data: bytes, at: int, limit: int) -> bool:
    """A field of a header, as echoes show it: `SSWS 00aB...`, or the token alone (not Bearer, nor a pair)."""
    if _IN_SCHEME.match(data, at, limit) is not None:
        return True
    return _basic_key(data, at, limit) or _credentials(data, at, limit)


def _basic_key(data: bytes, at: int, limit: int) -> bool:
    """A key where Basic has its pair: OneSignal's REST API keys. A pair is found behind the scheme's name."""
    found = _BASIC_KEY.match(data, at, limit)
    return found is not None and looks_made(found[1][:64].decode()) and not is_pair(found[1])


def _key_pair(data: bytes, at: int, limit: int) -> bool:
    """The id and the key of Elasticsearch's API in one."""
    found = _BASE64.match(data, at, limit)
    if found is None:
        return False
    try:
        return re.fullmatch(rb"[\w-]{20}:[\w-]{22}", b64decode(found[0])) is not None
    except binascii.Error:
        return False


_LONG: Final = _like(rb"[A-Za-z0-9_+/=.-]{64}")
_KEY: Final = _like(rb"(?:" + _HEX32 + rb"|R[0-9A-Z]{31}" + _END + rb"|" + _AZURE + rb")")
_AZURE_KEY: Final = _like(_AZURE)

_COOKIES: Final = _like(
    rb"(?:[^\s=;,\"'\\<>]{1,128}=[^\s;\"'\\<>]{0,3};\s{0,2}){0,16}+[^\s=;,\"'\\<>]{1,128}=(?:\\{1,8}\"|(?<!\\)\")?[^\s;\"'\\<>]{4}"
)

FORMS: Final[dict[str, Form]] = {
    "auth": _credentials,
    "_auth": _credentials,
    "credentials": _credentials,
    "authorization": _header,
    "proxy-authorization": _header,
    "http_authorization": _header,
    "http_cookie": _COOKIES,
    "cookie": _COOKIES,
    "set-cookie": _like(rb"[^\s=;,\"'\\<>]{1,128}=(?:\\{0,8}\")?[^\s;\"'\\<>]{4}"),
    "pass": _brief,
    "auth_code": _made,
    "session": _LONG,
    "encoded": _key_pair,
    "routing_key": _KEY,
    "integration_key": _KEY,
    "user_key": _KEY,
    "account_key": _KEY,
    "client_key": _KEY,
    "primary_key": _AZURE_KEY,
    "secondary_key": _AZURE_KEY,
    "appid": _like(_HEX32),
    "user_hash": _like(rb"[0-9a-f]{64}" + _END),
    "ticket": _like(rb"(?:ST|PT|PGT|TGT)-\d{1,9}-[\w.-]{6}"),
}
"""Name: the form of its credential."""

HEADERS: Final = frozenset(("authorization", "proxyauthorization", "cookie", "setcookie"))
"""Those of header fields; lists of their values keep what is no credential (`header_dumps`)."""


def formed_anchors(rule: CredentialNamesRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """All anchors of these names."""
    for name, form in FORMS.items():
        if joined(name) in rule.keep:
            continue
        lists = joined(name) not in HEADERS
        made: dict[tuple[Verifier, str], Verifier] = {}
        for anchor, one in field_anchors(FieldRule((name,), rule.placeholder, containers=False), order):
            if anchor[-1] in _LOOSE_ENDINGS:
                continue
            written = "form" if b"=" in anchor else "json"
            if (one, written) not in made:
                verify, lesson = _of_form(one.verify, form, lists), Lesson(written, guess=True)
                made[one, written] = one._replace(verify=verify, name=LABEL, guard=None, teaches=lesson)
            yield anchor, made[one, written]


def _of_form(way: Verify, form: Form, lists: bool) -> Verify:
    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        found = way(data, start, end, limit, context)
        if not isinstance(found, Found):
            return None
        if data[found.start : found.start + 1] in _QUOTES:
            return found if lists and _any_text(data, found.start, limit, form, context) else None
        return found if has_form(data, found.start, limit, form) else None

    return verify


class _Strings(NamedTuple):
    """Strings of a list that were looked at, by where each begins, and the last of them. A list that begins
    within another, as hostile data have it, goes on there."""

    data: bytes
    begins: set[int]
    last: int


def _any_text(data: bytes, at: int, limit: int, form: Form, context: Context) -> bool:
    """Whether a string of the list that begins here has the form."""
    known = context.notes.get(form) if context.notes is not None else None
    if not isinstance(known, _Strings) or known.data is not data:
        known = _Strings(data, set(), -1)
    begins, last, found = set[int](), -1, False
    while not found and (text := _TEXT.match(data, at, limit)) is not None:
        if at in known.begins and at < known.last:
            begins, at = known.begins, known.last
            continue
        begins.add(at)
        last, found, at = at, has_form(data, text.end(1), limit, form), text.end()
    if context.notes is not None:
        context.notes[form] = _Strings(data, begins, last)
    return found


def has_form(data: bytes, at: int, limit: int, form: Form) -> bool:
    """Whether the value at `at` has this form, as it is or with its signs escaped."""
    return form(data, at, limit) or _escaped(data, at, limit, form)


def _escaped(data: bytes, at: int, limit: int, form: Form) -> bool:
    """Whether the value has the form once the escapes of its signs are undone: forms write base64 with `%3D`,
    PHP with `\\/`, .NET with `\\u002B`."""
    if _ESCAPE.search(data, at, min(limit, at + _NEAR)) is None:
        return False
    found = _WRITTEN.match(data, at, limit)
    if found is None or _ESCAPE.search(found[0]) is None:
        return False
    value = unquote_to_bytes(_SLASH.sub(b"/", _AS_PERCENT.sub(b"%", found[0])))
    return form(value, 0, len(value))
