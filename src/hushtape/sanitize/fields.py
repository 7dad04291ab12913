"""Fields: the values of sensitive names in JSON, forms, query strings, XML and multipart.

Lives here: a field rule's anchors and the verifiers that tell a field from a chance word and find where
its value begins. Must not: know JSON's values (`member_values`), parts (`multipart`) or elements, find where
a value ends (`values`), know engines. Called by: compiling.
An anchor holds the name and what follows it; what stands before decides: `code=` in `zipcode=` is none.
"""

from __future__ import annotations

import re

from hushtape.sanitize import apostrophes, bare_words, elements, multipart, named_values, oauth, quotes
from hushtape.sanitize.escapes import COLOUR, begins
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.innocent import is_directory, is_label, is_shortcut, stays
from hushtape.sanitize.member_values import QUOTE, MemberValue
from hushtape.sanitize.named_values import ARROW, COLON, GREATER
from hushtape.sanitize.noise import amid_bytes
from hushtape.sanitize.percent_values import is_opened
from hushtape.sanitize.rules import FieldRule
from hushtape.sanitize.spans import Answer, Context, Found
from hushtape.sanitize.stand_ins import is_docstring, is_message, is_word
from hushtape.sanitize.template_values import is_expression
from hushtape.sanitize.value_ends import (
    NESTED_ENDS,
    NESTED_OPENED,
    PLAIN,
    REFERENCE,
    URL_ENDS,
    URLS_OF_FIELDS,
    referred,
)
from hushtape.sanitize.values import Until

KIND = 1
AHEAD = oauth.WINDOW + 64
BACK = oauth.WINDOW + 64

TEACHING = frozenset(
    (
        "accesstoken",
        "refreshtoken",
        "idtoken",
        "clientsecret",
        "clientassertion",
        "password",
        "secretaccesskey",
        "sessiontoken",
    )
)
"""Names, without their separators, whose values are looked for everywhere once they were redacted."""

_PASSWORD = lazily(r"pass(?:word|wd|phrase|code)|pwd|secret|(?:^|_)pin(?:_|$)")
_LINE_END = lazily(rb"[\r\n]|\\{1,8}[nr](?=[\s+\\\"'&<}]|\Z)")
"""What a string seems to begin with whose own quote is the one before: the audit undoes the quotes around."""
_SHORT = 4
"""Letters of a name that noise holds now and then, with its sign."""
_EQUALS = lazily(
    rb"(?:\]|%(?:25)*5[dD])?(?:\[[^\]&=\s]{0,32}\]|%(?:25)*5[bB][^&=\s%]{0,32}%(?:25)*5[dD])*"
    rb"(=|%(?:25)*3[dD]|\\+u003[dD]|&#(?:61|[xX]3[dD]);)"
)
_LESS = lazily(rb"(?:lt|#60|#[xX]3[cC]);\Z|u003[cC]\Z")
_COLOUR, _COLOURED = lazily(COLOUR), frozenset((b"\x1b", b"\\", b"["))
_SPACED = lazily(
    rb"\s{1,8}(?:"
    + ARROW
    + rb"|:?=|:)\s{0,8}|\+{1,8}(?:%(?:25){0,8}3[aA])?%(?:25){0,8}3[aAdD](?:%(?:25){0,8}3[eE])?\+{0,8}"
)
"""As it is, and in a form."""
_ARROW = lazily(
    GREATER
    + rb"(?:\s|\\{1,8}[nrt]|%(?:25){0,8}20){0,8}"
    + rb"(?=\\{0,63}(?:[\"']|u002[27])|(?:&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|apos|#0?3[49]|#[xX]2[27]);"
    rb"|%(?:25){0,8}2[27])"
)
# Where a form or query value ends, by how deeply it is escaped, and by what surrounds it.
_FORM_END, _URI_END = Until(lazily(rb"&")), Until(lazily(rb"[&#]"))
_TEXT_END = Until(lazily(URL_ENDS + rb"|\]\]>"))
_OPENING, _ESCAPED = frozenset((b'"', b"'", b"\\")), frozenset((b"\\", b"&"))


