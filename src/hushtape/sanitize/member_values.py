"""The value of a member of JSON: a string, a scalar, a list of strings, an object or what is inside.

Lives here: where the value behind a field's colon begins, and which of its bytes go. Must not: find where a
string ends (`quotes`, `value_ends`), know names. Called by: fields.
"""

from __future__ import annotations

from hushtape.sanitize import bare_words, insides, quotes
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.loose_fields import is_made
from hushtape.sanitize.percent_values import is_opened
from hushtape.sanitize.rules import FieldRule
from hushtape.sanitize.spans import TEXT, Answer, Context, Found, Seeker
from hushtape.sanitize.value_ends import container, strings
from hushtape.sanitize.values import Until

_BS = rb"(?:\\|%(?:25)*5[cC])"
QUOTE = lazily(
    _BS + rb"*(?:[\"']|%(?:25)*22)|(?:\\|%(?:25){0,8}5[cC])+u0022"
    rb"|(?:\\{0,8}&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|#34|#[xX]22);"
)
_COMMENT = lazily(rb"/\*[^*]{0,256}\*/\s{0,8}")
_MARKS = frozenset((b"!", b"&"))
_LITERAL = lazily(rb"[bBrRuU]{1,2}(?=[\"'])")
"""What stands before a string that Python's `repr` writes."""
_SCALAR = lazily(rb"[^\s,}\]&\"'\\<%]{1,64}")
_SCALAR_END = Until(lazily(rb"[\s,}\]&\"'\\<%]"))
_NUMBER = lazily(rb"[-+]?[0-9][0-9.eE+-]*\Z")
_KEPT = frozenset((b"null", b"true", b"false", b"none", b"~", b"|", b"|-", b"|+", b">", b">-", b">+"))
"""Also the marks of YAML's blocks: the text below is the value."""
_TELLING = 6
"""Bytes of a placeholder that stands in no value by chance."""

_LINE_END = Until(lazily(rb"[\r\n]|\\{1,8}[nr]|\\{0,8}\""))
_OBJECT = lazily(rb"\{|%(?:25){0,8}7[bB]")
_ESCAPED = lazily(rb"%(?:25){0,8}[57][bB]")
_WHITE = rb"(?:[nrt]|u00(?:0[9aAdD]|20))"
"""White space behind its backslash."""
_STRINGS = lazily(
    rb"\[(?:\s|\+|\\{1,8}" + _WHITE + rb"|(?:(?<=[\r\n])|(?<=\\[nr]))data:|%(?:25){0,8}(?:20|0[aAdD9])"
    rb"|(?:%(?:25){0,8}5[cC]){1,8}" + _WHITE + rb")*+[bBrRuU]{0,2}"
    rb"(\\{0,63}[\"']|\\{1,63}u0022|&(?:amp;){0,4}(?:quot|#34);"
    rb"|(?:\\|%(?:25){0,8}5[cC])*%(?:25){0,8}22|(?:\\|%(?:25){0,8}5[cC])+u0022)"
)

_ESCAPED_STRINGS = lazily(
    rb"%(?:25){0,8}5[bB](?:\+|%(?:25){0,8}(?:20|0[aAdD9])|(?:\\|%(?:25){0,8}5[cC]){1,8}" + _WHITE + rb")*+"
    rb"(?:\\|%(?:25){0,8}5[cC])*(?:%(?:25){0,8}22|u0022)"
)
_REFERRED_STRINGS = lazily(
    rb"\[(?:\s|\\{1,63}" + _WHITE + rb")*+(?:\\{0,63}&|\\{1,63}u0026)(?:amp;){0,4}(?:quot|#34|#[xX]22);"
)


