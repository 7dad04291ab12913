"""Stand-ins: what files say where a credential would stand: `changeme`, `${PASSWORD}`, `os.environ["PW"]`.

Lives here: one question about a value, by its letters. Must not: know rules. Called by: audit_views, for what
it finds in base64 by a field's name or a URL's form: GitHub answers with files in base64, and each second one
says `password=` somewhere; fields, for a string in a message that only the audit reads. What has a digit or a
sign that no program has there counts (`hunter2`, `P@ss`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.words import is_phrase

_LONGEST: Final = 160
_QUOTES: Final = b"\"'`"
_QUOTED: Final = {one: lazily(rb"[^%c\r\n\\]*" % one) for one in _QUOTES}
_BARE: Final = lazily(rb"[^\s\"'`<>&,;)}\]]*")
_USERINFO: Final = lazily(rb"([^\s\"'`@/:]*)(?::([^\s\"'`@/]*))?@")
_DOCSTRING: Final = lazily(
    rb"(?:(?<=\s)|(?<=\\n))"
    rb"(\\{0,8}[\"']|\\{1,8}u002[27]|\\{0,8}&(?:amp;){0,4}(?:quot|apos|#0?3[49]|#[xX]2[27]);)\1\1(?:\s|\\{1,8}[nrt]){0,32}[A-Z][a-z'-]{0,20},?(?:(?:\s[\w'`(<:*-]{1,40}){2}"
    rb"|(?:\s[a-z'-]{1,40}){1,2}\.\1{3})"
)
"""What a program says of a class or function: `-> PrivateKey:` and a sentence in three quotes below."""

_QUOTING: Final = frozenset((b'"', b"'", b"\\", b"&", b"%"))
_ESCAPED: Final = lazily(rb"%(?:25){0,8}(?=[0-9a-fA-F]{2})")
_NEAR: Final = 24
"""Bytes in which the white space before it, and its quotes, show how often it is escaped."""

_LEAST: Final = 6
"""Letters from which a string in a message may be a credential."""

_MESSAGE: Final = lazily(rb"(\\{0,8}[\"'])([^\"'\\]{1,8})\1")
_APART: Final = b"\xff\xff"
"""What the audit puts behind a run of base64, whose last letters may hold a few bits more."""
_TOKEN: Final = 16
"""Letters from which the name of a user may be a token."""

_VARIABLE: Final = lazily(
    rb"(?:\$[{(]|\{\{|<%|#\{[a-z])[^\r\n]*"  # ${NAME}, $(command), {{ name }}, <%= name %>, #{name}
    rb"|\$[A-Z][A-Z_]+|\$[a-z_]+(?:->.*|\[)?|%[A-Za-z_]{2,64}%"  # $NAME, $name->of, %NAME%
    rb"|%[sv]|%\(\w{1,64}\)?s?|\{(?:\d|[A-Za-z_][A-Za-z_.]*)?\}?|<[^<>]{0,64}>|\[[A-Za-z _-]{1,64}\]?"
)
_CODE: Final = lazily(
    rb"\(*(?:await |new |!|\*{1,2}|&)?[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*(?:[\[(]|\Z)"
)
"""A name of a program, what belongs to it, a call: `self.password`, `getpass(`, `row[`."""

_INDEXED: Final = lazily(rb"[A-Za-z_$][A-Za-z_.]{0,64}\[-?\d{0,2}")
"""`self.password[0]`, up to its bracket."""

_SNAKE: Final = lazily(rb"[a-z]{2,16}(?:_[a-z]{2,16}){1,4}")
_SHORT: Final = frozenset(b"cfg ctx db fmt getpass pw pwd passwd ptr ssh ssl str tls tmp".split())
"""Parts of a program's names that are no words: `ssh_pwd`, `passwd_str`."""

_JOINED: Final = lazily(rb"\.|->|::|[\[(]\Z")
_MASK: Final = lazily(rb"([*x.#?_X-])\1*")
_WORD: Final = lazily(rb"[a-z]{1,9}|[A-Z]?[a-z]{2,8}|NULL|NONE|NIL")
"""What has no value, types, and words that nothing else tells from letters by chance."""


def is_stand_in(data: bytes, at: int, *, userinfo: bool = False) -> bool:
    """Whether no credential begins at `at`. `userinfo`: that of a URL does."""
    if userinfo:
        found = _USERINFO.match(data, at, at + 2 * _LONGEST)
        return (
            found is not None and _stands(found[2] or b"") and (len(found[1]) < _TOKEN or _stands(found[1]))
        )
    look = _QUOTED.get(data[at - 1]) if at else None
    value = (look or _BARE).match(data, at, at + _LONGEST)
    if value is None:
        return False
    text, gap, _ = value[0].partition(_APART)
    return _stands(text.strip()) or (gap != b"" and _stands(text[:-1].strip()))


def is_docstring(data: bytes, at: int, limit: int) -> bool:
    """Whether what begins at `at` says what a class or function is for; also in percent escapes."""
    if data[at : at + 1] not in _QUOTING:
        return False
    if _DOCSTRING.match(data, at, limit) is not None:
        return True
    before, text = data[max(0, at - _NEAR) : at], data[at : min(limit, at + _LONGEST)]
    level = _ESCAPED.search(before + text[:_NEAR])
    if level is None and before[-1:] != b"+":
        return False
    before, text = before.replace(b"+", b" "), text.replace(b"+", b" ")
    for _ in range(1 + level[0].count(b"25") if level else 0):
        before, text = unquote_to_bytes(before), unquote_to_bytes(text)
    return _DOCSTRING.match(before + text, len(before)) is not None


def is_message(data: bytes, at: int, limit: int) -> bool:
    """Whether such a string stands in quotes at `at`: `Invalid token: 'abc'`."""
    said = _MESSAGE.match(data, at, limit)
    return said is not None and is_word(said[2])


def is_word(text: bytes) -> bool:
    """Whether a string in a message is too short for a credential."""
    return len(text) < _LEAST


def _stands(value: bytes) -> bool:
    if not value or any(form.fullmatch(value) for form in (_VARIABLE, _MASK, _WORD, _INDEXED)):
        return True
    if value.startswith(b"="):  # `password===''`
        return _stands(value.lstrip(b"="))
    if _SNAKE.fullmatch(value):
        return any(part in _SHORT or is_phrase(part.decode()) for part in value.split(b"_") if len(part) > 1)
    code = _CODE.match(value)
    if code is not None and code.end() == len(value) and _JOINED.search(value):
        return not re.search(rb"\d[A-Za-z_]*\d", value)
    return is_phrase(value.decode("latin-1").strip("<>*"))
