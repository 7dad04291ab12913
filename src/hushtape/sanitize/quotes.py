"""Quotes behind a name and a sign: do they open a value, or close the string that the name stands in?

Lives here: the look back for that string, and where a value in quotes ends inside it. Must not: know names or
rules. Called by: fields. `"label": "Password:", "b": "c"` holds no value: what goes from its third quote on
would leave no JSON behind. Where both readings make sense the quote opens.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from hushtape.sanitize.around import BACK, unseen
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.literals import Literal
from hushtape.sanitize.quoted_values import PERCENT_QUOTE, Block, Parameter, Single
from hushtape.sanitize.spans import Context, Seeker
from hushtape.sanitize.value_ends import string
from hushtape.sanitize.values import Marked, Until, backslashes, closes, levels

_STEPS: Final = 24
"""Quotes before a name that are looked at."""

_LEFT: Final = b" \t\r\n:,[{(=>+;"
_RIGHT = lazily(
    rb"(?:\s|\\{1,8}[nrt]){0,32}(?:[,}\])>;:+|]|/>|\\{0,8}u003[eE]|\Z)"
    rb"|\s{1,8}(?:[\w:-]{1,32}=|\w{1,32}:|(?:and|or|if|else|in|is) )"
    rb"|[ \t]{1,8}(?:\.{1,2}|%|&|<<|\|\|)[ \t]{1,8}[\w$\"'(\\]|[ \t]{0,8}\.(?:\$|[A-Za-z_]\w{0,24}\()"
    rb"|[ \t]{0,8}(?:\r?\n|\\{1,8}[nr])|[ \t]{1,8}(?:#|//|[A-Za-z_]\w{0,20}[ \t]{0,4}(?:\r?\n|\\{1,8}[nr]))",
    re.DOTALL,
)
"""What stands behind a quote that closes: the next member or attribute, the rest of a script's expression or
of a line."""

_SPOKEN = rb"[ \t][a-z]{2,16},?(?: [a-z]{1,16}){2}(?=[\s.,;:]|\\{1,8}[nr])"
_PROSE = lazily(_SPOKEN + rb"|\s{1,8}not in |</[A-Za-z]")
"""The same: a sentence, Python's operator, an element's end. At a string's beginning these may stand, too."""

_END_TAG = lazily(rb"</[A-Za-z][\w:.-]{0,64}>")
"""What no value begins with."""

_WHITE = lazily(rb"\s")
_UNIT: Final = b"u0022"
_CODED_END: Final = lazily(rb"[&#\s\"<>]")
_DESCRIBED = lazily(rb"[:@][a-z]{2,10} {1,4}(?:[\w.\[\]]{1,40} {1,4})?\Z")
_OWN_LINE = lazily(rb":[ \t]{0,8}(?:[\r\n]|\\{1,8}[nr])(?:\s|\\{1,8}[nrt]){0,64}\Z")
_LINE_OVER = lazily(rb"[ \t]{0,8}(?:[\r\n]|\\{1,8}[nr]|\Z)")

_GOES_ON = lazily(
    rb"(\\{0,63}[\"'])(?:\s|\\{1,62}[nrt]){0,8}(?:,(?:\s|\\{1,62}[nrt]){0,64}\1[^\"'\\]{1,64}\1\s{0,8}:|[}\]]\s{0,32}(?:[,}\]]|\Z))"
    rb"|\\{1,63}[\"'](?:\s|\\{1,62}[nrt]){0,32}[}\]](?:\s|\\{1,62}[nrt]){0,32}\\{0,62}\""
)
"""What goes on as an object of JSON does: the quote closes, however far back the one that opened stands."""

_JOINED = lazily(rb"[ \t]{1,8}\\{0,8}[\"']")
"""C joins strings that stand beside each other; no value is made of spaces."""

