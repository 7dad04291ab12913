"""Escapes in a buffer: percent, JSON, HTML, quoted-printable and UTF-16, found and undone.

Lives here: which escapes are worth undoing, and the views of a buffer without them. Must not: look for base64
(audit_runs does), hold a stream's state, or scan. Called by: audit_views, audit_odd.
Sources: RFC 3986 2.1, RFC 8259 7, the HTML standard 13.2.5.72, RFC 2045 6.7, RFC 2047 4.2.
"""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.audit_runs import GAP, has_run
from hushtape.sanitize.expressions import lazily

DEPTH: Final = 5
"""Layers that are undone."""

_JSON = lazily(
    rb"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}"
    rb"|u\{[0-9A-Fa-f]{1,6}\}|U00[01][0-9A-Fa-f]{5}|[0-3][0-7]{2}|[\"\\/'bfnrt])"
)
_HTML = lazily(rb"&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,30});")
_OPEN_HTML = lazily(rb"&(?:#[0-9]{1,8};?|#[xX][0-9A-Fa-f]{1,8};?|[A-Za-z][A-Za-z0-9]{1,30};)")
"""Browsers read numbers without a semicolon, too (the HTML standard 13.2.5.80). In a view of its own: the
rest of a number may stand under another escape."""
# An escape is worth undoing if it stands for a letter or digit, or for what begins another escape; the
# ruleset's own scan reads through those of punctuation. Where base64 runs stand, also if it is one of
# their characters.
_WORD = rb"3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa]"
_UNITS = lazily(rb"(?:%u[0-9A-Fa-f]{4})+")
"""What JavaScript's `escape` writes (ECMA-262 B.2.1.1)."""
_PACKED = rb"|0[0-8]|1[0-9A-Fa-f]|[Bb]5(?:/|%(?:25)*2[Ff])|9[Cc]|[Dd][Aa]"
"""What the first bytes of compressed files are written with, and no text."""
_MAIL = (
    rb"|3[Dd](?=[2-7][A-F]|[2-9A-F][0-9A-Fa-f](?:%(?:25)*3[Dd]|=)[2-9A-F]|[89A-F][0-9A-F][a-z]"
    rb"|%(?:25)*(?:0[AaDd]|3[Ff])|00(?:%(?:25)*3[Dd]|=)|\?)"
)
"""An `=` that begins what `_QUOTED_PRINTABLE` finds once it stands there: mail in a form."""
# `_` and `-` count, too: the ruleset's scan tells a field by its name, `access%5Ftoken=`.
_PERCENT = lazily(rb"%(?:25)*(?:5[CcFf]|2[36Dd]|u[0-9A-Fa-f]{4}|" + _WORD + _PACKED + _MAIL + rb")")
_PERCENT_RUNS = lazily(
    rb"%(?:25)*(?:5[Cc]|2[36BbDdFf]|5[Ff]|0[AaDd]|u[0-9A-Fa-f]{4}|" + _WORD + _PACKED + _MAIL + rb")"
)
_CUT = lazily(rb"%(?:25)*(?:2[BbFf]|0[AaDd](?:%(?:25)*(?:20|0[AaDd]))*)")
_JSON_WORDS = lazily(
    rb"\\(?:(?:u00|x)3[Dd](?=[2-7][A-F]|[2-9A-F][0-9A-Fa-f][=\\]|[?\\])|u00(?:2[56BbDdFf]|5[CcFf]|"
    + _WORD
    + rb"|00|0[AaDd]|1[Ff]\\|03\\)"
    # How zlib and zstd begin, in JSON or in a string of JSON.
    + rb"|(?:(?<=x\\)|(?<=x\\\\))u00(?:9[Cc]|[Dd][Aa]|01|5[Ee])|(?:(?<=\(\\)|(?<=\(\\\\))u00[Bb]5\\*/"
    + rb"|x(?:0[0AaDd]|2[56BbDdFf]|5[CcFf]|[89A-Fa-f]|"
    + _WORD
    + rb")|u\{|U00[01]|[0-3][0-7]{2})"
)
_NOT_WORDS = rb"(?!0*(?:32|34|39|60|62|160|10|13);|[xX]0*(?:20|22|27|3[CcEe]|[Aa]0|[AaDd]);)"
_SIGN = rb"(?:amp|lt|gt|quot|apos|#x27|#39|#34);"
_BESIDE = rb"|(?<=\\u00[0-9A-Fa-f]{2}&)" + _SIGN + rb"|" + _SIGN + rb"(?=\\u00[0-9A-Fa-f]{2}))"
"""Beside a byte of JSON's: it may be one of a compressed file, all of which counts."""
_HTML_WORDS = lazily(
    rb"&(?:(?:amp;)*(?:#"
    + _NOT_WORDS
    + rb"[0-9xX]|percnt;|bsol;|equals;|lowbar;|UnderBar;|num;|semi;)"
    + _BESIDE
)
_HTML_RUNS = lazily(
    rb"&(?:(?:amp;)*(?:#[0-9xX]|percnt;|bsol;|equals;|plus;|sol;|lowbar;|UnderBar;|NewLine;|num;|semi;)"
    + _BESIDE
)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text_of_units(digits: bytes) -> bytes:
    return _utf8(bytes.fromhex(digits.decode()).decode("utf-16-be", "surrogatepass"))


