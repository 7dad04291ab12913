"""Escapes: how a character may be written, and where a word begins.

Lives here: the regular expression of a text under any nesting of percent, JSON and HTML escapes, and
the test for word boundaries that sees through escapes. Must not: know rules or spans.
Called by: exact, encoded, fields, shapes. Sources: RFC 3986 2.1, RFC 8259 7, HTML named references.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from hushtape.sanitize.expressions import lazily

_BACKSLASH = rb"(?:\\|%(?:25){0,8}5[cC]|&#0{0,6}92;|&#[xX]0{0,6}5[cC];)"
_SEMICOLON = rb"(?:;|%(?:25){0,8}3[bB])"
_HASH = rb"(?:#|%(?:25){0,8}23)"
_AMPERSAND = (
    rb"(?:&|%(?:25){0,8}26|"
    + _BACKSLASH
    + rb"++u0026)(?:(?:amp|"
    + _HASH
    + rb"(?:38|[xX]26))"
    + _SEMICOLON
    + rb"){0,8}"
)
_EQUALS = rb"(?:=(?:3D){0,2}|%(?:25){0,8}3[dD]|" + _BACKSLASH + rb"++(?:u00|x)3[dD])"
"""That of quoted-printable, also in a form, or in JSON as Gson writes it."""
_CR = _BACKSLASH + b"++u000[dD]|" + _AMPERSAND + _HASH + b"(?:0*13|[xX]0*[dD])" + _SEMICOLON
_LF = _BACKSLASH + b"++u000[aA]|" + _AMPERSAND + _HASH + b"(?:0*10|[xX]0*[aA])" + _SEMICOLON
_LINE_END = rb"\r\n?|%%(?:25){0,8}0[dD](?:%%(?:25){0,8}0[aA])?|%b++r(?:%b++n)?|(?:%b)(?:%b)?" % (
    _BACKSLASH,
    _BACKSLASH,
    _CR,
    _LF,
)
"""What programs and standards make of a line feed: CR LF, or CR alone."""

_LETTER = {"\b": b"b", "\f": b"f", "\n": b"n", "\r": b"r", "\t": b"t"}

_DOUBLED = {'"': rb'""', "'": rb"''|'\\{0,8}\"'\\{0,8}\"'|'\\{1,8}''", "%": rb"%%(?![0-9A-Fa-f]{2})"}
"""CSV, SQL and YAML; quotes of a shell (shlex.quote, and sed's way); INI and printf."""

LONG = 256
"""Letters and digits of longer secrets are looked for as they are: nobody escapes those of a PEM key,
and its expression would take long to compile. The audit still decodes all of it."""


def _hex(byte: int) -> bytes:
    return b"".join(
        b"[%c%c]" % (digit, digit - 32) if digit > 57 else bytes((digit,)) for digit in b"%02x" % byte
    )


_UNIT = b"(?:" + _BACKSLASH + rb"++u|%(?:25){0,8}u)"


def _units(char: str) -> bytes:
    """`\\uXXXX`, as a surrogate pair where it takes one, behind any number of backslashes; `%uXXXX`, which
    JavaScript's `escape` writes."""
    units = char.encode("utf-16-be", "surrogatepass")
    pairs = (units[i : i + 2] for i in range(0, len(units), 2))
    return b"".join(_UNIT + _hex(high) + _hex(low) for high, low in pairs)


@lru_cache(maxsize=256)
def _names(char: str) -> list[list[bytes]]:
    """The references of a character by name (`&quot;`, `&sect;`), as one group; []: it has none."""
    from html.entities import html5  # half a megabyte, for those who meet a secret with signs in it

    found = [name[:-1].encode() for name, text in html5.items() if text == char and name[-1] == ";"]
    return [sorted(found, key=len, reverse=True)] if found else []


def one(char: str) -> bytes:
    """The expression of one character in every way it may be written."""
    return b"(?:" + b"|".join(ways(char)) + b")"


def ways(char: str) -> list[bytes]:
    """Every way in which one character may be written. As it is comes last: an escaped `%` or `&` begins with
    the character itself."""
    raw = char.encode("utf-8", "surrogatepass")
    number = ord(char)
    found = [b"".join(b"%(?:25){0,8}" + _hex(byte) for byte in raw), _units(char)]
    found.append(_AMPERSAND + _HASH + b"(?:0*%d|[xX]0*(?i:%x))" % (number, number) + _SEMICOLON)
    if number < 256:
        found.append(_BACKSLASH + b"++x" + _hex(number))
    if number > 0xFFFF:  # YAML 1.2 5.7, and Python
        found.append(_BACKSLASH + b"++U" + b"".join(map(_hex, number.to_bytes(4, "big"))))
    if number > 127:  # octets, as Python shows bytes
        found.append(b"".join(_BACKSLASH + b"++x" + _hex(byte) for byte in raw))
    if 127 < number < 256:
        found += [re.escape(bytes((number,))), b"%(?:25){0,8}" + _hex(number)]
    if not char.isalnum() or number > 127:
        found += [_AMPERSAND + b"(?:" + b"|".join(named) + b")" + _SEMICOLON for named in _names(char)]
    if char in "\"'/":
        escaped = [re.escape(raw), found[0], *found[2:]]
        found.append(_BACKSLASH + b"++(?:" + b"|".join(escaped) + b")")
    elif char.isascii() and char.isprintable() and not char.isalnum() and char != "\\":
        found.append(_BACKSLASH + b"++" + re.escape(raw))  # shells, Markdown, regular expressions
    if char in _DOUBLED:
        found.append(_DOUBLED[char])
    if char in _LETTER:
        found.append(_BACKSLASH + b"++" + _LETTER[char])
    if char.isascii() and not char.isalnum():
        found.append(_EQUALS + b"%02X" % number)  # RFC 2045 6.7
    if number < 256 and not (char.isascii() and char.isalnum()):
        found.append(_BACKSLASH + b"++%03o" % number)
    if char == " ":
        found.append(rb"\+|%(?:25){0,8}2[bB]")
    if char == "\n":
        found.append(_LINE_END)
    return [*found, re.escape(raw)]


def _bare(char: str) -> bytes:
    """The escapes of a character without the backslashes they begin with."""
    ways = [b"u" + _units(char)[len(_UNIT) :], b"u0026" + _HASH + b"%d;" % ord(char)]
    if ord(char) < 256:
        ways.append(b"x" + _hex(ord(char)))
    if char in _LETTER:
        ways.append(_LETTER[char])
    return b"|".join(ways)


def _behind(char: str) -> bytes:
    """What may follow backslashes of a text: a doubled sign last, since the second quote of `\\\\\""` closes
    a string of JSON."""
    twice = doubled(char)
    found = [way for way in ways(char) if way != twice]
    return b"|".join([_bare(char), *found, *([twice] if twice else [])])


def doubled(char: str) -> bytes:
    """The expression of a sign that is doubled; b"": nobody doubles it."""
    return _DOUBLED.get(char, b"")


def expression(text: str, *, as_is: bool = False) -> bytes:
    """The expression of a text under any nesting of escapes, each character for itself; letters and digits
    only as they are where `as_is` says so, or the text is long.

    It never reads a byte in two ways for long: runs of backslashes are possessive, a text's own ones too
    (what follows them may then have lost those of its escape). Nesting ends at nine levels.
    """
    parts: list[bytes] = []
    plain = as_is or len(text) > LONG
    for run in re.findall(r"\\+|[^\\]", text):
        if run[0] == "\\":
            parts.append(_BACKSLASH + b"{%d,}+" % len(run))
        elif parts and parts[-1].endswith(b",}+"):
            parts.append(b"(?:" + _behind(run) + b")")
        elif plain and run.isascii() and run.isalnum():
            parts.append(run.encode())
        else:
            parts.append(one(run))
    return b"".join(parts)


_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ESC = rb"(?:\x1b|\\{1,8}+(?:u001[bB]|x1[bB]|0?33|e)|%(?:25){0,8}1[bB])"
_BRACKET = rb"(?:\[|%(?:25){0,8}5[bB])"
_CODES = rb"(?:[0-9;:]|%(?:25){0,8}3[bB])"
COLOUR = rb"(?:%b%b%b{0,24}+[A-Za-z]|%b(?=[0-9])%b{1,24}+m)" % (_ESC, _BRACKET, _CODES, _BRACKET, _CODES)
"""A terminal's colour (ECMA-48 5.4), its ESC as it is, escaped, or lost on the way into a log."""

_ONE_BACKSLASH = rb"(?:\\|%(?:25){0,8}5[cC]|&#0{0,6}92;|&#[xX]0{0,6}5[cC];|\\x5[cC]|\\u005[cC])"
_ESCAPE_BEFORE = lazily(
    rb"(?:%(?:25){0,8}u?((?<=u)[0-9a-fA-F]{4}|[0-9a-fA-F]{2})|=([0-9A-F]{2})|"
    + _ONE_BACKSLASH
    + rb"(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|([0-3]?[0-7]{1,2})|[nrtbf])"
    rb"|&(?:amp;|%(?:25){0,8}23;|#38;){0,4}(?:quot|apos|amp|lt|gt|nbsp)|" + COLOUR + rb")\Z"
)
"""The end of an escape that ends in a letter or digit; of references without a semicolon HTML's old ones."""

_SIGN = lazily(rb"[%\\&=\[\x1b]")
"""What all of these begin with; few words have one shortly before them."""

_OCTAL: Final = 6
REACH: Final = 40
"""Bytes before a word that are read for an escape, unless the caller may look further."""

_QUOTED_NUMBER = lazily(rb"=[0-9]{2}\Z")
_QUOTED_AFTER = lazily(rb"=(?:[0-9A-F]{2}|\r?\n|\Z)")


def begins(data: bytes, start: int, reach: int = REACH) -> bool:
    """A word may begin here: what stands before is no letter, digit, `_` or `-`, or an escaped
    character that is none (`%26token`, `\\u0026token`, `\\ntoken`, `=3Dtoken`), or a terminal's colour."""
    if start <= 0 or data[start - 1] not in _WORD:
        return True
    sign = _SIGN.search(data, max(0, start - reach), start)
    found = _ESCAPE_BEFORE.search(data, sign.start(), start) if sign is not None else None
    if found is None:
        return False
    digits = found.lastindex
    return digits is None or int(found[digits], 8 if digits == _OCTAL else 16) not in _WORD


def ends(data: bytes, end: int) -> bool:
    """A word may end here: what follows is no letter, digit, `_` or `-`. Each escape begins with none."""
    return end >= len(data) or data[end] not in _WORD


def stands_alone(data: bytes, start: int, end: int) -> bool:
    """The word between is one of its own, seen through an escape before it. `page=22abc1` is none: of a code
    of quoted-printable (RFC 2045 6.7) that is a number, another has to follow."""
    if not ends(data, end) or not begins(data, start, REACH + 20):
        return False
    number = _QUOTED_NUMBER.search(data, max(0, start - 3), start)
    return number is None or _QUOTED_AFTER.match(data, end) is not None
