"""Sanitizers for parts of HTTP: header fields, body fields, query parameters, URLs.

Lives here: HeaderSanitizer, BodyFieldSanitizer, QueryParamSanitizer, UrlPatternSanitizer,
IPv4UrlSanitizer, ResponseUrlSanitizer. Must not: scrub anything; they state rules.
Called by: users, chain. Arguments and defaults are keboola.vcr's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import REDACTED, FieldRule, HeaderRule, Rule, UrlParamsRule, UrlPatternRule
from hushtape.sanitize.sanitizers_base import Declarative, ordered
from hushtape.sanitize.sanitizers_values import bad_argument, strings, text

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

SAFE_HEADERS = [
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "host",
    "user-agent",
    "date",
    "server",
    "transfer-encoding",
    "vary",
    "x-request-id",
    "x-correlation-id",
]
"""HeaderSanitizer's keep list when it is used by itself."""


_BESIDE_DOMAIN = lazily(r"^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//)?(?:\*?\.)?|/+$")
"""What people write around a domain, and no URL holds at that place."""


def lowered(names: Iterable[str]) -> list[str]:
    """Distinct names in lower case, first-seen order: header names ignore case (RFC 9110 5.1)."""
    return list(dict.fromkeys(name.lower() for name in names))


def keep_lists(
    names: set[str], listed: bool, defaults: list[str], order: list[str]
) -> tuple[list[str] | None, list[str]]:
    """(safe_headers, additional_safe_headers) that make this set, which users may have changed. Not
    `listed`: the user stated no list of his own; one that lacks a default field has become his own."""
    names = {name.lower() for name in names}
    if listed or not names.issuperset(defaults):
        return ordered(names, order), []
    return None, ordered(names.difference(defaults), order)