class MemberValue:
    """Values under one name. `numbers`: those go, too. `code`: the name is `code`; only strings go, and
    lists of them."""

    __slots__ = ("_code", "_containers", "_named", "_numbers", "_text")

    def __init__(self, rule: FieldRule, *, numbers: bool, code: bool) -> None:
        self._containers, self._text = rule.containers, rule.placeholder.encode()
        self._numbers, self._code, self._named = numbers, code, rule.numbers

    def at(self, data: bytes, quote: bytes, at: int, limit: int, context: Context = TEXT) -> Answer:
        """The value that begins at `at`, under a name in these quotes."""
        if data[at : at + 2] == b"/*" and (comment := _COMMENT.match(data, at, limit)) is not None:
            at = comment.end()
        elif data[at : at + 1] in _MARKS and (mark := bare_words.MARK.match(data, at, limit)) is not None:
            at = mark.end()
        literal = _LITERAL.match(data, at, limit)
        opening = QUOTE.match(data, literal.end() if literal else at, limit)
        if opening is not None:
            if quotes.is_outer(data, at, opening[0], quote, context):
                return None
            return Found(opening.end(), -1, self._text, quotes.ends(data, at, opening[0], context))
        whole = quote + self._text + quote
        first = data[at : at + 1]
        if not self._containers and _OBJECT.match(data, at, limit):
            return self._within(data, quote, at, limit)
        if first in (b"{", b"[") and data[at + 1 : at + 2] not in (b"}", b"]"):
            return (self._codes if self._code else self._container)(data, at, quote, limit)
        if b"%" in quote and _ESCAPED.match(data, at, limit):
            if self._code:
                return self._codes(data, at, quote, limit)
            return Found(at, -1, whole, container(quote))
        return None if self._code or first in (b"{", b"[") else self._bare(data, quote, at, limit, context)

    def _codes(self, data: bytes, at: int, quote: bytes, limit: int) -> Found | None:
        """A list of strings under `code`: query parameters, as Go's `url.Values` and echoes write them."""
        if quote[-1] == 59:
            listed = _REFERRED_STRINGS.match(data, at, limit)
        else:
            listed = (_ESCAPED_STRINGS if data[at] == 37 else _STRINGS).match(data, at, limit)
        if not listed:
            return None
        return Found(at, -1, quote + self._text + quote, _ends(data, at, quote))

    def _bare(self, data: bytes, quote: bytes, at: int, limit: int, context: Context) -> Found | None:
        """What stands there without quotes: a number, or what is no JSON."""
        block = bare_words.BLOCK.match(data, at, limit)
        if block is not None:
            return Found(block.end(), -1, self._text, _LINE_END)
        scalar = _SCALAR.match(data, at, limit)
        if scalar is None or scalar[0].lower() in _KEPT:
            return None
        if _NUMBER.match(scalar[0]):
            return Found(at, -1, quote + self._text + quote, _SCALAR_END) if self._numbers else None
        if not self._named and (self._left_in(scalar[0]) or bare_words.is_word(data, at, scalar[0], limit)):
            return None
        if context.window and not self._named and not is_made(scalar[0].partition(b"+")[0]):
            return None  # a script's words, in a form's text
        return Found(at, -1, quote + self._text + quote, _SCALAR_END)

    def _left_in(self, word: bytes) -> bool:
        """Whether a word was redacted in part: what it was is gone. A short placeholder may stand in any."""
        return self._text == word or (len(self._text) >= _TELLING and self._text in word)

    def _within(self, data: bytes, quote: bytes, at: int, limit: int) -> tuple[Found, ...] | None:
        """Of an object that stays, or a list of some, what holds the credential."""
        look = insides.of_list if data[at : at + 1] == b"[" else insides.of_object
        values = [self.at(data, quote, place, limit) for place in look(data, at, limit, quote)]
        return tuple([one for one in values if isinstance(one, Found)]) or None

    def _container(self, data: bytes, at: int, quote: bytes, limit: int) -> Answer:
        """An object or array; where the rule leaves those alone, what a list of strings holds."""
        whole = quote + self._text + quote
        if self._containers:
            return Found(at, -1, whole, _ends(data, at, quote))
        listed = _STRINGS.match(data, at, limit)
        if _in_apostrophes(quote) and listed is not None and listed[1].endswith((b'"', b"'")):
            if quotes.is_outer(data, listed.start(1), listed[1], quote, TEXT):
                return None
            seeker = quotes.literal(data, at, within=True, own=len(quote) - 1)
            return Found(listed.start(1), -1, whole, seeker)
        if listed is None or (
            not is_opened(listed[1], len(listed[1]), quote) and len(listed[1]) + len(quote) > 2
        ):
            return self._within(data, quote, at, limit)
        return Found(listed.start(1), -1, whole, strings(listed[1]))


def _in_apostrophes(quote: bytes) -> bool:
    """Whether a name's quotes are apostrophes that nothing but backslashes escapes."""
    return quote[-1:] == b"'" and b"%" not in quote


def _ends(data: bytes, at: int, quote: bytes) -> Seeker:
    """What ends the object or list at `at` under a name in these quotes."""
    return quotes.literal(data, at, own=len(quote) - 1) if _in_apostrophes(quote) else container(quote)
