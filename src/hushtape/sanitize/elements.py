"""Elements of XML and HTML: the value in an element of a telling name, its text, an attribute or a child.

Lives here: the look from an element's name to where its value begins, as it is and as escaped text. Must not:
know names or rules, find where a value ends (`values` does). Called by: fields.
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.sanitize.around import Loose, unseen
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.insides import ATTRIBUTES, ESCAPED, LESS, MORE, PLAIN, of_element
from hushtape.sanitize.quotes import string_ends, tag_around
from hushtape.sanitize.spans import Context, Found
from hushtape.sanitize.value_ends import closing, string
from hushtape.sanitize.values import Until

_TAG = lazily(rb"(?:\s[^<>]{0,512})?>(?:\s*<!\[CDATA\[)?")
_TAG_NAME = lazily(rb"<(?:[A-Za-z_][\w.-]{0,64}:)?\Z")
_LIST = lazily(
    rb"\s{0,64}<(?:item|member|element|entry|li|string)(?:\s[^<>]{0,128})?>(?=[^<\s])", re.IGNORECASE
)
_CDATA = lazily(rb"\s*<!\[CDATA\[")
_ATTRIBUTE = lazily(rb"\svalue\s{0,4}=\s{0,4}(\\{0,8}[\"'])(?=[^\"'\s])", re.IGNORECASE)
_CDATA_END = lazily(rb"\]\]>(?!\]?\]?<!\[CDATA\[|\s*<!\[CDATA\[)")
_TEXT_END = lazily(rb"\]\]>|<(?!!\[CDATA\[|!--)")
_QUOTED_END: Final = {b'"': lazily(rb"[\"<]"), b"'": lazily(rb"['<]")}

_ESCAPED_OPEN = lazily(rb"(" + LESS + rb")(?:[A-Za-z_][\w.-]{0,64}:)?\Z")
_ESCAPED_HEAD = lazily(ATTRIBUTES + MORE, re.IGNORECASE)
_MANUAL: Final = 256
_NO_WORD = lazily(rb"[\d\"<]")
_NEXT = lazily(rb"(" + LESS + rb")(/(?:[A-Za-z_][\w.-]{0,64}:)?)?|<|\\{0,64}\"")
_REFERENCE = rb"(?:&|\\{1,16}u0026)(?:amp;){0,4}(?:quot|#34|#[xX]22);"
_QUOTE = lazily(_REFERENCE)
_KEY = lazily(rb"(?=[^\s&]{0,64}\d)[^\s&]{6}")
_ESCAPED_END = Until(lazily(LESS + rb"|<|\\{0,64}\""))
_ESCAPED_IN_STRING = Until(lazily(LESS + rb"|<|\\{0,64}\"|" + _REFERENCE + rb"(?=\s{0,8}[,:}\])])"))
_ESCAPED_IN_QUOTES = Until(lazily(LESS + rb"|['<]"))


def is_opened(data: bytes, start: int) -> bool:
    """Whether a name at `start` is that of an element."""
    if not start or data[start - 1] not in b"<:":
        return False
    return _TAG_NAME.search(data, max(0, start - 70), start) is not None


def text_of(
    data: bytes, after: int, limit: int, context: Context, spelling: bytes, text: bytes, *, whole: bool
) -> Found | tuple[Found, ...] | None:
    """`<name>value</name>`, `<name value="value"/>`, `<name><value>value</value></name>`: `after` the name.

    `whole`: with all elements inside, in XML. Else of these goes what holds the credential. Not in XML, the
    end tag of something has to follow: `<password>` stands in manuals, too.
    """
    head = _TAG.match(data, after, limit)
    if head is None:
        return None
    at = head.end()
    attribute = _attribute(data, after, at, context, text)
    if attribute is not None:
        return attribute
    if data[at - 2 : at] == b"/>":
        return None
    if not context.xml:
        close = data.find(b"</", at, limit)
        if close < 0 or string_ends(data, after - len(spelling), at, close):
            return None
    if head[0][-1:] == b"[":
        return Found(at, -1, text, _until(_CDATA_END, data, at, context))
    if PLAIN.child(data, at, limit) is None:
        stays = not context.xml and (
            _is_word(data, b"<", at, limit) or (context.window and _is_loose(data, spelling, at, limit))
        )
        return None if stays else Found(at, -1, text, _until(_TEXT_END, data, at, context))
    if context.xml and (whole or _LIST.match(data, at, limit)):
        return Found(at, -1, text, closing(spelling))
    return (
        tuple([_child(data, *one, limit, context, text) for one in of_element(data, at, limit, PLAIN)])
        or None
    )


def _attribute(data: bytes, after: int, at: int, context: Context, text: bytes) -> Found | None:
    """`value="..."` in the tag that ends at `at`."""
    found = _ATTRIBUTE.search(data, after, at)
    if found is None or (context.xml and _is_in_quotes(data, found.end())):
        return None
    end = _QUOTED_END.get(found[1])
    return Found(found.end(), -1, text, string(found[1]) if end is None else _until(end, data, at, context))


def _until(end: re.Pattern[bytes], data: bytes, at: int, context: Context) -> Until | Loose:
    """In JSON a string may be cut inside of an element."""
    around = None if context.xml else unseen(data, at)
    return Until(end) if around is None else Loose(Until(end), around)


def _is_in_quotes(data: bytes, value: int) -> bool:
    """Whether an attribute stands in another one's value."""
    tag = tag_around(data, value - 1)
    return tag is not None and tag[1] is not None


