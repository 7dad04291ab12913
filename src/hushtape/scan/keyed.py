"""Values under key words: header fields, and what looks random beside `secret`, `key`, `token` and the like.

Lives here: finding names and their values in a window of JSON, YAML, HAR or text, by one automaton over the
key words. Must not: decide by a place in the document (`judge` does, once it is known), decode. Called by:
look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize import engine as engines
from hushtape.sanitize.listed_names import SENSITIVE_FIELDS
from hushtape.scan import headers, quoting
from hushtape.scan.entropy import SHORTEST, is_key_word, is_strong, looks_random
from hushtape.scan.finding import FILLER, Candidate
from hushtape.scan.placeholders import is_placeholder

REACH = 16 * 1024
"""A name and its values are looked for within so many bytes; a longer value is told, and can't be fixed."""

_ANCHORS = (
    b"auth", b"cookie", b"secret", b"token", b"passw", b"pwd", b"passphrase", b"key", b"signature",
    b"credential", b"session", b"bearer", b"hmac", b"jwt", b"connectionstring", b"client_id", b"sig", b"pat",
)  # fmt: skip
_NAME_BEFORE = re.compile(rb"[A-Za-z0-9_.$#-]{1,80}\Z")
_NAME_AFTER = re.compile(rb"[A-Za-z0-9_.$#-]{0,80}")
_SIGN = re.compile(rb"(?:\\*[\"'])?[ \t\r\n]{0,64}(?:=>|[:=])[ \t]{0,64}")
_HAR_NAME = re.compile(rb"(\\*)\"name\\*\"\s{0,64}:\s{0,64}\\*\"\Z")
_HAR_VALUE = re.compile(
    rb"\\*\"\s{0,64},\s{0,64}(?:\"\w{1,32}\"\s{0,64}:\s{0,64}\"[^\"\\]{0,256}+\"\s{0,64},\s{0,64})?\\*\"value\\*\"\s{0,64}:\s{0,64}"
)
_HAR_BEFORE = re.compile(
    rb"\"value\"\s{0,64}:\s{0,64}(\"(?:[^\"\\]|\\.){0,8192}+\")\s{0,64},\s{0,64}\"name\"\s{0,64}:\s{0,64}\"\Z"
)
_PAIR_BEFORE = re.compile(rb"[\[,]\s{0,64}\[\s{0,64}\\*\"\Z")
"""A pair stands in a list of pairs: `"header_order": ["Set-Cookie", "Date"]` is none."""
_PAIR_VALUE = re.compile(rb"\\*\"\s{0,64},\s{0,64}(?=\\*\")")
_XML_VALUE = re.compile(rb"\"\s{1,64}value\s{0,8}=\s{0,8}(?=\")|>(?=[^<>\s])")
_COOKIE = re.compile(rb"\"value\"\s{0,64}:\s{0,64}\"((?:[^\"\\]|\\.)*+)\"")
_COOKIES = re.compile(rb"(?:[^\"\]]++|\"(?:[^\"\\]|\\.)*+\")*+", re.DOTALL)
"""A list up to its end: a bracket in a value is none."""
_LINE = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|\n)[ \t]*(?:- +)*\Z")
FIELDS = frozenset(name for name in SENSITIVE_FIELDS if name != "code")
_NOT_PLAIN = re.compile(rb"[|>&*!{\[%@`#]|null\b|~|true\b|false\b|-?[0-9.]+\s*(?:\n|\Z)")
_MIXED = re.compile(rb"(?=[^\r\n]*[0-9])(?=[^\r\n]*[A-Za-z])[^\s(){}\[\]<>\"'`,;]{6,200}")
_WORD = re.compile(rb"[^\s,;&\"'<>(){}\[\]\\]{1,4096}")
_LONG = re.compile(rb"[\"'\\\[\s]|[^\s,;&\"'<>(){}\[\]\\=]{20}")
"""What may begin a list or string, or so many characters of a word: nothing else can look random."""
_FLOW = re.compile(rb"[{,]\s{0,64}[\"']?\Z")


class Keyed:
    """Looks through windows. One serves a whole scan."""

    __slots__ = ("_find",)

    def __init__(self) -> None:
        self._find = engines.build(_ANCHORS, "ahocorasick").find

    def look(self, data: bytes, kind: str, first: int, last: int) -> Iterator[Candidate]:
        """Candidates whose name ends at `first` or later and before `last`. `kind`: as Text's."""
        seen = -1
        for _, start, end in self._find(data):
            if start < seen:
                continue
            before = _NAME_BEFORE.search(data, max(0, start - 80), start)
            after = _NAME_AFTER.match(data, end)
            left, right = before.start() if before else start, after.end() if after else end
            seen = right
            if first <= right < last:
                yield from self._named(data, left, right, kind)

    def _named(self, data: bytes, left: int, right: int, kind: str) -> Iterator[Candidate]:
        name = data[left:right].decode("ascii").lstrip("#$.-")
        sign = _SIGN.match(data, right)
        if sign is not None:
            yield from _pairs(data, left, sign, name, kind)
        elif data[left - 1 : left] in (b'"', b"<", b":"):
            yield from _har(data, left, right, name)
            yield from _xml(data, right, name)


