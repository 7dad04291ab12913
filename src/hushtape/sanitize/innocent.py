"""Values under a credential's name that are none by their form: schemas, labels, messages, words.

Lives here: those forms, each so strict that no credential has it. Must not: look at names that a user gave
(they go whatever they hold), guess. Called by: fields.
Exact values, shapes and names inside are still looked for. In a window of the audit that ends before the form
is told, the value counts as innocent: the next window holds it whole.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.refusals import are_messages
from hushtape.sanitize.schemas import IS, SCALAR, Q, S, an_object, is_schema
from hushtape.sanitize.template_values import is_expression
from hushtape.sanitize.words import looks_made

LONGEST: Final = 1024
"""Bytes of the longest value that is looked at."""

_OPENING = lazily(rb"\\{0,8}(?:\"|u0022)|(?:&|\\{1,8}u0026)(?:quot|#34);")
_FLOW = lazily(
    rb"\{"
    + S
    + rb"{0,64}+(?:"
    + Q
    + rb"scopes"
    + Q
    + rb"\s{0,8}+:\s{0,8}+\{[^{}]{0,512}+\}\s{0,8}+,"
    + S
    + rb"{0,64}+)?"
    + Q
    + rb"(?:tokenUrl|refreshUrl|authorizationUrl)"
    + Q
)
"""OAuth's password flow in an OpenAPI document."""

_COLUMN = lazily(
    rb"\[" + S + rb"{0,64}+\{[^{}\[\]]{0,256}?" + Q + rb"key" + Q + rb"\s{0,8}+:\s{0,8}+" + Q + rb"KBC\."
)
"""What Keboola's Storage says of a column of that name."""

_PIECE = lazily(
    an_object(
        Q + rb"(?:id|text|logprob|special|index|bytes)" + Q + IS + rb"(?:" + SCALAR + rb"|\[[\d, ]{0,64}\])"
    )
)
_BESIDE = lazily(
    rb"\"\s{0,8}+,\s{0,128}+\"(?:(?:logprobs?|top_logprobs|start_offset|end_offset|text_offset|token_str|pos|lemma)\""
    rb"|bytes\"\s{0,8}+:\s{0,8}+(?:\[|null|\d{1,12}+\s{0,8}+,\s{0,128}+\"logprob))"
)
"""Not a number of `bytes` alone: an upload's answer holds one beside its token."""
_CUT = lazily(
    rb"\"\s{0,8}+(?:,\s{0,128}+(?:\"[a-z_]{0,16}+(?:\"\s{0,8}+(?::\s{0,8}+(?:\d{1,12}+\s{0,8}+,?)?)?)?)?)?\Z"
)
_BEFORE = lazily(
    rb"\"(?:logprob|start_offset|end_offset)\"\s{0,8}+:\s{0,8}+[-+.\de]{1,24}+\s{0,8}+,\s{0,128}+\"?\Z"
)
_ADDRESS = lazily(rb"0x[0-9a-fA-F]{40}")
"""A contract on Ethereum's chain, which token lists are made of: public. A private key has 64 digits."""

_SPOKEN = lazily(
    rb" (?:[A-Za-z]?(?:[a-z\x80-\xff'.,]|\\u[0-9a-fA-F]{4}){0,16}|[A-Z]{1,4}|\d{1,3}|[!-/:-@\[\]-`{-~]{1,4})"
)
"""A word behind its space, as a model of language writes each. A token that was pasted with a space has
digits or capitals."""

_DIRECTORY = lazily(rb"/(?=[\"'\\\s<]|\Z)|(?:/[\w.@+-]{1,64}+){1,12}+/?(?=[\"'\\\s<]|\Z)")
_OPENED = lazily(
    rb"(?:\\{1,63}+u002[27]|\\{0,63}+[\"']|(?:&|\\{1,63}+u0026)(?:amp;){0,4}(?:quot|#0?3[49]|apos|#[xX]2[27]);)\Z"
)
"""The quote before a value: only the same one may end it."""
_ROOT = lazily(
    rb"/(?:app|bin|builds|code|data|etc|github|home|lib|media|mnt|opt|private|project|repo|root|run|source|src|srv|tmp"
    rb"|usr|Users|var|work|workdir|workspaces?)(?![\w.@+-])"
)
"""Where a working directory stands, which shells and containers tell of as `PWD`."""

_PRESSED = b"accesskey"
_KEY = rb"(?:[!#-%(-;=?-\[\]-~]|[\xc2-\xf4][\x80-\xbf]{1,3})"
_SHORTCUT = lazily(
    rb"(\\{0,8}+[\"']|\\{1,8}+u002[27]|(?:&|\\{1,8}+u0026)(?:quot|#34);)?"
    + _KEY
    + rb"(?: {1,4}"
    + _KEY
    + rb"){0,7}+(?(1)\1|(?=[\s>/]))"
)
"""The keyboard's key of HTML's `accesskey` (6.7.2): one letter, or some with spaces between."""

_LABEL = lazily(
    rb"(\\{0,8}[\"']|(?:\\|%(?:25){0,8}5[cC]){1,8}u002[27]|(?:&|\\{1,8}u0026)(?:amp;){0,4}(?:quot|#34|#39);"
    rb"|(?:%(?:25){0,8}5[cC]){0,8}%(?:25){0,8}22)"
    rb"([A-Za-z][A-Za-z _+-]{0,40})\1"
)
_CODING = frozenset((b"\\", b"&", b"%"))
_PERCENT = frozenset((b"%", b"{", b"["))
_CODED = lazily(
    rb"%((?:25){0,8}+)[57][bB]|[{\[](?:\+|%(?:25){0,8}+(?:20|0[aAdD9])){0,64}+%((?:25){0,8}+)(?:22|5[dD]|7[bBdD])"
)
"""What opens an object or a list in percent escapes; the groups: how often they are escaped."""
_END = lazily(rb"[&\s\"<>]")
_EMPTY = lazily(rb"\{\s*\}|\[\s*\]")
_LONGEST_CODED: Final = 1920
"""The same in percent escapes, which a field's verifier may look at."""

