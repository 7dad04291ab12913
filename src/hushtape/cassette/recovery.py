"""Recovery: what a dead process recorded becomes a cassette.

Lives here: `recover`. Must not: scrub or need secrets: only audited exchanges have an end record.
Called by: cli/.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hushtape.cassette import counter, records
from hushtape.cassette import folder as folders
from hushtape.cassette.entries import Entries
from hushtape.cassette.lessons import Unsearched
from hushtape.cassette.problems import malformed, missing, unreadable
from hushtape.cassette.seal import Seal
from hushtape.cassette.top import Top


class Recovery(Struct, frozen=True):
    """What became of a journal.

    Attributes:
        path: the cassette that was written; None if no finished exchange stood in the journal.
        recovered: interactions in it.
        in_flight: exchanges that had begun and not ended when the process died: lost.
        damaged: finished exchanges whose record is damaged, on disk: lost.
        beside: True if an earlier cassette stood there and was left alone.
        unsearched: places in the cassette, from 1, of interactions that were written before a secret was
            learned, and not searched for it when the process died: they may hold it.
        unsearched_lists: names of the lists beside the interactions (`db_interactions`) that may hold one.
    """

    path: Path | None
    recovered: int
    in_flight: int
    damaged: int = 0
    beside: bool = False
    unsearched: tuple[int, ...] = ()
    unsearched_lists: tuple[str, ...] = ()


class _About(Struct, frozen=True):
    cassette: str = ""
    recorded_at: str = ""
    freeze_time: str = ""
    placeholders: tuple[str, ...] = ()
    members: dict[str, Any] = {}


def recover(path: Path, *, replace: bool = False) -> Recovery:
    """Publish what the journal of a dead process holds, marked `complete: false`.

    Args:
        path: the cassette, its `.recording` folder, or one that was set aside.
        replace: take the place of an earlier cassette; else the file is `<name>.recovered.json`.
    Raises:
        CassetteNotFoundError: there is no journal.
        CassetteInUseError: its process is alive and recording.
        CassetteWriteError: it can't be written; the journal stays.
    """
    cassette, place = folders.find(Path(path).absolute())
    try:
        folder = folders.lock_existing(place, cassette, make=True)
    except OSError as error:
        raise unreadable(place, error) from None
    if folder is None:
        raise missing(path, f"recover the recording of {cassette}")
    try:
        result = _recover(cassette, place, replace)
    except BaseException:
        folder.release()
        raise
    folder.remove()
    return result


def _recover(cassette: Path, place: Path, replace: bool) -> Recovery:
    try:
        fd = os.open(place / folders.JOURNAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(place / folders.JOURNAL, error) from None
    try:
        entries = Entries(fd, place)
        unsearched = Unsearched()
        about, damaged = load(fd, entries, place, unsearched)
        order = entries.order()
        sequences = {entries.sequence(index) for index in order}
        new = sum(number >= 0 for number in sequences)
        begun = max(counter.read(place), max(sequences, default=-1) + 1)
        in_flight = max(0, begun - new - damaged)
        if not order and not folders.lists(place):
            return Recovery(None, 0, in_flight, damaged)
        target = cassette if replace or not os.path.lexists(cassette) else _beside(cassette)
        Seal(entries, target, place).publish(
            Top(False, about.recorded_at, about.freeze_time, about.placeholders, about.members)
        )
        left = unsearched.places(map(entries.sequence, order))
        behind = folders.unsearched_lists(place)
        return Recovery(target, len(order), in_flight, damaged, target != cassette, left, behind)
    finally:
        os.close(fd)


def load(fd: int, entries: Entries, place: Path, unsearched: Unsearched | None = None) -> tuple[_About, int]:
    """Fill the index from the journal; its head, and how many ends are damaged.

    `unsearched`: takes the lessons.
    """
    unsearched = unsearched or Unsearched()
    about, damaged = _About(), 0
    for record in records.scan(fd):
        if record.kind in (records.END, records.VOID):
            unsearched.ended(record.sequence)
        if record.kind == records.END:
            if not record.intact:
                damaged += 1
                continue
            table = _table_size(fd, record, place)
            entries.add(record.sequence, record.offset + table + 1, record.length - table - 1, table)
        elif record.intact and record.kind == records.CERTIFICATE:
            entries.certificates.append(os.pread(fd, record.length, record.offset))
        elif record.kind == records.LESSON:
            if record.intact and record.length:
                unsearched.closed(record.sequence, os.pread(fd, record.length, record.offset))
            else:
                unsearched.opened(record.sequence)
        elif record.intact and record.kind == records.JOURNAL:
            about = msgspec.json.decode(os.pread(fd, record.length, record.offset), type=_About)
    return about, damaged


def _table_size(fd: int, record: records.Record, place: Path) -> int:
    """Bytes of the splice table, which ends at the first line break."""
    size = os.pread(fd, min(record.length, 4096), record.offset).find(b"\n")
    if size < 0:
        raise malformed(place / folders.JOURNAL, "a record has no text", offset=record.offset)
    return size


def _beside(cassette: Path) -> Path:
    """A name that is free: `orders.recovered.json`, `orders.recovered.2.json`, ..."""
    number = 1
    while True:
        mark = ".recovered" if number == 1 else f".recovered.{number}"
        path = cassette.with_name(cassette.stem + mark + cassette.suffix)
        if not os.path.lexists(path):
            return path
        number += 1
