"""Sanitizers for what only a program's author knows: where a value stands, how one looks.

Lives here: JsonPathSanitizer. Must not: scrub anything; they state rules. Called by: users, chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hushtape.sanitize.jsonpath import parse
from hushtape.sanitize.rules import REDACTED, JsonPathRule, Rule
from hushtape.sanitize.sanitizers_base import Declarative
from hushtape.sanitize.sanitizers_values import strings, text


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
        super().__init__(scrub_before_read)
        kind = type(self).__name__
        self.paths = strings(paths, kind, "paths")
        self.replacement = text(replacement, kind, "replacement")
        for path in self.paths:
            parse(path, kind)

    def rules(self) -> tuple[Rule, ...]:
        return (JsonPathRule(tuple(self.paths), self.replacement),) if self.paths else ()

    def _arguments(self) -> dict[str, Any]:
        return {"paths": self.paths, "replacement": self.replacement}
