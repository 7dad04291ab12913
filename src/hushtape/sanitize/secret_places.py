"""Secret places: credentials that no name of their own tells, but what stands beside them does.

Lives here: Azure's lists of keys, Oracle's connections, users of curl and of .netrc, heads in texts.
Must not: look at names that say enough (`credential_names`), at members of one object (`siblings`).
Called by: plan (anchors). Sources: the answers that the makers' documentation shows.
An anchor is a literal that few bodies hold; the credential stands in a group of the expression around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hushtape.sanitize.around import within
from hushtape.sanitize.escapes import COLOUR
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.named_values import GREATER
from hushtape.sanitize.rules import CredentialNamesRule
from hushtape.sanitize.spans import FIELDS, Context, Found, Lesson, Verifier, Verify
from hushtape.sanitize.values import Until
from hushtape.sanitize.words import looks_made

BESIDE: Final = "beside "
"""How the rules' names begin in findings."""

SIGNS: Final = '<>/" :'
_AHEAD: Final = 3300

_LONG: Final = 1400
_GOES_ON: Final = Until(lazily(rb"[\s\"'\\<>\x1b]"))

_Q = rb"\\{0,8}\""
_IS = _Q + rb"\s{0,8}+:\s{0,8}+" + _Q
_SAME = (
    b"(?:"
    + b"|".join(rb"%b\"\s{0,8}+:\s{0,8}+%b\"" % (2 * (re.escape(b"\\" * count),)) for count in (0, 1, 3, 7))
    + b")"
)
"""The same with quotes of one kind: another one ends the string around, where it was cut."""
_TEXT = rb"([^\"\\]{1,1400}(?:\\+[^\"u][^\"\\]{0,400}){0,8}?)"
_COMMA = _Q + rb"\s{0,8}+,\s{0,32}+"
_BRIEF = rb"[^\"\\]{0,128}"
_BASE64 = rb"([A-Za-z0-9+/]{20,120}={0,2})"
_LONG_BASE64 = rb"([A-Za-z0-9+/]{20,1400}={0,2})"

_GAP = rb"(?:\s|\\{1,8}[nrt]){1,8}"
"""Between the words of .netrc, also inside a string of JSON."""
_COLOURED = rb"[\d;:]{0,24}m(?:[ \t]|" + COLOUR + rb"){0,8}+:(?:[ \t]|" + COLOUR + rb"){1,16}+"
_COLONS = (
    (b": ", b""),
    (b"] => ", b""),
    (b":\x1b[", rb"[\d;:]{0,24}m(?:[ \t]|" + COLOUR + rb"){0,16}+"),
    (b"\x1b[", _COLOURED),
)
"""What stands between a field's name and its value where a terminal shows it."""
_AUTHORIZATION = rb"(?:[A-Za-z][\w-]{1,24} )?(?:token=)?([\w+/=~.:|-]{12,2048})"
_QUOTED_COOKIE = rb"(?<==)\\{0,8}\"[^\s\"'\\,;<>]{4,1024}\\{0,8}\"(?=[;\s\\\"']|\Z)"
"""RFC 6265 4.1.1 allows the quotes; aiohttp and http.cookies put a value with signs into them."""
_COOKIE = (
    rb"([^\s=;,\"'\\<>\x1b]{1,1024}+=(?:(?:[^\r\n\"'\\<>\x1b]{0,512}?" + _QUOTED_COOKIE
    + rb"){1,8}+[^\r\n\"'\\<>\x1b]{0,2048}|[^\r\n\"'\\<>\x1b]{6,2048}))"
)  # fmt: skip
_PAIRS = rb"([^\s=;,\"'\\<>]{1,64}=(?:\\{0,8}\")?[^\s\"'\\<>]{8,1500})"
_TAB = rb"(?:\t|\\t)"
_JAR = (
    rb"[^\s\\]{0,128}" + _TAB + rb"(?:TRUE|FALSE)" + _TAB + rb"\d{1,20}" + _TAB + rb"[^\s\\]{1,128}" + _TAB
    + rb"([^\s\"'\\]{8,1400})"
)  # fmt: skip
_USERINFO = rb"([^\s\"'@/\\:]{1,1400}+:[^\s\"'@/\\]{1,1800}+)@"

_USER = rb"(?:[^\r\n]{0,160}?\s)?(?:-[A-Za-z]{0,8}[uU]|--user|--proxy-user)[ =]{0,2}\\{0,8}[\"']?"
_LETTER = rb"[^\s\"'\\<>{}$]"
_QUOTED = rb"(?:\\{0,8}[\"'](?=[^,:;\])]" + _LETTER + rb"{5,1399}\\{0,8}[\"']))?"
"""A quote right before a password that another ends: `bob:'...'`; in lists a quote there ends a string."""