@lru_cache(maxsize=1024)
def _json_text(escape: bytes) -> bytes:
    kind = escape[1:2]
    if kind.isdigit():
        return bytes((int(escape[1:], 8),))
    if kind == b"U" or escape[2:3] == b"{":
        number = int(escape[2:].strip(b"{}"), 16)
        return _utf8(chr(number)) if number < 0x110000 else escape
    if kind == b"u":
        return _text_of_units(escape.replace(b"\\u", b""))
    if kind == b"x":
        return bytes((int(escape[2:], 16),))
    return _LETTERS.get(kind, kind)


@lru_cache(maxsize=1024)
def _html_text(reference: bytes) -> bytes:
    name = reference[1:].decode("ascii")
    if name[0] != "#":
        from html.entities import html5  # half a megabyte that few bodies need

        text = html5.get(name)
        return reference if text is None else _utf8(text)
    digits = name[1:].rstrip(";")
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return _utf8(chr(number)) if number < 0x110000 else reference


# A line that ends in `=`, or an escaped `=` (RFC 2045 6.7). Base64 may end in one, too: then it is the last
# line, so an empty one follows, or a boundary. Text stands around both. Each branch begins with a literal
# `=`, so that `re` leaps from one to the next: without, rich JSON took six times as long.
_QUOTED_PRINTABLE: Final = lazily(
    rb"=(?=3D|[\r\n\\])(?<=[ -<>-~]=)(?:3D(?=[ -~])"
    rb"|(?<=[ -<>-~]{6}=)(?:\r?\n|\\++(?:r\\++)?n)(?=[!-,.-~]))"
    # Two escapes side by side, or one that is no number; a header's encoded word (RFC 2047 4.2).
    rb"|=[2-7][0-9A-Fa-f]=[2-7][0-9A-Fa-f]|=[2-7][A-F](?<=[!-<>-~]...)(?=[ -<>-~])"
    rb"|=[89A-F][0-9A-F](?:=[89A-F][0-9A-F]|(?<=[a-z]...)[a-z])|=\?[!->@-~]{1,40}\?[Qq]\?"
    rb"|=00(?:=00)*+(?:=[2-7][0-9A-F]|[ -<>-~])=00"
)
_ENCODED_WORD: Final = lazily(rb"=\?[!->@-~]{1,40}\?[Qq]\?([!->@-~]{1,512}+)\?=")
_SOFT_BREAK: Final = lazily(rb"=(?:\r?\n|\\++(?:r\\++)?n)")
# Text of ASCII letters in two or four bytes each, in either order.
WIDE: Final = lazily(rb"\0[ -~](?:\0{1,63}[ -~]){4}")


