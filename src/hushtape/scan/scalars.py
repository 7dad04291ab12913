"""How YAML writes scalars: the signs within quotes, and what folds and escapes stand for.

Lives here: expressions for both kinds of quotes, one fold and one escape undone, the marks before a value.
Must not: follow a text. Called by: unfold, flow.
"""

from __future__ import annotations

import re

from hushtape.sanitize.listed_names import SENSITIVE_FIELDS
from hushtape.scan.entropy import is_key_word

FOLD = rb"[ \t]*\r?\n[ \t]*(?:\r?\n[ \t]*)*"
_BLANK = rb"[ \t]++(?!\r?\n)"
_MARKS = re.compile(
    rb"\s*(?:(?!!!binary)[!&]\S*[ \t]+)*(?:[|>][-+0-9]*\s*(?:#.*)?\Z|(?=[^\s|>#*]))", re.DOTALL
)
DOUBLE = re.compile(
    rb"(?:[^\"\\\r\n \t]++|" + _BLANK + rb")++|(?P<fold>\\?" + FOLD + rb")"
    rb"|(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^\r\n]))|(?P<end>\")|."
)
SINGLE = re.compile(
    rb"(?:[^'\r\n \t]++|" + _BLANK + rb")++|(?P<fold>" + FOLD + rb")|(?P<escape>'')|(?P<end>')|."
)
_ESCAPES = {
    b"0": b"\0", b"a": b"\a", b"b": b"\b", b"t": b"\t", b"\t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f",
    b"r": b"\r", b"e": b"\x1b", b"N": b"\xc2\x85", b"_": b"\xc2\xa0", b"L": b"\xe2\x80\xa8",
    b"P": b"\xe2\x80\xa9",
}  # fmt: skip


def fold(text: bytes) -> bytes:
    """One line end is a space, of several one goes (YAML 1.2, 6.5); an escaped one is nothing."""
    breaks = text.count(b"\n")
    if text[:1] == b"\\":
        return b"\n" * (breaks - 1)
    return b" " if breaks == 1 else b"\n" * (breaks - 1)


def escape(text: bytes) -> bytes:
    if text == b"''":
        return b"'"
    sign = text[1:2]
    if sign in (b"x", b"u", b"U") and len(text) > 2:
        number = int(text[2:], 16)
        return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else text
    return _ESCAPES.get(sign, text[1:])


def value_start(line: bytes, name: re.Match[bytes], at: int) -> int:
    """Where the value begins under a credential's name: behind white space, tags, anchors and a block's sign
    (at the line's end); `at`, if there is none on the line; -1: the name is no credential's."""
    word = name[0].rstrip(b": ").strip(b"\"'").decode("utf-8", "replace")
    if not (is_key_word(word) or word[:1] == "#" or word.lower() in SENSITIVE_FIELDS):
        return -1
    marks = _MARKS.match(line, at)
    return marks.end() if marks is not None else at
