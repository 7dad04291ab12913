"""The sanitizers most people need: by value, by configuration, the default, and the one for functions.

Lives here: DefaultSanitizer, TokenSanitizer, ConfigSecretsSanitizer, CallbackSanitizer,
create_default_sanitizer. Must not: scrub anything; the declarative ones state
rules. Called by: users, chain. Arguments and defaults are keboola.vcr's.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from hushtape.sanitize.listed_names import CLOUD_FIELDS, CLOUD_PAIRS, SENSITIVE_FIELDS
from hushtape.sanitize.rules import (
    REDACTED,
    FieldRule,
    HeaderRule,
    Rule,
    SecretRule,
    ShapeRule,
    UrlSecretsRule,
)
from hushtape.sanitize.sanitizers_base import BaseSanitizer, Declarative, ordered
from hushtape.sanitize.sanitizers_http import keep_lists, lowered
from hushtape.sanitize.sanitizers_values import (
    bad_argument,
    bare,
    configuration,
    function,
    hash_values,
    longest_first,
    secret_strings,
    strings,
    text,
)

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

SAFE_HEADERS = ["content-type", "content-length", "accept"]
"""DefaultSanitizer's keep list when it is used by itself; a tape keeps every field."""


def _secret_rules(values: Iterable[tuple[str, str]], placeholder: str) -> tuple[SecretRule, ...]:
    return tuple([SecretRule(bare(value), placeholder, name) for name, value in values if value])


