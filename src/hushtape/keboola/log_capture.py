"""What a component logs and how it ends: captured, kept in a file, compared.

Lives here: capturing log records, stderr and the exit code of a run; `logs.json`; masking secrets in it. The
comparison is in log_compare. Must not: know a cassette. Called by: recorder, keboola.datadirtest.
Python warnings are not captured, and loggers of the tools themselves are left out: both differ between
machines.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hushtape.keboola.files import write_atomically
from hushtape.keboola.log_compare import (
    DEFAULT_NORMALIZERS,
    LogComparisonResult,
    SyncActionComparisonResult,
    compare_texts,
    normalize_message,
)
from hushtape.keboola.streams import Tee, warnings_to
from hushtape.sanitize import extract_values

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

DEFAULT_LOG_LEVEL = logging.DEBUG
DEFAULT_IGNORED_LOGGERS = frozenset(
    ("vcr", "keboola.vcr", "hushtape", "urllib3", "freezegun", "datadirtest", "filelock")
)
SHORTEST_MASKED = 3
"""Characters. A shorter value would mask every digit of the log (SANITIZING.md, short secrets)."""
MASK = "***"


@dataclass
class CapturedLog:
    """One log record. `timestamp`: ISO 8601 with milliseconds, in UTC."""

    level: str
    logger_name: str
    message: str
    timestamp: str


@dataclass
class ComponentRunResult:
    """How a run ended. `exit_code` None: it returned without SystemExit, or with SystemExit(None)."""

    exit_code: int | None
    logs: list[CapturedLog] = field(default_factory=list)
    stderr: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in `logs.json`."""
        logs = [
            {
                "level": log.level,
                "logger": log.logger_name,
                "message": log.message,
                "timestamp": log.timestamp,
            }
            for log in self.logs
        ]
        return {"exit_code": self.exit_code, "stderr": self.stderr, "logs": logs}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ComponentRunResult:
        """The inverse of `to_dict`; what is missing is empty."""
        logs = [
            CapturedLog(
                str(log.get("level", "")),
                str(log.get("logger", "")),
                str(log.get("message", "")),
                str(log.get("timestamp", "")),
            )
            for log in data.get("logs", ())
        ]
        return cls(data.get("exit_code"), logs, str(data.get("stderr", "")))


class LogCaptureHandler(logging.Handler):
    """Keeps the records of all loggers but the ignored ones and their children."""

    def __init__(
        self, ignored_loggers: Iterable[str] = DEFAULT_IGNORED_LOGGERS, level: int = DEFAULT_LOG_LEVEL
    ) -> None:
        super().__init__(level)
        self._ignored = tuple(ignored_loggers)
        self._records: list[CapturedLog] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        name = record.name
        if any(name == ignored or name.startswith(ignored + ".") for ignored in self._ignored):
            return
        try:
            message = self.format(record)
        except Exception:  # noqa: BLE001 - a record's arguments may raise anything; logging reports it itself
            self.handleError(record)
            return
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        self._records.append(CapturedLog(record.levelname, name, message, moment.replace("+00:00", "Z")))

    @property
    def records(self) -> list[CapturedLog]:
        """What was kept so far; a copy."""
        return list(self._records)


class LogSanitizer:
    """Masks the values of a secrets mapping in captured logs, longest first."""

    def __init__(self, secrets: Mapping[str, Any]) -> None:
        values = extract_values(secrets) if secrets else []
        self._values = [value for value in values if len(value) >= SHORTEST_MASKED]

    def sanitize_string(self, text: str) -> str:
        """The text with each value replaced by `***`."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text

    def sanitize(self, result: ComponentRunResult) -> ComponentRunResult:
        """A copy with messages and stderr masked."""
        return mapped(result, self.sanitize_string)


def mapped(result: ComponentRunResult, clean: Callable[[str], str]) -> ComponentRunResult:
    """A copy whose texts went through `clean`."""
    logs = [
        replace(log, message=clean(log.message), logger_name=clean(log.logger_name)) for log in result.logs
    ]
    return ComponentRunResult(result.exit_code, logs, clean(result.stderr))


def run_with_log_capture(
    fn: Callable[[], object],
    ignored_loggers: Iterable[str] | None = None,
    log_level: int = DEFAULT_LOG_LEVEL,
) -> ComponentRunResult:
    """Run `fn` and capture what it logs, what it writes to stderr, and its exit code.

    SystemExit is caught: None stays None, a number is the exit code, anything else goes to stderr and counts
    as 1. Other exceptions go on to the caller. The root logger's level is `log_level` meanwhile. What goes to
    stderr still gets there.
    """
    handler = LogCaptureHandler(
        DEFAULT_IGNORED_LOGGERS if ignored_loggers is None else ignored_loggers, log_level
    )
    root, tee = logging.getLogger(), Tee(sys.stderr)
    level = root.level
    root.addHandler(handler)
    root.setLevel(log_level)
    code: int | None = None
    try:
        with warnings_to(sys.stderr), redirect_stderr(tee):
            code = _exit_code_of(fn)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        written = tee.release()
    return ComponentRunResult(code, handler.records, written)


def _exit_code_of(fn: Callable[[], object]) -> int | None:
    try:
        fn()
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return None if stop.code is None else int(stop.code)
        print(stop.code, file=sys.stderr)
        return 1
    return None


def save_logs(result: ComponentRunResult, logs_path: Path) -> None:
    """Write `logs.json`, atomically. The result has been sanitized by the caller."""
    text = msgspec.json.format(msgspec.json.encode(result.to_dict()), indent=2)
    write_atomically(Path(logs_path), text)


def load_logs(logs_path: Path) -> ComponentRunResult:
    """Read `logs.json`. Raises FileNotFoundError, or ValueError where it is no JSON object."""
    data = msgspec.json.decode(Path(logs_path).read_bytes())
    if not isinstance(data, dict):
        raise ValueError(f"{logs_path} holds no JSON object")
    return ComponentRunResult.from_dict(data)


def compare_logs(
    recorded: ComponentRunResult,
    replayed: ComponentRunResult,
    normalizers: Iterable[tuple[str, str]] | None = None,
) -> LogComparisonResult:
    """Compare messages, in order, and stderr. Level, logger and time don't count.

    Args:
        normalizers: pairs of a regular expression and a replacement, instead of `DEFAULT_NORMALIZERS`.
    """
    rules = list(DEFAULT_NORMALIZERS if normalizers is None else normalizers)
    sides = [
        ([normalize_message(log.message, rules) for log in one.logs], normalize_message(one.stderr, rules))
        for one in (recorded, replayed)
    ]
    (old, old_stderr), (new, new_stderr) = sides
    return compare_texts(old, new, old_stderr, new_stderr)


__all__ = [
    "CapturedLog",
    "ComponentRunResult",
    "DEFAULT_IGNORED_LOGGERS",
    "DEFAULT_LOG_LEVEL",
    "DEFAULT_NORMALIZERS",
    "LogCaptureHandler",
    "LogComparisonResult",
    "LogSanitizer",
    "SyncActionComparisonResult",
    "compare_logs",
    "load_logs",
    "normalize_message",
    "run_with_log_capture",
    "save_logs",
]
