"""Elements of XML and HTML: the value in an element of a telling name, its text, an attribute or a child.

Lives here: the look from an element's name to where its value begins, as it is and as escaped text. Must not:
know names or rules, find where a value ends (`values` does). Called by: fields.
"""

from __future__ import annotations

import re
from typing import Final

from hushtape.sanitize.spans import Context, Found
from hushtape.sanitize.value_ends import closing, string
from hushtape.sanitize.values import Until

_TAG = re.compile(rb"(?:\s[^<>]{0,512})?>(?:\s*<!\[CDATA\[)?")
_TAG_NAME = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,64}:)?\Z")
_S = rb"(?:\s|\\{1,8}[nrt])"
_CHILD = re.compile(_S + rb"{0,64}<[A-Za-z_]")
_OTHERS = (
    rb"(?:<((?:\w{1,16}:)?(?!(?:value|string|text)\b)[A-Za-z_][\w.-]{0,32})(?:\s[^<>]{0,128})?>[^<>]{0,256}</\1>"
    + _S
    + rb"{0,64}){0,4}"
)
_CHILD_VALUE = re.compile(
    _S
    + rb"{0,64}"
    + _OTHERS
    + rb"<(?:\w{1,16}:)?(?:value|string|text)(?:\s[^<>]{0,128})?>(?:<!\[CDATA\[)?(?=[^<\s])",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"\svalue\s{0,4}=\s{0,4}(\\{0,8}[\"'])(?=[^\"'\s])", re.IGNORECASE)
_TEXT_END = Until(re.compile(rb"\]\]>|<(?!!\[CDATA\[|!--)"))
_QUOTED_END: Final = {b'"': Until(re.compile(rb"[\"<]")), b"'": Until(re.compile(rb"['<]"))}

_LESS, _MORE = rb"(?:&(?:amp;){0,3}lt;|\\{1,8}u003[cC])", rb"(?:&(?:amp;){0,3}gt;|\\{1,8}u003[eE])"
_ESCAPED_OPEN = re.compile(_LESS + rb"(?:[A-Za-z_][\w.-]{0,64}:)?\Z")
_ESCAPED_HEAD = re.compile(
    rb"(?:\s(?:[^<>&\\]|&(?:amp;)?(?:quot|apos|#\d{2});|\\{1,8}[^u]){0,256}+)?" + _MORE
    + rb"(?:(?:\s|\\+[nrt]){0,32}" + _LESS + rb"(?:\w{1,16}:)?(?:value|string|text)" + _MORE + rb")?",
    re.IGNORECASE,
)  # fmt: skip
_ESCAPED_END = Until(re.compile(_LESS + rb"|[<\"]"))


def is_opened(data: bytes, start: int) -> bool:
    """Whether a name at `start` is that of an element."""
    if not start or data[start - 1] not in b"<:":
        return False
    return _TAG_NAME.search(data, max(0, start - 70), start) is not None


def text_of(
    data: bytes, after: int, limit: int, context: Context, spelling: bytes, text: bytes
) -> Found | None:
    """`<name>value</name>`, `<name value="value"/>`, `<name><value>value</value></name>`: `after` the name.

    Not in XML, the end tag of something has to follow: `<password>` stands in manuals, too.
    """
    head = _TAG.match(data, after, limit)
    if head is None:
        return None
    at = head.end()
    attribute = _ATTRIBUTE.search(data, after, at)
    if attribute is not None:
        quote = attribute[1]
        return Found(attribute.end(), -1, text, _QUOTED_END.get(quote) or string(quote))
    if data[at - 2 : at] == b"/>":
        return None
    if not context.xml and data.find(b"</", at, limit) < 0:
        return None
    if head[0][-1:] == b">" and _CHILD.match(data, at, limit):
        if context.xml:
            return Found(at, -1, text, closing(spelling))
        child = _CHILD_VALUE.match(data, at, limit)
        at = child.end() if child else at
    return Found(at, -1, text, _TEXT_END)


def escaped(data: bytes, start: int, after: int, limit: int, text: bytes) -> Found | None:
    """`&lt;name&gt;value&lt;/name&gt;`, `\\u003cname\\u003e`: XML as the text of something else."""
    if _ESCAPED_OPEN.search(data, max(0, start - 96), start) is None:
        return None
    head = _ESCAPED_HEAD.match(data, after, limit)
    return None if head is None else Found(head.end(), -1, text, _ESCAPED_END)