def _har(data: bytes, left: int, right: int, name: str) -> Iterator[Candidate]:
    """`{"name": "Cookie", "value": "..."}`, in either order (HAR 1.2), and `["Cookie", "..."]`."""
    behind = _HAR_VALUE.match(data, right)
    pair = _PAIR_VALUE.match(data, right)
    if _HAR_NAME.search(data, max(0, left - 160), left) and behind is not None:
        spans = list(quoting.values(data, behind.end(), "json"))
    elif pair is not None and _PAIR_BEFORE.search(data, max(0, left - 80), left):
        spans = list(quoting.values(data, pair.end(), "json"))
    else:
        value = data.rfind(b'"value"', max(0, left - 9000), left)
        before = _HAR_BEFORE.match(data, value, left) if value >= 0 else None
        spans = list(quoting.values(data, before.start(1), "json")) if before else []
    for start, end in spans[:1]:
        if name.lower() in FIELDS:
            yield Candidate(start, end, f"field {name.lower()}", key=name)
        yield from header(data, start, end, name, "headers")
        yield from _random(data, start, end, name)


def _xml(data: bytes, right: int, name: str) -> Iterator[Candidate]:
    """`<apiKey>...<`, and `<add key="ApiKey" value="..."/>`. Fields of the ruleset are found by it."""
    behind = _XML_VALUE.match(data, right)
    if behind is not None and is_key_word(name):
        for start, end in list(quoting.values(data, behind.end(), "json"))[:1]:
            yield from _random(data, start, end, name)


def _pairs(data: bytes, left: int, sign: re.Match[bytes], name: str, kind: str) -> Iterator[Candidate]:
    """`"name": "value"`, `name: [value]`, `name:` and a list below, `name=value`."""
    at, colon = sign.end(), b":" in sign[0]
    if name.lower() == "cookies" and data[at : at + 1] == b"[":
        yield from _har_cookies(data, at)
        return
    quoted = sign[0][:1] in (b'"', b"'") and sign[0][:1] == data[left - 1 : left]
    at_line = _LINE.search(data, max(0, left - 80), left - quoted) is not None and (
        not quoted or kind == "yaml"
    )
    before = data[max(0, left - 66) : left]
    where = _where(name, kind, at_line, before) if colon and headers.is_header(name) else None
    field = at_line and name.lower() in FIELDS and (colon if kind == "yaml" else kind == "text")
    if where is None and not field:
        if is_key_word(name) and _LONG.match(data, at):
            for start, end in quoting.values(data, at, kind if at_line else "json"):
                yield from _random(data, start, end, name)
        return
    for start, end in quoting.values(data, at, kind if at_line else "json"):
        if where is not None:
            yield from header(data, start, end, name, where)
        if field and _is_bare(data, at, start, end, quoted=quoted):
            yield from _plain_field(data, start, end, name, kind)
        yield from _random(data, start, end, name)


def _har_cookies(data: bytes, at: int) -> Iterator[Candidate]:
    """`"cookies": [{"name": "sid", "value": "..."}]`: the values again, parsed."""
    cookies = _COOKIES.match(data, at, at + REACH)
    for found in _COOKIE.finditer(data, at, cookies.end() if cookies else at):
        value = found[1].decode("latin-1")
        if len(value) >= headers.SHORT_COOKIE and not is_placeholder(value):
            yield Candidate(*found.span(1), "header Cookie", FILLER, "cookies", "cookies")


def _where(name: str, kind: str, at_line: bool, before: bytes) -> str | None:
    """What the place has to tell before this is a header field; None: it is none."""
    if kind == "json":
        return "headers" if before.endswith((b'"', b"'")) else None
    if kind == "yaml":
        return "headers" if at_line or _FLOW.search(before) or before.endswith((b'"', b"'")) else None
    lower = name.lower()
    known = lower in headers.STRICT or lower in headers.COOKIES or lower.startswith("x-")
    return "" if at_line and known else None


def _is_bare(data: bytes, at: int, start: int, end: int, *, quoted: bool) -> bool:
    """Whether it is no string of JSON behind its name, which the ruleset finds: `name: text`, `name: ["a"]`.
    `quoted`: the name stands in quotes, and it may be JSON all the same."""
    if not quoted:
        return data[at : at + 1] == b"[" or not _quoted(data, start)
    return not _quoted(data, start) and data[at : at + 1] not in b"[{" and data[end - 1 : end] not in b",]}"


def _quoted(data: bytes, start: int) -> bool:
    return data[start - 1 : start] in (b'"', b"'")


def header(data: bytes, start: int, end: int, name: str, where: str) -> Iterator[Candidate]:
    """The credentials in a header field's value, bytes `start` to `end`. `where`: as a Candidate's."""
    if not headers.is_header(name):
        return
    value = data[start:end].decode("latin-1")
    whole = end - start < REACH // 2
    for first, last in headers.secret_parts(name, value):
        if last > first:
            known = where == "headers" and name.lower() in headers.STRICT and first > 0 and last - first >= 8
            text = FILLER if whole else None
            yield Candidate(start + first, start + last, f"header {name}", text, name, "" if known else where)


def _plain_field(data: bytes, start: int, end: int, name: str, kind: str) -> Iterator[Candidate]:
    """`password: ...` of YAML; in other text (INI, and what may be code) only what looks like no code."""
    if kind != "yaml" and _MIXED.fullmatch(data, start, end) is None:
        return
    if _NOT_PLAIN.match(data, start, end) is None and end > start:
        yield Candidate(start, end, f"field {name.lower()}", key=name)


def _random(data: bytes, start: int, end: int, name: str) -> Iterator[Candidate]:
    if end - start < SHORTEST or not is_key_word(name):
        return
    word = _WORD.match(data, start, min(end, start + 4096))
    if word is None or (_quoted(data, start) and word.end() != end):
        return
    if looks_random(word[0].decode("latin-1"), strong=is_strong(name)):
        yield Candidate(start, word.end(), f"entropy beside {name}", key=name)
