"""Fields by telling names, written in looser ways: YAML, INI, dumps of headers, pairs, elements, PHP's own.

Lives here: the verifiers of those ways. Must not: know names (the reader that is handed in does), find the
value of JSON, forms and XML elements (`fields` does). Called by: credential_fields.
Where nothing but a colon in a text tells, the value has to look as if a machine had made it, else each
`password: required` of a manual would go. Such findings are guesses: they never fail a recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from hushtape.sanitize.around import within
from hushtape.sanitize.escapes import COLOUR
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.members import IS, MEMBER, STRING, Q, S
from hushtape.sanitize.named_values import ARROW
from hushtape.sanitize.spans import Context, Found, Verify
from hushtape.sanitize.tag_attributes import value_in_tag
from hushtape.sanitize.words import looks_made

LOOSE: Final = "credential by its name, loosely written"
"""The rule's name in findings."""

Read = Callable[[bytes, int, int], bytes | None]
"""(buffer, start and end of the anchor) to what stands in a value's place; None: no such name ends there."""

_Q = rb"(\\{0,8}[\"'])"
_ONE = rb"([^\s\"'<>\\,;(){}\[\]|`*\x1b]{8,3072})"
_END = rb"(?=[,;)}\]]?[\s\"'\\<\x1b]|[,;)}\]]?\Z)"
"""White space or a quote, perhaps behind one sign of a sentence or of YAML's `{name: value}`."""

_SPACE = rb"(?:[ \t]|" + COLOUR + rb")"
_UNQUOTED = lazily(
    rb"(?:%b{0,8}+:%b{1,16}+(?:&[\w-]{1,48}[ \t]{1,8})?|%b{1,16}+=%b{0,16}+)" % ((_SPACE,) * 4)
    + rb"(?:\\{0,8}[\"'])?"
    + _ONE
    + _END
)
_ANCHOR = lazily(rb"&[\w.-]{1,80}[ \t]{0,8}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)(?:[ \t]{1,64}[\w\"'<{\[-]|-[ \t])")
"""YAML's name for what stands on the lines below (YAML 1.2 6.9.2)."""
_SHOWN = lazily(rb"\][ \t]{1,4}" + ARROW + rb"[ \t]{1,4}" + _ONE + _END)
_MAPPED = lazily(rb":\[" + _ONE + rb"(?=[\s\]])")
_ESCAPED_COLOUR = lazily(COLOUR)
_IN_MAP = lazily(rb"[\[ ][\w-]{0,64}\Z")
_ESCAPED = rb"(?:\\{1,8}+(?:u(?!00(?:22|3[cCeE]|5[cC]))[0-9a-fA-F]{4}|[nrt])){0,4}+"
_FIRST_ESCAPED = lazily(rb"\A" + _ESCAPED)
_OPTION = lazily(rb"[ \t]{1,4}(?:\\{0,8}[\"'])?(" + _ESCAPED + _ONE + rb")" + _END)
"""Its first letters may be escaped, whole: `--password \\u003cpassword\\u003e` of a manual has none there."""
_SQL = lazily(rb"(?:[ \t]{1,4}(?:=[ \t]{0,4}[nN])?|[`\]][ \t]{0,4}=[ \t]{0,4}[nN]?)'([^'\\\s]{6,256})'")
"""What follows PASSWORD, or a column's name as MySQL and SQL Server quote it."""
_BEFORE = lazily(
    rb"(?:--|(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))(?i:env|arg|setx(?: /m)?|setenv|set -[gxU]{1,2})[ \t]{1,4})"
    rb"[\w-]{0,64}\Z"
)
"""An option's dashes; Dockerfile's ENV and ARG; the commands of Windows, csh and fish that set a variable."""

_SPOKEN = lazily(_Q + rb"\s{0,8}+:\s{0,8}+\1([^\"'\\\s]{8,1024})\1")
_LABEL = lazily(rb"\\{0,8}[\"'](?:[\w.#$@()-]{1,24}+ ){0,6}[\w.-]{0,24}\Z")
_MEMBER = lazily(r"[A-Za-z_$][\w$]{0,31}(?:\.[A-Za-z_$][\w$]{0,31})+")
"""What scripts say: `this.state.token1`. A JWT is longer, and has a shape."""