_APOSTROPHE: Final = (
    rb"((?:\\|%(?:25){0,8}5[cC])+u0027|%(?:25){0,8}27|(?:&|\\+u0026)(?:amp;){0,4}(?:#0?39|#[xX]27|apos);)"
)
_PLUS = lazily(rb"\s{0,8}\+\s{0,8}[A-Za-z_$(]")
"""A script joins a string and a variable."""

_FIRST_IN: Final = (
    rb"(?:[^\s\"'\\%&<>,;:)}\]+.?|]|%(?:25){0,8}+"
    rb"(?:2[134568aAdDfF]|3[dD]|40|5[bBeE]|60|7[bBeE]|[89a-fA-F][0-9a-fA-F]|(?![0-9a-fA-F]{2})))"
)
_FURTHER_IN: Final = (
    rb"[^\"'\\%%&<>\r\n]|%%(?:25){0,8}+(?:(?!%b|0[aAdD]|3[cCeE]|5[cC])[0-9a-fA-F]{2}|(?![0-9a-fA-F]{2}))"
)
"""What a string holds that is escaped, and quotes of it may be seen: its first letter, and any other.
A percent sign of its own is one that no two digits follow."""
APOSTROPHE: Final = lazily(_APOSTROPHE)
APOSTROPHES: Final = lazily(
    _APOSTROPHE + rb"(" + _FIRST_IN + rb"(?:" + _FURTHER_IN % rb"2[267]" + rb"){0,255}+)\1(?![A-Za-z0-9])"
)
"""A string in apostrophes that JSON, a URL or HTML escapes."""
UNIT: Final = lazily(rb"(?:\\|%(?:25){0,8}5[cC]){1,8}u0022")
CODED: Final = lazily(
    rb"((?:\\|%(?:25){0,8}5[cC]){0,8}%(?:25){0,8}22|(?:\\|%(?:25){0,8}5[cC]){1,8}u0022)("
    + _FIRST_IN
    + rb"(?:"
    + _FURTHER_IN % rb"2[26]"
    + rb"){0,255}+)\1(?![A-Za-z0-9])"
)
"""One in quotes, in a form's text; apostrophes may stand in it."""

_SPACE: Final = rb"\s|\+|%(?:25){0,8}(?:20|0[aAdD]|09)|(?:\\|%(?:25){0,8}5[cC]){1,8}[nrt]"
_CODED_LEFT: Final = lazily(rb"(?:[:,\[{(=>]|%(?:25){0,8}(?:3[aA]|2[cC]|5[bB]|7[bB])|" + _SPACE + rb")\Z")
_CODED_FIRST: Final = lazily(
    rb"(?:[:,\[{(]|%(?:25){0,8}(?:3[aA]|2[cC]|5[bB]|7[bB]))(?:"
    + _SPACE
    + rb"){0,8}(?:\\{0,8}(?:\"|&(?:amp;){0,4}(?:quot|#34|#[xX]22);|u0022)"
    rb"|(?:\\|%(?:25){0,8}5[cC]){0,8}(?:%(?:25){0,8}22|u0022))\Z"
)
"""Of an apostrophe: the quote of the string of JSON that it is the first letter of."""
_DEEP: Final = lazily(rb"[%\\]")
_CODED_RIGHT: Final = lazily(
    rb"(?:" + _SPACE + rb"){0,64}(?:[,}\]:);]|%(?:25){0,8}(?:2[cC9]|7[dD]|5[dD]|3[aAbB]))"
    rb"|[ \t]{1,8}(?:(?:not )?in|and|or|if|else|is) |[ \t]{0,8}(?:\r?\n|\\{1,8}[nr]|&(?:amp;){0,4}gt;)"
    rb"|[ \t]{0,8}\.(?:\$|[A-Za-z_]\w{0,24}\(|[ \t]{1,8}[\w$&])|</[A-Za-z]|" + _SPOKEN
)
"""The same of quotes that are escaped themselves: `&quot;`, `\\u0022`, `%22`."""

