"""Redacting in place: the findings of a file as edits, applied in one streaming copy.

Lives here: edits, the copy, the check that JSON stays JSON and YAML YAML, body files under their new names.
Must not: decide what is a finding. Called by: run. A killed fix leaves the old file. Body files come first,
then the cassette that names them, then the old body file goes: at each moment the cassette and its bodies
belong together.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from msgspec import DecodeError, Raw, structs
from msgspec.json import decode

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.foreign.yaml_events import Events, FileStream
from hushtape.cassette.scanner import Scanner as JsonScanner
from hushtape.errors import CassetteError, MissingDependencyError
from hushtape.scan.lengths import lengths
from hushtape.scan.locate import Located
from hushtape.scan.publish import publish, sync_folder
from hushtape.scan.scanner import Scanned
from hushtape.scan.source import Text, Unreadable, read, texts

Edit = tuple[int, int, bytes]
"""Bytes `start` to `end` of the text become these."""

LOOKED_INTO = 64 * 1024 * 1024
"""Bytes of a JSON text that is checked to its last escape."""

_ESCAPE = re.compile(rb"u[0-9a-fA-F]{4}|[nrtbf\"\\/]")
_BODY = re.compile(r"[0-9a-f]{32}(\.[A-Za-z0-9]+)?")


class CannotFix(Exception):
    """Why a file could not be redacted, in words."""


def fix(scanned: Scanned, found: Iterable[Located]) -> tuple[int, Text]:
    """Redact these findings of a file; those that can't be are left.

    Returns: how many were redacted, and the text there is now (a body file gets another name).
    Raises CannotFix: the file is as it was.
    """
    text = scanned.text
    fixable = [one for one in found if one.candidate.text is not None]
    if text.locked or not fixable:
        return 0, text
    edits = [(one.candidate.start, one.candidate.end, one.candidate.text or b"") for one in fixable]
    try:
        edits = sorted([*edits, *lengths(text, fixable)])
        if is_body(text.path):
            text = _fix_body(text, edits)
        else:
            rewrite(text, edits)
    except (OSError, Unreadable, UnicodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise CannotFix(reason) from None
    return len(fixable), text


def rewrite(text: Text, edits: list[Edit], target: Path | None = None) -> None:
    """Publish the file with the edits, under its own name or another; a link's target is what is replaced."""
    path = Path(os.path.realpath(text.path))
    forms = () if text.coding else _FORMS.get(text.kind, ())
    holds = next((one for one in forms if one(path)), None)

    def check(written: Path) -> None:
        if holds is not None and not holds(written):
            raise CannotFix(f"it would not be {text.kind.upper()} any more; redact it by hand")

    publish(target or path, encoded(text, edits), check)


def encoded(text: Text, edits: list[Edit]) -> Iterator[bytes]:
    """The edited text in the file's own coding of characters."""
    if text.coding and not _survives(text):
        raise CannotFix(f"it is damaged {text.coding.upper()}: redact it by hand")
    for piece in edited(text.chunks(), edits, escapes=text.kind == "json"):
        yield piece if not text.coding else piece.decode("utf-8", "surrogatepass").encode(text.coding)


def edited(chunks: Iterable[bytes], edits: list[Edit], *, escapes: bool = False) -> Iterator[bytes]:
    """The text with the edits; pieces end where characters do. `escapes`: those of JSON stay whole."""
    base, number, skip, held = 0, 0, 0, b""
    for chunk in chunks:
        out, at = [held], max(0, skip - base)
        while number < len(edits) and edits[number][0] < base + len(chunk):
            start, end, new = edits[number]
            before, value = chunk[at : max(at, start - base)], chunk[max(at, start - base) : end - base]
            if escapes:
                new = _with_escapes(b"".join((*out[-1:], before))[-64:], value, new)
            out += (before, new)
            skip, number = end, number + 1
            at = max(at, end - base)
        out.append(chunk[at:])
        base += len(chunk)
        piece = b"".join(out)
        cut = _whole(piece)
        held = piece[cut:]
        yield piece[:cut]
    yield held


def _with_escapes(before: bytes, value: bytes, new: bytes) -> bytes:
    """What replaces a value in JSON, with the halves of escapes that its ends cut: the `n` of `\\n` is a
    letter of base64, and the backslash of the quote behind may be taken for the value's."""
    count = len(before) - len(before.rstrip(b"\\"))
    escape = _ESCAPE.match(value) if count % 2 else None
    last = len(value) - len(value.rstrip(b"\\"))
    return (escape[0] if escape else b"") + new + b"\\" * (last if last % 2 else 0)


