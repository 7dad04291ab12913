"""Sanitising: what must not be recorded, found and replaced in one streaming pass, and audited.

Lives here: the room's public names. Must not: import matching, cassette or session, do I/O.
Called by: session, api; programs take the sanitizer classes from here or from `hushtape`.
"""

from hushtape.sanitize.audit import Auditor
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import Chain, build
from hushtape.sanitize.named_secrets import ShortSecretWarning
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.sanitizers import (
    CallbackSanitizer,
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    TokenSanitizer,
    create_default_sanitizer,
)
from hushtape.sanitize.sanitizers_base import BaseSanitizer, dedup_sanitizers, on_tape
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_custom import JsonPathSanitizer, PatternSanitizer
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    UrlPatternSanitizer,
)
from hushtape.sanitize.sanitizers_values import extract_values

__all__ = [
    "Auditor",
    "BaseSanitizer",
    "BodyFieldSanitizer",
    "CallbackSanitizer",
    "Chain",
    "CompositeSanitizer",
    "ConfigSecretsSanitizer",
    "DefaultSanitizer",
    "Finding",
    "HeaderSanitizer",
    "IPv4UrlSanitizer",
    "JsonPathSanitizer",
    "PatternSanitizer",
    "QueryParamSanitizer",
    "ResponseUrlSanitizer",
    "Ruleset",
    "ShortSecretWarning",
    "TokenSanitizer",
    "UrlPatternSanitizer",
    "build",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
    "on_tape",
]
