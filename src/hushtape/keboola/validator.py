"""Snapshots of a component's outputs: taken, kept, compared.

Lives here: `output_snapshot.json`: a hash and a size a file, rows and columns of CSV tables. How differences
are told is in snapshot_diff. Must not: hold a file in memory. Called by: tests, scaffolding, the runners.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from hushtape.keboola.files import write_atomically
from hushtape.keboola.snapshot_diff import ValidationDiff, ValidationResult, compared

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

VERSION = "1.0"
_SECTIONS = ("tables", "files")
_PIECE = 256 * 1024


@dataclass
class FileSnapshot:
    """One output file. `hash`: algorithm and digest; `row_count` and `columns`: of CSV tables only."""

    path: str
    hash: str
    size_bytes: int
    row_count: int | None = None
    columns: list[str] | None = None


class OutputSnapshot:
    """Takes and compares snapshots.

    Args:
        hash_algorithm: a name of hashlib's.
        ignore_patterns: file names that don't count.
    """

    SNAPSHOT_FILE: ClassVar = "output_snapshot.json"

    def __init__(self, hash_algorithm: str = "sha256", ignore_patterns: Sequence[str] | None = None) -> None:
        self.hash_algorithm = hash_algorithm
        self.ignore_patterns = list((".DS_Store", ".gitkeep") if ignore_patterns is None else ignore_patterns)

    def capture(self, output_dir: str | Path) -> dict[str, Any]:
        """The snapshot of an `out` folder: its `tables` and `files`."""
        base = Path(output_dir)
        snapshot: dict[str, Any] = {"version": VERSION, "hash_algorithm": self.hash_algorithm}
        for section in _SECTIONS:
            found = (self._one(path, base / section) for path in self._files(base / section))
            snapshot[section] = {one.path: _stated(one, section) for one in found}
        return snapshot

    def save(self, snapshot: Mapping[str, Any], snapshot_path: str | Path) -> None:
        """Write a snapshot, atomically; its folder is made."""
        path = Path(snapshot_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, msgspec.json.format(msgspec.json.encode(snapshot, order="deterministic")))

    def load(self, snapshot_path: str | Path) -> dict[str, Any]:
        """Read a snapshot. Raises FileNotFoundError, or ValueError where it is none."""
        found = msgspec.json.decode(Path(snapshot_path).read_bytes())
        if not isinstance(found, dict):
            raise ValueError(f"{snapshot_path} holds no snapshot")
        return found

    def validate(
        self,
        output_dir: str | Path,
        expected: Mapping[str, Any],
        expected_dir: str | Path | None = None,
        verbose: bool = False,
        tell: Callable[[str], str] = str,
    ) -> ValidationResult:
        """Compare an `out` folder with a snapshot.

        Args:
            expected_dir: where the expected files themselves stand; with `verbose` differences are shown
                line by line. tell: scrubs a file's text before lines of it are shown.
        """
        output = Path(output_dir)
        algorithm = expected.get("hash_algorithm", self.hash_algorithm)
        actual = OutputSnapshot(algorithm, self.ignore_patterns).capture(output)
        shown = Path(expected_dir) if expected_dir is not None and verbose else None
        diffs: list[ValidationDiff] = []
        for section in _SECTIONS:
            diffs += compared(section, expected.get(section) or {}, actual[section], output, shown, tell)
        return ValidationResult.of(diffs)

    def _files(self, folder: Path) -> Iterator[Path]:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in self.ignore_patterns:
                yield path

    def _one(self, path: Path, base: Path) -> FileSnapshot:
        with path.open("rb") as file:
            digest = hashlib.new(self.hash_algorithm)
            while piece := file.read(_PIECE):
                digest.update(piece)
            size = os.fstat(file.fileno()).st_size
        rows, columns = _csv_facts(path) if path.suffix == ".csv" else (None, None)
        name = path.relative_to(base).as_posix()
        return FileSnapshot(name, f"{self.hash_algorithm}:{digest.hexdigest()}", size, rows, columns)


def _stated(one: FileSnapshot, section: str) -> dict[str, Any]:
    found: dict[str, Any] = {"hash": one.hash, "size_bytes": one.size_bytes}
    if section == "tables":
        found.update(row_count=one.row_count, columns=one.columns)
    return found


def _csv_facts(path: Path) -> tuple[int | None, list[str] | None]:
    """Rows, the header among them, and the header; None where it is no CSV text.

    Rows are counted as CSV has them: a quoted line break doesn't end one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            header = next(lines, [])
            return sum(1 for _ in lines) + bool(header), header
    except (UnicodeDecodeError, csv.Error):
        return None, None


def capture_output_snapshot(test_data_dir: str | Path, output_subdir: str = "out") -> dict[str, Any]:
    """The snapshot of a data folder's outputs."""
    return OutputSnapshot().capture(Path(test_data_dir) / output_subdir)


def save_output_snapshot(
    test_data_dir: str | Path, output_subdir: str = "out", snapshot_file: str = OutputSnapshot.SNAPSHOT_FILE
) -> Path:
    """Take a data folder's snapshot and write it there; its path."""
    path = Path(test_data_dir) / snapshot_file
    OutputSnapshot().save(capture_output_snapshot(test_data_dir, output_subdir), path)
    return path


def validate_output_snapshot(
    test_data_dir: str | Path,
    output_subdir: str = "out",
    snapshot_file: str = OutputSnapshot.SNAPSHOT_FILE,
    expected_dir: str | Path | None = None,
    verbose: bool = False,
) -> ValidationResult:
    """Compare a data folder's outputs with the snapshot that stands there. Raises FileNotFoundError."""
    folder, snapshot = Path(test_data_dir), OutputSnapshot()
    expected = snapshot.load(folder / snapshot_file)
    return snapshot.validate(folder / output_subdir, expected, expected_dir, verbose)


__all__ = [
    "FileSnapshot",
    "OutputSnapshot",
    "ValidationDiff",
    "ValidationResult",
    "capture_output_snapshot",
    "save_output_snapshot",
    "validate_output_snapshot",
]
