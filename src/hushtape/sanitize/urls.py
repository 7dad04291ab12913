"""URLs: userinfo and presigned parameters.

Lives here: the rules that only make sense inside a URL. Must not: walk headers or stream.
Called by: plan. Sources: RFC 3986 3.2.1 for userinfo; AWS
Signature Version 4 and the signed URLs of the others for the parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.fields import AHEAD, BACK, KIND, Field
from hushtape.sanitize.rules import FieldRule, UrlSecretsRule
from hushtape.sanitize.spans import USERINFO, Context, Found, Lesson, Verifier
from hushtape.sanitize.words import looks_made

PRESIGNED = (
    "sig",
    "signature",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "x-goog-signature",
    "x-goog-credential",
    "awsaccesskeyid",
    "ossaccesskeyid",
    "x-oss-signature",
    "x-oss-credential",
    "x-oss-security-token",
    "x-cos-security-token",
    "x-tos-signature",
    "x-tos-credential",
    "x-tos-security-token",
    "q-signature",
    "q-ak",
    "hmac",
)
"""AWS, Google, Azure, Alibaba, Tencent, Volcengine; `hmac` is Akamai's and Shopify's."""

USERINFO_SIGN = b"@"
"""What plain userinfo is anchored on: every URL holds `://`, few an `@` behind it. The plan looks for it
by itself (`userinfo_signs`), apart from the automaton."""

REACH = 8 * 1024
"""Most bytes of userinfo, as they stand there: access tokens with many claims take 4 to 6 KiB."""

LONG = 16
"""Letters of a token that stands alone before the `@`."""

SAMPLE = 4096
"""Bytes that tell whether slashes are rarer than e-mail addresses."""

_SLASHES = lazily(rb"/(?<=[/\\]/)")
_BEFORE = 72
"""Bytes before userinfo that are looked at."""

_SCHEME = lazily(rb"[A-Za-z0-9+.-](?::|%(?:25){0,2}3[aA])[/\\]{2,33}\Z")
"""With a single slash, a picture in base64 may hold userinfo by chance, and fails the recording."""

_NO_SCHEME = lazily(rb"(?:^|[\s\"'=(<>])\\{0,16}/\\{0,16}/\Z")
_NAME = lazily(rb"[\w.~%!$&*+-]{1,8192}+:")
_HOST = lazily(rb"[A-Za-z0-9][\w.-]{2}|\[[0-9a-fA-F:]{2}")
_SAID = lazily(rb"(?i)'?[a-z]+(?:[._-][a-z]+)*|[a-z_.]*\(.*", re.DOTALL)
"""Without a scheme (RFC 3986 4.2), `//` begins a comment as well: a name, a password that is no word, and a
host must follow. The audit, which decodes what may be none, leaves these alone."""

_ENDS = lazily(rb"[\s\x00-\x1f\x7f?\"<>]|(?<!&)(?<!u0026)#")
"""What ends an authority wherever it stands; not the sign of a reference (`&#x27;`)."""

_OPENED = lazily(rb"'(?:[A-Za-z][A-Za-z0-9+.-]{0,31}:)?[/\\]{2,33}\Z")
_INSIDE = rb"(?<=[A-Za-z0-9])'(?=[A-Za-z0-9])"
_BETWEEN = rb"'(?![,:]')"
"""An apostrophe is a letter of userinfo (RFC 3986 2.2; encodeURIComponent leaves it). Where one opened the
URL only inside a word; in a text not where a string of a script's list or object ends and the next begins."""


