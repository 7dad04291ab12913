"""Users' regular expressions, under a time bound that holds.

Lives here: one compiled pattern, the time it may take, and all patterns of a phase over a short text.
Must not: stream (`patterns_body`), know sanitizers. Called by: stages, ruleset, patterns_body.
The engine is the `regex` package: Python's own can't be interrupted, and an engine of linear time knows no
look-around and no back-references. It looks at the clock inside a match and lets other threads run (measured:
250 ms asked, 247 to 284 ms taken); it is imported when the first pattern is compiled.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Final, NamedTuple

from hushtape.errors import SanitizerError
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import PatternRule, UrlPatternRule

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

WINDOW_SECONDS: Final = 0.25
"""CPU seconds that one pattern may take on one URI, header value or window of a body."""

TOTAL_SECONDS: Final = 2.0
"""CPU seconds that all patterns together may take on one body or one head; a body gets
`SECONDS_PER_BYTE` more."""

SECONDS_PER_BYTE: Final = 1 / 2**20

MOST_ITEMS: Final = 10_000
"""What a pattern may come to once its counted repetitions are written out, as the engine does."""


class Allowance:
    """The time that is left for one body or one head. Not shared between threads."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = TOTAL_SECONDS

    def grow(self, size: int) -> None:
        """So many bytes more have to be looked at."""
        self._left += size * SECONDS_PER_BYTE

    def spend(self, seconds: float, pattern: Pattern) -> None:
        """Raises SanitizerError: a bound is passed."""
        self._left -= seconds
        if seconds > WINDOW_SECONDS or self._left < 0:
            raise _too_slow(pattern)


class Span(NamedTuple):
    """A match: where, and what takes its place. `order`: the pattern's place."""

    start: int
    end: int
    text: str
    order: int


class Pattern:
    """One expression with its replacement. Immutable, shared by threads.

    Raises:
        SanitizerError: it is no regular expression, the replacement names a group that it does not have, or
        its counted repetitions come to more than `MOST_ITEMS`.
    """

    __slots__ = ("_compiled", "_template", "name", "order", "sanitizer", "where")

    def __init__(self, rule: PatternRule | UrlPatternRule, order: int) -> None:
        self.order = order
        self.where = rule.where if isinstance(rule, PatternRule) else frozenset(("uri",))
        self.sanitizer = "PatternSanitizer" if isinstance(rule, PatternRule) else "UrlPatternSanitizer"
        self.name = rule.pattern[:200]
        self._template = rule.replacement
        try:
            re.compile(rule.pattern).sub(rule.replacement, "")
            if _items(rule.pattern) > MOST_ITEMS:
                raise _bad(self, f"its repetitions come to more than {MOST_ITEMS:,} items")
            library: Any = import_module("regex")
            bad = (re.error, IndexError, RecursionError, OverflowError, library.error)
        except (re.error, IndexError, RecursionError, OverflowError) as error:
            raise _bad(self, f"it is not valid ({error})") from None
        try:
            self._compiled: Any = library.compile(rule.pattern, library.V0)
        except bad as error:
            raise _bad(self, f"it is not valid ({error})") from None

    def spans(self, text: str, start: int, stop: int, allowance: Allowance) -> list[Span]:
        """All matches that begin from `start` on and before `stop`, empty ones apart."""
        began = time.thread_time()
        spans: list[Span] = []
        try:
            for found in self._compiled.finditer(text, start, timeout=WINDOW_SECONDS, concurrent=True):
                first, end = found.span()
                if first >= stop:
                    break
                if end > first:
                    spans.append(Span(first, end, self._expand(found), self.order))
        except TimeoutError:
            raise _too_slow(self) from None
        allowance.spend(time.thread_time() - began, self)
        return spans

    def _expand(self, found: Any) -> str:
        return str(found.expand(self._template)) if "\\" in self._template else self._template


class Patterns:
    """All patterns of one phase."""

    __slots__ = ("_all", "body")

    def __init__(self, rules: Iterable[PatternRule | UrlPatternRule]) -> None:
        self._all = tuple(Pattern(rule, order) for order, rule in enumerate(rules))
        self.body = tuple(pattern for pattern in self._all if "body" in pattern.where)

    def run(self, text: str, where: str, allowance: Allowance) -> str:
        """A URI ("uri"), a header's value ("header") or a message ("body"): one pattern after the other."""
        for pattern in self._all:
            if where in pattern.where:
                at = 0
                out: list[str] = []
                for span in pattern.spans(text, 0, len(text), allowance):
                    out += (text[at : span.start], span.text)
                    at = span.end
                text = "".join((*out, text[at:])) if out else text
        return text

    def tell(self, text: str) -> str:
        """A message or a log line under the patterns for bodies; one that takes too long is not told."""
        try:
            return self.run(text, "body", Allowance())
        except SanitizerError:
            return "(withheld: a pattern takes too long on it)"


def octets(value: str, run: Callable[[str, str, Allowance], str], allowance: Allowance) -> str:
    """A header's value under the patterns: its characters may be the octets of UTF-8 (RFC 9110 5.5)."""
    if value.isascii():
        return run(value, "header", allowance)
    try:
        text = value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return run(value, "header", allowance)
    changed = run(text, "header", allowance)
    return value if changed == text else changed.encode("utf-8", "surrogateescape").decode("latin-1")


_COUNTED = lazily(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,\d*)?\}|.", re.DOTALL)


def _items(pattern: str) -> int:
    """How many items the pattern comes to with its counted repetitions written out."""
    sizes, last = [0], 0
    for token in _COUNTED.finditer(pattern):
        if token[0] == "(":
            sizes.append(0)
            last = 0
        elif token[0] == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif token[1] is not None:
            more = last * (max(1, int(token[1][:9])) - 1)
            sizes[-1] += more
            last += more
        else:
            last = 1
            sizes[-1] += 1
    return sum(sizes)


def _bad(pattern: Pattern, why: str) -> SanitizerError:
    return SanitizerError(
        f"use the pattern {pattern.name!r}", why, "Change the pattern", sanitizer=pattern.sanitizer
    )


def _too_slow(pattern: Pattern) -> SanitizerError:
    return SanitizerError(
        f"run the pattern {pattern.name!r}",
        f"it took more than {WINDOW_SECONDS} s on one text, or all patterns more than {TOTAL_SECONDS} s "
        "and 1 s for each MiB",
        "Write it without nested or neighbouring repetitions that match the same text",
        sanitizer=pattern.sanitizer,
        too_slow=True,
    )
