"""Rules: what sanitizers compile to. Frozen values, no behaviour.

Lives here: the closed set of rule types, the seam between public sanitizers (which state rules) and
the compiler (which turns all of them into one ruleset). Must not: match, import an engine, do I/O.
Called by: sanitizers, compile, audit.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

REDACTED = "REDACTED"

Phase = Literal["request", "response"]
BOTH: frozenset[Phase] = frozenset(("request", "response"))


class SecretRule(Struct, frozen=True):
    """This exact value, in every encoding SANITIZING.md section 2 names, wherever it stands.

    `name` is the key it was given under ("#token"), for messages; the value never leaves this object.
    `whole`: parts of it are nothing by themselves (`otherwise.fragments`, `octets`).
    """

    value: str
    placeholder: str = REDACTED
    name: str = ""
    phases: frozenset[Phase] = BOTH
    whole: bool = False

    def __repr__(self) -> str:
        return f"SecretRule(name={self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]


class FieldRule(Struct, frozen=True):
    """The value of fields with these names: JSON keys, form and query names, XML elements, multipart
    parts. Names compare case-insensitively over snake, camel, kebab and Pascal case. `numbers`: those go
    under any of the names, not only under those that speak of a password. `named`: the user's own choice:
    `code` counts wherever it stands, not beside an OAuth parameter only. `nested` False: keys of a JSON
    document itself or of the objects in its top-level array (of arrays), form names and multipart parts.
    `containers` False: objects are left to the names inside them, and of lists only strings go."""

    names: tuple[str, ...]
    placeholder: str = REDACTED
    nested: bool = True
    in_uri: bool = True
    in_json: bool = True
    in_form: bool = True
    numbers: bool = False
    named: bool = False
    containers: bool = True
    phases: frozenset[Phase] = BOTH


class HeaderRule(Struct, frozen=True):
    """Which header fields stay. `keep` None: all. Removal wins. `redact`: fields whose whole value goes.

    `credentials`: fields whose name is of the credential kind are redacted too, schemes and cookie
    names kept (SANITIZING.md section 1). `weak`: its placeholder is nobody's choice, and counts only where
    no other rule redacts credentials."""

    keep: frozenset[str] | None = None
    remove: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()
    credentials: bool = True
    placeholder: str = REDACTED
    weak: bool = False
    phases: frozenset[Phase] = BOTH


class UrlPatternRule(Struct, frozen=True):
    """A user's regular expression on the request's URI."""

    pattern: str
    replacement: str


class UrlParamsRule(Struct, frozen=True):
    """Strip these parameters from URLs of these domains inside response bodies."""

    params: tuple[str, ...]
    domains: tuple[str, ...]


class JsonPathRule(Struct, frozen=True):
    """The values at the ends of these paths in JSON bodies (RFC 9535, the part that `jsonpath` takes)."""

    paths: tuple[str, ...]
    placeholder: str = REDACTED
    phases: frozenset[Phase] = BOTH


class PatternRule(Struct, frozen=True):
    """A user's regular expression on URIs ("uri"), header values ("header") and bodies ("body")."""

    pattern: str
    replacement: str
    where: frozenset[str] = frozenset(("uri", "header", "body"))
    phases: frozenset[Phase] = BOTH


class ShapeRule(Struct, frozen=True):
    """Token shapes: literal prefixes with verifiers (SANITIZING.md section 2), JWTs, PEM keys."""

    placeholder: str = REDACTED


class CredentialNamesRule(Struct, frozen=True):
    """The value of fields whose name says by itself that it is a credential (`credential_names`); objects are
    left to the names inside them. `keep`: names that are left alone, as `joined` writes them; `listed`: those
    that another rule looks for, so that only looser ways of writing are left to this one."""

    placeholder: str = REDACTED
    keep: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


class UrlSecretsRule(Struct, frozen=True):
    """Userinfo in URLs and the parameters of presigned ones."""

    placeholder: str = REDACTED


Rule = (
    SecretRule
    | FieldRule
    | HeaderRule
    | UrlPatternRule
    | UrlParamsRule
    | ShapeRule
    | UrlSecretsRule
    | CredentialNamesRule
    | JsonPathRule
    | PatternRule
)
