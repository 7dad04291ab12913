"""The sanitizers under keboola.vcr's names: `from hushtape.keboola.sanitizers import DefaultSanitizer`.

Lives here: names, gathered, and `extract_values` with its second argument. Must not: define a sanitizer.
Called by: components' VCR_SANITIZERS, tests' sanitizers.py, keboola.datadirtest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    TokenSanitizer,
    UrlPatternSanitizer,
    create_default_sanitizer,
    dedup_sanitizers,
)
from hushtape.sanitize import extract_values as _extract_values

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_dedup_sanitizers = dedup_sanitizers


def extract_values(d: Mapping[str, Any], values: list[str] | None = None) -> list[str]:
    """All strings in nested mappings and lists, those inside JSON-encoded strings too, longest first.

    Args:
        d: a configuration. values: strings found elsewhere, to be listed as well.
    """
    return _extract_values({"d": d, "values": values or []})


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
    "TokenSanitizer",
    "UrlPatternSanitizer",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
]
