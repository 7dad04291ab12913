"""The public sanitizers, under a name of their own: `from hushtape.sanitizers import TokenSanitizer`.

Lives here: names, gathered. Must not: define anything. Called by: programs, and their `sanitizers.py`.
"""

from hushtape.sanitize import (
    BaseSanitizer,
    BodyFieldSanitizer,
    CallbackSanitizer,
    CompositeSanitizer,
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    JsonPathSanitizer,
    PatternSanitizer,
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    ShortSecretWarning,
    TokenSanitizer,
    UrlPatternSanitizer,
    create_default_sanitizer,
    dedup_sanitizers,
    extract_values,
)
from hushtape.sanitize.loading import load

__all__ = [
    "BaseSanitizer",
    "BodyFieldSanitizer",
    "CallbackSanitizer",
    "CompositeSanitizer",
    "ConfigSecretsSanitizer",
    "DefaultSanitizer",
    "HeaderSanitizer",
    "IPv4UrlSanitizer",
    "JsonPathSanitizer",
    "PatternSanitizer",
    "QueryParamSanitizer",
    "ResponseUrlSanitizer",
    "ShortSecretWarning",
    "TokenSanitizer",
    "UrlPatternSanitizer",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
    "load",
]
