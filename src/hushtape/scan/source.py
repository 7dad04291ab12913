"""A file as the text to be scanned: opened safely, transcoded, unpacked.

Lives here: telling JSON, YAML, text, UTF-16, gz, bz2, xz and zip apart, and reading each in chunks. Must
not: look for anything. Called by: scanner, fix. A text can be read again; each reading opens the file anew.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

CHUNK = 64 * 1024
HEAD = 4096
MOST_UNPACKED = 1024 * 1024 * 1024
"""Bytes that are read of an archive's member; a larger one is told as unreadable."""

_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:[{\"]|\[(?![A-Za-z_][\w .:-]*\]\s*[\r\n]))")
"""`[section]` begins an INI file."""
_YAML_START = re.compile(rb"(?:---|interactions:|%YAML|[A-Za-z_]+:\s*\n)")
_GZIP = b"\x1f\x8b"
_PACKED = (
    (re.compile(rb"\x1f\x8b\x08"), "gz"),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), "bz2"),
    (re.compile(rb"\xfd7zXZ\0"), "xz"),
)
"""How a compressed file begins (RFC 1952; bzip2's block and end marks; the .xz format 2.1.1.1)."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Unreadable(Exception):
    """A file can't be read; the reason, in words."""


class Text(Struct, frozen=True):
    """One text to scan.

    Attributes:
        path: the file. name: how it is called in reports. kind: "json", "yaml" or "text".
        coding: of its characters: "" for UTF-8 and whatever else is read as bytes.
        wrap: "" for the file itself, "gz", "bz2", "xz", or "zip" with `member`.
        size: bytes of the file. locked: why a fix may not touch it; "": it may.
    """

    path: Path
    name: str
    kind: str
    coding: str = ""
    wrap: str = ""
    member: str = ""
    size: int = 0
    locked: str = ""

    def chunks(self) -> Iterator[bytes]:
        """The text in UTF-8 (or as the bytes it is). Raises Unreadable."""
        try:
            pieces = self._pieces()
            yield from _transcoded(pieces, self.coding) if self.coding else pieces
        except (OSError, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise Unreadable(_reason(error)) from None

    def _pieces(self) -> Iterator[bytes]:
        if self.wrap == "zip":
            yield from _member(self.path, self.member)
        elif self.wrap == "gz":
            yield from _bounded(_gunzip(read(self.path)))
        elif self.wrap:
            yield from _bounded(_unpacked(self.path, self.wrap))
        else:
            yield from read(self.path)


def texts(path: Path) -> Iterator[Text]:
    """The texts of a file: one, or one for each member of a zip. Raises Unreadable."""
    try:
        with os.fdopen(open_file(path), "rb", buffering=0) as file:
            head, size = file.read(HEAD), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise Unreadable(_reason(error)) from None
    locked = ""
    if any(part.endswith(".recording") for part in path.parts[:-1]):
        locked = "it belongs to a journal: run 'hushtape recover' first"
    wrap = next((name for begins, name in _PACKED if begins.match(head)), "")
    if wrap:
        inner = Text(path, str(path), "", wrap=wrap, size=size, locked="it is compressed")
        yield _kind(inner, _first(inner), path.name.removesuffix(f".{wrap}"))
        return
    if head.startswith(b"PK\x03\x04"):
        for member in _members(path):
            text = Text(
                path,
                f"{path}!{member}",
                "",
                wrap="zip",
                member=member,
                size=size,
                locked="it is in an archive",
            )
            yield _kind(text, _first(text), member)
        return
    yield _kind(Text(path, str(path), "", size=size, locked=locked), head, path.name)


def open_file(path: Path) -> int:
    """A descriptor of a regular file; a FIFO does not hang it. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("it is not a regular file")
    return fd


def read(path: Path) -> Iterator[bytes]:
    with os.fdopen(open_file(path), "rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            yield piece


def _kind(text: Text, head: bytes, name: str) -> Text:
    coding = coding_of(head)
    if coding:
        head = head.decode(coding, "ignore").lstrip("\ufeff").encode()
    suffix = Path(name).suffix.lower()
    if _JSON_START.match(head) and suffix not in (".yaml", ".yml"):
        kind = "json"
    elif suffix in (".yaml", ".yml") or _YAML_START.match(head):
        kind = "yaml"
    else:
        kind = "text"
    return Text(text.path, text.name, kind, coding, text.wrap, text.member, text.size, text.locked)


def coding_of(head: bytes) -> str:
    """UTF-16 or UTF-32 by its mark, or by where its NUL bytes stand."""
    for mark, coding in _MARKS:
        if head.startswith(mark):
            return coding
    if len(head) >= 8 and b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        if odd > half * 0.8 and even < half * 0.1:
            return "utf-16-le"
        if even > half * 0.8 and odd < half * 0.1:
            return "utf-16-be"
    return ""


def _transcoded(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    decode = codecs.getincrementaldecoder(coding)("replace").decode
    for piece in pieces:
        yield decode(piece).encode("utf-8", "surrogatepass")
    if last := decode(b"", True):
        yield last.encode("utf-8", "surrogatepass")


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gz file; what follows them and is none, as it stands."""
    undo: Any = zlib.decompressobj(31)
    rest = b""
    for piece in pieces:
        piece, rest = rest + piece, b""
        while piece and undo is not None:
            if not undo.eof:
                yield undo.decompress(piece, CHUNK)
                piece = undo.unused_data if undo.eof else undo.unconsumed_tail
            elif len(piece := piece.lstrip(b"\0")) < len(_GZIP):  # gzip passes over NUL bytes, too
                piece, rest = b"", piece
            else:
                undo = zlib.decompressobj(31) if piece.startswith(_GZIP) else None
        yield piece
    yield rest if undo is None or undo.eof else undo.flush()


def _unpacked(path: Path, wrap: str) -> Iterator[bytes]:
    """All streams of a bz2 or xz file. Raises OSError, EOFError."""
    from bz2 import BZ2File
    from lzma import LZMAError, LZMAFile

    kind = BZ2File if wrap == "bz2" else LZMAFile
    try:
        with os.fdopen(open_file(path), "rb") as file, kind(file) as unpacked:
            yield from iter(lambda: unpacked.read(CHUNK), b"")
    except LZMAError as error:
        raise OSError(f"it is damaged ({error})") from None


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > MOST_UNPACKED:
            raise OSError(f"it unpacks to more than {MOST_UNPACKED >> 20:,} MiB")
        yield piece


def _members(path: Path) -> list[str]:
    """Raises Unreadable: what is packed would look clean."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            return [one.filename for one in archive.infolist() if not one.is_dir()]
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(f"the archive is damaged ({type(error).__name__})") from None


def _member(path: Path, member: str) -> Iterator[bytes]:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive, archive.open(member) as file:
            yield from _bounded(iter(lambda: file.read(CHUNK), b""))
    except (BadZipFile, KeyError) as error:
        raise OSError(f"the archive is damaged ({type(error).__name__})") from None


def _first(text: Text) -> bytes:
    for piece in text.chunks():
        return piece[:HEAD]
    return b""


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
