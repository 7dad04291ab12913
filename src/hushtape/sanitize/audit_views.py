"""What a buffer says once it is decoded: percent, JSON, HTML, base64, hex, in any nesting.

Lives here: the decodings and `inspect`, the search through them. Must not: hold a stream's state, or
know rules: it is handed a scan. Called by: audit.
Depth and the number of views are bounded, so no body makes the audit run for ever.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from hushtape.sanitize.audit_packed import inflated
from hushtape.sanitize.audit_runs import GAP, decode_base64, decode_hex, has_run, runs

Scan = Callable[[bytes], "tuple[str, int] | None"]
"""The ruleset's plain scan: (name of the rule, offset) of a secret, or None."""

Dull = Callable[[], bool]
"""Whether lower-case hex hides nothing as base64 from this scan, see `audit_runs.hex_is_dull`."""


def never() -> bool:
    """For a scan that nobody has asked about."""
    return False


DEPTH: Final = 5
MOST_VIEWS: Final = 32
"""Views of one buffer. Ordinary ones need four; more than 32 mean a body built to keep us busy."""

_JSON = re.compile(
    rb"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}"
    rb"|[\"\\/'bfnrt])"
)
_HTML = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# An escape is worth undoing if it stands for a letter or digit, or for what begins another escape; the
# ruleset's own scan reads through those of punctuation. Where base64 runs stand, also if it is one of
# their characters.
_WORD = rb"3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa]"
_PERCENT = re.compile(rb"%(?:25)*(?:5[Cc]|2[36]|" + _WORD + rb")")
_PERCENT_RUNS = re.compile(rb"%(?:25)*(?:5[Cc]|2[36BbDdFf]|5[Ff]|0[AaDd]|" + _WORD + rb")")
_JSON_WORDS = re.compile(
    rb"\\(?:u00(?:2[56BbDdFf]|5[CcFf]|" + _WORD + rb")|x(?:2[56]|5[Cc]|" + _WORD + rb"))"
)
_NOT_WORDS = rb"(?!0*(?:32|34|39|60|62|160|10|13);|[xX]0*(?:20|22|27|3[CcEe]|[Aa]0|[AaDd]);)"
_HTML_WORDS = re.compile(rb"&(?:amp;)*(?:#" + _NOT_WORDS + rb"[0-9xX]|percnt;|bsol;)")
_HTML_RUNS = re.compile(rb"&(?:amp;)*(?:#[0-9xX]|percnt;|bsol;|plus;|sol;|lowbar;|NewLine;)")
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


WEAK: Final = frozenset(("field token", "field code", "field client_id"))
"""Field rules that don't count under base64 or hex: a page cursor is often `{"token": ...}` in base64,
and would fail every tape. Exact secrets, token shapes and the other fields count there, too."""


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1024)
def _json_text(escape: bytes) -> bytes:
    kind = escape[1:2]
    if kind == b"u":
        units = bytes.fromhex(escape.decode().replace("\\u", ""))
        return _utf8(units.decode("utf-16-be", "surrogatepass"))
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
    number = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
    return _utf8(chr(number)) if number < 0x110000 else reference


# A line that ends in `=`, or an escaped `=` (RFC 2045 6.7). Base64 may end in one, too: then it is the last
# line, so an empty one follows, or a boundary. Text stands around both.
_QUOTED_PRINTABLE: Final = re.compile(
    rb"=(?=3D|[\r\n\\])(?<=[ -<>-~]{6}=)(?:3D(?=[ -~]{6})|(?:\r?\n|\\++(?:r\\++)?n)(?=[!-,.-~][ -~]{6}))"
)
_JSON_BREAK: Final = re.compile(rb"=\\++(?:r\\++)?n")
# Text of ASCII letters in two or four bytes each, in either order.
_WIDE: Final = re.compile(rb"\0[ -~](?:\0{1,3}[ -~]){5}")


_ESCAPES: Final = (_PERCENT, _JSON_WORDS, _HTML_WORDS, _QUOTED_PRINTABLE, _WIDE)
AROUND: Final = 1024
"""Bytes to each side of an escape: a secret that long has more escapes than one, if it has any."""


def _plain_mail(data: bytes, runs: bool) -> bytes:
    if b"=" in data and _QUOTED_PRINTABLE.search(data):
        return a2b_qp(_JSON_BREAK.sub(b"=\n", data) if 92 in data else data)
    return data


def _narrow(data: bytes, runs: bool) -> bytes:
    return data.replace(b"\0", b"") if _WIDE.search(data) else data


def _percent(data: bytes, runs: bool) -> bytes:
    if b"%" in data and (_PERCENT_RUNS if runs else _PERCENT).search(data):
        return unquote_to_bytes(data)
    return data


def _json(data: bytes, runs: bool) -> bytes:
    if b"\\" not in data:
        return data
    if _JSON_WORDS.search(data):
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
_ONE_KIND: Final = frozenset(name for name, _ in _UNDO)


def _unescaped(data: bytes, how: str, runs: bool) -> list[tuple[str, bytes]]:
    """Views with escapes undone: all kinds in turn ("mixed"), then each kind for itself, where one
    kind's undoing would spoil a secret that looks like another's escape.

    The layers below a mixed view are mixed again, those below a view of one kind are of that kind:
    every order of the kinds would be sixteen views, and the mixed ones reach as deep.
    """
    single: list[tuple[str, bytes]] = []
    mixed = data
    for name, undo in _UNDO:
        if how in _ONE_KIND and how != name:
            continue
        view = undo(data, runs)
        if view is not data:
            single.append((name, view))
        mixed = view if mixed is data else undo(mixed, runs)
    if how in _ONE_KIND:
        return single
    if mixed is data:
        return []
    return [("mixed", mixed)] if how == "mixed" else [("mixed", mixed), *single]