# A URL in a picture's metadata is followed by binary data, which may hold an `@`. Escapes of what may not
# stand in userinfo end it, as the characters themselves do: quotes, white space, and the signs that end a
# clause in Chinese. So does an ampersand that begins the next parameter.
_NOT_THERE = rb"\xc2\xa0|\xe2[\x80\x81]|\xe3\x80|\xef\xbc|\xef\xbb\xbf"
_NO_UNIT = (
    rb"00(?:[01]|2[023fF]|26[\w.-]{1,40}=|27[,:]\\{1,16}u0027|3[cCeEfF]|5[cC]|7[fF]|[aA]0)"
    rb"|20[0-6]|300|[fF][fF]0"
)
_NUMBERED = (
    rb"#(?:0{0,4}(?:3[36789]|4[0-6]|58|59|6[14]|95|126|16[1-9]|1[7-9]\d|2\d\d)"
    rb"|[xX]0{0,4}(?:2[145-9a-eA-E]|3[aAbBdD]|40|5[fF]|7[eE]|[aA][1-9a-fA-F]|[b-fB-F][0-9a-fA-F]));(?![,:)](?:&|\\{1,16}u0026)#)"
)
_AND = rb"|&(?!#|(?:amp;){0,4}(?:quot|apos(?=;[,:)]&apos;)|lt|gt|nbsp);|(?:amp;)?[\w.%-]{1,40}=)"


def _authority(apostrophe: bytes, ampersand: bytes = _AND) -> re.Pattern[bytes]:
    return lazily(
        rb"(?:[^\s\x00-\x1f\x7f-\xff/?#\"'<>\\&`|]++|(?:&|\\{1,16}+u0026)"
        + _NUMBERED
        + ampersand
        + rb"|(?!"
        + _NOT_THERE
        + rb")[\x80-\xff]|"
        + apostrophe
        + rb"|\\{1,16}u(?!"
        + _NO_UNIT
        + rb")[0-9a-fA-F]{4})++\Z"
    )


_AUTHORITY, _IN_QUOTES = _authority(_BETWEEN), _authority(_INSIDE)
_IN_URI, _IN_PAIRS = _authority(b"'"), _authority(b"'", b"")

_TOKEN = lazily(rb"(?:[\w.~%+=-]|\\{1,16}u00(?:2[bB]|3[dD]))+")
_USER = lazily(
    rb"(?:[\w.~@%!$&'()*+,;=-]|\\{1,16}+u00(?:2[14-9a-eA-E]|3[0-9bBdD]|4[0-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])"
    rb"|(?:(?<=&)|(?<=u0026))#(?:\d{2,7}|[xX][0-9a-fA-F]{2,6});)*"
)
"""A name, and its signs as JSON and HTML write them; which signs a reference may be, `_NUMBERED` says."""
_OUTSIDE = lazily(rb"%(?:25){0,8}(?:2[02]|3[cCeE]|0[aAdD])")
_PORT = lazily(rb"\d{2,5}[&,;')\]}]")


def _tells(text: bytes, left: bytes, names: Callable[[bytes], bool] | None = None) -> bool:
    """Whether this before an `@` says who somebody is: a name, a colon and a password, or a long token. Not a
    host, and an address in the next column or parameter; nor where another rule has replaced a password that
    held a slash, which ends userinfo (half of AWS's keys do). `names`: `_is_name`, remembered."""
    user, colon, password = text.partition(b":")
    if not colon:
        if b"@" in user:  # of a row of them the first was asked
            return False
        token = _TOKEN.fullmatch(user) is not None and (len(user) >= LONG or b"%3a" in user.lower())
        return token and _OUTSIDE.search(user) is None
    if password == left and may_be_user(user, left):
        return False
    host = b"." in user or user == b"localhost"
    return not (host and _PORT.match(password)) and (names or _is_name)(user)


def _is_name(user: bytes) -> bool:
    """Whether it may stand before the colon: no text that goes on behind a host (`example.com%20Mail`)."""
    outside = _OUTSIDE.search(user)
    if outside is not None and (b"." in (first := user[: outside.start()]) or first in (b"", b"localhost")):
        return False  # `john%20doe` is a name
    return _USER.fullmatch(user) is not None


def may_be_user(user: bytes, left: bytes) -> bool:
    """Whether what stands before a password that was replaced is no token by itself."""
    return user == left or len(user) < LONG or not looks_made(user.decode("latin-1"))


