"""Expressions of templates where a value would stand: `"password": "{{ db_password }}"`, `${{ secrets.A }}`.

Lives here: one question about a value. Must not: know names or rules, look at what an expression may hold as
a text of its own (`{{ lookup("x", "y") }}` is none of these). Called by: fields, innocent.
Jinja, Handlebars, Liquid, Helm, GitHub's workflows, ERB. It is the whole value, and no word in it looks as
if a machine had made it.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.words import looks_made

_LONGEST: Final = 200
_LONG: Final = 24
_QUOTE = (
    rb"(?:\\{0,8}[\"']|\\{1,8}u002[27]|(?:&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|#0?3[49]|#[xX]2[27]|apos);)"
)
_SAID = rb"([\w.$@|>? \t-]{0,120}+(?:\(\))?[ \t]{0,4}[-~]?)"
_BEGUN = rb"(?:\$?\{\{[-~]?|\{%[-+]?|(?:<|\\{1,8}u003[cC]|(?:&|\\{1,8}u0026)lt;)%[=-]?)" + _SAID
_ENDS = rb"(?:\}\}|%\}|%(?:>|\\{1,8}u003[eE]|(?:&|\\{1,8}u0026)gt;))"
_BARE = lazily(_BEGUN + _ENDS + rb"(?=" + _QUOTE + rb"|[\s&<,;)]|\\{1,8}[nrt]|\Z)")
_QUOTED = lazily(rb"(?P<quote>" + _QUOTE + rb")(?P<said>" + _BEGUN + _ENDS + rb")(?=(?P=quote)|\Z)")
"""In quotes nothing but the same quote may follow: `"{{ user }} Zk93mP0q"` is no expression."""
_CUT = lazily(_QUOTE + rb"?(?:" + _BEGUN + rb"[}%]{0,2}|\$?\{|\$|<)\Z")
_WORDS = lazily(r"[^A-Za-z0-9_]+")
_QUOTES: Final = frozenset(b"\"'")
_FIRST: Final = frozenset(b"{$<&\\")
"""How an expression begins, its first sign escaped or not."""
_SIGNS: Final = frozenset(b"\\\"'&{$<")


def is_expression(data: bytes, at: int, limit: int, *, window: bool) -> bool:
    """Whether the value at `at`, in quotes or not, is one. `window`: the data may go on behind their end."""
    if data[at : at + 1] == b"" or data[at] not in _SIGNS:
        return False
    if data[at] in _QUOTES and at + 1 < len(data) and data[at + 1] not in _FIRST:
        return False  # nearly every value: the expressions took 3 % of a scrub
    limit = min(limit, at + _LONGEST)
    found = _BARE.match(data, at, limit) or _QUOTED.match(data, at, limit)
    if found is None and window and limit == len(data):
        found = _CUT.match(data, at, limit)
    return found is not None and not any(map(_is_made, _WORDS.split(found[0].decode("latin-1"))))


def _is_made(word: str) -> bool:
    """Whether it is no name of a program: of `csrf_token` letters alone can't tell."""
    return looks_made(word) and (len(word) >= _LONG or any(map(str.isdigit, word)))