def _first_paths(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each value once, with the path it was first seen at."""
    paths: dict[str, str] = {}
    for path, value in pairs:
        if value:
            paths.setdefault(value, path)
    return paths


class DefaultSanitizer(Declarative):
    """Field names, exact values, token shapes, secrets in URLs, header fields of the credential kind.

    Args:
        sensitive_fields: instead of `SENSITIVE_FIELDS`. additional_sensitive_fields: beside them.
        sensitive_values: exact values.
        safe_headers: keep list of header fields. Without it a tape keeps every field with its value
            scrubbed; used by itself, the sanitizer keeps `SAFE_HEADERS`.
        additional_safe_headers: further fields of the keep list.
        replacement: what stands in place of a secret.
        config: a configuration; every string under a key that starts with `#` is a sensitive value.

    Attributes: sensitive_fields (set), sensitive_values (list, longest first), safe_headers (set, lower
    case), replacement.
    """

    DEFAULT_SENSITIVE_FIELDS: ClassVar = SENSITIVE_FIELDS
    DEFAULT_SAFE_HEADERS: ClassVar = SAFE_HEADERS

    def __init__(
        self,
        sensitive_fields: Iterable[str] | None = None,
        additional_sensitive_fields: Iterable[str] | None = None,
        sensitive_values: Iterable[str] | None = None,
        safe_headers: Iterable[str] | None = None,
        additional_safe_headers: Iterable[str] | None = None,
        replacement: str = REDACTED,
        config: Mapping[str, Any] | None = None,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        fields = self.DEFAULT_SENSITIVE_FIELDS  # a subclass's own list counts
        if sensitive_fields is not None:
            fields = strings(sensitive_fields, kind, "sensitive_fields")
        more = strings(additional_sensitive_fields, kind, "additional_sensitive_fields")
        own = self.DEFAULT_SAFE_HEADERS
        if safe_headers is not None:
            own = strings(safe_headers, kind, "safe_headers")
        more_headers = strings(additional_safe_headers, kind, "additional_safe_headers")
        self._fields = list(dict.fromkeys([*fields, *more]))
        # Who repeats the default list and adds to it has chosen what he added.
        self._chosen = {*more, *fields}.difference(
            SENSITIVE_FIELDS if {*SENSITIVE_FIELDS} <= {*fields} else ()
        )
        self._chosen.update(more)
        self._listed = safe_headers is not None
        self._order = lowered([*own, *more_headers])
        self.replacement = text(replacement, kind, "replacement")
        self._names = _first_paths(hash_values(configuration(config, kind)))
        given = secret_strings(sensitive_values, kind, "sensitive_values")
        self.sensitive_fields = set(self._fields)
        self.sensitive_values = longest_first(value for value in (*given, *self._names) if value)
        self.safe_headers = set(self._order)

    def _keep(self) -> tuple[list[str] | None, list[str]]:
        return keep_lists(self.safe_headers, self._listed, SAFE_HEADERS, self._order)

    def _rules(self, headers: HeaderRule) -> tuple[Rule, ...]:
        rules: list[Rule] = [headers]
        kind = type(self).__name__
        fields = ordered(set(strings(self.sensitive_fields, kind, "sensitive_fields")), self._fields)
        usual = tuple([name for name in fields if name in SENSITIVE_FIELDS and name not in self._chosen])
        own = tuple([name for name in fields if name not in usual])
        if usual:
            rules.append(FieldRule(usual, placeholder=self.replacement))
        if own:  # who names a field means its numbers, too
            rules.append(FieldRule(own, placeholder=self.replacement, numbers=True, named=True))
        named = [
            (self._names.get(value, f"sensitive_values[{index}]"), value)
            for index, value in enumerate(secret_strings(self.sensitive_values, kind, "sensitive_values"))
        ]
        rules.extend(_secret_rules(named, self.replacement))
        rules.append(FieldRule(CLOUD_FIELDS, self.replacement))
        rules.append(FieldRule(CLOUD_PAIRS, self.replacement, in_json=False))
        return (*rules, ShapeRule(self.replacement), UrlSecretsRule(self.replacement))

    def rules(self) -> tuple[Rule, ...]:
        own, _ = self._keep()
        keep = None if own is None else frozenset(own)
        return self._rules(HeaderRule(keep=keep, placeholder=self.replacement))

    def alone_rules(self) -> tuple[Rule, ...]:
        return self._rules(HeaderRule(keep=frozenset(self.safe_headers), placeholder=self.replacement))

    def merge(self, other: DefaultSanitizer) -> DefaultSanitizer:
        merged = super().merge(other)
        merged._names = {**other._names, **self._names}
        merged._chosen = self._chosen | other._chosen
        return merged

    def _arguments(self) -> dict[str, Any]:
        own, more = self._keep()
        return {
            "sensitive_fields": ordered(self.sensitive_fields, self._fields),
            "sensitive_values": self.sensitive_values,
            "safe_headers": own,
            "additional_safe_headers": more,
            "replacement": self.replacement,
        }


class TokenSanitizer(Declarative):
    """Exact values in URI, header values and bodies. Empty ones are ignored.

    Attributes: tokens (list, longest first), replacement.
    """

    def __init__(
        self, tokens: Iterable[str], replacement: str = REDACTED, scrub_before_read: bool = False
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.tokens = longest_first(secret_strings(tokens, kind, "tokens"))
        self.replacement = text(replacement, kind, "replacement")

    def rules(self) -> tuple[Rule, ...]:
        tokens = secret_strings(self.tokens, type(self).__name__, "tokens")  # users may have changed them
        named = [(f"tokens[{index}]", token) for index, token in enumerate(tokens)]
        return _secret_rules(named, self.replacement)

    def _arguments(self) -> dict[str, Any]:
        return {"tokens": self.tokens, "replacement": self.replacement}


class ConfigSecretsSanitizer(Declarative):
    """The values under `#` keys of a configuration, at any depth.

    Attributes: replacement; secret_values (list, longest first); secrets (pairs: dotted path, value).
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        replacement: str = REDACTED,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        if not isinstance(config, Mapping):
            found = f"it is a {type(config).__name__}"
            raise bad_argument(kind, "config", found, "Give the configuration as a mapping.")
        self.replacement = text(replacement, kind, "replacement")
        self._paths = _first_paths(hash_values(config))
        self.secret_values = longest_first(self._paths)

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """Each value behind the path that it was found at."""
        values = secret_strings(self.secret_values, type(self).__name__, "secret_values")
        return [(self._paths.get(value, f"secret_values[{at}]"), value) for at, value in enumerate(values)]

    @classmethod
    def from_config_file(
        cls, config_path: str | Path, replacement: str = REDACTED, scrub_before_read: bool = False
    ) -> ConfigSecretsSanitizer:
        """The same from a JSON file. Raises SanitizerError if it can't be read."""
        try:
            config = msgspec.json.decode(Path(config_path).read_bytes().removeprefix(BOM_UTF8))
        except (OSError, ValueError, TypeError) as error:
            reason = f"it can't be read as JSON ({type(error).__name__})"
        else:
            return cls(config, replacement, scrub_before_read)
        # Outside the handler: the error may hold the text that is no UTF-8.
        raise bad_argument(cls.__name__, f"the file {config_path}", reason, "Check the path.")

    def rules(self) -> tuple[Rule, ...]:
        return _secret_rules(self.secrets, self.replacement)

    def _arguments(self) -> dict[str, Any]:
        return {"replacement": self.replacement, "config": {}}

    def merge(self, other: ConfigSecretsSanitizer) -> ConfigSecretsSanitizer:
        merged = super().merge(other)
        merged._paths = {**other._paths, **self._paths}
        merged.secret_values = longest_first([*self.secret_values, *other.secret_values])
        return merged


class CallbackSanitizer(BaseSanitizer):
    """Wraps functions: `before_request(request)` (None: don't record it), `before_response(response)`."""

    def __init__(
        self,
        before_request: Callable[[Any], Any] | None = None,
        before_response: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.before_request = function(before_request, kind, "before_request")
        self.before_response = function(before_response, kind, "before_response")

    def before_record_request(self, request: Any) -> Any:
        return request if self.before_request is None else self.before_request(request)

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        return response if self.before_response is None else self.before_response(response)


def create_default_sanitizer(secrets: Mapping[str, Any] | None) -> DefaultSanitizer:
    """A DefaultSanitizer that also redacts the values under `#` keys of `secrets`."""
    return DefaultSanitizer(config=secrets)