_BYTE: Final = lazily(rb"\\u00[0-9A-Fa-f]{2}")
"""A character of latin-1: of compressed bytes that were taken for it, all belong together."""
_ESCAPES: Final = (
    (37, _PERCENT),
    (92, _JSON_WORDS),
    (38, _HTML_WORDS),
    (61, _QUOTED_PRINTABLE),
    (0, WIDE),
)
"""By the byte that each begins with."""
AROUND: Final = 1024
"""Bytes to each side of an escape: a secret that long has more escapes than one, if it has any."""


_SIGN_BEFORE: Final = lazily(rb"=(?==[0-9A-Fa-f]{2})")


def _from_mail(data: bytes) -> bytes:
    """Quoted-printable undone; a sign before an escape (a parameter's: `v==48`) stays, which the library
    takes along."""
    return a2b_qp(_SIGN_BEFORE.sub(b"=3D", data) if b"==" in data else data)


def _plain_mail(data: bytes, runs: bool) -> bytes:
    if b"=" in data and _QUOTED_PRINTABLE.search(data):
        if b"?=" in data:
            words = _ENCODED_WORD.sub(lambda match: a2b_qp(match[1], header=True), data)
            if words != data:
                return words  # the rest is the next layer: undone twice, an `=` of the text would go
        # Lines are joined first: in `id=a24` of a form no escape stands; undoing one would spoil the value.
        joined = _SOFT_BREAK.sub(b"", data)
        return joined if joined != data else _from_mail(data)
    return data


def _narrow(data: bytes, runs: bool) -> bytes:
    return data.replace(b"\0", b"") if WIDE.search(data) else data


def _unquoted(data: bytes) -> bytes:
    if b"%u" in data:
        text = _UNITS.sub(lambda match: _text_of_units(match[0].replace(b"%u", b"")), data)
        if text != data:
            return text  # the rest is the next layer: a secret that they spell may look like an escape
    return unquote_to_bytes(data)


def _percent(data: bytes, runs: bool) -> bytes:
    if b"%" in data and (_PERCENT_RUNS if runs else _PERCENT).search(data):
        return _unquoted(data)
    return data


def _is_json(data: bytes) -> bool:
    """Whether escapes worth undoing stand there; of bzip2 a few bytes may be all that are escaped."""
    return _JSON_WORDS.search(data) is not None or data.find(b"BZh") >= 0


def _json(data: bytes, runs: bool) -> bytes:
    if b"\\" not in data:
        return data
    if _is_json(data):
        return _JSON.sub(lambda match: _json_text(match[0]), data)
    return data  # `base64_runs` reads through `\\/` and `\\n` by itself


def _html(data: bytes, runs: bool) -> bytes:
    if b"&" in data and (_HTML_RUNS if runs else _HTML_WORDS).search(data):
        return _HTML.sub(lambda match: _html_text(match[0]), data)
    return data


_UNDO: Final[tuple[tuple[str, Callable[[bytes, bool], bytes]], ...]] = (
    ("percent", _percent),
    ("JSON", _json),
    ("HTML", _html),
    ("quoted-printable", _plain_mail),
    ("UTF-16", _narrow),
)
_ONE_KIND: Final = frozenset(name for name, _ in _UNDO if name != "quoted-printable")
"""Not quoted-printable, which mail writes all else in: its line breaks cut the other escapes in two."""

_MARKUP: Final = ("HTML", "JSON")
"""JSON in an attribute, or a script, of HTML: each undone by itself, one after the other."""


