"""Pairs that say a name and a value: `{"name": "password", "value": "x"}`, `<input name="password" value=x>`;
and members of JSON named as a form's fields are: `"user[password]": "x"`.

Lives here: whether a place says that a name follows, and where the value of the pair begins. Must not: know
names, find where a value ends. Called by: fields, header_dumps (the colon between a name and its value).
"""

from __future__ import annotations

import re

from hushtape.sanitize.escapes import COLOUR
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.members import MEMBER

# A value may stand on the next line of an event (the HTML standard 9.2.6), which may stand in a string.
_SPACE = (
    rb"(?:[\s+]|%(?:25){0,8}(?:20|2[bB]|0[aAdD9])|(?:\\+|(?:%(?:25){0,8}5[cC])+)(?:[nrt]|u00(?:0[9aAdD]|20))|(?:(?<=[\r\n])|(?<=\\[nr]))data:|"
    + COLOUR
    + rb")*"
)
GREATER = rb"(?:>|\\+(?:u003|x3)[eE]|(?:&|\\+u0026)(?:amp;){0,4}(?:gt|#62|#[xX]3[eE]);|%(?:25){0,8}3[eE])"
"""The sign of Ruby's and PHP's `=>`, which Rails, Go and .NET escape in JSON, and every page in HTML."""
ARROW = rb"(?:=|%(?:25){0,8}3[dD]|\\+u003[dD])" + GREATER
COLON = lazily(_SPACE + rb"(?::|" + ARROW + rb"|%(?:25)*3[aA]|\\+u003[aA])" + _SPACE)
_NAMED = lazily(
    rb"(?:name|key|id|property|path|field|header|variable)"
    rb"(?:(?:\\{0,8}[\"'])?\s{0,8}[:=]\s{0,8}"
    rb"|(?:\\|%(?:25){0,8}5[cC]){0,15}%(?:25){0,8}22(?::|%(?:25){0,8}3[aA])(?:\+|%(?:25){0,8}20)?)\Z",
    re.IGNORECASE,
)
_TYPE = lazily(rb"type(?:\\{0,8}[\"'])?\s{0,8}[:=]\s{0,8}\Z", re.IGNORECASE)
_CODED_QUOTE = rb"(?:\\|%(?:25){0,8}5[cC]){0,15}%(?:25){0,8}22"
_CODED_SPACE = rb"(?:\+|%(?:25){0,8}20){0,8}"
_CODED = rb"(?:[^\s\"'\\<>&%]|%(?:25){0,8}+(?!22|5[cC])[0-9a-fA-F]{2})"
# A member in percent escapes.
_CODED_MEMBER = (
    _CODED_QUOTE
    + _CODED
    + rb"{1,64}+"
    + _CODED_QUOTE
    + rb"(?::|%(?:25){0,8}3[aA])"
    + _CODED_SPACE
    + rb"(?:"
    + _CODED_QUOTE
    + _CODED
    + rb"{0,256}+"
    + _CODED_QUOTE
    + rb"|[\w.-]{1,40}+)"
    + rb"(?:,|%(?:25){0,8}2[cC])"
    + _CODED_SPACE
)
_ANY_QUOTE = rb"(?:\\{0,8}[\"']|" + _CODED_QUOTE + rb")"
_VALUE_NAME = _ANY_QUOTE + rb"(?:parameter|setting|option)?_?value" + _ANY_QUOTE
_VALUED = lazily(_VALUE_NAME, re.IGNORECASE)
# What may stand between the two: `"type": "string", "tags": ["a"]`.
_OTHERS = lazily(
    rb"(?:(?!" + _VALUE_NAME + rb")(?:" + MEMBER + rb"|" + _CODED_MEMBER + rb")){0,16}+", re.IGNORECASE
)
_COMMA = lazily(_SPACE + rb"(?:,|%(?:25){0,8}2[cC])" + _SPACE)
_ATTRIBUTE = lazily(
    rb"(?:\s{1,8}(?!value|content)[\w:-]{1,64}+(?:\s{0,8}=\s{0,8}(?:\\{0,8}[\"'][^\"'<>]{0,256}[\"']|[^\s\"'<>]{1,64}+))?){0,8}+"
    rb"\s{1,8}(?:value|content)\s{0,8}=\s{0,8}(?=\\{0,8}[\"'])",
    re.IGNORECASE,
)

_BRACKETS = lazily(rb"(?:\](?:\[[\w-]{0,32}+\]){0,4}+|(?:\[[\w-]{0,32}+\]){1,4}+)(\\{0,63}+\")")
_BEFORE_BRACKETS = lazily(rb"\"(?:[\w-]{1,48}\[|[\w-]{1,48}(?:\[[\w-]{0,32}\]){1,4}\[)?\Z")


def is_name(data: bytes, start: int, *, typed: bool) -> bool:
    """Whether a string at `start` is a name by what stands before it; `typed`: the type of an input, too, in
    HTML and its likes."""
    low = max(0, start - 80)
    return _NAMED.search(data, low, start) is not None or (
        typed and _TYPE.search(data, low, start) is not None
    )


def attribute(data: bytes, at: int, limit: int) -> int:
    """Where the quote of a tag's `value` stands, behind the name; -1: there is none."""
    found = None if _COMMA.match(data, at, limit) else _ATTRIBUTE.match(data, at, limit)
    return found.end() if found is not None else -1


def colon(data: bytes, at: int, limit: int) -> re.Match[bytes] | None:
    """The colon behind `"value"`, in the object whose name ends at `at`."""
    comma = _COMMA.match(data, at, limit)
    if comma is None:
        return None
    others = _OTHERS.match(data, comma.end(), limit)
    key = _VALUED.match(data, others.end() if others else comma.end(), limit)
    return COLON.match(data, key.end(), limit) if key else None


def bracketed(data: bytes, start: int, at: int, limit: int) -> tuple[bytes, int] | None:
    """The quote and where the value begins of a member whose name is a form's: `"user[name]"`, `"name[]"`, as
    echoes show it. The name alone stands from `start` to `at`."""
    rest = _BRACKETS.match(data, at, limit)
    is_ = COLON.match(data, rest.end(), limit) if rest is not None else None
    if rest is None or is_ is None:
        return None
    opened = _BEFORE_BRACKETS.search(data, max(0, start - 192), start)
    quote = rest[1]
    if opened is None or not data.endswith(quote, 0, opened.start() + 1):
        return None
    return quote, is_.end()