_OF_TYPE = _COMMA + _Q + rb"value" + _IS + rb"(?=[^\"]{0,200}\d)" + _TEXT + _Q
_DUMPED = (
    rb"\]=" + GREATER + rb"(?:\s|\\{1,8}[nrt]){1,16}string\(\d{1,6}\) (?:\\{0,8}\"|&quot;)"
    rb"([^\"\\&]{4,1400})(?:\\{0,8}\"|&quot;)"
)  # fmt: skip
_DUMPED_NAMES = (
    b"password",
    b"passwd",
    b"secret",
    b"api_key",
    b"apikey",
    b"access_token",
    b"auth_token",
    b"api_token",
)

_FORWARD: Final[tuple[tuple[bytes, bytes, bool], ...]] = (
    # SSM's parameters, where something makes XML of them.
    (
        b"<type>securestring",
        rb"</Type>\s{0,32}+(?:<(?!Value)[A-Z]\w{0,31}+>[^<]{0,512}+</\w{1,32}+>\s{0,32}+){0,12}+<Value>([^<]{1,1400})<",
        False,
    ),
    # Storage accounts of Azure: listKeys; Get User Delegation Key.
    (b'"keyname', _IS + _BRIEF + _COMMA + _Q + rb"value" + _IS + _BASE64 + _Q, False),
    (b"</signedversion>", rb"\s{0,32}+<Value>" + _BASE64 + b"<", False),
    # Data keys of AWS's KMS and Vault's transit engine; a client's secret as Keycloak gives it.
    (b'"plaintext', _IS + _LONG_BASE64 + _Q, True),
    (b'"privatekeyplaintext', _IS + rb"([A-Za-z0-9+/]{20,3000}={0,2})" + _Q, True),
    *((b'"type":%b"secret' % gap, _OF_TYPE, True) for gap in (b"", b" ")),
    # Azure's other services: two keys.
    (
        b'"key1',
        _IS + rb"([0-9a-fA-F]{32}|[A-Za-z0-9]{84})" + _COMMA + _Q + rb"key2" + _IS
        + rb"([0-9a-fA-F]{32}|[A-Za-z0-9]{84})" + _Q,
        False,
    ),
    # Keboola encrypts what stands under a name that begins so; names that say more are found anyway.
    *((b'"#' + name, _SAME + _TEXT + _Q, False) for name in (b"pass", b"key", b"auth", b"cert", b"private")),
    # Mandrill's key, under a name that says nothing.
    (b'"key":"md-', rb"([A-Za-z0-9_-]{18,40})" + _Q, False),
    (b'"key": "md-', rb"([A-Za-z0-9_-]{18,40})" + _Q, False),
    # A driver's address: jdbc:oracle:thin:user/password@host.
    (b"oracle:thin:", rb"[^\s/\"'@:]{1,128}/\\{0,8}\"?([^\s\"'@\\]{1,1400})\\{0,8}\"?@", False),
    (b"oracle:oci:", rb"[^\s/\"'@:]{1,128}/\\{0,8}\"?([^\s\"'@\\]{1,1400})\\{0,8}\"?@", False),
    # `curl -u user:password`, `--user user:password`.
    (b"curl ", _USER + rb"[^\s:\"'\\]{0,128}:" + _QUOTED + b"(" + _LETTER + b"{6,1400})", True),
    # Heads of HTTP, as logs and notes show them; what follows Bearer and Basic is found anyway.
    *((b"authorization" + sign, colon + _AUTHORIZATION, True) for sign, colon in _COLONS),
    *((b"cookie" + sign, colon + _COOKIE, False) for sign, colon in _COLONS),
    # Userinfo in a Host field, as clients without a proxy of their own make one of a URL.
    (b'"host', _Q + rb"\s{0,8}+:\s{0,8}+(?:\[\s{0,64}+)?" + _Q + _USERINFO, False),
    (b"host: ", _USERINFO, False),
    (b"authority: ", _USERINFO, False),
    # Cookies: an option of curl's, what Python's jars show of themselves, lines of Netscape's cookies.txt.
    (b"curl ", rb"(?:[^\r\n]{0,160}?\s)?(?:-b|--cookie)[ =]{0,2}\\{0,8}[\"']?" + _PAIRS, False),
    (b"<cookie ", rb"[^\s=<>]{1,128}=([^\s<>]{8,3000}) for ", True),
    (b"cookie(version=", rb"\d{0,4}, name='[^']{0,128}', value='([^'\\]{8,3000})'", True),
    *((b"%bfalse%b/" % (tab, tab), _JAR, True) for tab in (b"\t", b"\\t")),
    *((b"%btrue%b/" % (tab, tab), _JAR, True) for tab in (b"\t", b"\\t")),
    # SQL.
    (b"identified by ", rb"(?:values )?\\{0,8}[\"']([^\"'\\]{6,1400})\\{0,8}[\"']", True),
    (b"identified with ", rb"[\w\"'\\-]{1,64} (?:BY|AS) \\{0,8}[\"']([^\"'\\]{6,1400})\\{0,8}[\"']", True),
    # PHP's var_dump.
    *((name + ending, _DUMPED, True) for name in _DUMPED_NAMES for ending in (b'"', b'\\"', b"&quot;")),
    # A line of .netrc.
    (
        b"login ",
        rb"[^\s\\]{1,128}" + _GAP + rb"(?:account" + _GAP + rb"[^\s\\]{1,128}" + _GAP + rb")?password" + _GAP
        + rb"([^\s\"'\\]{6,1400})",
        True,
    ),
    (b"machine ", rb"[^\s\\]{1,128}" + _GAP + rb"password" + _GAP + rb"([^\s\"'\\]{6,1400})", True),
)  # fmt: skip
"""An anchor, what stands behind it with the credentials in groups, and whether they have to look made."""