def unescaped(data: bytes, how: str, runs: bool) -> list[tuple[str, bytes]]:
    """Views with escapes undone: all kinds in turn ("mixed"), then each kind for itself, where one
    kind's undoing would spoil a secret that looks like another's escape.

    The layers below a mixed view are mixed again, those below a view of one kind are of that kind:
    every order of the kinds would be sixteen views, and the mixed ones reach as deep.
    """
    single: list[tuple[str, bytes]] = []
    mixed = spared = data
    for name, undo in _UNDO:
        if how in _ONE_KIND and how != name and (how, name) != _MARKUP:
            continue
        view = undo(data, runs)
        if view is not data:
            single.append((name, view))
        mixed = view if mixed is data else undo(mixed, runs)
        if undo is not _plain_mail:  # its line breaks stand in other escapes by chance
            spared = view if spared is data else undo(spared, runs)
    if how in _ONE_KIND:
        return single
    opened = _OPEN_HTML.sub(lambda match: _html_text(match[0]), mixed) if b"&#" in mixed else mixed
    if opened != mixed:
        single.append(("mixed", opened))
    if spared != mixed and spared is not data:
        single.insert(0, ("mixed", spared))  # before one kind's view, which may say the same
    if mixed is data:
        return single
    if how == "mixed":
        single = [one for one in single if one[0] == "mixed"]
    return [("mixed", mixed), *single]


def every_json(data: bytes, runs: bool) -> bytes:
    return _JSON.sub(lambda match: _json_text(match[0]), data) if b"\\" in data else data


def every_html(data: bytes, runs: bool) -> bytes:
    return _HTML.sub(lambda match: _html_text(match[0]), data) if b"&" in data else data


def _every_percent(data: bytes, runs: bool) -> bytes:
    return _unquoted(data) if b"%" in data else data


def _every_mail(data: bytes, runs: bool) -> bytes:
    return _from_mail(data) if b"=" in data else data


def _every_open_html(data: bytes, runs: bool) -> bytes:
    return _OPEN_HTML.sub(lambda match: _html_text(match[0]), data) if b"&#" in data else data


_EVERY: Final = (
    ("percent", _every_percent),
    ("JSON", every_json),
    ("HTML", every_html),
    ("quoted-printable", _every_mail),
)


def escapes_undone(data: bytes, *, every: bool) -> Iterator[tuple[bytes, str]]:
    """A buffer as it is, then with its escapes undone, layer by layer: all kinds in turn, all but mail's (an
    `=` may be the value's own: `e=Dd`), and each alone.

    `every`: also those of punctuation; else those that are worth it.
    """
    yield data, ""
    undo = _EVERY if every else _UNDO
    alone = (*undo, ("HTML", _every_open_html))
    spared = tuple(one for one in undo if one[0] != "quoted-printable")
    for name, steps in (("mixed", undo), ("mixed", spared), *((one[0], (one,)) for one in alone)):
        view = data
        for _ in range(DEPTH):
            before = view
            for _, step in steps:
                view = step(view, True)
            if view == before:
                break
            yield view, name


def coded(data: bytes) -> bool:
    """Whether base64 or hex stands here; also one that escapes of `+`, `/` and line breaks cut short."""
    if has_run(data):
        return True
    return 37 in data and _CUT.search(data) is not None and has_run(_CUT.sub(b"+", data))


def escaped(data: bytes, runs: bool) -> bool:
    """Whether an escape is worth undoing. `\\"`, `\\n`, `%20` and `&` stand in most bodies and are not:
    the ruleset's own scan reads through them."""
    # By number: `b"%" in data` is ten times slower than `37 in data` (it fails to take it for one first).
    return (
        (92 in data and _is_json(data))
        or (37 in data and (_PERCENT_RUNS if runs else _PERCENT).search(data) is not None)
        or (38 in data and (_HTML_RUNS if runs else _HTML_WORDS).search(data) is not None)
        or (61 in data and _QUOTED_PRINTABLE.search(data) is not None)
        or (0 in data and WIDE.search(data) is not None)
    )


def around(data: bytes) -> bytes:
    """What stands around the escapes of a buffer; b"": it has none that is worth undoing."""
    spans: list[tuple[int, int]] = []
    spots = [found.start() for sign, kind in _ESCAPES if sign in data for found in kind.finditer(data)]
    if spots:
        spots += (found.start() for found in _BYTE.finditer(data))
    for spot in sorted(spots):
        start, end = max(0, spot - AROUND), spot + AROUND
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return GAP.join([data[start:end] for start, end in spans])
