"""Parameters that are stripped from URLs of named domains (CDN links that expire).

Lives here: the look into one URL, as it is written: with JSON's and HTML's escapes (`\\/`, `\\u0026`,
`&amp;`) or in percent (`%26`), at any depth. Must not: stream, know engines. Called by: plan.
What is left is a URL: no `?` or `&` too many. Sources: RFC 3986 3.2 and 3.4, RFC 8259 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import UrlParamsRule
from hushtape.sanitize.spans import PARAMS, Context, Found, Verifier, Verify

STRIPPED: Final = "url of "
"""How these rules are named: what they strip is no secret, so the audit passes it over."""

AHEAD: Final = 8192
"""Bytes of a URL, from its domain on, that are looked at."""

BACK: Final = 320
"""Bytes before a domain that are looked at: a host name has at most 253, and userinfo may stand before it."""

MOST_LEVELS: Final = 4
"""URLs inside parameters of URLs, each written in percent once more."""

_SLASH = rb"(?:\\{0,32}+/|\\{1,32}+u002[fF]|%(?:25){0,8}2[fF])"
_PREFIX = rb"(?:(?:[^\s/\\\"'<>?#%]|%(?:25){0,8}(?:3[aA]|40)){0,253}(?:[.@]|%(?:25){0,8}40))?"
_HOST_BEGINS = lazily(_SLASH + _SLASH + _PREFIX + rb"\Z")
_LEVEL = lazily(rb"%((?:25){0,8})2[fF]" + _PREFIX + rb"\Z")
_HOST_GOES_ON = lazily(rb"[A-Za-z0-9_-]|\.[A-Za-z0-9]")
_PLAIN_URL = lazily(
    rb"(?:[^\s\"'<>\\#)&%]++|\\{1,64}+/|\\{1,64}+u00(?:26|3[dD]|2[fF]|3[fF])"
    rb"|&(?:#0{0,8}38|#[xX]0{0,8}26);|&(?!(?:quot|lt|gt|apos|#34|#39|#[xX]2[27]);)|%)*+"
)
_ENTITY = rb"(?:amp;|#0{0,8}38;|#[xX]0{0,8}26;)*+"
"""WordPress writes `&#038;`."""


class Signs(NamedTuple):
    """How the signs of a URL are written at one level of percent-encoding. `url`: all that belongs to it."""

    url: re.Pattern[bytes]
    question: re.Pattern[bytes]
    separator: re.Pattern[bytes]
    equals: re.Pattern[bytes]


@lru_cache(maxsize=16)
def _signs(level: int) -> Signs:
    """`level` 0: as it is."""
    if level == 0:
        question = rb"(?:\?|\\{1,64}+u003[fF])"
        separator = rb"(?:&|\\{1,64}+u0026)" + _ENTITY
        return Signs(
            _PLAIN_URL,
            lazily(question),
            lazily(separator + rb"|" + question),
            lazily(rb"=|\\{1,64}+u003[dD]|&#(?:61|[xX]3[dD]);"),
        )
    percent = rb"%" + rb"25" * (level - 1)
    # It ends where quotes, spaces, `<`, `>` and `#` stand in its own writing or in that of what is around it,
    # and at an `&` of what is around it.
    ends = rb"(?:25){%d}(?:2[0237]|3[cCeE])" % (level - 1)
    if level > 1:
        ends += rb"|(?:25){0,%d}(?:2[02367]|3[cCeE])" % (level - 2)
    question = percent + rb"3[fF]"
    separator = percent + rb"26(?:amp" + percent + rb"3[bB])*+"
    return Signs(
        lazily(rb"(?:[^\s\"'<>\\#)&%]++|%(?!" + ends + rb"))*+"),
        lazily(question),
        lazily(separator + rb"|" + question),
        lazily(percent + rb"3[dD]"),
    )


def param_anchors(rule: UrlParamsRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The domains: each URL of theirs is looked into."""
    names = frozenset(param.lower().encode() for param in rule.params)
    for domain in rule.domains:
        host = domain.lower().encode()
        yield host, Verifier(_stripper(names, host), order, f"{STRIPPED}{domain}", PARAMS, BACK, AHEAD)


def _stripper(names: frozenset[bytes], host: bytes) -> Verify:
    inside = lazily(rb"%(?:25){0,8}2[fF]" + _PREFIX + re.escape(host), re.IGNORECASE)

    def strip(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        before = data[max(0, start - BACK) : start]
        if _HOST_BEGINS.search(before) is None or _HOST_GOES_ON.match(data, end, limit):
            return None
        escaped = _LEVEL.search(before)
        level = len(escaped[1]) // 2 + 1 if escaped else 0
        url = _signs(level).url.match(data, end, limit)
        stop = url.end() if url else end
        # All of the URL counts as looked at, URLs inside its parameters too: each byte is read once a level.
        found = [Found(start, stop, None)]
        todo = [(end, stop, level)]
        for at, stop, level in todo:
            query = _signs(level).question.search(data, at, stop)
            if query is None:
                continue
            for kept in _strip(data, query, stop, names, level, found):
                nested = inside.search(data, *kept)
                if nested is not None and level < MOST_LEVELS:
                    todo.append((nested.end(), kept[1], level + 1))
        return tuple(found)

    return strip


def _strip(
    data: bytes, query: re.Match[bytes], stop: int, names: frozenset[bytes], level: int, found: list[Found]
) -> Iterator[tuple[int, int]]:
    """Appends what goes; tells the parameters that stay. `query`: the question mark; one inside a parameter
    begins the query of a URL that stands there."""
    signs = _signs(level)
    start = before = query.start()
    at, kept = query.end(), False
    while at < stop:
        after = signs.separator.search(data, at, stop)
        end, following = after.span() if after else (stop, stop)
        sign = signs.equals.search(data, at, end)
        last = after is None or signs.question.match(data, end) is not None
        if data[at : sign.start() if sign else end].lower() not in names:
            kept = True
            yield at, end
        elif last and not kept:
            found.append(Found(start, end, b""))  # nothing is left of the query: its `?` goes, too
        elif kept:
            found.append(Found(before, end, b""))
        else:
            found.append(Found(at, following, b""))
        if last:
            start, kept = end, False
        before, at = end, following
