"""Header policy: which fields stay, and how much of a credential's field is kept.

Lives here: the decision per field name (cached by the policy's owner) and the redaction of Authorization,
Cookie and Set-Cookie. Must not: scan values (the ruleset does). Called by: ruleset.
Sources: RFC 9110 11.4 (credentials), RFC 6265 4 (cookies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from hushtape.sanitize import subprotocols
from hushtape.sanitize.credential_names import names_credential
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import HeaderRule

Action = Literal["scan", "drop", "redact", "scheme", "challenge", "cookie", "set-cookie", "host", "protocols"]

# RFC 6265 5.2, RFC 2965 3.2.2, and what browsers added.
ATTRIBUTES = frozenset(
    (
        "expires",
        "max-age",
        "domain",
        "path",
        "secure",
        "httponly",
        "samesite",
        "partitioned",
        "priority",
        "version",
        "comment",
        "commenturl",
        "discard",
        "port",
    )
)
_PRINCIPAL = "x-ms-client-principal"
"""The claims of who is signed in, in base64, and their name and id (Azure's App Service)."""
_FOLDED = lazily(r"(,[^=;,]+=\s*)[^;\s][^;]*")
_BLOB = lazily(
    r'"(?:[^"\\]|\\.){0,256}+"|(?<![^\s,])(?:(negotiate|ntlm|kerberos|gssapi|gss-spnego|scram-sha-\d+)'
    r"([ \t]+)(?![^\s=,]+\s*=\s*[^=,\s])[^\s,]+"
    r"|([!#$%&'*+.^_`|~\w-]+)([ \t]+)[\w.~+/-]{16,}+=*(?=\s*(?:,|$)))",
    re.IGNORECASE,
)
"""A challenge that carries a token of its own (RFC 9110 11.3: token68; RFC 4559 4.2), not parameters such as
`realm=`; of a scheme that is not known to send one, of 16 letters or more. Quoted texts are passed over."""

_WORDS = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CREDENTIAL = frozenset(
    [
        "auth",
        "authorization",
        "authentication",
        "token",
        "key",
        "apikey",
        "secret",
        "session",
        "sessionid",
        "signature",
        "sig",
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "credential",
        "credentials",
        "jwt",
        "bearer",
        "accesstoken",
        "authtoken",
        "csrftoken",
        "accesskey",
        "authkey",
        "secretkey",
        "cred",
        "creds",
        "hmac",
        "otp",
        "pass",
        "passcode",
        "pin",
        "secrets",
        "signatures",
        "passwords",
        "sign",
        "ticket",
        "sid",
    ]
)
_SCHEMES = frozenset(
    [
        "basic",
        "bearer",
        "digest",
        "negotiate",
        "ntlm",
        "dpop",
        "gnap",
        "hoba",
        "mutual",
        "vapid",
        "hawk",
        "mac",
        "jwt",
        "oauth",
        "aws",
        "token",
        "apikey",
        "api-key",
        "key",
        "aws4-hmac-sha256",
        "aws4-ecdsa-p256-sha256",
        "scram-sha-1",
        "scram-sha-256",
        "privatetoken",
        "sharedkey",
        "sharedkeylite",
        "sharedaccesssignature",
        "googlelogin",
        "goog4-rsa-sha256",
        "ssws",
        "splunk",
        "geniekey",
        "bot",
        "zoho-oauthtoken",
        "klaviyo-api-key",
        "discogs",
        "snowflake",
        "concealed",
        "acs3-hmac-sha256",
    ]
)
_NAMED = frozenset(
    [
        "x-wsse",
        "x-apikeys",
        "x-honeycomb-team",
        "x-ovh-application",
        "x-ovh-consumer",
        "x-securitycenter",
        "dpop",
        "x-amzn-oidc-data",
        "x-registry-config",  # Docker's, for the registries of a build
        "x-identity-header",  # Azure's App Service
        "x-jfrog-art-api",
        "iplanetdirectorypro",
        "cst",  # IG
    ]
)
"""Fields that hold a credential though their names don't say so: by their makers' documentation."""

_ORDINARY = frozenset(
    [
        "access-control-allow-credentials",
        "surrogate-key",
        "sec-websocket-key",
        "sec-websocket-accept",
        "xkey",
        "x-cache-key",
        "cache-key",
    ]
)
"""Fields whose names have such a word, and that hold no credential (Fetch, RFC 6455, caches)."""

_SAID = frozenset(["true", "false", "null", "none", "fetch", "required", "undefined"])
"""Values that a program goes by, as `X-CSRF-Token: Fetch` and `Required` (SAP) are."""

_HUMPS = lazily(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLACES = lazily(
    r"(?:^|[-_.])(?:next|prev|previous)?(?:page|paging|pagination|continuation|cursor|sync|delta|skip)[-_]?token$"
)
"""Where a list goes on: the next request says it, so a replay needs it. Of whole words: `X-Async-Token` and
`X-Homepage-Token` are none."""


def is_credential(name: str) -> bool:
    """Whether the field's name holds a word of the credential kind. Plurals don't count:
    `x-ratelimit-remaining-tokens` is a number that replay needs; nor does the token of a next page."""
    if _PLACES.search(_HUMPS.sub("-", name).lower()):
        return False
    if names_credential(name):
        return True
    if name.islower() or "-" in name or "_" in name:
        words = re.split(r"[-_.]", name.lower())
        return not _CREDENTIAL.isdisjoint(words) or not _CREDENTIAL.isdisjoint(_camel(name))
    return not _CREDENTIAL.isdisjoint(_camel(name))


def _camel(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


class HeaderPolicy:
    """All header rules of one phase, united: two keep lists keep what either keeps, removal wins. A field
    gets the placeholder of the last rule that redacts it: by its name, else as a credential."""

    __slots__ = ("_credentials", "_keep", "_redact", "_remove", "placeholder")

    def __init__(self, rules: Iterable[HeaderRule]) -> None:
        rules = tuple(rules)
        lists = [rule.keep for rule in rules if rule.keep is not None]
        self._keep = frozenset(name.lower() for keep in lists for name in keep) if lists else None
        self._remove = frozenset(name.lower() for rule in rules for name in rule.remove)
        self._redact = {name.lower(): rule.placeholder for rule in rules for name in rule.redact}
        redacting = sorted((rule for rule in rules if rule.credentials), key=lambda rule: not rule.weak)
        credentials = [rule.placeholder for rule in redacting]  # the sort is stable: weak ones come first
        self._credentials = bool(credentials)
        self.placeholder = credentials[-1] if credentials else ""

    def action(self, name: str) -> Action:
        """What happens to a field of this name."""
        lower = name.lower()
        if lower in self._remove or (self._keep is not None and lower not in self._keep):
            return "drop"
        return self.kind(name)

    def kind(self, name: str) -> Action:
        """What would happen to the field if it was kept: one that goes teaches all the same."""
        lower = name.lower()
        if lower in self._redact:
            return "redact"
        if not self._credentials:
            return "scan"
        if lower in ("authorization", "proxy-authorization"):
            return "scheme"
        if lower in ("www-authenticate", "proxy-authenticate"):
            return "challenge"
        if lower in ("cookie", "cookie2"):
            return "cookie"
        if lower in ("set-cookie", "set-cookie2", "x-set-cookie"):
            return "set-cookie"
        if lower in _ORDINARY:
            return "scan"
        if lower in ("host", ":authority"):
            return "host"
        if lower == subprotocols.NAME:
            return "protocols"
        named = lower in _NAMED or lower.startswith(_PRINCIPAL)
        return "redact" if named or is_credential(name) else "scan"

    def redact(self, action: Action, name: str, value: str, before: str = "") -> str:
        """The field's value without its credential; attributes of a cookie are still to be scanned. `before`:
        the protocols of the fields before it."""
        if not value.strip():
            return value
        if action == "scheme":
            scheme, space, rest = value.partition(" ")
            known = scheme.lower() in _SCHEMES and rest.strip()
            return f"{scheme}{space}{self.placeholder}" if known else self.placeholder
        if action == "challenge":
            return _BLOB.sub(self._blob, value)
        if action == "cookie":
            return ";".join(self._pair(part) for part in value.split(";"))
        if action == "set-cookie":
            pair, semicolon, attributes = value.partition(";")
            # Some proxies fold several fields into one, though RFC 6265 3 forbids it.
            folded = _FOLDED.sub(self._folded, attributes) if "," in attributes else attributes
            return self._pair(pair) + semicolon + ";".join(map(self._attribute, folded.split(";")))
        if action == "host":
            userinfo, sign, host = value.rpartition("@")
            return f"{self.placeholder}@{host}" if sign and userinfo else value
        if action == "protocols":
            return subprotocols.redacted(value, self.placeholder, before)
        listed = self._redact.get(name.lower())
        if listed is None and value.strip().lower() in _SAID:
            return value
        return self.placeholder if listed is None else listed

    def _folded(self, cookie: re.Match[str]) -> str:
        return cookie[1] + self.placeholder

    def _blob(self, challenge: re.Match[str]) -> str:
        scheme = challenge[1] or challenge[3]
        if scheme is None:
            return challenge[0]  # a quoted text
        return scheme + (challenge[2] or challenge[4]) + self.placeholder

    def _attribute(self, part: str) -> str:
        """An attribute of Set-Cookie; what is none is another cookie, put in the wrong place."""
        return part if part.partition("=")[0].strip().lower() in ATTRIBUTES else self._pair(part)

    def _pair(self, pair: str) -> str:
        name, sign, value = pair.partition("=")
        if not sign:
            lead = name[: len(name) - len(name.lstrip())]
            return lead + self.placeholder if name.strip() else name
        return f"{name}={self.placeholder}" if value.strip() else pair
