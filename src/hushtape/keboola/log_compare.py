"""Two runs' log messages, side by side.

Lives here: what differs between any two runs and is taken out first (identifiers, times, folders,
tracebacks' frames), and the comparison itself. Must not: capture, read or write files.
Called by: log_capture, recorder.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_COPY = (
    r"(?:/(?!hushtape-component-)[\w .+~-]{1,64}+){0,12}+/hushtape-component-[\w-]{1,32}/"
    r"(?:[^/'\"\n]{1,80}/){1,2}(?=case\b)"
)
"""The folder of a case's copy. Bounded, and from a slash on, for lines may be long."""

DEFAULT_NORMALIZERS: list[tuple[str, str]] = [
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<UUID>"),
    (r"\b\d{10,13}\b", "<EPOCH>"),
    (r'File "(?=[^"\n]+")[^"\n]*[/\\]([^"/\\\n]+)"', r'File "\1"'),
    (r"\b(Thread|ThreadPoolExecutor|Dummy|Timer)-\d+(?:_\d+)?", r"\1-<N>"),
    (r"\bat 0x[0-9a-f]{4,16}\b", "at <ADDRESS>"),
    (_COPY, ""),
]
"""Pairs of a regular expression and its replacement, applied in this order."""

_TRACEBACK = "Traceback (most recent call last):"


@dataclass
class LogComparisonResult:
    """Whether the logs match. `diffs`: lines of a unified diff."""

    success: bool
    diffs: list[str] = field(default_factory=list)
    summary: str = ""

    def format_output(self, verbose: bool = False) -> str:
        """The summary, and the differences below it."""
        return "\n".join([self.summary, *self.diffs])


@dataclass
class SyncActionComparisonResult:
    """Whether a sync action gave what it gave when it was recorded."""

    success: bool
    diff: str = ""


def collapse_tracebacks(text: str) -> str:
    """Tracebacks without their frames: the line of the exception stays."""
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.strip() == _TRACEBACK:
            inside = True
        elif not inside or not line.startswith(" "):
            inside = False
            kept.append(line)
    return "\n".join(kept)


def normalize_message(message: str, normalizers: Iterable[tuple[str, str]]) -> str:
    """The message as it is compared."""
    message = collapse_tracebacks(message)
    for pattern, replacement in normalizers:
        message = re.sub(pattern, replacement, message)
    return message


def compare_texts(
    old: Sequence[str], new: Sequence[str], old_stderr: str, new_stderr: str
) -> LogComparisonResult:
    """Messages against messages, stderr against stderr."""
    diffs, summary = [], []
    if old != new:
        lines = list(difflib.unified_diff(old, new, "recorded", "replayed", lineterm=""))
        diffs += lines
        summary.append(f"Log messages differ ({len(lines)} diff lines)")
    if old_stderr != new_stderr:
        first, second = old_stderr.splitlines(), new_stderr.splitlines()
        lines = list(difflib.unified_diff(first, second, "recorded stderr", "replayed stderr", lineterm=""))
        # Line breaks at the end alone: a diff of lines shows nothing.
        diffs += lines
        if lines:
            summary.append(f"Stderr differs ({len(lines)} diff lines)")
    return LogComparisonResult(not diffs, diffs, "; ".join(summary) or "Logs match")


def compare_sync_action(recorded: str, replayed: str) -> SyncActionComparisonResult:
    """What a sync action printed: as JSON where both are, else as text, white space around it left out."""
    old, new = recorded.strip(), replayed.strip()
    try:
        equal = bool(msgspec.json.decode(old) == msgspec.json.decode(new))
    except (msgspec.DecodeError, RecursionError):
        equal = old == new
    if equal:
        return SyncActionComparisonResult(True)
    return SyncActionComparisonResult(False, f"recorded: {recorded!r}\nreplayed: {replayed!r}")