def place_anchors(rule: CredentialNamesRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors of all of them."""
    text, lesson = rule.placeholder.encode(), Lesson("json", guess=True)
    for anchor, behind, made in _FORWARD:
        pattern = lazily(re.escape(anchor) + behind, re.IGNORECASE)
        verify = _behind(pattern, made, text)
        name = BESIDE + anchor.decode().strip(SIGNS)
        yield anchor, Verifier(verify, order, name, FIELDS, 0, _AHEAD, guard=None, teaches=lesson)
    account = Verifier(
        _identified(text), order, BESIDE + "identified by", FIELDS, 320, _AHEAD, teaches=lesson
    )
    yield b"identified ", account


_ACCOUNT = lazily(
    rb"(?i)(?:(?:alter|create)\s{1,8}(?:user|role)\s{1,8}(?:if not exists\s{1,8})?|connect\s{1,8}to\s{1,8}"
    rb"|grant\s{1,8}[\w, ]{1,80}?\s{1,8}to\s{1,8})\\{0,8}[\"']?[\w$#.@%-]{1,128}\\{0,8}[\"']?\s{1,8}\Z"
)
_IDENTIFIED = lazily(
    rb"(?i)identified\s{1,8}by\s{1,8}(?:values\s{1,8})?([a-z][\w$#]{5,128})(?![\w$#.(])"
    rb"(?:\s{1,8}replace\s{1,8}\\{0,8}\"?([\w$#]{6,128}))?"
)


def _identified(text: bytes) -> Verify:
    """Oracle's passwords without quotes, behind the account's name: in a sentence something else is
    `identified by` something."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        found = _IDENTIFIED.match(data, start, limit)
        if found is None or _ACCOUNT.search(data, max(0, start - 320), start) is None:
            return None
        spans = [found.span(one) for one in (1, 2) if found[one] and looks_made(found[one].decode("latin-1"))]
        return tuple([_found(data, *span, text) for span in spans if data[slice(*span)] != text]) or None

    return verify


def _found(data: bytes, start: int, end: int, text: bytes) -> Found:
    """One that is longer than its expression sees goes on: a ticket of Kerberos takes kilobytes. None goes
    beyond the string of JSON around it, which may be cut."""
    over = within(data, start, end)
    if over < end or end - start < _LONG:
        return Found(start, over, text)
    return Found(start, -1, text, _GOES_ON, end)


def _behind(pattern: re.Pattern[bytes], made: bool, text: bytes) -> Verify:
    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> tuple[Found, ...] | None:
        found = pattern.match(data, start, limit)
        if found is not None and data.find(text, start, found.end() + len(text) + 1) >= 0:
            # What a first pass left counts for nothing: a second one finds what it found.
            behind = data.startswith(b" " + text, found.end())
            found = None if behind or not pattern.match(found[0].replace(text, b"-")) else found
        if found is None or (made and not looks_made(found[1].decode("latin-1"))):
            return None
        return tuple([_found(data, *found.span(one), text) for one in range(1, pattern.groups + 1)])

    return verify