class HeaderSanitizer(Declarative):
    """Drops header fields.

    Args:
        safe_headers: the keep list. Without it a tape keeps every field with its value scrubbed; used
            by itself, the sanitizer then keeps `SAFE_HEADERS`.
        additional_safe_headers: further fields of the keep list.
        headers_to_remove: fields to drop whatever the keep list says.

    Attributes: safe_headers, headers_to_remove (sets, lower case).
    """

    DEFAULT_SAFE_HEADERS: ClassVar = SAFE_HEADERS

    def __init__(
        self,
        safe_headers: Iterable[str] | None = None,
        additional_safe_headers: Iterable[str] | None = None,
        headers_to_remove: Iterable[str] | None = None,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        own = self.DEFAULT_SAFE_HEADERS
        if safe_headers is not None:
            own = strings(safe_headers, kind, "safe_headers")
        more = strings(additional_safe_headers, kind, "additional_safe_headers")
        self._listed = safe_headers is not None
        self._order = lowered([*own, *more])
        self._removed = lowered(strings(headers_to_remove, kind, "headers_to_remove"))
        self.safe_headers = set(self._order)
        self.headers_to_remove = set(self._removed)

    def rules(self) -> tuple[Rule, ...]:
        own, _ = keep_lists(self.safe_headers, self._listed, SAFE_HEADERS, self._order)
        keep = None if own is None else frozenset(own)
        return (HeaderRule(keep=keep, remove=frozenset(self.headers_to_remove), weak=True),)

    def alone_rules(self) -> tuple[Rule, ...]:
        keep, remove = frozenset(self.safe_headers), frozenset(self.headers_to_remove)
        return (HeaderRule(keep=keep, remove=remove, credentials=False),)

    def _arguments(self) -> dict[str, Any]:
        own, more = keep_lists(self.safe_headers, self._listed, SAFE_HEADERS, self._order)
        removed = ordered(self.headers_to_remove, self._removed)
        return {"safe_headers": own, "additional_safe_headers": more, "headers_to_remove": removed}


class BodyFieldSanitizer(Declarative):
    """Redacts the values of named fields in bodies: strings, numbers, objects, arrays; not null, true, false.

    Args:
        fields: field names. replacement: what stands in their place.
        nested: at any depth; False: at the top level only.
    """

    def __init__(
        self,
        fields: Iterable[str],
        replacement: str = REDACTED,
        nested: bool = True,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.fields = strings(fields, kind, "fields")
        self.replacement = text(replacement, kind, "replacement")
        self.nested = bool(nested)

    def rules(self) -> tuple[Rule, ...]:
        # In URLs, too: a link in a body is asked for later, and what it says is redacted there.
        return self._rules(in_uri=True)

    def alone_rules(self) -> tuple[Rule, ...]:
        return self._rules(in_uri=False)

    def _rules(self, *, in_uri: bool) -> tuple[Rule, ...]:
        if not self.fields:
            return ()
        names, text = tuple(self.fields), self.replacement
        rule = FieldRule(names, text, nested=self.nested, in_uri=in_uri, numbers=True, named=True)
        return (rule,)

    def _arguments(self) -> dict[str, Any]:
        return {"fields": self.fields, "replacement": self.replacement, "nested": self.nested}


class QueryParamSanitizer(Declarative):
    """Redacts `name=value` in URIs, header values and bodies, whatever the value.

    Args:
        parameters: their names; None or none at all: `access_token`. replacement: what stands in their place.
    """

    def __init__(
        self,
        parameters: Iterable[str] | None = None,
        replacement: str = "token",
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.parameters = strings(parameters, kind, "parameters") or ["access_token"]
        self.replacement = text(replacement, kind, "replacement")

    def rules(self) -> tuple[Rule, ...]:
        if not self.parameters:
            return ()
        return (FieldRule(tuple(self.parameters), placeholder=self.replacement, in_json=False, named=True),)

    def _arguments(self) -> dict[str, Any]:
        return {"parameters": self.parameters, "replacement": self.replacement}


class UrlPatternSanitizer(Declarative):
    """Replaces what regular expressions match in the request's URI.

    Args:
        patterns: pairs of an expression (text or compiled) and its replacement.
    """

    def __init__(
        self,
        patterns: Iterable[tuple[str | re.Pattern[str], str]],
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        if isinstance(patterns, (str, bytes, Mapping)) or not isinstance(patterns, Iterable):
            found = f"it is a {type(patterns).__name__}"
            raise bad_argument(type(self).__name__, "patterns", found, "Give a list of pairs.")
        self.patterns = self._pairs(patterns)

    def _pairs(self, patterns: Iterable[object]) -> list[tuple[str, str]]:
        return [self._pair(index, pair) for index, pair in enumerate(patterns)]

    def _pair(self, index: int, pair: object) -> tuple[str, str]:
        kind, argument = type(self).__name__, f"patterns[{index}]"
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise bad_argument(kind, argument, "it is no pair", "Give (regular expression, replacement).")
        pattern, replacement = pair
        if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
            pattern = _inline_flags(pattern)
        try:
            re.compile(text(pattern, kind, argument)).sub(text(replacement, kind, argument), "")
        except (re.error, IndexError) as error:
            reason = f"its expression or replacement is not valid ({error})"
            raise bad_argument(kind, argument, reason, "See the syntax in Python's re module.") from None
        return pattern, replacement

    def rules(self) -> tuple[Rule, ...]:
        return tuple([UrlPatternRule(pattern, text) for pattern, text in self._pairs(self.patterns)])

    def _arguments(self) -> dict[str, Any]:
        return {"patterns": self._pairs(self.patterns)}


def _inline_flags(pattern: re.Pattern[str]) -> str:
    """The text of a compiled expression that keeps its flags."""
    flags = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"), (re.VERBOSE, "x"), (re.ASCII, "a"))
    letters = "".join(letter for flag, letter in flags if pattern.flags & flag)
    return f"(?{letters}){pattern.pattern}" if letters else pattern.pattern


class IPv4UrlSanitizer(UrlPatternSanitizer):
    """Replaces scheme, IPv4 address and port of request URIs."""

    def __init__(self, replacement: str = "https://REDACTED-IPV4", scrub_before_read: bool = False) -> None:
        self.replacement = text(replacement, type(self).__name__, "replacement")
        # An address in a query ends at `&`; with more of a name behind it, it is no address.
        pattern = r"(?i:https?)://(?:[^/?#@\s]{0,256}@)?\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?!\.?[\w-])"
        super().__init__([(pattern, replacement)], scrub_before_read)

    def _arguments(self) -> dict[str, Any]:
        return {"replacement": self.replacement}


class ResponseUrlSanitizer(Declarative):
    """Strips parameters from URLs of named domains inside response bodies (CDN links that expire).

    Args:
        dynamic_params: names of parameters. url_domains: domains, each with all names under it; a scheme,
            `*.` or a dot before one, and a slash behind it, are passed over.

    Raises:
        SanitizerError: a domain with a path or white space: no URL would be one of its.
    """

    def __init__(
        self,
        dynamic_params: Iterable[str],
        url_domains: Iterable[str],
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.dynamic_params = strings(dynamic_params, kind, "dynamic_params")
        self.url_domains = strings(url_domains, kind, "url_domains")
        self._hosts()

    def rules(self) -> tuple[Rule, ...]:
        hosts = self._hosts()
        return (UrlParamsRule(tuple(self.dynamic_params), hosts),) if self.dynamic_params and hosts else ()

    def _hosts(self) -> tuple[str, ...]:
        """The domains as URLs hold them."""
        hosts = [_BESIDE_DOMAIN.sub("", domain.strip()) for domain in self.url_domains]
        for at, host in enumerate(hosts):
            if not host or re.search(r"[\s/\\?#*]", host):
                found, remedy = "it is no domain", "Name the host alone: cdn.example.com"
                raise bad_argument(type(self).__name__, f"url_domains[{at}]", found, remedy)
        return tuple(dict.fromkeys(hosts))

    def _arguments(self) -> dict[str, Any]:
        return {"dynamic_params": self.dynamic_params, "url_domains": self.url_domains}

    def can_merge(self, other: object) -> bool:
        """Only where one of the two lists is equal: the union of both would strip pairs nobody named."""
        return super().can_merge(other) and (
            set(self.dynamic_params) == set(getattr(other, "dynamic_params", ()))
            or set(self.url_domains) == set(getattr(other, "url_domains", ()))
        )
