"""Whole bodies in the types that programs hand over: text, bytes, a file in memory, chunks.

Lives here: undoing content codings, the scrub of one held body, and giving back the type that came.
Must not: know header fields beyond the two it is told, read a file that it can't give back.
Called by: sanitizers_alone. What can't be looked into is refused, never passed on.
"""

from __future__ import annotations

import copy
import gzip
import io
import zipfile
import zlib
from typing import Any, NamedTuple

from hushtape import coding
from hushtape.errors import HushtapeError, SanitizerError
from hushtape.sanitize.rules import HeaderRule, Phase, UrlPatternRule
from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


DEEPEST = 8
"""Packed files in each other."""

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


class Fields(NamedTuple):
    """What header fields say of a body, and what has to be changed in them once it was scrubbed.

    `decoded`: the coding was undone, so its field goes. `size`: what Content-Length is now; None: as it was.
    """

    content_type: str = ""
    content_encoding: str = ""
    decoded: bool = False
    size: int | None = None


def scrub_body(body: Any, about: Fields, ruleset: Ruleset, phase: Phase) -> tuple[Any, Fields]:
    """The body, scrubbed, in the type it came in; the same object if nothing had to change.

    Raises:
        SanitizerError: it is coded in a way that can't be undone, or of a type that can't be read twice.
    """
    if not body and not hasattr(body, "read"):
        return body, about
    data = _bytes(body)
    if data is None:
        if not _is_about_bodies(ruleset):
            return body, about
        raise _unreadable(f"it is a {type(body).__name__}", "Give it as text, bytes or None.")
    plain = data if isinstance(body, str) else _decoded(data, about.content_encoding)
    clean = _scrub(plain, about.content_type, ruleset, phase)
    if clean == data:
        return body, about
    about = about._replace(decoded=plain is not data, size=len(clean))
    return _as_given(body, clean), about


def _is_about_bodies(ruleset: Ruleset) -> bool:
    return not all(isinstance(rule, HeaderRule | UrlPatternRule) for rule in ruleset.rules)


