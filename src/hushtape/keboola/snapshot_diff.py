"""What differs between a snapshot and the outputs, and how it is told.

Lives here: the differences and the text about them. Must not: take snapshots. Called by: validator.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

LONGEST_DIFFED = 10 * 1024 * 1024
"""Bytes of a file up to which its differences are shown line by line."""


@dataclass
class ValidationDiff:
    """One difference. `expected`, `actual`: what the snapshots state of the file."""

    file_path: str
    diff_type: Literal["hash_mismatch", "missing", "unexpected"]
    expected: Any
    actual: Any
    unified_diff: str | None = None


@dataclass
class ValidationResult:
    """Whether the outputs are those of the snapshot."""

    success: bool
    summary: str
    diffs: list[ValidationDiff] = field(default_factory=list)

    @classmethod
    def of(cls, diffs: list[ValidationDiff]) -> ValidationResult:
        """The verdict on these differences."""
        if not diffs:
            return cls(True, "All outputs match expected snapshot")
        kinds = [diff.diff_type for diff in diffs]
        counts = [
            _counted(kinds.count("hash_mismatch"), "", " changed"),
            _counted(kinds.count("missing"), "", " missing"),
            _counted(kinds.count("unexpected"), "unexpected ", ""),
        ]
        return cls(False, f"Validation failed: {', '.join(filter(None, counts))}", diffs)

    def format_output(self, verbose: bool = False) -> str:
        """The summary and the differences; with `verbose` line by line where they were compared so."""
        if self.success:
            return self.summary
        lines = [self.summary, "", "Differences:"]
        for diff in self.diffs:
            lines += _told(diff, verbose)
        return "\n".join(lines)


def _counted(count: int, before: str, after: str) -> str:
    return f"{count} {before}file{'' if count == 1 else 's'}{after}" if count else ""


def _told(diff: ValidationDiff, verbose: bool) -> Iterator[str]:
    if diff.diff_type == "missing":
        yield f"  - {diff.file_path}: MISSING (expected to exist)"
        return
    if diff.diff_type == "unexpected":
        yield f"  + {diff.file_path}: UNEXPECTED (not in snapshot)"
        return
    yield f"  ~ {diff.file_path}: content changed"
    old, new = diff.expected, diff.actual
    if old.get("row_count") is not None and old.get("row_count") != new.get("row_count"):
        yield f"      rows: {old.get('row_count')} -> {new.get('row_count')}"
    if old.get("columns") is not None and old.get("columns") != new.get("columns"):
        yield f"      columns: {old.get('columns')} -> {new.get('columns')}"
    if old.get("size_bytes") != new.get("size_bytes"):
        yield f"      size: {old.get('size_bytes')} -> {new.get('size_bytes')} bytes"
    if verbose and diff.unified_diff:
        yield ""
        yield f"    Diff for {diff.file_path}:"
        for line in diff.unified_diff.splitlines():
            yield f"    {line}"
        yield ""


def compared(
    section: str,
    expected: Mapping[str, Any],
    actual: Mapping[str, Any],
    output_dir: Path,
    expected_dir: Path | None,
    tell: Callable[[str], str] = str,
) -> Iterable[ValidationDiff]:
    """The differences of one section; line by line where `expected_dir` holds the file, of what `tell` makes
    of the two texts."""
    for name in sorted({*expected, *actual}):
        path = f"{section}/{name}"
        if name not in actual:
            yield ValidationDiff(path, "missing", expected[name], None)
        elif name not in expected:
            yield ValidationDiff(path, "unexpected", None, actual[name])
        elif expected[name].get("hash") != actual[name]["hash"]:
            lines = _lines(expected_dir / section / name, output_dir / path, tell) if expected_dir else None
            yield ValidationDiff(path, "hash_mismatch", expected[name], actual[name], lines)


def _lines(old: Path, new: Path, tell: Callable[[str], str]) -> str | None:
    """A unified diff; None where a file is missing, long or no text. `tell` gets each text whole: what is in
    base64 or hex lies over several lines."""
    try:
        if max(old.stat().st_size, new.stat().st_size) > LONGEST_DIFFED:
            return None
        before, after = (tell(path.read_text("utf-8")).splitlines() for path in (old, new))
    except (OSError, UnicodeDecodeError):
        return None
    return "\n".join(difflib.unified_diff(before, after, str(old), str(new), lineterm=""))
