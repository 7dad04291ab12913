"""Sealing: the journal becomes the cassette, atomically.

Lives here: the order of writes that makes publication safe, and body files. Must not: know records or
modes. Called by: Journal.seal, recover. Order: body files, temporary file, fsync, rename, fsync of the
folder; only then are body files removed that the new cassette no longer names.
"""

from __future__ import annotations

import codecs
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hushtape.cassette import additions, layout
from hushtape.cassette.entries import Entries
from hushtape.cassette.folder import lists
from hushtape.cassette.jsontext import string
from hushtape.cassette.layout import Splice
from hushtape.cassette.problems import unwritable
from hushtape.cassette.top import Top, render

_PIECE = 48 * 1024  # a multiple of 3, so that base64 pieces join
_BUFFER = 256 * 1024
_TEMPORARY = "sealed"
OURS = re.compile(r"[0-9a-f]{32}\.[a-z]{3,4}")
"""Names that a spool gives to the files of long bodies (spool.py)."""
_STYLES = {".yaml": "vcrpy-yaml", ".yml": "vcrpy-yaml", ".har": "har"}
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def bodies_of(cassette: Path) -> Path:
    """The folder of a cassette's body files: `orders.bodies` for `orders.json`."""
    return cassette.with_name(cassette.stem + ".bodies")


def style_of(cassette: Path) -> str:
    """The format that a suffix stands for."""
    return _STYLES.get(cassette.suffix.lower(), "json")


class Seal:
    """One attempt to publish `entries` as `cassette`; `folder` is the recording folder.

    `style`: "json" (ours), or one of foreign/writing.py; default what the cassette's suffix says.
    """

    def __init__(self, entries: Entries, cassette: Path, folder: Path, style: str = "") -> None:
        self._entries = entries
        self._cassette = cassette
        self._folder = folder
        self._bodies = bodies_of(cassette)
        self._mode = 0o644
        self._used: set[str] = set()
        self._style = style or style_of(cassette)

    def publish(self, top: Top) -> Path:
        """Write and publish.

        Raises:
            CassetteWriteError: nothing was published.
        """
        temporary = self._folder / _TEMPORARY
        try:
            temporary.unlink(missing_ok=True)
            # 0666: the kernel applies the umask; the folder is 0700 until the rename.
            fd = os.open(temporary, _NEW, 0o666)
            with os.fdopen(fd, "wb", buffering=_BUFFER) as out:
                self._mode = os.fstat(fd).st_mode & 0o777
                head = render(top, self._entries.published)
                if self._style == "json":
                    self._write(out, head)
                else:
                    self._write_foreign(out, head)
                out.flush()
                os.fsync(fd)
            if self._used:
                _sync_folder(self._bodies)
            temporary.replace(self._cassette)
            _sync_folder(self._cassette.parent)
        except OSError as error:
            _forget(temporary)
            raise unwritable(self._cassette, f"seal the cassette {self._cassette}", error) from None
        self._remove_unused()
        return self._cassette

    def _write_foreign(self, out: BinaryIO, top: bytes) -> None:
        from hushtape.cassette.foreign.writing import open_writer  # most cassettes are ours

        if lists(self._folder):
            raise unwritable(
                self._cassette,
                f"seal the cassette {self._cassette}",
                found="a front end added lists, which only hushtape's JSON holds",
                remedy="Give the cassette a name that ends in .json",
            )
        entries = self._entries
        writer = open_writer(self._style, out, top, self._cassette)
        for index in entries.order():
            writer.add(entries.text(index), entries.interaction(index, self._cassette))
        writer.close()

    def _write(self, out: BinaryIO, top: bytes) -> None:
        entries, first = self._entries, True
        out.write(top)
        for index in entries.order():
            out.write(b"\n" if first else layout.BETWEEN)
            first = False
            offset, length = entries.where(index)
            splices = entries.splices(index)
            if not splices:
                self._copy(out, offset, length)
                continue
            position = 0
            for splice in splices:
                self._copy(out, offset + position, splice.offset - position)
                self._body(out, splice)
                position = splice.offset + splice.length
            self._copy(out, offset + position, length - position)
        out.write(b"]" if first else layout.LAST)
        additions.write_lists(out, self._folder)
        out.write(layout.CLOSE)

    def _copy(self, out: BinaryIO, offset: int, length: int) -> None:
        """A range of the journal, in pieces."""
        while length > 0:
            piece = os.pread(self._entries.fd, min(length, _BUFFER), offset)
            if not piece:
                raise OSError(5, "the journal is shorter than it was")
            out.write(piece)
            offset += len(piece)
            length -= len(piece)

    def _body(self, out: BinaryIO, splice: Splice) -> None:
        source = self._folder / splice.name
        if splice.kind == "file":
            self._publish_body(source, splice.name)
            name = string(f"{self._bodies.name}/{splice.name}")
            out.write(b'{"file": %b, "size": %d}' % (name, splice.size))
        elif splice.kind == "base64":
            out.write(b'{"base64": "')
            for piece in _pieces(source):
                out.write(b64encode(piece))
            out.write(b'"}')
        else:
            out.write(b'"' if splice.kind == "text" else b'{"string": "')
            decode = codecs.getincrementaldecoder("utf-8")("strict").decode
            for piece in _pieces(source):
                out.write(string(decode(piece))[1:-1])
            out.write(b'"' if splice.kind == "text" else b'"}')

    def _publish_body(self, source: Path, name: str) -> None:
        """The body file under its own name, before the cassette that names it."""
        if name in self._used:
            return
        target = self._bodies / name
        self._bodies.mkdir(exist_ok=True)
        if self._bodies.is_symlink():
            raise OSError(20, "the folder of the bodies is a symbolic link")
        _sync_file(source, self._mode)
        beside = self._folder / ("publish-" + name)
        beside.unlink(missing_ok=True)
        try:
            os.link(source, beside)
        except OSError:  # a file system without hard links: the journal's copy stays until the end
            _duplicate(source, beside, self._mode)
        beside.replace(target)
        beside.unlink(missing_ok=True)  # renaming one link onto another of the same file leaves both
        self._used.add(name)

    def _remove_unused(self) -> None:
        """Body files that no cassette names any more. Failing is harmless: they are only too many."""
        try:
            if not self._bodies.is_dir() or self._bodies.is_symlink():
                return
            names = {path.name for path in self._bodies.iterdir() if not path.is_symlink()}
            unused = {name for name in names - self._used if OURS.fullmatch(name)}
            for name in unused - _named_by_others(unused, self._cassette):
                (self._bodies / name).unlink()
            if not self._used:
                self._bodies.rmdir()
        except OSError:
            return


def _named_by_others(names: set[str], cassette: Path) -> set[str]:
    """Which of these body files another cassette of the same stem names: `orders.cassette` has the folder of
    `orders.json`. Any file that holds the digest counts; none is looked at where nothing is to be removed."""
    found: set[str] = set()
    for other in cassette.parent.iterdir() if names else ():
        if other.stem == cassette.stem and other != cassette and other.is_file():
            before = b""
            for piece in _pieces(other):
                window = before + piece
                found |= {name for name in names - found if name[:32].encode() in window}
                before = window[-31:]
    return found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            yield piece


def _sync_file(path: Path, mode: int) -> None:
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)


def _duplicate(source: Path, target: Path, mode: int) -> None:
    with os.fdopen(os.open(target, _NEW, 0o600), "wb") as out:
        for piece in _pieces(source):
            out.write(piece)
        out.flush()
        os.fchmod(out.fileno(), mode)
        os.fsync(out.fileno())


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
