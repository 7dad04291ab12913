"""What the audit says of a secret that is left, and how it asks for one.

Lives here: Finding, the type of a ruleset's scan, and the scan of one plan. Must not: hold a value, decode.
Called by: audit, its views and its odd secrets; ruleset and the session read it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Protocol
from urllib.parse import unquote_to_bytes

from msgspec import Struct, structs

from hushtape.sanitize.credential_fields import is_idle_guess
from hushtape.sanitize.engine import Hit
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.matcher import Matcher, Named
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.spans import Context
from hushtape.sanitize.url_params import STRIPPED
from hushtape.sanitize.urls import may_be_user

_QUOTE_CUT = lazily(
    rb"(?:\\{1,64}(?:u0{0,2}2?)?|&[#quotxX0-9]{0,5}|(?:%[0-9A-Fa-f]{0,2}){1,64}(?:u0{0,2}2?)?)"
)
"""How a quote begins under escapes."""

_SIGN = lazily(rb"[+&#]")

DEEPEST = 4
"""Weak values within weak values that are looked into."""

BEHIND = 64
"""Bytes behind a weak value that are shown with it: what is in it may end with them."""

Weak = Callable[[str, bytes, int, int], bool]
"""Whether what a rule found doesn't count: (the rule's name, the view, where the value begins and ends)."""


def all_are_weak(rule: str, view: bytes, start: int, end: int) -> bool:
    """For a look at exact values alone, which nobody asks about."""
    return True


class Scan(Protocol):
    """A ruleset's plain scan: (name of the rule, offset) of a secret, or None. `weak`: findings that don't
    count; it is never asked about exact values."""

    def __call__(self, data: bytes, weak: Weak | None = None, /) -> tuple[str, int] | None: ...


class Finding(Struct, frozen=True):
    """A secret that is in what was written. `rule`: the rule's name; `place`: where and under which
    decodings. Never the value."""

    rule: str
    place: str


def first_found(
    plan: Plan, context: Context, data: bytes, left: Container[bytes], weak: Weak | None
) -> tuple[str, int] | None:
    """The first thing in a window that a plan would redact. `left`: what replacement leaves.

    A value that counts may stand within one that is weak, where a verifier skips it: these are looked into,
    each once, `DEEPEST` levels down. To look at all that follows again took 43 s for 64 KiB of cursors.
    """
    level = [(0, len(data), len(data))]
    for _ in range(DEEPEST + 1):
        below: list[tuple[int, int, int]] = []
        for base, until, stop in level:
            view = data[base:stop] if base else data
            hits = plan.find(view)
            reach = base
            for start, end, name, _, exact in _sure(plan, context, view, hits, left) if hits else ():
                first, last = base + start, base + end
                if first >= until:
                    break
                counts = weak is None or exact or not weak(name, view, start, end)
                if counts and (exact or not name.startswith(STRIPPED)):
                    return name, first
                if last > reach:
                    below.append((first + 1, last, min(last + BEHIND, len(data))))
                    reach = last
        level = below
        if not level:
            break
    return None


def _sure(plan: Plan, context: Context, data: bytes, hits: list[Hit], left: Container[bytes]) -> list[Named]:
    """What is found, in order; not what is cut off at the window's end and could be a placeholder if it went
    on, nor what only a name tells of and no machine made."""
    matcher = Matcher(plan, structs.replace(context, window=True))
    matcher.names = []
    matcher.run(data, hits, final=True)
    return sorted(
        one
        for one in matcher.names
        if not _is_left(data[one[0] : one[1]].strip(b'\\"'), left, of_url=one[2] == "userinfo")
        and (one[1] < len(data) or not _cut_off(data[one[0] :], one[3]))
        and (one[4] or not is_idle_guess(one[2], data[one[0] : one[1]]))
    )


def _is_left(value: bytes, left: Container[bytes], *, of_url: bool) -> bool:
    """Whether it was replaced: up to what ends a parameter, too, of which not all is known where it stands:
    an ampersand, and a plus sign in a form's text, which is none once that form is undone. `of_url`: of a
    user and a password another rule may have replaced the password."""
    if of_url:
        user, _, password = unquote_to_bytes(value).partition(b":")
        return value in left or (password in left and may_be_user(user, password))
    return value in left or ((sign := _SIGN.search(value, 1)) is not None and value[: sign.start()] in left)


def _cut_off(value: bytes, text: bytes) -> bool:
    """Whether a value that reaches the end of a window may be the beginning of nothing secret: of a
    placeholder, or one with a part of the quote behind it (`REDACTED\\u00`)."""
    if value.startswith(text) and _QUOTE_CUT.fullmatch(value, len(text)) is not None:
        return True
    return any(whole.startswith(value) for whole in (text, text.lstrip(b"\\\"'"), b"null", b"true", b"false"))