_PAIR = lazily(_Q + rb"\s{0,16}+,\s{0,128}+[bB]?\1([^\"'\\\s]{8,1024})\1\s{0,128}+,?\s{0,128}+[\])]")
_CLOSE = lazily(rb"\\{0,8}[\"'](?:\s{1,128}(?:[\w:-]{1,32}=\\{0,8}[\"'][^\"'<>]{0,64}[\"']\s{0,8}){0,4})?")
_OPENED = lazily(rb"[\[(]\s{0,128}+[bB]?\\{0,8}[\"']\Z")
_PHP = lazily(rb"(\\{0,8}\");s:(\d{1,6}):\1")
_PHP_END = lazily(rb"(\\{0,8}\");(?=[abdisrCEORN][:;]|\}|\Z)")
_ASSIGNED = lazily(rb"\\{0,8}[\"']\]\s{0,8}+=\s{0,8}+(\\{0,8}[\"'])([^\"'\\\s]{8,1024})\1")
_ENTRY = lazily(
    _Q + rb"\s{0,8}+=\s{0,8}+(?:[bB]?\1([^\"'\\\s]{8,1024})\1"
    rb"|[nN]?(\\{0,8}')([^\"'\\\s]{8,1024})\3)"
)
_ELEMENT = lazily(
    rb"\\{0,8}[\"'][^<>]{0,256}(?<!/)>"
    + S
    + rb"{0,64}+(?:<(?:\w{1,16}:)?value(?:\s[^<>]{0,64})?>"
    + S
    + rb"{0,64}+)?"
    rb"(?:<!\[CDATA\[)?([^<>\s\]]{8,1024}?)(?="
    + S
    + rb"|\]\]>|<)"
    + S
    + rb"{0,64}+(?:\]\]>"
    + S
    + rb"{0,64}+)?</"
)
_TAGGED = lazily(rb"<[^<>]{1,256}?\s(?:name|key|id|property)\s{0,4}=\s{0,4}\\{0,8}[\"']\Z", re.IGNORECASE)
_NEXT = lazily(
    rb"</(?:\w{1,16}:)?(?:name|key)>\s{0,64}+(?:<(?:\w{1,16}:)?value>\s{0,64}+)?"
    rb"<(?:\w{1,16}:)?(?:string|value|data)(?:\s[^<>]{0,128})?>"
    rb"(?:<!\[CDATA\[)?((?<=CDATA\[)(?:(?!\]\]>)[\s\S]){1,3000}+(?=\]\]>)|[^<]{1,3000})(?:</|\]\]>)",
    re.IGNORECASE,
)
_LAST_ELEMENT = lazily(rb"<(?:\w{1,16}:)?value>([^<]{1,1024})</(?:\w{1,16}:)?value>\s{0,64}\Z", re.IGNORECASE)
_NAME_TAG = lazily(rb"<(?:\w{1,16}:)?(?:name|key)(?:\s[^<>]{0,128})?>\s{0,64}\Z", re.IGNORECASE)
_FIRST = lazily(
    rb"value"
    + IS
    + rb"[bu]?("
    + STRING
    + rb")"
    + S
    + rb"{0,16}+,"
    + S
    + rb"{0,64}+"
    + MEMBER
    + rb"{0,16}?"
    + Q
    + rb"(?:name|key|property)"
    + IS
    + Q
    + rb"\Z",
    re.IGNORECASE,
)
_FIRST_IN_TAG = lazily(
    rb"\svalue\s{0,4}=\s{0,8}+(\\{0,8}[\"'])((?:(?!\1)[^\\<\r\n]){1,1024})\1\s{0,64}+"
    rb"(?:(?:type|class|id)=\\{0,8}[\"'][^\"'\\<>]{0,64}\\{0,8}[\"']\s{1,8}){0,4}name\s{0,4}=\s{0,8}+\\{0,8}[\"']\Z",
    re.IGNORECASE,
)
_VALUE_NAME = lazily(rb"[\"']value\\{0,8}[\"']", re.IGNORECASE)
_QUOTES = lazily(rb"\\{0,8}[\"']")
_TRIED: Final = 8
"""Members called `value` before a name that are tried, from the nearest on."""