_VARIABLE = lazily(
    rb"-{0,2}[A-Za-z_][\w.-]{0,79}(?:=|%(?:25){0,8}3[dD]|\\{1,64}u003[dD]|&#(?:61|[xX]3[dD]);)\Z"
)
_LISTED = lazily(
    rb"(?:(?<!CDATA)\[|,|%(?:25){0,8}(?:5[bB]|2[cC]))(?:\s|\\{1,8}[nrt]|\+|%(?:25){0,8}(?:20|0[aAdD9])){0,32}"
    rb"(\\{0,63}\"|\\{1,63}u0022|&(?:amp;){0,4}(?:quot|#34|#[xX]22);|(?:\\|%(?:25){0,8}5[cC]){0,63}(?:%(?:25){0,8}22|(?<=5[cC])u0022))-{0,2}\Z"
)
_TAG = lazily(rb"<[A-Za-z_][^<>\"']*+(?:\"[^\"]*\"[^<>\"']*+|'[^']*'[^<>\"']*+)*+([\"'])?")
"""A tag up to a place in it; the group: the quote of the attribute that is open there."""

_ATTRIBUTE_END: Final = {b'"': Until(lazily(rb"[\"<]")), b"'": Until(lazily(rb"['<]"))}
_IN_ATTRIBUTE: Final = Until(lazily(rb"[\"'<]|&(?:quot|#34|#[xX]22);"))
_SINGLES: Final = tuple(Single(depth) for depth in range(8))


def value_at(data: bytes, start: int, at: int, quote: bytes, context: Context) -> tuple[int, Seeker] | None:
    """(where the value begins, what ends it) of a quote at `at` behind the name at `start`; None: it
    closes the string that the name stands in."""
    after = at + len(quote)
    sign = quote[-1:]
    if _END_TAG.match(data, after) is not None:
        return None
    if context.xml and (tag := tag_around(data, start)) is not None:
        around = tag[1]
        if around == sign:
            return None
        return after, ends(data, start, quote, context) if sign in _ATTRIBUTE_END else _IN_ATTRIBUTE
    if data.startswith(quote * 2, after):
        if _ends_docstring(data, start, at, after + 2 * len(quote)):
            return None
        block = _block(data, start, quote, context)
        return after + 2 * len(quote), _bounded(block, data, start, after)
    if sign not in (b'"', b"'") or len(quote.strip(b"\\")) != 1:
        return None if closes_coded(data, start, at, quote) else (after, string(quote))
    if _closes_string(data, at, quote):
        return None
    return after, _bounded(ends(data, start, quote, context), data, start, after)


def _bounded(seeker: Seeker, data: bytes, start: int, after: int) -> Seeker:
    """The same, no further than the parameter that the name stands in, as what stands between shows."""
    between = data[start:after]
    coded = between[-1:] == b"'" and b"%" in between and _WHITE.search(between) is None
    return Parameter(seeker, _CODED_END) if coded else seeker


def _ends_docstring(data: bytes, start: int, at: int, after: int) -> bool:
    """Whether three quotes end a docstring, whose last line is `:param password:`."""
    return (
        _DESCRIBED.search(data, max(0, start - 64), start) is not None
        and _OWN_LINE.search(data, start, at) is not None
        and _LINE_OVER.match(data, after) is not None
    )


def closes_coded(data: bytes, start: int, at: int, quote: bytes) -> bool:
    """Whether an escaped quote at `at` ends a string in which the name at `start` stands: a label."""
    after = at + len(quote)
    if _CODED_RIGHT.match(data, after) is None and (b"%" in quote or _PLUS.match(data, after) is None):
        return False
    opened = _opened(data, start, quote)
    if opened < 0:
        return _coded_goes_on(quote).match(data, after, after + 256) is not None
    low = max(0, opened - 64)
    first = APOSTROPHE.fullmatch(quote) is not None and _CODED_FIRST.search(data, low, opened) is not None
    return first or _CODED_LEFT.search(data, max(0, opened - 24), opened) is not None