def _child(data: bytes, named: int, at: int, limit: int, context: Context, text: bytes) -> Found:
    """The value of a child, by where its name ends and its text begins."""
    opened = _CDATA.match(data, at, limit)
    if opened:
        return Found(opened.end(), -1, text, _until(_CDATA_END, data, at, context))
    return _attribute(data, named, at, context, text) or Found(
        at, -1, text, _until(_TEXT_END, data, at, context)
    )


def escaped(
    data: bytes, start: int, after: int, limit: int, context: Context, text: bytes
) -> Found | tuple[Found, ...] | None:
    """`&lt;name&gt;value&lt;/name&gt;`, `\\u003cname\\u003e`: XML as the text of something else."""
    opened = _ESCAPED_OPEN.search(data, max(0, start - 96), start)
    if opened is None:
        return None
    head = _ESCAPED_HEAD.match(data, after, limit)
    if head is None:
        return None
    tag = tag_around(data, start) if context.xml else None
    ends = _ESCAPED_IN_QUOTES if tag and tag[1] == b"'" else _ESCAPED_END
    if ESCAPED.child(data, head.end(), limit) is None:
        if _is_word(data, opened[1], head.end(), limit):
            return None
        if not context.xml and not _is_closed(data, data[start:after], opened[1], head.end(), limit):
            return _unclosed(data, head.end(), limit, text)
        return Found(head.end(), -1, text, ends)
    children = of_element(data, head.end(), limit, ESCAPED)
    return tuple([Found(at, -1, text, ends) for _, at in children]) or None


def _is_closed(data: bytes, name: bytes, less: bytes, at: int, limit: int) -> bool:
    """Whether the text at `at` ends with an end tag, written alike: that of its own element, if a quote
    stands before it, which may end a string around."""
    following = _NEXT.search(data, at, limit)
    if following is None:
        return True
    if following[1] is None or following[1].lower() != less.lower():
        return False
    end = following.end()
    if following[2] is None or data[end : end + len(name)].lower() == name.lower():
        return True
    return not _QUOTE.search(data, at, following.start())


def _unclosed(data: bytes, at: int, limit: int, text: bytes) -> Found | None:
    """No element, but a word of a manual (`&lt;password&gt;@host`), unless a digit tells of a value."""
    stop, _ = _ESCAPED_IN_STRING.seek(data[at:limit], 0, final=True)
    return Found(at, -1, text, _ESCAPED_IN_STRING) if _KEY.search(data, at, at + stop) else None


def _is_loose(data: bytes, name: bytes, at: int, limit: int) -> bool:
    """Whether the text at `at`, which looks like no value, ends with another element's tag: under escapes it
    may be a manual's (`&lt;password&gt;@host</p>`)."""
    end = data.find(b"<", at, limit)
    return end >= 0 and name.lower() not in data[end : end + 70].lower() and not _KEY.search(data, at, end)


def _is_word(data: bytes, less: bytes, at: int, limit: int) -> bool:
    """Whether another tag opens behind text, written alike: `&lt;user&gt;:&lt;password&gt;@&lt;host&gt;` is a
    manual's."""
    behind = data.find(less, at, min(limit, at + _MANUAL))
    if behind < 0 or _NO_WORD.search(data, at, behind) is not None:
        return False
    return data[behind + len(less) : behind + len(less) + 1] not in (b"/", b"!", b"\\", b"&")