_LONG: Final = 24
"""Letters from which a word without a digit may be a credential: `_RSAPublicKey` is a name."""

_BACK: Final = 2100
"""Bytes before a name in which a value that stands first begins."""


def loose_ways(read: Read) -> Iterator[tuple[frozenset[int], Verify]]:
    """The verifiers, each with the bytes that may follow a name there."""
    yield frozenset(b": =\x1b\\]`"), _unquoted(read)
    yield frozenset(b" >/\t\r\n\\]"), _attribute(read)
    yield frozenset(b"\"'\\"), _quoted(read)
    yield frozenset(b"<"), _element(read)


def _found(data: bytes, start: int, end: int, text: bytes) -> Found:
    """What goes, up to the end of the string of JSON around it at the latest."""
    return Found(start, within(data, start, end), text)


def is_made(value: bytes) -> bool:
    """Whether what stands without quotes is a credential: no word, no name in a script, no variable."""
    text = value[:256].decode("latin-1")
    if len(text) < _LONG and not any(map(str.isdigit, text)):
        return False
    return looks_made(text) and text[0] not in "$%" and _MEMBER.fullmatch(text) is None


def _unquoted(read: Read) -> Verify:
    """`name: value` and `name = value` on a line: YAML, INI, a header that curl shows; `--name value`,
    `ENV name value`; `map[name:[value]]`, as Go prints header fields; SQL's `PASSWORD 'value'`."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if context.uri or context.form:
            return None
        sign = data[end]
        if sign == 92 and _ESCAPED_COLOUR.match(data, end, limit) is None:
            return None
        found = (_SHOWN if sign == 93 else _UNQUOTED).match(data, end, limit)
        if found is None and sign == 32 and _BEFORE.search(data, max(0, start - 80), start):
            found = _OPTION.match(data, end, limit)
        if (
            found is None
            and sign == 58
            and data[end + 1 : end + 2] == b"["
            and _IN_MAP.search(data, max(0, start - 66), start)
        ):
            found = _MAPPED.match(data, end, limit)
        found = found or _SQL.match(data, end, limit)
        if found is None or not is_made(_FIRST_ESCAPED.sub(b"", found[1])):
            return None
        if found[1][:1] == b"&" and _ANCHOR.match(data, found.start(1), limit) is not None:
            return None
        text = read(data, start, end)
        return None if text is None else _found(data, *found.span(1), text)

    return verify


def _quoted(read: Read) -> Verify:
    """`["name", "value"]`; `s:4:"name";s:5:"value";`; `<entry key="name">value</entry>`;
    `config["name"] = "value"`; `"My name": "value"`; a value that stands before its name."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        sign = data[end + 1] if end + 1 < limit else 0
        if sign == 58 and data[start - 1] != 32 and 32 not in data[start:end]:
            return None  # `"name":`, by far the commonest
        if sign not in _SIGNS:
            after = _CLOSE.match(data, end, limit)
            sign = data[after.end()] if after is not None and after.end() < limit else 0
        look = _SIGNS.get(sign)
        span = look(data, start, end, limit) if look is not None else None
        if span is None and sign in _LAST:
            span = value_before(data, start, _BACK)
        if span is None:
            span = value_in_tag(data, start, end, limit)
        text = read(data, start, end) if span is not None else None
        return None if span is None or text is None else _found(data, *span, text)

    return verify


Span = tuple[int, int]


def _pair(data: bytes, start: int, end: int, limit: int) -> Span | None:
    found = _PAIR.match(data, end, limit)
    if found is None or not is_made(found[2]) or not _opens(_OPENED, data, start):
        return None
    return found.span(2)


def _spoken(data: bytes, start: int, end: int, limit: int) -> Span | None:
    found = _SPOKEN.match(data, end, limit)
    if found is None or not is_made(found[2]) or not _is_label(data, start, end):
        return None
    return found.span(2)