def _opened(data: bytes, start: int, quote: bytes) -> int:
    """Where the last such quote before `start` stands that no further backslash escapes; -1: none is seen."""
    low, at = max(0, start - BACK), start
    for _ in range(_STEPS):
        at = data.rfind(quote, low, at)
        if at < 0 or not data[max(0, at - 2) : at].lower().endswith((b"\\", b"5c")):
            break
    return at


@lru_cache(maxsize=64)
def _coded_goes_on(quote: bytes) -> re.Pattern[bytes]:
    """What goes on as an object in such quotes does."""
    sign, space = re.escape(quote), rb"(?:" + _SPACE + rb"){0,64}"
    name = sign + rb"[^\"'\\%&]{1,64}" + sign + space + rb"(?::|%(?:25){0,8}3[aA])"
    return re.compile(space + rb"(?:,|%(?:25){0,8}2[cC])" + space + name)


def tag_around(data: bytes, start: int) -> re.Match[bytes] | None:
    """The tag of XML in which `start` stands, up to there; its group: the quote of the attribute that is
    open."""
    low = max(0, start - BACK)
    if _in_cdata(data, low, start):
        return None
    tag = _TAG.match(data, max(low, data.rfind(b"<", low, start)), start)
    return tag if tag and (tag[1] or tag.end() == start) else None


def _in_cdata(data: bytes, low: int, start: int) -> bool:
    return data.rfind(b"<![CDATA[", low, start) > data.rfind(b"]]>", low, start)


def _hard(data: bytes, start: int) -> bytes:
    """What ends a text of XML."""
    return b"]]>" if _in_cdata(data, max(0, start - BACK), start) else b"<"


def _block(data: bytes, start: int, quote: bytes, context: Context) -> Block | Until:
    """What ends a value in three quotes."""
    if context.xml:
        return Until(lazily(re.escape(quote * 3) + b"|" + re.escape(_hard(data, start))))
    if quote[-1:] == b"'":
        depth = (_within(data, start, b'"') + 1).bit_length() - 1
        return Block(quote, depth, unseen(data, start, seen=depth >= 0))
    coded = PERCENT_QUOTE.search(quote)
    count = quote.lower().count(coded[1] + b"5c" if coded else b"\\")
    return Block(quote, (count + 1).bit_length() - 2)


def of_variable(data: bytes, start: int, at: int, context: Context) -> Seeker | None:
    """What ends the value of `"DB_PASSWORD=a&b c"` or `"--token=a"`, a string of its own as Docker and
    Kubernetes list variables and arguments."""
    if _VARIABLE.match(data, start, at) is None:
        return None
    opened = _LISTED.search(data, max(0, start - 240), start)
    return None if opened is None else ends(data, start, opened[1], context)


def string_ends(data: bytes, start: int, at: int, stop: int) -> bool:
    """Whether the string around `start`, if one is seen, ends between `at` and `stop`."""
    around = _within(data, start, b'"')
    return around >= 0 and string(b"\\" * around + b'"').seek(data[at:stop], 0, final=True)[0] < stop - at


def is_outer(data: bytes, at: int, opening: bytes, quote: bytes, context: Context) -> bool:
    """Whether `opening`, at `at` behind a name in `quote`, ends the string in which that name stands."""
    if context.xml and (tag := tag_around(data, at)) is not None and tag[1] == opening[-1:]:
        return True
    if opening[-1] == quote[-1] and quote[-1:] in _ATTRIBUTE_END:
        return len(opening) < len(quote) and b"%" not in quote
    if opening.endswith(_UNIT) and b"%" not in opening + quote and quote[-1:] in b'2"':
        return _depth(opening) < _depth(quote)
    if b"%" in quote and b"%" in opening and len(_DEEP.findall(quote)) > len(_DEEP.findall(opening)):
        return opening.endswith(b"22")
    return _closes_string(data, at, opening)