def is_password(name: str) -> bool:
    """Whether numbers under this name are redacted, too."""
    return _PASSWORD.search(name.replace("-", "_").lower()) is not None


class Field:
    """The verifiers of one spelling of one name."""

    __slots__ = ("_joined", "_length", "_member", "_rule", "_spelling", "_text", "code", "numbers", "teaches")

    def __init__(self, rule: FieldRule, spelling: str) -> None:
        self._rule = rule
        self._length = len(spelling.encode())
        self._text = rule.placeholder.encode()
        self._spelling = spelling.encode()
        self._joined = re.sub("[-_]", "", spelling).lower().encode()
        self.teaches = self._joined.decode() in TEACHING
        self.numbers = rule.numbers or is_password(spelling)
        self.code = spelling == "code" and not rule.named
        self._member = MemberValue(rule, numbers=self.numbers, code=self.code)

    # --- names in quotes: JSON, multipart --------------------------------------------------------

    def quoted(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`"name"`, `\\"name\\"`, `%22name%22`, `&quot;name&quot;`: JSON at any depth."""
        if data[start] == 34 and not self.code and not bare_words.asks(data, start):
            # The common case, without the machinery: `"name":"value"`, and no backslash at its end.
            at = end + 2 if data[end : end + 2] == b':"' else end + 3
            if at == end + 2 or data[end:at] == b': "':
                stop = data.find(b'"', at, limit)
                if stop >= 0 and data[stop - 1] != 92:
                    innocent = self._stays(data, start, at - 1, limit, context)
                    return None if innocent else Found(at, stop, self._text, PLAIN)
        if data[start] in b"\"'":
            start += 1
        return self._json(data, start, start + self._length, limit, context)

    def _json(self, data: bytes, start: int, after: int, limit: int, context: Context) -> Answer:
        closing = QUOTE.match(data, after, limit)
        if closing is None:
            return None if self.code else self._in_apostrophes(data, start, after, limit, context)
        quote = closing[0]
        if not is_opened(data, start, quote):
            return None
        colon = COLON.match(data, closing.end(), limit)
        if colon is None:
            part = self._part(data, start - len(quote), closing.end(), limit)
            return part or self._listed(data, start - len(quote), quote, closing.end(), limit, context)
        if self._stays(data, start, colon.end(), limit, context):
            return None
        if not self._rule.numbers and bare_words.is_script(data, start - len(quote), colon.end(), limit):
            return None
        found = self._member.at(data, quote, colon.end(), limit, context)
        if self.code and isinstance(found, Found):
            listed = found.text != self._text  # that of a list brings its quotes
            brief = oauth.is_brief(data, found.start, limit, quote, listed=listed)
            if not oauth.is_oauth(data, start, limit, context, pair=False, brief=brief, quote=quote):
                return None
        return found

    def _in_apostrophes(
        self, data: bytes, start: int, after: int, limit: int, context: Context
    ) -> Found | None:
        """`\\u0027name\\u0027: \\u0027value\\u0027`: an object of Python or JavaScript, as .NET writes it."""
        closing = quotes.APOSTROPHE.match(data, after, limit)
        if closing is None or not data.endswith(closing[0], 0, start):
            return None
        colon = COLON.match(data, closing.end(), limit)
        if colon is None:
            return None
        value = quotes.APOSTROPHES.match(data, colon.end(), limit)
        if value is not None:
            return Found(value.start(2), value.end(2), self._text)
        found = apostrophes.of_container(
            data, colon.end(), limit, closing[0], self._text, whole=self._rule.containers
        )
        if found is not None and not self._rule.numbers:
            text = b"'" + apostrophes.as_written(data, colon.end(), limit, closing[0])
            near = context.window and limit < colon.end() + apostrophes.LONGEST
            if stays(self._joined, text, 0, 1, len(text), near):
                return None
        return found

    def _stays(self, data: bytes, start: int, at: int, limit: int, context: Context) -> bool:
        """Whether the value's form tells that it is no credential; never under a name that a user gave."""
        if self._rule.numbers or self.code:
            return False
        return stays(self._joined, data, start, at, limit, context.window)

    def _listed(self, data: bytes, start: int, quote: bytes, at: int, limit: int, context: Context) -> Answer:
        """The value of a pair that says `name` and `value`, as an object or as a tag."""
        if self.code or not named_values.is_name(data, start, typed=self._joined == b"password"):
            return None
        attribute = named_values.attribute(data, at, limit)
        if attribute >= 0:
            return self._quoted_at(data, start, attribute, limit, context)
        colon = named_values.colon(data, at, limit)
        if colon is None or self._is_none(data, start + len(quote), colon.end() + len(quote), limit, context):
            return None
        return self._member.at(data, quote, colon.end(), limit, context)

    def bare(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        """`name: "value"`: GraphQL arguments, scripts, YAML in flow style. Only strings: what follows a
        word and a colon in a text is seldom a value."""
        if self.code or not begins(data, start):
            return None
        colon = COLON.match(data, start + self._length, limit)
        if colon is None or is_docstring(data, colon.end(), limit):
            return None
        if not self._rule.numbers and (
            is_label(self._joined, data, colon.end(), limit)
            or (context.window and is_message(data, colon.end(), limit))
        ):
            return None
        coded = quotes.APOSTROPHES.match(data, colon.end(), limit)
        if coded is not None and (self._rule.numbers or not is_word(coded[2])):
            return Found(coded.start(2), coded.end(2), self._text)
        return self._quoted_at(data, start, colon.end(), limit, context)

    def _quoted_at(self, data: bytes, start: int, at: int, limit: int, context: Context) -> Found | None:
        """The string that opens at `at`, if one does."""
        opening = QUOTE.match(data, at, limit)
        if opening is None or self._is_none(data, start, at, limit, context):
            return None
        value = quotes.value_at(data, start, opening.start(), opening[0], context)
        if value is None or (context.window and self._is_over(data, value[0])):
            return None
        return Found(value[0], -1, self._text, value[1])

    def unquoted_part(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        """A multipart part's name without quotes (RFC 2045 5.1 allows a token)."""
        return self._part(data, start, start + self._length, limit)

    def any_part(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        """A multipart part's name, with quotes or without."""
        after = start + self._length + (2 if data[start] == 34 else 0)
        return self._part(data, start, after, limit)

    def form_name(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`name=value` in a form body."""
        if not context.form or (start and data[start - 1 : start] != b"&"):
            return None
        return self.pair(data, start, end, limit, context)

    def _part(self, data: bytes, start: int, at: int, limit: int) -> Found | None:
        return None if self.code else multipart.named(data, start, at, limit, self._text)

    # --- names before an equals sign: forms, query strings ----------------------------------------

    def pair(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`name=value`, `list[name]=value`, and the same with escaped signs."""
        rule = self._rule
        if not (rule.in_uri if context.uri else rule.in_form or (context.header and rule.in_uri)):
            return None
        if not begins(data, start):
            return None
        sign = _EQUALS.match(data, start + self._length, limit)
        if sign is None:
            if self.code or not rule.in_json:
                return None
            part = multipart.nested(data, start, start + self._length, limit, self._text)
            return part or self._bracketed(data, start, limit, context)
        at = sign.end()
        if not (context.form or context.uri) and (arrow := _ARROW.match(data, at)):
            at = at if quotes.of_variable(data, start, at, context) else arrow.end()
        if data[at : at + 1] in _COLOURED and (colour := _COLOUR.match(data, at, limit)) is not None:
            at = colour.end()
        if self.code:
            brief = oauth.is_brief_parameter(data, at, limit, context)
            if not oauth.is_oauth(data, start, limit, context, pair=True, brief=brief):
                return None
        if sign[1][:1] == b"%":
            coded = quotes.CODED.match(data, at, limit)
            if coded is not None and not quotes.closes_coded(data, start, at, coded[1]):
                return Found(coded.start(2), coded.end(2), self._text)
            unit = quotes.UNIT.match(data, at, limit)
            if unit is not None and quotes.closes_coded(data, start, at, unit[0]):
                return None
            ends = quotes.of_variable(data, start, at, context)
            nested = NESTED_OPENED if unit is not None else NESTED_ENDS
            return Found(at, -1, self._text, ends or nested[min(sign[1].count(b"25"), 7)])
        if context.form or context.uri:
            ends = quotes.of_variable(data, start, at, context)
            return Found(at, -1, self._text, ends or (_FORM_END if context.form else _URI_END))
        if context.url:
            return Found(at, -1, self._text, URLS_OF_FIELDS[context.url])
        if self._length <= _SHORT and not rule.named and amid_bytes(data, start, at):
            return None
        return self._loose(data, start, at, context)

    def _bracketed(self, data: bytes, start: int, limit: int, context: Context) -> Answer:
        """`"user[name]": "value"`, `"name[]": ["value"]`: fields of a form, echoed as JSON. No objects."""
        member = named_values.bracketed(data, start, start + self._length, limit)
        if member is None or data[member[1] : member[1] + 1] == b"{":
            return None
        if self._stays(data, start, member[1], limit, context):
            return None
        return self._member.at(data, *member, limit, context)

    def _loose(self, data: bytes, start: int, at: int, context: Context) -> Found | None:
        """Somewhere in a text: the value may be in quotes (an attribute, a script, one of Ruby's hashes)."""
        if self._is_none(data, start, at, at + oauth.WINDOW, context):
            return None
        if context.window and data.startswith(self._text + b"#", at):
            return None  # what a query's last parameter left, and the fragment behind it
        if data[at : at + 1] == b"&" and (reference := REFERENCE.match(data, at, at + 64)) is not None:
            if quotes.closes_coded(data, start, at, reference[0]):
                return None
            return Found(reference.end(), -1, self._text, referred(reference))
        opening = QUOTE.match(data, at, at + 64) if data[at : at + 1] in _OPENING else None
        coded = quotes.APOSTROPHES.match(data, at) if data[at : at + 1] in _ESCAPED else None
        if coded is not None:
            return Found(coded.start(2), coded.end(2), self._text)
        if opening is None:
            return Found(at, -1, self._text, quotes.of_variable(data, start, at, context) or _TEXT_END)
        value = quotes.value_at(data, start, at, opening[0], context)
        if value is None or (context.window and self._is_over(data, value[0])):
            return None
        return Found(value[0], -1, self._text, value[1])

    def _is_over(self, data: bytes, at: int) -> bool:
        """Whether a string that nothing closes ends where its line does, or as a text of XML was redacted."""
        return _LINE_END.match(data, at) is not None or data.startswith(self._text + b"</", at)

    def _is_none(self, data: bytes, start: int, at: int, limit: int, context: Context) -> bool:
        return not self._rule.numbers and (
            is_shortcut(self._joined, data, at)
            or is_directory(self._joined, data, start, at, limit)
            or is_expression(data, at, limit, window=context.window)
        )

    def percent(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`name%22`, `name%5C%22`, `name%3D`, `name%5D=`: decided by what the escape says."""
        pair = self.pair(data, start, end, limit, context)
        if pair is not None or not self._rule.in_json:
            return pair
        found = self._json(data, start, start + self._length, limit, context)
        return found or self.bare(data, start, end, limit, context)

    # --- elements ----------------------------------------------------------------------------------

    def tag(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`<name>value</name>`, with a prefix and attributes; `name : "value"` and `name = "value"`."""
        if self.code:
            return None
        after = start + self._length
        if elements.is_opened(data, start):
            return elements.text_of(
                data, after, limit, context, self._spelling, self._text, whole=self._rule.containers
            )
        if start and data[start - 1] in b";cC:":
            found = elements.escaped(data, start, after, limit, context, self._text)
            if found is not None or (data[start - 1] != 58 and _LESS.search(data, max(0, start - 8), start)):
                return found
        sign = _SPACED.match(data, after, limit)
        if sign is None or not begins(data, start):
            return None
        coded = quotes.APOSTROPHES.match(data, sign.end(), limit)
        if coded is not None:
            return Found(coded.start(2), coded.end(2), self._text)
        return self._quoted_at(data, start, sign.end(), limit, context)

    def escaped_tag(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        """`&lt;name&gt;value&lt;/name&gt;`, `\\u003cname\\u003e`: XML as the text of something else."""
        return elements.escaped(data, start, start + self._length, limit, context, self._text)
