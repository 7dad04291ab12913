"""What a buffer says once it is decoded: percent, JSON, HTML, base64, hex, in any nesting.

Lives here: `inspect`, the search through the decodings. Must not: undo escapes (audit_escapes does), hold a
stream's state, or know rules: it is handed a scan. Called by: audit.
Depth and the number of views are bounded, so no body makes the audit run for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hushtape.sanitize.audit_anew import as_form, as_latin, as_wide, is_text
from hushtape.sanitize.audit_escapes import DEPTH, around, coded, escaped, unescaped
from hushtape.sanitize.audit_finding import Scan
from hushtape.sanitize.audit_packed import Room, UnreadError, deflated, inflated, starts
from hushtape.sanitize.audit_runs import GAP, decode_base64, decode_hex, has_run, runs
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.listed_names import CLOUD_FIELDS, CLOUD_PAIRS, SENSITIVE_FIELDS
from hushtape.sanitize.noise import TEXT
from hushtape.sanitize.stand_ins import is_stand_in
from hushtape.sanitize.words import looks_made

Dull = Callable[[], bool]
"""Whether lower-case hex hides nothing as base64 from this scan, see `audit_runs.hex_is_dull`."""


def never() -> bool:
    """For a scan that nobody has asked about."""
    return False


MOST_VIEWS: Final = 128
"""Views of one buffer. Ordinary ones need four; of 45 MB of programs, pages, archives and pictures one window
needed 23 (measured). More mean a body that was built to keep us busy."""

TOO_MANY: Final = f"more than {MOST_VIEWS} ways to read one stretch"
"""The finding's rule beyond that: what is not looked into is not written."""

WEAK: Final = frozenset(("field token", "field code", "field client_id"))
"""Field rules that don't count under base64 or hex: a page cursor is often `{"token": ...}` in base64,
and would fail every tape. Exact secrets, token shapes and the other fields count there, too."""


_BYTES: Final = frozenset(
    ("compressed", "deflated", "mixed", "percent", "JSON", "quoted-printable", "latin-1", "form")
)
"""What a compressed file may come out of as it is. Of base64 and hex it is looked for at once."""


FIELD: Final = "field "
"""How the names of field rules begin."""

BY_PLACE: Final = (FIELD, "parameter ", "userinfo", "credential by ", "password by ")
"""How the names of rules begin that tell by the place."""

USERINFO: Final = "userinfo"
STATED: Final = (FIELD, "parameter ", USERINFO)
"""Of these the rules that take any value, whatever its letters are."""

GUESSED: Final = frozenset(FIELD + name for name in (*SENSITIVE_FIELDS, *CLOUD_FIELDS, *CLOUD_PAIRS))
PLACED: Final = ("parameter ", USERINFO)
LEAST: Final = 8
"""Letters of what looks as if a machine had made it."""

LONGEST: Final = 1024
"""Bytes of a value that are looked at."""

_ESCAPED: Final = frozenset(("mixed", "percent", "JSON", "HTML", "form"))
_PARTS: Final = lazily(r"[\s+\"'`(){}\[\]<>,;&\\]+")
"""Between words; in a form undone but for its plus signs they are spaces."""

AROUND_FIELD: Final = 12
"""Bytes on one side of where a field's value begins that are text, if it is one."""

_IN_FORM: Final = lazily(rb"[^\s@:]{0,256}:(?:\+[^\s@]{0,256}|\d{1,5}\+[^\s@]{0,256}|[^\s@]{0,256}\+)@")
_VALUE: Final = lazily(rb"\+[^\s\"'&<>\d]{0,128}\d")
_APART: Final = GAP[:2]


_READ_ANEW: Final = (("latin-1", as_latin), ("form", as_form), ("wide", as_wide))
_ONCE: Final = frozenset(("latin-1", "wide"))
"""What was read anew grows: a library's tables read as UTF-16 four times over became 190 MB."""


def _children(data: bytes, how: str, room: Room) -> Iterator[tuple[str, bytes]]:
    """The next views of a view that was made `how`."""
    yield from unescaped(data, how, coded(data))
    for name, undo in _READ_ANEW if how not in _ONCE else ():
        if view := undo(data):
            yield name, view
    if how in _BYTES:
        yield from (("compressed", text) for text in inflated(data, room, coded=False))
    if not has_run(data):
        return
    found, digits = runs(data, dull=False)
    for name, view in (("base64", decode_base64(found)), ("hex", decode_hex(found, digits))):
        yield name, view
        yield from ((f"{name}, compressed", text) for text in inflated(view, room))
    yield "base64, deflated", deflated(found)


def _scan_view(view: bytes, how: str, scan: Scan, file: bool) -> tuple[str, int] | None:
    """Scan a decoded view; under base64 or hex, and in what a compressed file only seems to hold, weak
    findings are passed over."""
    # Undoing what stands for an escape by chance breaks the stream that it stands in: what comes out is text
    # cut anew. As it is the file is read elsewhere (Inside, Streams).
    if "base64" in how or "hex" in how:
        return scan(view, _is_weak)
    if _ESCAPED.issuperset(how.split(", ")):
        return scan(view, _is_guess)
    weak = _is_by_place if file and "compressed" in how else None
    if "wide" not in how:
        return scan(view, weak)
    # Read in four ways, one behind the other: each ends where the window does, in a placeholder perhaps.
    return next((found for part in view.split(GAP) if (found := scan(part, weak)) is not None), None)