_MADE = lazily(rb"(?=[^\s\"]{0,64}\d)[^\s\"]{6,}")
_GAP: Final = b"\xff\xff"
_SHORT = 7
_WORD_LENGTH = 48
_LONG: Final = 12
"""Letters from which what a machine made is no word, whatever stands beside it."""
_WORD = lazily(rb"((?:[^\"\\]|\\.){0,%d}+)\"" % _WORD_LENGTH)
_JOINTS = lazily(rb"[ _-]")


def stays(name: bytes, data: bytes, start: int, at: int, limit: int, window: bool) -> bool:
    """Whether the value at `at` is none that a field called `name` would hold as a credential.

    `name`: without what joins its words, in lower case. `start`: where the name begins. `window`: the data
    may go on behind its end.
    """
    first = data[at : at + 1]
    if is_expression(data, at, limit, window=window):
        return True
    if first in _CODING and is_label(name, data, at, limit):
        return True
    if first in _PERCENT and (coded := _CODED.match(data, at, limit)) is not None:
        return _in_percent(data, coded, at, limit, window)
    limit = min(limit, at + LONGEST)
    if window and (gap := data.find(_GAP, at, limit)) > 0 and not _MADE.search(data, at, gap):
        data, limit = data[:gap], gap  # a line of base64 ends there, undone by itself
    opening = _OPENING.match(data, at, limit)
    if opening is not None and is_directory(name, data, start, opening.end(), limit):
        return True
    if first == b'"':
        return _string(name, data, start, at + 1, limit, window)
    if first not in (b"{", b"["):
        return False
    if window and limit == len(data) and data.find(b"}" if first == b"{" else b"]", at, limit) < 0:
        return True
    return _container(first, data, at, limit)


def _in_percent(data: bytes, coded: re.Match[bytes], at: int, limit: int, window: bool) -> bool:
    """The same of an object or a list in percent escapes (a form's `payload=`)."""
    limit = min(limit, at + _LONGEST_CODED)
    end = _END.search(data, at, limit)
    text = data[at : end.start() if end else limit]
    for _ in range(len(coded[1] or coded[2] or b"") // 2 + 1):
        text = unquote_to_bytes(text.replace(b"+", b" "))
    first = text[:1]
    if window and end is None and limit == len(data) and (b"}" if first == b"{" else b"]") not in text:
        return True
    return _EMPTY.match(text) is not None or _container(first, text, 0, len(text))


def is_label(name: bytes, data: bytes, at: int, limit: int) -> bool:
    """Whether the string at `at`, whatever its quotes, repeats the name."""
    found = _LABEL.match(data, at, limit)
    return found is not None and _repeats(name, found[2].replace(b"+", b" "))


def _repeats(name: bytes, value: bytes) -> bool:
    return len(value) <= len(name) + 4 and not value.islower() and _JOINTS.sub(b"", value).lower() == name


def is_shortcut(name: bytes, data: bytes, at: int) -> bool:
    """Whether the attribute's value at `at` is a key to press: `accesskey="n"`."""
    return name == _PRESSED and _SHORTCUT.match(data, at, at + LONGEST) is not None


def is_directory(name: bytes, data: bytes, start: int, at: int, limit: int) -> bool:
    """Whether the value at `at` is the working directory: `PWD=/app`, `"pwd": "/srv/shop"`. Not behind the
    sign of a connection string, nor where a part of the path looks as if a machine had made it."""
    if name not in (b"pwd", b"oldpwd") or data[at : at + 1] != b"/" or data[start - 1 : start] == b";":
        return False
    found = _DIRECTORY.match(data, at, limit)
    opened = _OPENED.search(data, max(0, at - 80), at)
    if found is not None and opened is not None and found.end() < len(data):
        found = found if data.startswith(opened[0], found.end()) else None
    if found is None or not (data[start : start + 3].isupper() or _ROOT.match(found[0])):
        return False
    return not any(looks_made(part.decode("latin-1")) for part in found[0].split(b"/") if len(part) > _SHORT)


def _container(first: bytes, data: bytes, at: int, limit: int) -> bool:
    if first == b"[":
        return are_messages(data, at, limit) or _COLUMN.match(data, at, limit) is not None
    if _FLOW.match(data, at, limit) is not None:
        return True
    if is_schema(data, at, limit):
        return True
    piece = _PIECE.match(data, at, limit)
    return piece is not None and b"logprob" in piece[0]


def _string(name: bytes, data: bytes, start: int, at: int, limit: int, window: bool) -> bool:
    """A label (`"password": "Password"`); under `token`, a word that a model of language wrote."""
    whole = _WORD.match(data, at, limit)
    if whole is None:
        begun = name == b"token" or name.startswith(_JOINTS.sub(b"", data[at : at + _WORD_LENGTH]).lower())
        return begun and window and at + _WORD_LENGTH >= len(data)
    value, end = whole[1], whole.end(1)
    if _repeats(name, value):
        return True
    if name != b"token":
        return name == _PRESSED and len(value) == 1
    if _SPOKEN.fullmatch(value) or _ADDRESS.fullmatch(value):
        return True
    if len(value) >= _LONG and looks_made(value.decode("latin-1")):
        return False
    if _BESIDE.match(data, end, limit):
        return True
    if window and _CUT.match(data, end) is not None:
        return True
    return _BEFORE.search(data, max(0, start - 200), start) is not None