def _every_json(data: bytes, runs: bool) -> bytes:
    return _JSON.sub(lambda match: _json_text(match[0]), data) if b"\\" in data else data


def _every_html(data: bytes, runs: bool) -> bytes:
    return _HTML.sub(lambda match: _html_text(match[0]), data) if b"&" in data else data


def _every_percent(data: bytes, runs: bool) -> bytes:
    return unquote_to_bytes(data) if b"%" in data else data


_EVERY: Final = (("percent", _every_percent), ("JSON", _every_json), ("HTML", _every_html))


def escapes_undone(data: bytes, *, every: bool) -> Iterator[tuple[bytes, str]]:
    """A buffer as it is, then with its escapes undone, layer by layer: all kinds in turn, and each alone.

    `every`: also those of punctuation; else those that are worth it.
    """
    yield data, ""
    undo = _EVERY if every else _UNDO
    for name, steps in (("mixed", undo), *((one[0], (one,)) for one in undo)):
        view = data
        for _ in range(DEPTH):
            before = view
            for _, step in steps:
                view = step(view, True)
            if view == before:
                break
            yield view, name


def _children(data: bytes, how: str) -> list[tuple[str, bytes]]:
    """The next views of a view that was made `how`."""
    runs = has_run(data)
    views = _unescaped(data, how, runs)
    return views + _runs_of(data) if runs else views


def _runs_of(data: bytes) -> list[tuple[str, bytes]]:
    found, digits = runs(data, dull=False)
    views = [("base64", decode_base64(found)), ("hex", decode_hex(found, digits))]
    return views + [(f"{how}, compressed", inflated(view)) for how, view in views]


def _scan_view(view: bytes, how: str, scan: Scan) -> tuple[str, int] | None:
    """Scan a decoded view; under base64 or hex, weak findings are passed over."""
    found = scan(view)
    if found is None or found[0] not in WEAK or ("base64" not in how and "hex" not in how):
        return found
    base = 0
    while found is not None and found[0] in WEAK:
        base += found[1] + 1
        found = scan(view[base:])
    return found if found is None else (found[0], base + found[1])


def inspect(data: bytes, scan: Scan, dull: Dull = never) -> tuple[str, int, str] | None:
    """Look for a secret in a buffer and in all of its decodings.

    Returns: (name of the rule, offset in the view, how the view was decoded: "" or "JSON, base64").
    """
    found = scan(data)
    if found is not None:
        return (*found, "")
    coded = has_run(data)
    if _escaped(data, coded):
        return _deep(data if coded or data.isascii() else _around(data), scan)
    return _in_runs(data, scan, dull) if coded else None


def in_clear(data: bytes, scan: Scan) -> bool:
    """Whether a buffer holds nothing to find and nothing to decode: the common case, and cheap."""
    return scan(data) is None and not has_run(data) and not _escaped(data, False)


def _escaped(data: bytes, runs: bool) -> bool:
    """Whether an escape is worth undoing. `\\"`, `\\n`, `%20` and `&` stand in most bodies and are not:
    the ruleset's own scan reads through them."""
    # By number: `b"%" in data` is ten times slower than `37 in data` (it fails to take it for one first).
    return (
        (92 in data and _JSON_WORDS.search(data) is not None)
        or (37 in data and (_PERCENT_RUNS if runs else _PERCENT).search(data) is not None)
        or (38 in data and 59 in data and (_HTML_RUNS if runs else _HTML_WORDS).search(data) is not None)
        or (61 in data and _QUOTED_PRINTABLE.search(data) is not None)
        or (0 in data and _WIDE.search(data) is not None)
    )


def _in_runs(data: bytes, scan: Scan, dull: Dull) -> tuple[str, int, str] | None:
    """The search through decoded runs, short for identifiers and paths, which is what nearly all runs are."""
    found, digits = runs(data, dull())
    view = decode_base64(found)
    if found or digits:
        view += GAP + decode_hex(found, digits)
    if scan(view) is not None or has_run(view):
        return _deep(data, scan)
    # Escapes stand in noise, mostly. What one could be a part of stands around it.
    near = _around(view)
    if near and (result := _deep(near, scan, "base64")) is not None:
        return result
    text = inflated(view)
    return _deep(data, scan) if text and not in_clear(text, scan) else None


def _around(data: bytes) -> bytes:
    """What stands around the escapes of a buffer; b"": it has none that is worth undoing."""
    spans: list[tuple[int, int]] = []
    for spot in sorted(found.start() for kind in _ESCAPES for found in kind.finditer(data)):
        start, end = max(0, spot - AROUND), spot + AROUND
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return GAP.join([data[start:end] for start, end in spans])


def _deep(data: bytes, scan: Scan, how: str = "") -> tuple[str, int, str] | None:
    """All decodings of a buffer, which was itself decoded `how`."""
    seen = {hash(data)}
    level = [(how, data)]
    for _ in range(DEPTH):
        below: list[tuple[str, bytes]] = []
        for path, parent in level:
            for name, view in _children(parent, path.rpartition(", ")[2]):
                if not view or hash(view) in seen or len(seen) > MOST_VIEWS:
                    continue
                seen.add(hash(view))
                how = f"{path}, {name}" if path else name
                found = _scan_view(view, how, scan)
                if found is not None:
                    return (*found, how)
                below.append((how, view))
        level = below
    return None
