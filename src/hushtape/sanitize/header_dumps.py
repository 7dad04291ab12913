"""Header fields and cookies as programs show them: pairs, lists of name and value, maps, HAR's cookies.

Lives here: `{"Cookie": ["sid=..."]}`, `["Set-Cookie", "sid=..."]`, `map[Cookie:[sid=...]]`, a value before
its name, and what stands under `cookies`. Must not: look at `"Cookie": "..."` (`formed_fields` does), or at
names that say enough (`credential_names`). Called by: plan (anchors).
The name alone is a title or a policy as often: the value has to look like pairs, or as if a machine made it.
Sources: HAR 1.2 (cookies), Go's fmt, Node's rawHeaders, ASGI, WebDriver (cookie).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from hushtape.sanitize.around import within
from hushtape.sanitize.escapes import COLOUR
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.formed_fields import FORMS, has_form
from hushtape.sanitize.header_policy import ATTRIBUTES, is_credential
from hushtape.sanitize.loose_fields import is_made, value_before
from hushtape.sanitize.named_values import COLON
from hushtape.sanitize.quotes import ends
from hushtape.sanitize.rules import CredentialNamesRule
from hushtape.sanitize.secret_places import BESIDE
from hushtape.sanitize.spans import FIELDS, Context, Found, Lesson, Verifier, Verify

_AHEAD: Final = 3300
_BACK: Final = 3300
"""Bytes around a name: a private JWK takes as many, so a body's window does not grow."""

_Q = rb"\\{0,8}[\"']"
_CLOSED = lazily(_Q)
_NAME = lazily(rb"[bB]?(\\{0,8}[\"'])[A-Za-z_-]{0,12}\Z")
_S = rb"(?:\s|\\{1,8}[nrt])"
_COMMA = lazily(_S + rb"{0,16}+," + _S + rb"{0,32}+[bB]?(\\{0,8}[\"'])")
_NEXT = lazily(rb"(?:" + _S + rb"{0,16}+,|\]\s{0,8}+=|=|;s:\d{1,6}:)" + _S + rb"{0,32}+[bB]?(\\{0,8}[\"'])")
_STRING = lazily(rb"(?:[ \t]|" + COLOUR + rb"){0,8}+(?:\[(?:\s|" + COLOUR + rb"){0,8}+)?(\\{0,8}[\"'])")
_LIST = lazily(COLON.pattern + rb"\[" + _S + rb"{0,32}+[bB]?(\\{0,8}[\"'])")
_COOKIE = lazily(rb"(?:(?<=[\"'\[>])|(?<=;)\s{0,8}+)([^\s=;,\"'\\<>\[\]]{1,128})=([^;\r\n]{1,4096})")
_PREFIX = rb"(?:set-|x-set-|proxy-)?\Z"
_NAME_TAG = lazily(rb"<(?:\w{1,16}:)?(?:name|key)>\s{0,64}" + _PREFIX, re.IGNORECASE)
_NAME_ATTRIBUTE = lazily(rb"<[^<>]{1,300}?\s(?:name|key)\s{0,4}=\s{0,4}\\{0,8}[\"']" + _PREFIX, re.IGNORECASE)
_VALUE_NEXT = lazily(
    rb"(?:\w{1,16}:)?(?:name|key)>\s{0,64}+<(?:\w{1,16}:)?(?:value|string)>([^<>]{1,3000})</", re.IGNORECASE
)
_TEXT = lazily(rb"([^<>]{1,3000})</")
_SCHEME = lazily(rb"[A-Za-z][\w-]{1,24}+ {1,4}+(?:token=)?(?=\S)")
_SHORT, _LONG = 4, 8
"""Characters from which a cookie may be more than a setting: one whose name says so, and any."""
_ENDINGS: Final = (b'"', b"'", b"\\")

Span = tuple[int, int]
Parts = Callable[[bytes, int, int], list[Span]]
"""(buffer, where a field's value begins and ends) to where its credentials stand."""

