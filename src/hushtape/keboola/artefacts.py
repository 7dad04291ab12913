"""The files beside a component's cassette: logs, a sync action's output, the expected exit code.

Lives here: writing `logs.json`, `sync_action_result.json` and `expected_status.json`, reading them, and
holding a run against them. Must not: know how texts are compared or scrubbed. Called by: recorder.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hushtape.errors import UnmatchedRequestError
from hushtape.keboola.errors import ExitCodeError, VCRRecorderError
from hushtape.keboola.files import read_object, write_atomically, write_json
from hushtape.keboola.log_capture import (
    ComponentRunResult,
    LogComparisonResult,
    SyncActionComparisonResult,
    compare_logs,
    load_logs,
    mapped,
    save_logs,
)
from hushtape.keboola.log_compare import compare_sync_action

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

LOGS, SYNC_ACTION, EXPECTED_STATUS = "logs.json", "sync_action_result.json", "expected_status.json"

Clean = Callable[[str], str]
"""Makes a text safe to keep, and equal where only secrets differ."""


class Artefacts:
    """The files of one cassette folder.

    Attributes: logs_path, sync_action_result_path, expected_status_path.
    """

    def __init__(self, folder: Path) -> None:
        self.logs_path = folder / LOGS
        self.sync_action_result_path = folder / SYNC_ACTION
        self.expected_status_path = folder / EXPECTED_STATUS

    def save(self, result: ComponentRunResult, output: str | None) -> None:
        """Keep what a recorded run left; all texts are scrubbed. `output`: of a sync action, else None."""
        save_logs(result, self.logs_path)
        if output is None:
            self.sync_action_result_path.unlink(missing_ok=True)
        else:
            write_atomically(self.sync_action_result_path, output)
        self._save_status(exit_code(result))

    def _save_status(self, code: int) -> None:
        """The exit code, if it is not 0. Requests that the case may survive are its author's: they stay."""
        status = {**self._status(), "exit_code": code}
        if code or status.get("acknowledge"):
            write_json(self.expected_status_path, status)
        else:
            self.expected_status_path.unlink(missing_ok=True)

    def _status(self) -> dict[str, Any]:
        if not self.expected_status_path.exists():
            return {}
        try:
            found = read_object(self.expected_status_path)
            if not isinstance(found.get("exit_code") or 0, int):
                raise ValueError("its exit code is no number")
        except ValueError as error:
            raise _unusable(self.expected_status_path, str(error), 'Write {"exit_code": 1}.') from None
        return found

    def _recorded_logs(self) -> ComponentRunResult | None:
        """What the recorded run logged; None where it was not kept."""
        if not self.logs_path.exists():
            return None
        try:
            return load_logs(self.logs_path)
        except (ValueError, AttributeError, TypeError) as error:
            raise _unusable(self.logs_path, str(error), "Record the case anew.") from None

    def _recorded_output(self) -> str | None:
        """What the recorded sync action printed; None where there is none."""
        path = self.sync_action_result_path
        return path.read_text("utf-8") if path.exists() else None

    def compare_logs(
        self, result: ComponentRunResult, clean: Clean, normalizers: Sequence[tuple[str, str]] | None
    ) -> LogComparisonResult | None:
        """The recorded logs against a run's; None where they were not kept. `clean`: both sides pass it."""
        recorded = self._recorded_logs()
        if recorded is None:
            return None
        return compare_logs(mapped(recorded, clean), mapped(result, clean), normalizers)

    def compare_output(self, output: str | None, clean: Clean) -> SyncActionComparisonResult | None:
        """What the recorded sync action printed against a run's output; None where there is none."""
        recorded = self._recorded_output()
        if recorded is None or output is None:
            return None
        return compare_sync_action(clean(recorded), clean(output))

    def acknowledges(self, error: UnmatchedRequestError) -> bool:
        """Whether the case says that it survives this request: "METHOD URL", with `*` and `?`."""
        listed = self._status().get("acknowledge") or ()
        asked = f"{error.method} {error.uri}"
        return any(fnmatch.fnmatchcase(asked, str(pattern)) for pattern in listed)

    def check_exit_code(self, result: ComponentRunResult) -> None:
        """Raises ExitCodeError unless the run ended as the recorded one."""
        expected, actual = int(self._status().get("exit_code") or 0), exit_code(result)
        if expected == actual:
            return
        remedy = (
            "The component changed since the cassette was recorded: mend it, or record the case anew."
            if not actual
            else f'If it is meant to fail, write {{"exit_code": {actual}}} to {self.expected_status_path}, '
            "or record the case anew."
        )
        found = f"the component ended with exit code {actual}"
        raise ExitCodeError(f"end with exit code {expected}", found, remedy, expected=expected, actual=actual)


def exit_code(result: ComponentRunResult) -> int:
    """The run's exit code; 0 where it just returned."""
    return int(result.exit_code or 0)


def _unusable(path: Path, found: str, remedy: str) -> VCRRecorderError:
    return VCRRecorderError(f"read {path}", found, remedy)