def _php(data: bytes, start: int, end: int, limit: int) -> Span | None:
    """Nothing is escaped there: the length tells where the string ends; in JSON, what stands behind it."""
    found = _PHP.match(data, end, limit)
    if found is None:
        return None
    stop = found.end() + int(found[2])
    if found[1] != b'"' or stop > limit or not data.startswith(b'";', stop):
        ends = _PHP_END.finditer(data, found.end(), limit)
        stop = next((one.start() for one in ends if one[1] == found[1]), -1)
    return (found.end(), stop) if stop > found.end() else None


def _entry(data: bytes, start: int, end: int, limit: int) -> Span | None:
    """`"name"="value"`: a registry's entry; `b'name'=b'value'`: hpack's log; `"name" = 'value'`: SQL."""
    found = _ENTRY.match(data, end, limit)
    group = 2 if found is not None and found[2] else 4
    return None if found is None or not is_made(found[group]) else found.span(group)


def _assigned(data: bytes, start: int, end: int, limit: int) -> Span | None:
    found = _ASSIGNED.match(data, end, limit)
    return None if found is None or not is_made(found[2]) else found.span(2)


def _text(data: bytes, start: int, end: int, limit: int) -> Span | None:
    found = _ELEMENT.match(data, end, limit)
    if found is None or not is_made(found[1]) or not _opens(_TAGGED, data, start):
        return None
    return found.span(1)


_SIGNS: Final[dict[int, Callable[[bytes, int, int, int], Span | None]]] = {
    44: _pair,
    58: _spoken,
    59: _php,
    61: _entry,
    62: _text,
    93: _assigned,
}
"""What stands behind the name's quote, and which way it opens."""

_LAST: Final = b",}>/"
"""What stands there where the value came first."""


def _attribute(read: Read) -> Verify:
    """`<input type=hidden name=csrf_token value=x>`."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        span = value_in_tag(data, start, end, limit)
        text = read(data, start, end) if span is not None else None
        return None if span is None or text is None else _found(data, *span, text)

    return verify


def value_before(data: bytes, start: int, back: int) -> Span | None:
    """`{"value": "x", "name": "api_key"}`, `<input value="x" name="api_key">`, at most `back` bytes away."""
    low = max(0, start - back)
    window = data[low:start]
    quote = max(window.rfind(b'"'), window.rfind(b"'"))
    if quote < 0 or len(window) - quote > 80:
        return None
    for one in [*_VALUE_NAME.finditer(window, 0, quote)][: -_TRIED - 1 : -1]:
        found = _FIRST.match(window, one.start() + 1, quote + 1)
        opening = _QUOTES.match(found[1]) if found is not None else None
        if found is not None and opening is not None and found.end(1) - found.start(1) > 2 * opening.end():
            size = opening.end()
            return low + found.start(1) + size, low + found.end(1) - size
    at = window.lower().rfind(b"value", 0, quote)
    tagged = _FIRST_IN_TAG.match(window, at - 1, quote + 1) if at > 0 else None
    return None if tagged is None else (low + tagged.start(2), low + tagged.end(2))


def _element(read: Read) -> Verify:
    """`<key>name</key><string>value</string>`: property lists, XML-RPC."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if not _opens(_NAME_TAG, data, start):
            return None
        found = _NEXT.match(data, end, limit)
        if found is None:
            low = data.rfind(b"<", 0, start)
            found = _LAST_ELEMENT.search(data, max(0, low - _BACK), low)
        text = read(data, start, end) if found is not None else None
        return None if found is None or text is None else _found(data, *found.span(1), text)

    return verify


def _is_label(data: bytes, start: int, end: int) -> bool:
    """Whether the name in quotes that an anchor ends has a space in it."""
    label = _LABEL.search(data, max(0, start - 200), start)
    return label is not None and 32 in data[label.start() : end]


def _opens(before: re.Pattern[bytes], data: bytes, start: int) -> bool:
    """Whether the name that an anchor at `start` ends stands right behind this."""
    window = data[max(0, start - 360) : start]
    name = max(window.rfind(b'"'), window.rfind(b"'"), window.rfind(b">"))
    return name >= 0 and before.search(window, 0, name + 1) is not None