def _whole(piece: bytes) -> int:
    """Where the last whole UTF-8 character ends."""
    for back in range(1, min(4, len(piece)) + 1):
        byte = piece[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            return len(piece) - back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else len(piece)
    return len(piece)


def _survives(text: Text) -> bool:
    """Whether every character was read as it stands: what could not be decoded became U+FFFD."""
    return all(b"\xef\xbf\xbd" not in chunk for chunk in text.chunks())


def is_json(path: Path) -> bool:
    """Whether a file is one JSON value, or one on each line, to its last escape; False for a long one."""
    if path.stat().st_size > LOOKED_INTO:
        return False
    data = path.read_bytes()
    return _is_value(data) or all(map(_is_value, filter(bytes.strip, data.splitlines())))


def is_nearly_json(path: Path) -> bool:
    """The same of a file of any length, whose strings are not looked into, nor are its numbers."""
    try:
        scanner = JsonScanner(Pinned(path))
        while scanner.next_token():
            scanner.skip()
    except CassetteError:
        return False
    return True


def _is_value(data: bytes) -> bool:
    try:
        decode(data, type=Raw)
    except (DecodeError, RecursionError):
        return False
    return True


def is_yaml(path: Path) -> bool:
    """Whether a file is YAML, as its events go by: nothing is constructed. Without PyYAML none is."""
    try:
        file = Pinned(path)
        for _ in Events(FileStream(file, 0), file):
            pass
    except (CassetteError, MissingDependencyError):
        return False
    return True


_FORMS: dict[str, tuple[Callable[[Path], bool], ...]] = {
    "json": (is_json, is_nearly_json),
    "yaml": (is_yaml,),
}
"""What a text of this kind has to be afterwards, if it was before: the first of them."""


# --- body files -------------------------------------------------------------------------------------


def is_body(path: Path) -> bool:
    """Whether a file is a body that a cassette names."""
    return _BODY.fullmatch(path.name) is not None and path.parent.name.endswith(".bodies")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other process redacts a cassette that stands beside this one, or belongs to this body, meanwhile."""
    folder = path.parent.parent if is_body(path) else path.parent
    lock = -1
    with suppress(OSError):  # a file system without locks, a folder that can't be opened: as before
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if lock >= 0:
            os.close(lock)


def _fix_body(text: Text, edits: list[Edit]) -> Text:
    """A body file is named after what it holds: it gets its new name, and its cassettes the new reference."""
    old = text.path
    digest = sha256()
    for piece in encoded(text, edits):
        digest.update(piece)
    name = digest.hexdigest()[:32] + old.suffix
    new = old.with_name(name)
    if new.is_symlink():
        raise CannotFix("a symbolic link stands where the redacted body should")
    if not new.exists():
        rewrite(text, edits, new)
        new.chmod(old.stat().st_mode & 0o7777)
    for cassette in cassettes_of(old):
        for one in texts(cassette):
            references = list(_references(one, old, name, new.stat().st_size))
            if references:
                rewrite(one, references)
    if new != old:
        old.unlink()
        sync_folder(old.parent)
    return structs.replace(text, path=new, name=str(new))


def cassettes_of(body: Path) -> Iterator[Path]:
    """The files beside a `.bodies` folder that may name its files."""
    folder = body.parent
    stem = folder.name.removesuffix(".bodies")
    yield from (
        path
        for path in sorted(folder.parent.iterdir())
        if path.stem == stem and path.is_file() and path != folder
    )


def _references(text: Text, old: Path, name: str, size: int) -> Iterator[Edit]:
    """Where a cassette names the old file, and its size."""
    before = f"{old.parent.name}/{old.name}".encode()
    after = f"{old.parent.name}/{name}".encode()
    pattern = re.compile(b'"' + re.escape(before) + rb'"(\s*,\s*"size"\s*:\s*)([0-9]+)')
    done = 0
    for buffer, base in _overlapped(read(text.path)):
        for found in pattern.finditer(buffer):
            start = base + found.start()
            if start >= done and (found.end() < len(buffer)):  # else the number may go on
                done = base + found.end()
                yield start, done, b'"%b"%b%d' % (after, found[1], size)


def _overlapped(pieces: Iterable[bytes], overlap: int = 1024) -> Iterator[tuple[bytes, int]]:
    """Pieces with the end of the one before, and their offsets."""
    tail, base = b"", 0
    for piece in pieces:
        data = tail + piece
        yield data, base
        drop = max(0, len(data) - overlap)
        tail, base = data[drop:], base + drop
