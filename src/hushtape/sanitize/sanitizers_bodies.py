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
from hushtape.errors import SanitizerError
from hushtape.sanitize.rules import HeaderRule, Phase, UrlPatternRule
from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


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
        if all(isinstance(rule, HeaderRule | UrlPatternRule) for rule in ruleset.rules):
            return body, about  # nothing here is about bodies
        raise _unreadable(f"it is a {type(body).__name__}", "Give it as text, bytes or None.")
    plain = data if isinstance(body, str) else _decoded(data, about.content_encoding)
    clean = _scrub(plain, about.content_type, ruleset, phase)
    if clean == data:
        return body, about
    about = about._replace(decoded=plain is not data, size=len(clean))
    return _as_given(body, clean), about


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
    pieces: list[bytes] = []
    fed = False
    try:
        pieces.extend(decoder.feed(data))
        fed = True
        pieces.extend(decoder.finish())
    except coding.CodingError:
        # Refused from its first byte on, it never was coded; cut or damaged, it may hold anything.
        if not pieces and (not fed or _is_text(data)):
            return data
        found = f"it is damaged: its coding {', '.join(names)!r} can be undone in part only"
        raise _unreadable(found, "Decode it before you hand it over.") from None
    return b"".join(pieces)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _scrub(data: bytes, content_type: str, ruleset: Ruleset, phase: Phase) -> bytes:
    """The bytes, scrubbed; a gzip file without a coding is looked into and packed again."""
    packed = data.startswith(b"\x1f\x8b")
    try:
        inner = gzip.decompress(data) if packed else data
    except (OSError, EOFError, zlib.error):
        packed, inner = False, data
    if inner.startswith(b"PK\x03\x04") and _zip_is_clean(inner, ruleset, phase):
        return data
    scrubber = ruleset.scrubber(phase, content_type)
    clean = scrubber.feed(inner) + scrubber.finish()
    if not packed:
        return clean
    return data if clean == inner else gzip.compress(clean, mtime=0)


def _zip_is_clean(data: bytes, ruleset: Ruleset, phase: Phase) -> bool:
    """Whether a zip file holds nothing to redact. False: it is no zip file.

    Raises:
        SanitizerError: it does (a file in it can't be replaced), or it can't be looked into.
    """
    if all(isinstance(rule, HeaderRule | UrlPatternRule) for rule in ruleset.rules):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            remark = archive.comment.decode("latin-1")
            dirty = ruleset.text(remark) != remark or any(
                _dirty(archive, one, ruleset, phase) for one in archive.infolist()
            )
    except (zipfile.BadZipFile, EOFError, zlib.error):
        return False
    except (RuntimeError, NotImplementedError, ValueError):
        raise _unreadable("it is a zip file that can't be opened", "Leave it out in a callback.") from None
    if dirty:
        raise _unreadable("it is a zip file that holds a secret", "Leave it out in a callback.")
    return True


def _dirty(archive: zipfile.ZipFile, one: zipfile.ZipInfo, ruleset: Ruleset, phase: Phase) -> bool:
    scrubber = ruleset.scrubber(phase)
    with archive.open(one) as content:
        while piece := content.read(coding.PIECE):
            scrubber.feed(piece)
    scrubber.finish()
    return scrubber.changed or ruleset.text(one.filename) != one.filename


def _unreadable(found: str, remedy: str) -> SanitizerError:
    return SanitizerError("scrub a body", found, remedy, sanitizer="body")