# What is escaped once more than the URL is its own: the `@` of a password.
def _escaped_authority(level: int) -> re.Pattern[bytes]:
    sign = rb"(?:@|%%(?:25){0,%d}40)" % level
    unit = rb"(?:[^%\s/?#\"'<>@&\\+`|]++|" + _BETWEEN
    unit += rb"|%%(?!(?:25){0,%d}(?:2[0fF23]|3[fFcCeE]|0[aAdD]|40|26[\w.-]{1,40}%%(?:25){0,%d}3[dD])))++" % (
        level,
        level,
    )
    # A password may hold an `@` as it is, several in a row, too: as far as the last one, as parsers read it.
    return lazily(unit + rb"(?=" + sign + rb")(?:" + sign + rb"(?:" + unit + rb")?+(?=" + sign + rb"))*+")


_ESCAPED_AUTHORITY = [_escaped_authority(level) for level in range(2)]


def userinfo_signs(data: bytes) -> list[int]:
    """Where an `@` stands that `//` or `\\/` comes before as the nearest slash, and nothing that ends an
    authority between. E-mail addresses, which data is full of, are passed over here at 0.2 us each, or by the
    rarer slashes."""
    ends = _Ends(data)
    if data.count(USERINFO_SIGN, 0, SAMPLE) > data.count(b"/", 0, SAMPLE):
        return list(_behind_slashes(data, ends))
    signs: list[int] = []
    stop = before = 0
    at = data.find(USERINFO_SIGN)
    while at >= 0:
        slash = data.rfind(b"/", max(before, at - REACH), at)
        if slash >= 0:
            stop = ends.after(slash + 1) if slash and data[slash - 1] in b"/\\" else 0
        if at < stop:
            signs.append(at)
        before = at
        at = data.find(USERINFO_SIGN, at + 1)
    return signs


class _Ends:
    """Where signs of userinfo end at the latest, asked from left to right: no byte is searched twice, however
    many slashes stand before the next end."""

    __slots__ = ("_data", "_found", "_searched")

    def __init__(self, data: bytes) -> None:
        self._data, self._searched, self._found = data, 0, False

    def after(self, start: int) -> int:
        limit = min(start + REACH, len(self._data))
        if self._searched < start or not self._found:
            begin = max(start, self._searched)
            found = _ENDS.search(self._data, begin, limit) if begin < limit else None
            self._found = found is not None
            self._searched = found.start() if found else max(begin, limit)
        return min(self._searched, limit)


def _behind_slashes(data: bytes, ends: _Ends) -> Iterator[int]:
    for slash in _SLASHES.finditer(data):
        start = slash.end()
        stop = data.find(b"/", start, start + REACH)
        stop = start + REACH if stop < 0 else stop
        at = data.find(USERINFO_SIGN, start, stop)
        if at >= 0:
            stop = min(stop, ends.after(start))
        while 0 <= at < stop:
            yield at
            at = data.find(USERINFO_SIGN, at + 1, stop)


def crossing_signs(rest: bytes, chunk: bytes) -> list[int]:
    """Those of `rest` and `chunk` joined that stand in `chunk` and that it does not show by itself: the slash
    before them stands in `rest`, or is the chunk's first byte."""
    stop = chunk.find(b"/", 1, REACH)
    stop = REACH if stop < 0 else stop
    if chunk.find(USERINFO_SIGN, 0, stop) < 0:
        return []
    before = rest[-REACH - 1 :]
    dropped, border = len(rest) - len(before), len(before)
    return [at + dropped for at in userinfo_signs(before + chunk[:stop]) if at >= border]