def _is_empty(rule: str, view: bytes, at: int) -> bool:
    """Whether a form's plus sign, and words behind it, stand where the value would: `token%3D+and%0A`; or
    where userinfo begins or ends: `http%3A%2F%2Fexample.com%3A+ping+%40bob%0A`."""
    if rule == USERINFO:
        return _IN_FORM.match(view, at) is not None
    if view[at - 1 : at + 1] != b"=+" or not rule.startswith(BY_PLACE):
        return False
    return _VALUE.match(view, at) is None


def _is_by_place(rule: str, view: bytes, at: int, end: int) -> bool:
    """Whether only the place tells."""
    return rule.startswith(BY_PLACE)


def _is_guess(rule: str, view: bytes, at: int, end: int) -> bool:
    """Whether only the place tells, and no machine made the value. What stands under escapes was scrubbed as
    it is; undone, pages that show code and texts in forms have other quotes and ends: they failed recordings.
    """
    if rule not in GUESSED and not rule.startswith(PLACED):
        return _is_empty(rule, view, at)
    parts = _PARTS.split(view[at : min(end, at + LONGEST)].decode("latin-1"))
    return not any(len(part) >= LEAST and looks_made(part) for part in parts)


def _is_weak(rule: str, view: bytes, at: int, end: int) -> bool:
    """Whether a field's value that begins there is no finding: 10 MB of noise hold an `otp=` now and
    then, with noise before it and behind."""
    if rule in WEAK:
        return True
    if rule.startswith((*STATED, "password by ")) and is_stand_in(view, at, userinfo=rule == USERINFO):
        return True
    if not rule.startswith(FIELD):
        return False
    before = view[max(0, at - AROUND_FIELD) : at].rpartition(_APART)[2]
    behind, apart, _ = view[at : at + AROUND_FIELD].partition(_APART)
    # A run's last letters may hold a few bits more, which join those that stand between two runs.
    return not (TEXT.fullmatch(before) or TEXT.fullmatch(behind[:-1] if apart else behind))


def inspect(
    data: bytes, scan: Scan, dull: Dull = never, *, file: bool = False
) -> tuple[str, int, str] | None:
    """Look for a secret in a buffer and in all of its decodings. `file`: it is of a compressed file.

    Returns: (name of the rule, offset in the view, how the view was decoded: "" or "JSON, base64").
    """
    found = scan(data)
    if found is not None:
        return (*found, "")
    packed = coded(data)
    latin = _holds_latin(data)
    try:
        if latin or escaped(data, packed):
            whole = latin or packed or data.isascii() or _may_be_bytes(data)
            return _deep(data if whole else around(data), scan, file=file)
        return _in_runs(data, scan, dull) if packed else None
    except UnreadError as error:
        return error.rule, 0, "compression"


def in_clear(data: bytes, scan: Scan) -> bool:
    """Whether a buffer holds nothing to find and nothing to decode: the common case, and cheap."""
    return scan(data) is None and not coded(data) and not escaped(data, False) and not _holds_latin(data)


def _holds_latin(data: bytes) -> bool:
    return not data.isascii() and is_text(data) and as_latin(data) != b""


def _may_be_bytes(data: bytes) -> bool:
    """Whether it is a text with controls, as JSON writes those of bytes that were taken for latin-1."""
    return data.find(b"\\u00") >= 0 and is_text(data)


def _in_runs(data: bytes, scan: Scan, dull: Dull) -> tuple[str, int, str] | None:
    """The search through decoded runs, short for identifiers and paths, which is what nearly all runs are."""
    found, digits = runs(data, dull())
    view = decode_base64(found)
    if found or digits:
        view += GAP + decode_hex(found, digits)
    if scan(view) is not None or has_run(view):
        return _deep(data, scan)
    # Escapes stand in noise, mostly. What one could be a part of stands around it.
    near = around(view)
    if near and (result := _deep(near, scan, "base64")) is not None:
        return result
    for text in (*inflated(view, Room()), deflated(found)):
        if text and (not in_clear(text, scan) or next(starts(text, coded=False), -1) >= 0):
            return _deep(data, scan)
    return None


def _deep(data: bytes, scan: Scan, how: str = "", *, file: bool = False) -> tuple[str, int, str] | None:
    """All decodings of a buffer, which was itself decoded `how`."""
    seen, room = {hash(data)}, Room()
    level = [(how, data)]
    for _ in range(DEPTH):
        below: list[tuple[str, bytes]] = []
        for path, parent in level:
            for name, view in _children(parent, path.rpartition(", ")[2], room):
                if not view or hash(view) in seen:
                    continue
                if len(seen) > MOST_VIEWS:
                    return TOO_MANY, 0, path or name
                seen.add(hash(view))
                how = f"{path}, {name}" if path else name
                found = _scan_view(view, how, scan, file)
                if found is not None:
                    return (*found, how)
                below.append((how, view))
        level = below
    return None