_TOKEN = lazily(
    rb"([\[{])|([\]}])|(\\{0,8}[\"'])([^\"'\\\r\n]{0,128})\3\s{0,8}+:\s{0,8}+(?:(\\{0,8}[\"'])(?:\\{1,9}\")?([^\"'\\]{0,2048})(?:\\{1,9}\")?\5)?"
    rb"|" + _Q + rb"([^\"'\\]{0,2048}+)" + _Q
)
_VALUE = lazily(
    _Q + rb"value" + _Q + rb"\s{0,8}+:\s{0,8}+(\\{0,8}[\"'])(?:\\{1,9}\")?([^\"'\\]{8,2048})(?:\\{1,9}\")?\1",
    re.IGNORECASE,
)


def dump_anchors(rule: CredentialNamesRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors: names of fields with what stands behind them."""
    text, lesson = rule.placeholder.encode(), Lesson("json", guess=True)
    for name, parts in (("cookie", _cookies), ("authorization", _credentials)):
        if name in rule.keep:
            continue
        one = Verifier(_in_quotes(text, parts), order, BESIDE + name, FIELDS, _BACK, _AHEAD, teaches=lesson)
        yield from ((name.encode() + ending, one) for ending in _ENDINGS)
        for sign in (b":[", b"=["):
            yield name.encode() + sign, one._replace(verify=_in_map(text, parts), back=0)
        for sign in (b":", b" =", b"="):
            yield name.encode() + sign, one._replace(verify=_bare(text, parts), back=0)
        for sign in (b"</", b'">', b"'>"):
            yield name.encode() + sign, one._replace(verify=_in_elements(text, parts), back=400)
    if "cookies" not in rule.keep:
        one = Verifier(_listed(text), order, BESIDE + "cookies", FIELDS, 16, _AHEAD, teaches=lesson)
        yield from ((b"cookies" + ending, one) for ending in _ENDINGS)
        one = Verifier(_beside(text), order, BESIDE + "httponly", FIELDS, _BACK, 700, teaches=lesson)
        yield from ((b"httponly" + ending, one) for ending in _ENDINGS)


# --- the values of fields ------------------------------------------------------------------------


def _cookies(data: bytes, at: int, end: int) -> list[Span]:
    """The values of cookies; none of attributes, and none that is a setting (`lang=en`)."""
    return [
        pair.span(2)
        for pair in _COOKIE.finditer(data, at, end)
        if _is_cookie(pair[1].decode("latin-1"), pair[2])
    ]


def _is_cookie(name: str, value: bytes) -> bool:
    if name.lower() in ATTRIBUTES or len(value) < _SHORT:
        return False
    return len(value) >= _LONG or is_credential(name)


def _credentials(data: bytes, at: int, end: int) -> list[Span]:
    """What stands behind the scheme, if it has the form of a credential."""
    if not has_form(data, at, end, FORMS["authorization"]):
        return []
    scheme = _SCHEME.match(data, at, end)
    return [(scheme.end() if scheme else at, end)]


def _ends(data: bytes, at: int, limit: int, quote: bytes, context: Context) -> int:
    """Where the string ends that this quote opened; the limit, if that is not seen."""
    end, _ = ends(data, at - len(quote), quote, context).seek(data[at:limit], 0, final=True)
    return at + end


def _found(
    data: bytes, at: int, limit: int, quote: bytes, text: bytes, parts: Parts, context: Context
) -> tuple[list[Found], int]:
    """What goes of the string at `at`, and where the string ends. The last part of one that is longer than
    what is seen goes on."""
    end = _ends(data, at, limit, quote, context)
    spans = parts(data, at, end)
    found = [Found(*span, text) for span in spans]
    if found and end == limit == spans[-1][1]:
        found[-1] = Found(spans[-1][0], -1, text, ends(data, at - len(quote), quote, context))
    return found, end


def _in_quotes(text: bytes, parts: Parts) -> Verify:
    """`"Cookie": ["value"]`, `["Cookie", "value"]`, also among others; a value before its name."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        opened = _NAME.search(data, max(0, start - 20), start)
        closed = _CLOSED.match(data, end - 1, limit)
        if opened is None or closed is None or opened[1] != closed[0]:
            return None
        limit = min(limit, start + _AHEAD)
        found: list[Found] = []
        comma, colon = _NEXT.match(data, closed.end(), limit), _LIST.match(data, closed.end(), limit)
        if comma is not None:
            found, _ = _found(data, comma.end(), limit, comma[1], text, parts, context)
        while colon is not None:
            more, at = _found(data, colon.end(), limit, colon[1], text, parts, context)
            found += more
            colon = _COMMA.match(data, at + len(colon[1]), limit)
        if not found and (span := value_before(data, start, _BACK)) is not None:
            found = [Found(*one, text) for one in parts(data, *span)]
        return tuple(found) or None

    return verify


def _bare(text: bytes, parts: Parts) -> Verify:
    """`{cookie: "value"}`, `document.cookie = "value"`: scripts, and what Node prints."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        opening = _STRING.match(data, end, limit)
        if opening is None:
            return None
        found, _ = _found(data, opening.end(), min(limit, start + _AHEAD), opening[1], text, parts, context)
        return tuple(found) or None

    return verify


def _in_map(text: bytes, parts: Parts) -> Verify:
    """`map[Cookie:[value]]`: what Go prints of a http.Header."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        close = _map_end(data, end, min(limit, start + _AHEAD))
        return tuple([Found(*one, text) for one in parts(data, end, close)]) or None if close >= 0 else None

    return verify


def _map_end(data: bytes, at: int, limit: int) -> int:
    """Where the list ends that Go's or Java's map holds: with the string of JSON around it at the latest, for
    a log may cut it; -1: that is not seen."""
    close = data.find(b"]", at, limit)
    over = within(data, at, close if close >= 0 else limit)
    return over if over < limit else close


def _in_elements(text: bytes, parts: Parts) -> Verify:
    """`<name>Cookie</name><value>value</value>`, `<header name="Cookie">value</header>`."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        behind, before = (_VALUE_NEXT, _NAME_TAG) if data[end - 1] == 47 else (_TEXT, _NAME_ATTRIBUTE)
        value = behind.match(data, end, min(limit, start + _AHEAD))
        if value is None or before.search(data, max(0, start - 400), start) is None:
            return None
        stop = within(data, *value.span(1))
        return tuple([Found(*one, text) for one in parts(data, value.start(1), stop)]) or None

    return verify


# --- cookies ---------------------------------------------------------------------------------------


def _listed(text: bytes) -> Verify:
    """`"cookies": [{"name": "sid", "value": "..."}]` and `"cookies": {"sid": "..."}`."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        closed = _CLOSED.match(data, end - 1, limit)
        if closed is None or not data[max(0, start - len(closed[0])) : start].endswith(closed[0]):
            return None
        colon = COLON.match(data, closed.end(), limit)
        first = data[colon.end() : colon.end() + 1] if colon is not None else b""
        if colon is None or first not in (b"[", b"{"):
            return None
        stop = min(limit, start + _AHEAD)
        return tuple(_made(data, colon.end(), stop, first == b"{", text)) or None

    return verify


def _made(data: bytes, at: int, stop: int, mapped: bool, text: bytes) -> Iterator[Found]:
    """The values from a bracket at `at` to the one that closes it. `mapped`: the outermost names are those of
    cookies; else only what is called `value` is one's."""
    depth = 0
    for token in _TOKEN.finditer(data, at, stop):
        depth += (token[1] is not None) - (token[2] is not None)
        if depth == 0:
            return
        if token[4] is not None and token[4].lower() == b"cookies":
            return  # another list begins, and is looked at by itself
        if not mapped and token[7] is not None:  # `["sid=...", "b=..."]`: requests that Lambda gets
            yield from (Found(*span, text) for span in _cookies(data, *token.span(7)))
        value = token[6]
        if (
            value is not None
            and (token[4].lower() == b"value" or (mapped and depth == 1))
            and _is_value(value)
        ):
            yield Found(token.start(6), token.end(6), text)


def _is_value(value: bytes) -> bool:
    return len(value) >= 8 and is_made(value)


def _beside(text: bytes) -> Verify:
    """`{"name": "sid", "value": "...", "httpOnly": true}`, wherever it stands."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        low = data.rfind(b"{", max(0, start - _BACK), start)
        if low < 0 or data.find(b"}", low, start) >= 0:
            return None
        high = data.find(b"}", end, min(limit, end + 640))
        found = _VALUE.search(data, low, high) if high >= 0 else None
        return None if found is None or not is_made(found[2]) else Found(*found.span(2), text)

    return verify