def _depth(quote: bytes) -> int:
    """How many strings of JSON deep a quote stands that nothing but backslashes escapes."""
    if quote.endswith(_UNIT):
        return levels(len(quote) - len(_UNIT))
    return len(quote).bit_length() - 1


def _closes_string(data: bytes, at: int, opening: bytes) -> bool:
    """Whether this quote ends a string that is open, by what follows: `"no 'password': ", "b"`."""
    sign, depth = opening[-1:], len(opening) - 1
    if sign not in _ATTRIBUTE_END or opening.strip(b"\\") != sign:
        return False
    after = at + len(opening)
    if (
        _RIGHT.match(data, after, after + 48) is None
        and _JOINED.match(data, after, after + 16) is None
        and _PROSE.match(data, after, after + 64) is None
    ):
        return False
    around = _opener(data, at, b'"')[0] if sign == b"'" else -1
    opened = _opener(data, at, sign, depth, around + 1)[1]
    if opened < 0:
        return _GOES_ON.match(data, at) is not None
    return closes(depth, (opened + 1).bit_length() - 1)


def ends(data: bytes, start: int, quote: bytes, context: Context) -> Seeker:
    """What ends a value that this quote opens; `start`: what stands before it, or the name."""
    if context.xml and quote[-1:] in _ATTRIBUTE_END:
        tag = tag_around(data, start)
        if tag is not None and tag[1] is None:
            return _ATTRIBUTE_END[quote[-1:]]
        hard = frozenset((b"<", tag[1]) if tag is not None else (_hard(data, start),))
        sign = re.compile(b"|".join(map(re.escape, sorted(hard | {quote[-1:]}))))
        return Marked(sign, len(quote).bit_length() - 1, hard=hard)
    if quote[-1:] != b"'":
        return string(quote)
    outer = _within(data, start, b'"')
    around, depth = unseen(data, start, seen=outer >= 0), (outer + 1).bit_length() - 1
    if around is None and len(quote) == 1 and 0 <= depth < len(_SINGLES):
        return _SINGLES[depth]
    if around is None and depth < 0 and len(quote) > 1:
        return string(quote)
    return Single(depth, len(quote) - 1, around)


def literal(data: bytes, at: int, *, within: bool = False, own: int = 0) -> Literal:
    """What ends the object or list of Python's or JavaScript's that begins at `at`. `own`: backslashes before
    the apostrophes of its names."""
    depth = (_within(data, at, b'"') + 1).bit_length()
    return Literal(depth, within=within, around=unseen(data, at, seen=depth > 0), own=own)


def _within(data: bytes, start: int, sign: bytes) -> int:
    """Backslashes before the quote that opens the string in which `start` stands; -1: none is seen."""
    return _opener(data, start, sign)[1]


def _opener(data: bytes, start: int, sign: bytes, most: int = 64, begins: int = 0) -> tuple[int, int]:
    """(where the quote stands that opens the string around `start`, the backslashes before it: `most` or
    fewer); -1, -1: none is seen. `begins`: where the string around that one does; what stands before says
    nothing."""
    low, at, closed = max(begins, start - BACK), start, -1
    for _ in range(_STEPS):
        at = data.rfind(sign, low, at)
        if at < 0:
            return -1, -1
        place, count = at, backslashes(data, at)
        first = at - count
        if count > most:
            pass  # inside a string that the other quote ends, too
        elif 0 <= closed <= count:
            if count == closed:
                closed = -1  # the beginning of a string that ended
        elif _opens(data, first, place + 1, begins):
            return place, count
        else:
            closed = count
        at = first
    return -1, -1


def _opens(data: bytes, first: int, after: int, begins: int) -> bool:
    nested = after - first > 1
    left = first == begins or data[first - 1] in (_LEFT + b"\"'" if nested else _LEFT)
    if nested and not left:  # a line end or tab of the document that stands in a string
        left = data[first - 1] in b"nrt" and data[first - 2 : first - 1] == b"\\"
    return left and _RIGHT.match(data, after, after + 48) is None