def _userinfo(text: bytes) -> tuple[Any, Any, Any]:
    def plain(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        # Behind `://`, `:\/\/` at any depth: what stands before an `@`, if it holds a colon or is long.
        first = data.rfind(b"/", max(0, start - REACH), start) + 1
        if first == 0:
            return None
        low = max(0, first - _BEFORE)
        if _SCHEME.search(data, low, first) is None:
            if context.window or _NO_SCHEME.search(data, low, first) is None:
                return None
            named = _NAME.match(data, first, start)
            if named is None or _HOST.match(data, end) is None or _SAID.fullmatch(data, named.end(), start):
                return None
        if not _belongs(data, first, start, context):
            return None
        if not _tells(data[first:start], text, lambda user: _known_name(data, first, user, context)):
            return None
        return Found(first, start, text)

    def escaped(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        level = b"%25" in data[start:end]
        return ending(data, end, level)

    def sign(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        # An `@` that alone is escaped. The first of several tells of all.
        low = max(0, start - REACH)
        low = max(low, data.rfind(b"&", low, start))
        first = data.rfind(b"/", low, start) + 1
        if first < 2 or data[first - 2] not in b"/\\" or data.find(data[start:end], first, start) >= 0:
            return None
        if _SCHEME.search(data, max(0, first - _BEFORE), first) is None:
            return None
        return ending(data, first, level=b"%25" in data[start:end])

    def ending(data: bytes, end: int, level: bool) -> Found | None:
        found = _ESCAPED_AUTHORITY[level].match(data, end, min(end + REACH, len(data)))
        if found is None or not _tells(_undone(found[0], level), text):
            return None
        return Found(end, found.end(), text)

    return plain, escaped, sign


def _undone(text: bytes, level: int) -> bytes:
    text = unquote_to_bytes(text)
    return unquote_to_bytes(text) if level else text


def _belongs(data: bytes, first: int, start: int, context: Context) -> bool:
    """Whether all from `first` on may stand in userinfo. Each `@` goes on where the one before it ended, so
    that a row of them costs no more than its length."""
    known = context.notes.get("userinfo") if context.notes is not None else None
    at, sure = first, True
    if isinstance(known, tuple) and known[0] is data and known[1] == first and known[2] <= start:
        at, sure = known[2:]
    if sure and at < start:
        expression = _expression(data, first, context)
        if data.find(b"'", first, start) >= 0 and _OPENED.search(data, max(0, first - _BEFORE), first):
            expression = _IN_QUOTES
        sure = expression.match(data, at, start) is not None
    if context.notes is not None:
        context.notes["userinfo"] = data, first, start, sure
    return sure


def _known_name(data: bytes, first: int, user: bytes, context: Context) -> bool:
    """The same for each `@` of a row of them, of which a hostile body has thousands."""
    known = context.notes.get("name") if context.notes is not None else None
    if isinstance(known, tuple) and known[0] is data and known[1:3] == (first, len(user)):
        return bool(known[3])
    found = _is_name(user)
    if context.notes is not None:
        context.notes["name"] = data, first, len(user), found
    return found


def _expression(data: bytes, first: int, context: Context) -> re.Pattern[bytes]:
    if context.form or (context.uri and data.find(b"?", 0, first) >= 0):
        return _IN_PAIRS
    return _IN_URI if context.uri else _AUTHORITY


_IN_STRINGS: Final = (b"\\", b"&quot;", b"%22", b"%5c", b"%2522", b"%255c")
"""How the quote behind a name may begin."""


def url_anchors(rule: UrlSecretsRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """Userinfo and presigned parameters."""
    plain, escaped, sign = _userinfo(rule.placeholder.encode())
    lesson = Lesson("userinfo", guess=True)
    yield USERINFO_SIGN, Verifier(plain, order, "userinfo", USERINFO, REACH + _BEFORE, teaches=lesson)
    # Python's `quote` leaves slashes, and with `safe="/:"` colons, too; Go's `url.PathEscape` leaves colons.
    for anchor in (b"%40", b"%2540"):
        yield anchor, Verifier(sign, order, "userinfo", USERINFO, REACH + _BEFORE, REACH, teaches=lesson)
    for anchor in (b"%3a%2f%2f", b":%2f%2f", b"%253a%252f%252f", b":%252f%252f", b"%3a//", b"%253a//"):
        yield anchor, Verifier(escaped, order, "userinfo", USERINFO, 0, REACH, teaches=lesson)
    for name in PRESIGNED:
        field = Field(FieldRule(names=(name,), placeholder=rule.placeholder), name)
        verifier = Verifier(field.pair, order, f"parameter {name}", KIND, BACK, AHEAD)
        for ending in (b"=", b"%3d", b"%253d", b"\\u003d"):
            yield name.encode() + ending, verifier
        if "-" in name or name.endswith("id"):
            # The fields of a signed form (POST policy), as JSON lists them and multipart sends them.
            quoted = verifier._replace(verify=field.quoted)
            yield b'"%s"' % name.encode(), quoted
            yield from ((name.encode() + ending, quoted) for ending in _IN_STRINGS)