def _bytes(body: Any) -> bytes | None:
    """What a body holds; None if that can't be told without using it up."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, io.BytesIO):
        return body.getvalue()
    if isinstance(body, io.StringIO):
        return body.getvalue().encode("utf-8", "surrogatepass")
    if type(body) is type(iter([])):  # vcrpy keeps chunks in a list; a copy leaves it where it is
        return _joined(list(copy.copy(body)))
    return _joined(body) if isinstance(body, (list, tuple)) else None


def _joined(chunks: Any) -> bytes | None:
    known = all(isinstance(chunk, (bytes, str)) for chunk in chunks)
    if not known:
        return None
    return b"".join(c.encode("utf-8", "surrogatepass") if isinstance(c, str) else c for c in chunks)


def _as_given(body: Any, clean: bytes) -> Any:
    if isinstance(body, (str, io.StringIO)):
        text = decode(clean)
        return text if isinstance(body, str) else io.StringIO(text)
    if isinstance(body, bytearray):
        return bytearray(clean)
    if isinstance(body, io.BytesIO):
        return io.BytesIO(clean)
    if isinstance(body, (bytes, memoryview)):
        return clean
    listed = isinstance(body, (list, tuple))
    textual = all(isinstance(chunk, str) for chunk in (body if listed else copy.copy(body)))
    chunks = [decode(clean) if textual else clean]
    return type(body)(chunks) if listed else iter(chunks)


def decode(clean: bytes) -> str:
    """The text of scrubbed bytes that came from text: lone surrogates are those that were given."""
    try:
        return clean.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return clean.decode("utf-8", "surrogateescape")


# --- codings -----------------------------------------------------------------------------------------


def _decoded(data: bytes, content_encoding: str) -> bytes:
    """The bytes without their content codings; the same object if there are none any more: clients and
    cassettes leave the field in place when they undo what it says."""
    names = coding.parse(content_encoding)
    if not names:
        return data
    if not coding.can_decode(names):
        if _is_text(data):
            return data
        extra = coding.missing_extra(names)
        remedy = f"Install 'hushtape[{extra}]'." if extra else "Decode it before you hand it over."
        raise _unreadable(f"it is coded {', '.join(names)!r}, which can't be undone here", remedy)
    decoder = coding.decoder(names)
    try:
        return b"".join((*decoder.feed(data), *decoder.finish()))
    except coding.CodingError:
        # Refused from its first byte on, it never was coded; cut or damaged, it may hold anything.
        if _is_text(data) or not _begins(coding.decoder(names), data):
            return data
        found = f"it is damaged: its coding {', '.join(names)!r} can be undone in part only"
        raise _unreadable(found, "Decode it before you hand it over.") from None


def _begins(decoder: coding.Decoder, data: bytes) -> bool:
    """Whether anything can be read of it. Byte by byte: of a small body whose end it refuses a decoder gives
    nothing. Where it takes long to give something, it might."""
    try:
        for at in range(min(len(data), coding.PIECE)):
            if any(decoder.feed(data[at : at + 1])):
                return True
    except coding.CodingError:
        return False
    return len(data) > coding.PIECE


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _scrub(data: bytes, content_type: str, ruleset: Ruleset, phase: Phase, depth: int = 0) -> bytes:
    """The bytes, scrubbed; a gzip file without a coding is looked into and packed again."""
    if _is_about_bodies(ruleset) and data.startswith(_GZIP) and (inner := _unpacked(data)) is not None:
        clean = _scrub(inner, content_type, ruleset, phase, _deeper(depth))
        changed = clean != inner or _changed(data, ruleset, phase)  # its header may name a file
        return gzip.compress(clean, mtime=0) if changed else data
    if _is_about_bodies(ruleset) and data.startswith(_ZIP):
        _check_zip(data, ruleset, phase, depth)
        return data
    scrubber = ruleset.scrubber(phase, content_type)
    return scrubber.feed(data) + scrubber.finish()


def _unpacked(data: bytes) -> bytes | None:
    """What a gzip file holds; None: it is none.

    Raises:
        SanitizerError: it is cut or damaged, or something stands behind it.
    """
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        if not _begins(coding.decoder(("gzip",)), data):
            return None
        remedy = "Leave it out in a callback."
        raise _unreadable("it is a gzip file that can be read in part only", remedy) from None


def _check_zip(data: bytes, ruleset: Ruleset, phase: Phase, depth: int) -> None:
    """Raises SanitizerError: it holds something to redact (a file in it can't be replaced), or it can't be
    looked into."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            remark = archive.comment.decode("latin-1")
            dirty = (
                ruleset.text(remark) != remark
                or any(_dirty(archive, one, ruleset, phase, depth) for one in archive.infolist())
                or _changed(data, ruleset, phase)  # between its members, and behind them
            )
    except HushtapeError:
        raise
    except Exception:  # noqa: BLE001 - whatever zlib, bz2 and lzma raise of damaged data
        raise _unreadable("it is a zip file that can't be opened", "Leave it out in a callback.") from None
    if dirty:
        raise _unreadable("it is a zip file that holds a secret", "Leave it out in a callback.")


def _dirty(
    archive: zipfile.ZipFile, one: zipfile.ZipInfo, ruleset: Ruleset, phase: Phase, depth: int
) -> bool:
    if ruleset.text(one.filename) != one.filename:
        return True
    with archive.open(one) as content:
        piece = content.read(coding.PIECE)
        if piece.startswith((_GZIP, _ZIP)):
            whole = piece + content.read()
            return _scrub(whole, "", ruleset, phase, _deeper(depth)) != whole
        scrubber = ruleset.scrubber(phase)
        while piece:
            scrubber.feed(piece)
            piece = content.read(coding.PIECE)
    scrubber.finish()
    return scrubber.changed


def _changed(data: bytes, ruleset: Ruleset, phase: Phase) -> bool:
    scrubber = ruleset.scrubber(phase)
    scrubber.feed(data)
    scrubber.finish()
    return scrubber.changed


def _deeper(depth: int) -> int:
    if depth >= DEEPEST:
        raise _unreadable(f"{depth} files are packed in each other", "Leave it out in a callback.")
    return depth + 1


def _unreadable(found: str, remedy: str) -> SanitizerError:
    return SanitizerError("scrub a body", found, remedy, sanitizer="body")
