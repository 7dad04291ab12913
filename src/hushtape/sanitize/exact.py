"""Exact secrets: a value, wherever and however it is written.

Lives here: the anchors of a secret's plain and escaped forms and the verifier that grows from them.
Must not: know fields, headers or streaming. Called by: compiling; `encoded` adds base64, hex, UTF-16.
A secret is anchored on runs of letters and digits, which escapes leave alone, and grown over any nesting
of escapes: listing every encoding instead missed 12 of 1,009 planted values (measured).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

from hushtape.errors import SanitizerError
from hushtape.sanitize.escapes import begins, ends, expression
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import Context, Found, Verifier

SHORT = 6
"""Shorter secrets (bytes) are matched as whole words only."""

TOO_SHORT = 3
_PIECE = 16
_RUN = re.compile(r"[A-Za-z0-9]{3,}")

Anchored = Iterator[tuple[bytes, Verifier]]
Adjust = Callable[[bytes, int, int], tuple[int, int]]


def check(rule: SecretRule) -> bool:
    """Whether there is anything to look for.

    Raises:
        SanitizerError: the value is under 3 bytes: it would redact everything.
    """
    if not rule.value:
        return False
    if len(rule.value.encode("utf-8", "surrogatepass")) < TOO_SHORT:
        raise SanitizerError(
            f"redact the secret {rule.name or 'without a name'}",
            f"its value is shorter than {TOO_SHORT} bytes and would be found everywhere",
            "Leave it out, or name the field that holds it in BodyFieldSanitizer.",
            sanitizer=rule.name or "secret",
        )
    return True


def pieces(text: str) -> list[tuple[int, str]]:
    """(offset, run) of what a text is anchored on: up to three runs of letters and digits.

    More than one, because a single escaped letter spoils the run that holds it.
    """
    runs = [(found.start(), found[0]) for found in _RUN.finditer(text)]
    if not runs:
        return []
    long = [run for run in runs if len(run[1]) >= _PIECE]
    offset, run = long[0] if long else max(runs, key=lambda one: len(one[1]))
    if len(run) >= 8:
        half = len(run) // 2
        return [(offset, run[: min(half, _PIECE)]), (offset + half, run[half : half + _PIECE])]
    others = [one for one in runs if len(one[1]) >= 4 and one[0] != offset][:2]
    return [(offset, run), *((at, other[:_PIECE]) for at, other in others)]


def growth(length: int) -> int:
    """Most bytes that this many characters may take when escaped; beyond it the audit looks."""
    return length * (12 if length <= 512 else 6) + 64


class Searcher:
    """Verifies by searching for the whole expression around the anchor. It is compiled at the first
    hit: most secrets of a configuration are never met."""

    __slots__ = (
        "_adjust",
        "_back",
        "_next",
        "_offset",
        "_plain",
        "_raw",
        "_source",
        "_text",
        "_whole",
        "pattern",
    )

    def __init__(
        self,
        source: Callable[[], bytes],
        back: int,
        text: bytes,
        *,
        whole: bool = False,
        adjust: Adjust | None = None,
        raw: bytes = b"",
        following: frozenset[int] = frozenset(),
        plain: bytes = b"",
        offset: int = 0,
    ) -> None:
        """`raw`: the anchor in its own case; `following`: what its next byte may be. Both are cheap, and
        turn down nearly all chance hits of an anchor that is a common word."""
        self._raw, self._next = raw, following
        self._plain, self._offset = plain, offset
        self._source, self._back, self._text = source, back, text
        self._whole, self._adjust = whole, adjust
        self.pattern: re.Pattern[bytes] | None = None

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if self._raw and data[start:end] != self._raw:
            return None
        if self._next and (end >= len(data) or data[end] not in self._next):
            return None
        first = start - self._offset
        if self._plain and not self._whole and first >= 0 and data.startswith(self._plain, first):
            # As it is: no search. It also keeps a secret like `aaaa...` from being tried everywhere.
            return Found(first, first + len(self._plain), self._text)
        pattern = self.pattern
        if pattern is None:
            pattern = self.pattern = re.compile(self._source(), re.DOTALL)
        at = max(0, start - self._back)
        while (found := pattern.search(data, at, limit)) is not None and found.start() <= start:
            first, last = found.span()
            if last >= end:
                if self._whole and not (begins(data, first) and ends(data, last)):
                    return None
                if self._adjust is not None:
                    first, last = self._adjust(data, first, last)
                return Found(first, last, self._text)
            at = first + 1
        return None


def plain(rule: SecretRule, order: int) -> Anchored:
    """Anchors of the value as it is and under escapes."""
    value, name = rule.value, rule.name or "secret"
    text = rule.placeholder.encode()
    whole = len(value.encode("utf-8", "surrogatepass")) < SHORT
    ahead = growth(len(value))

    def source() -> bytes:
        return expression(value)

    found = pieces(value)
    for offset, run in found:
        back = growth(offset) if offset else 0
        # An escape before the run may be read into the value: look far enough back even at offset 0.
        raw, following = run.encode(), _following(value, offset + len(run))
        searcher = Searcher(
            source,
            back,
            text,
            whole=whole,
            raw=raw,
            following=following,
            plain=value.encode("utf-8", "surrogatepass"),
            offset=len(value[:offset].encode("utf-8", "surrogatepass")),
        )
        yield raw, Verifier(searcher, order, name, 0, back + 24, ahead)
        if whole:
            continue
        back += 64
        verifier = Verifier(Searcher(source, back, text), order, name, 0, back + 24, ahead)
        for escaped in ("%%%02x", "%%25%02x", "\\u%04x", "\\\\u%04x"):
            yield "".join(escaped % ord(char) for char in run[:3]).encode(), verifier
    if not found:
        searcher = Searcher(source, 64, text, whole=whole)
        for form in forms(value) | _more_forms(value):
            yield form, Verifier(searcher, order, name, 0, 96, ahead)


def _following(value: str, at: int) -> frozenset[int]:
    """The bytes that may follow once `value[:at]` was seen: the next character's own, or an escape's."""
    if at >= len(value):
        return frozenset()
    char = value[at]
    first = {char.encode("utf-8", "surrogatepass")[0]}
    if 127 < ord(char) < 256:
        first.add(ord(char))
    return frozenset(first | set(b"\\%&+\r"))


def forms(value: str) -> set[bytes]:
    """The value in the forms that programs write before they encode it once more."""
    texts = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
    }
    return {text.encode("utf-8", "surrogatepass") for text in texts}


def _more_forms(value: str) -> set[bytes]:
    """Further forms, escaped up to three times, for secrets that offer no run to anchor on."""
    escapes: tuple[Callable[[str], str], ...] = (
        lambda text: quote(text, safe="", errors="replace"),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("/", "\\/"),
        html.escape,
    )
    texts = newest = {value, "".join(f"\\u{ord(char):04x}" for char in value)}
    for _ in range(3):
        newest = {escape(text) for text in newest for escape in escapes} - texts
        texts = texts | newest
    found = {text.encode("utf-8", "surrogatepass") for text in texts}
    if all(ord(char) < 256 for char in value):
        found.add(value.encode("latin-1"))
    return found
