"""What stands behind a quoted name and a colon where the text is no JSON: code of scripts and templates.

Lives here: the signs before a name that tell a script (`case "password":`, `r?"password":"text"`), and which
bare words are no credential. Must not: know names or rules, look at what JSON writes. Called by: fields,
member_values. A bare word is no value of JSON: a script's holds an identifier there, YAML's the value itself.
So one that looks as if a machine had made it goes, whatever is around it.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.loose_fields import is_made

_CASE = lazily(
    rb"(?:\A|[{};:,)\]\r\n\"'>]|\\{1,8}[nrt])[ \t]{0,64}case[ \t]{0,4}"
    rb"(?:\\{0,8}[\"'][\w .-]{1,40}\\{0,8}[\"'][ \t]{0,4}[,|][ \t]{0,4}){0,4}\Z"
)
"""Of a script's `switch`, behind the end of another clause; Go and Python list several words."""

_QUOTED = lazily(
    rb"(\\{0,8}[\"'`]|\\{1,8}u002[27]|(?:&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|#34|#39|#x27);"
    rb"|(?:\\|%(?:25){0,8}5[cC]){0,8}%(?:25){0,8}2[27])"
    rb"((?:(?!\1)[^\"'`<>]){0,40}\1)?"
)
"""A string in any quotes; the second group: what it holds, where that is short."""
_DIGIT = lazily(rb"\d")
_BOUND = lazily(rb"[\w.:@-]{1,64}=\\{0,8}[\"'{]")
_LINE = lazily(
    rb"(?:\A|[\r\n\"]|\\{1,8}[nr])[ \t]{0,64}(?:-[ \t]{1,8}){0,4}\\{0,8}[\"'][^\"'\\\r\n]{1,100}\\{0,8}[\"']"
    rb"[ \t]{0,8}:[ \t]{1,16}\Z"
)
_LINE_ENDS = lazily(
    rb"[ \t]{0,16}(?:#[^\r\n]{0,80})?(?:\Z|(?:[\r\n]|\\{1,8}[nr])(?!(?:\s|\\{1,8}[nrt]){0,16}[}\])]))"
)
_CODE = lazily(
    rb"[\w$.:>-]{0,64}[(\[;=?|]|[@*:<!~{]|\$(?:\D*\Z|\w*(?:->|::))"
    rb"|[A-Za-z_$][\w$]{0,31}(?:(?:\.|->|::)[A-Za-z_$][\w$]{0,31})+\Z"
)
_PLAIN = lazily(
    rb"(?i)(?:return|break|string|str|number|integer|int|boolean|bool|bytes|any|undefined|nil|void|object|throw|yield|await)\Z"
)
_CONSTANT = lazily(rb"[A-Z]{2,24}(?:_[A-Z0-9]{1,24}){1,8}\Z")
_SHORT: Final = 5
_BACK: Final = 200

MARK = lazily(rb"(?:(?:![\w.:/!-]{0,48}|&[\w-]{1,48})[ \t]{1,8}){1,2}(?=[^\s,}\]])")
"""A tag or an anchor of YAML before the value (YAML 1.2 6.8.2, 6.9)."""

BLOCK = lazily(
    rb"[|>][-+0-9]{0,2}[ \t]{0,8}(?:#[^\r\n\\]{0,80})?(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{1,64}(?=[^\s\\\"])"
)
"""The mark of a block of YAML, and the indent of the line below, where the value begins."""


def is_script(data: bytes, start: int, at: int, limit: int) -> bool:
    """Whether the name in quotes at `start`, and what stands at `at` behind its colon, are parts of a script:
    a clause (`case "a": f()`) or a choice (`x ? "a" : "b"`). A string with a digit is no such word."""
    if not asks(data, start):
        case = data.rfind(b"case", max(0, start - _BACK), start)
        if case < 0 or _CASE.search(data, max(0, case - 68), start) is None:
            return False
    quoted = _QUOTED.match(data, at, limit)
    if quoted is None:
        return True
    return quoted[2] is not None and _DIGIT.search(quoted[2][: -len(quoted[1])]) is None


def asks(data: bytes, start: int) -> bool:
    """Whether a question mark stands before a place."""
    return data[start - 1 : start] == b"?" or data[max(0, start - 2) : start] == b"? "


def is_word(data: bytes, at: int, value: bytes, limit: int) -> bool:
    """Whether the bare word at `at`, behind a quoted name and a colon, is none of YAML's values."""
    end = at + len(value)
    if (
        data[at - 1 : at] == b":"
        and data[at - 2 : at - 1].isspace()
        and _BOUND.match(data, at, limit) is not None
    ):
        return True  # an attribute of a template: `v-model="password" :type="x"`
    if value[:1] == b"`" and b"${" not in value:
        return False  # a string of JavaScript
    value = value.rstrip(b";")
    if is_made(value):
        return False
    if _CODE.match(value) is not None or _PLAIN.match(value) is not None:
        return True
    if len(value) >= _SHORT and not _CONSTANT.match(value) and any(48 <= byte < 58 for byte in value):
        return False
    if _LINE_ENDS.match(data, end, limit) is None:
        return True
    return _LINE.search(data, max(0, at - _BACK), at) is None
