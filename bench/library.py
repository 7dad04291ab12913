"""The cassettes that a benchmark run makes: where they lie, and why one is missing.

A replay plays what the last recording of the same row, variant and recorder left. Used by `bench.schedule`.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from bench.figure import Point


@dataclass(slots=True)
class Library:
    """Folders of one row's cassettes under `root`, and the recordings that failed."""

    root: Path
    failed: dict[tuple[str, str], str] = field(default_factory=dict)

    def folder(self, point: Point) -> Path:
        """Where the point's recorder keeps its cassettes of the point's variant."""
        return self.root / (point.variant or "main") / point.tool

    def fresh(self, point: Point) -> Path:
        """The folder, emptied for a new recording."""
        folder = self.folder(point)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def has(self, point: Point) -> bool:
        """A recording stands there."""
        return self.folder(point).exists() and (point.tool, point.variant) not in self.failed

    def why_missing(self, point: Point) -> str | None:
        """The failure of the recording that a replay would need, if it failed."""
        return self.failed.get((point.tool, point.variant))

    def note(self, point: Point, failure: str | None) -> None:
        """Remember how a recording ended; what a failed one left is removed."""
        if failure is None:
            self.failed.pop((point.tool, point.variant), None)
            return
        self.failed[point.tool, point.variant] = failure
        shutil.rmtree(self.folder(point), ignore_errors=True)

    def clear(self) -> None:
        """Remove the row's cassettes: they can be gigabytes."""
        shutil.rmtree(self.root, ignore_errors=True)
