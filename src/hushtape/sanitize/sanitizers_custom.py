"""Sanitizers for what only a program's author knows: where a value stands, how one looks.

Lives here: JsonPathSanitizer, PatternSanitizer. Must not: scrub anything; they state rules.
Called by: users, chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hushtape.sanitize.rules import REDACTED, JsonPathRule, PatternRule, Rule
from hushtape.sanitize.sanitizers_base import Declarative
from hushtape.sanitize.sanitizers_http import UrlPatternSanitizer
from hushtape.sanitize.sanitizers_values import bad_argument, strings, text

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


class JsonPathSanitizer(Declarative):
    """Redacts the values at the ends of JSON paths, in bodies that are JSON.

    A path is a part of RFC 9535: `$`, `.name`, `['name']`, `[0]`, `[*]`, `.*`, several selectors in one
    bracket, and `..` before a name, a star or a bracket. No slices, no filters, no indexes from the end. A
    string, number, object or array is replaced whole by a string; null, true, false, "", {} and [] stay.
    Each document of NDJSON is one by itself. A value is redacted where the path leads, nowhere else.

    Args:
        paths: paths, such as `$.data[*].email`. replacement: what stands in place of the values.

    Raises:
        SanitizerError: a path that can't be read; the message names the position.
    """

    def __init__(
        self, paths: Iterable[str], replacement: str = REDACTED, scrub_before_read: bool = False
    ) -> None:
        from hushtape.sanitize import jsonpath  # only who names paths pays for it

        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.paths = strings(paths, kind, "paths")
        self.replacement = text(replacement, kind, "replacement")
        for path in self.paths:
            jsonpath.parse(path, kind)

    def rules(self) -> tuple[Rule, ...]:
        return (JsonPathRule(tuple(self.paths), self.replacement),) if self.paths else ()

    def _arguments(self) -> dict[str, Any]:
        return {"paths": self.paths, "replacement": self.replacement}


PLACES = ("uri", "header", "body")


class PatternSanitizer(UrlPatternSanitizer):
    """Replaces what regular expressions match, in URIs of requests, header values and bodies.

    Expressions are Python's (`re`), on text: bodies and header values are read as UTF-8, and bytes that are
    none come back as they were. A replacement may name groups (`\\1`). In a body a match has at most 4,096
    characters, sees 1,024 bytes back and 4,096 ahead, and empty matches are passed over.

    Args:
        patterns: pairs of an expression (text or compiled) and its replacement.
        where: "uri", "header", "body", or several of them; all by default. "body": messages and
            log lines, too.

    Raises:
        SanitizerError: an expression or a place that can't be used. While a tape records, a pattern that
            takes longer than 0.25 s on one text (32 KiB of a body), or patterns that take longer than 2 s
            and 1 s a MiB on one body, fail the tape.
    """

    def __init__(
        self,
        patterns: Iterable[tuple[str | re.Pattern[str], str]],
        where: Iterable[str] = PLACES,
        scrub_before_read: bool = False,
    ) -> None:
        super().__init__(patterns, scrub_before_read)
        kind = type(self).__name__
        places = strings([where] if isinstance(where, str) else where, kind, "where")
        if not places or not set(places) <= set(PLACES):
            found = f"it names {', '.join(places) or 'no place'}"
            raise bad_argument(kind, "where", found, f"Use {', '.join(PLACES)}")
        self.where = tuple(place for place in PLACES if place in places)

    def rules(self) -> tuple[Rule, ...]:
        where = frozenset(self.where)
        return tuple([PatternRule(pattern, text, where) for pattern, text in self._pairs(self.patterns)])

    def _arguments(self) -> dict[str, Any]:
        return {"patterns": self._pairs(self.patterns), "where": self.where}
