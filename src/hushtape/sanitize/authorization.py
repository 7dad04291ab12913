"""Authorization: what in such a field's value is the credential, to be looked for elsewhere.

Lives here: schemes, parameters, the pair of Basic. Must not: judge values (`lessons` does), redact
(`header_policy` does). Called by: lessons.
Sources: RFC 9110 11.4 (token68 or parameters), RFC 6750 2, RFC 7617 2, RFC 5849 3.5.1.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.spans import SHORTEST_LESSON

_FIRST = lazily(r"([\"']?)(?=[^\s,;]{8})([^\s\"',;=](?:[^\s,;=]*[^\s\"',;=])?=*)\1(?:[ \t]|[;,])")
"""A token before parameters; more signs than those of RFC 9110's token68 stand in some."""
_PIECE = lazily(r"(?=[^\s,;]{8})[^\s\"',;=]+=[^\s\"',;]+(?=[\s,;])")
"""The same with an equals sign inside, which only a bearer's can have: elsewhere it is a parameter's."""
_ONE_PARAMETER = lazily(r"[\w-]+=(?:'([^']+)'|\"?([^\"=][^\"]*)\"?)")
_VALUE = r"\s*=\s*(?:\"((?:[^\"\\]|\\.)*+)\"|'([^']*)'(?![^,;\s])|([^\",;\s]+))"
_PAIR = lazily(r"\\(.)")
"""What RFC 9110 5.6.4 escapes in a quoted parameter."""
_PARAMETER = lazily(r"(?<![\w-])([\w-]+)" + _VALUE)
_NAMES_ONE = lazily(r"(?i)(?:token|key|secret|password|pwd|jwt)\Z")
_SCHEME_AND_SIGN = lazily(r"(?i)(?:bearer|token|api-?key|key|jwt):(.+)")
_QUOTED = lazily(r"\"[^\"]+\"|'[^']+'")
_OAUTH_1 = lazily(r"(?<![^\s,])oauth_\w+\s*=\s*[^=\s]")
"""A parameter of OAuth 1; the sign before it may also end a token of OAuth 2."""
_OAUTH = lazily(r"(?<![^\s,])oauth_(?:token|consumer_key)" + _VALUE)
_NO_SCHEME = lazily(r"[=\"]|\A'")
"""`key=...`, `"..."`, a list of parameters."""
_OF_THE_MOMENT = frozenset(
    (
        *("negotiate", "ntlm", "kerberos", "digest", "scram-sha-1", "scram-sha-256", "hawk", "mac", "hmac"),
        *("sharedkey", "sharedkeylite", "sharedaccesssignature", "aws", "goog1", "oss", "log", "obs"),
        *("apiauth", "lmv1", "qiniu"),
    )
)
"""Schemes whose credentials are made anew for each request, out of something that is not sent."""


def credentials(value: str) -> Iterator[str]:
    """The credential in an Authorization field, and the parts of a Basic one."""
    value = value.strip()
    scheme, _, rest = value.replace("\t", " ").partition(" ")
    if _NO_SCHEME.search(scheme) or (rest and scheme.endswith((",", ";"))):
        scheme, rest = "", value
    rest = rest.strip()
    if not rest:
        yield scheme
        if (behind := _SCHEME_AND_SIGN.fullmatch(scheme)) is not None:
            yield behind[1]
    if scheme.lower() == "oauth" and _OAUTH_1.search(rest):
        # OAuth 1 (RFC 5849 3.5.1): its signature is of the moment, these are not.
        for one in map("".join, _OAUTH.findall(rest)):
            yield from dict.fromkeys((one, unquote(one)))
    elif rest and scheme.lower() not in _OF_THE_MOMENT:
        if scheme.lower() == "bearer" and (piece := _PIECE.match(rest)) is not None:
            yield piece[0]
        found = _parameters(rest) if re.search("[, ;]", rest) else _alone(scheme.lower(), rest)
        yield from list(found) or ([] if "=" in rest else [rest])


def _parameters(rest: str) -> Iterator[str]:
    """Of a list (`Token token="...", nonce="..."`) what the names say is the credential; what stands before
    the first sign or space without a name (`Bearer ...;v=1`)."""
    first = _FIRST.match(rest)
    if first is not None:
        yield first[2]
    for name, *ways in _PARAMETER.findall(rest):
        if _NAMES_ONE.search(name):
            yield from dict.fromkeys(("".join(ways), _PAIR.sub(r"\1", "".join(ways))))


def _alone(scheme: str, rest: str) -> Iterator[str]:
    """What follows a scheme in one piece: a token, in quotes or under a name (Proxmox: behind an id, too)."""
    named = _ONE_PARAMETER.fullmatch(rest)
    if named and not (scheme and _NAMES_ONE.search(rest.partition("=")[0])):
        yield rest  # `Bearer a=b`: the sign may be one of the token's
    plain = (named[1] or named[2]) if named else rest[1:-1] if _QUOTED.fullmatch(rest) else rest
    yield plain
    if named and "=" in plain.rstrip("="):
        yield plain.rpartition("=")[2]
    if scheme in ("apikey", "token", "key", "sso-key") and ":" in rest:
        yield rest.partition(":")[2]
    if scheme == "basic":
        yield from user_and_password(rest)


def user_and_password(coded: str) -> Iterator[str]:
    """The password; the user too, where it is the credential (an API key without a password)."""
    try:
        data = b64decode(coded + "==")
    except (binascii.Error, ValueError):
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    user, _, password = text.partition(":")
    yield password
    if "%" in password:
        yield unquote_plus(password)  # OAuth's clients write both as in a form (RFC 6749 2.3.1)
    if len(password) < SHORTEST_LESSON or password == "x-oauth-basic":
        yield user
