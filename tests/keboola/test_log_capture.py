"""Capturing what a component logs and how it ends; comparing two runs."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from hushtape.keboola.log_capture import (
    CapturedLog,
    ComponentRunResult,
    LogCaptureHandler,
    LogSanitizer,
    compare_logs,
    load_logs,
    normalize_message,
    run_with_log_capture,
    save_logs,
)
from hushtape.keboola.log_compare import DEFAULT_NORMALIZERS, collapse_tracebacks, compare_sync_action


def run_of(*messages: str, stderr: str = "", code: int | None = None) -> ComponentRunResult:
    return ComponentRunResult(code, [CapturedLog("INFO", "a", text, "t") for text in messages], stderr)


@pytest.mark.parametrize(
    ("given", "code", "stderr"),
    [(0, 0, ""), (None, None, ""), (5, 5, ""), ("bye", 1, "bye\n"), (True, 1, ""), (2.5, 1, "2.5\n")],
)
def test_an_exit_is_caught(given: Any, code: int | None, stderr: str) -> None:
    result = run_with_log_capture(lambda: sys.exit(given))
    assert (result.exit_code, result.stderr) == (code, stderr)


def test_other_exceptions_go_on_and_leave_nothing_behind() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), sys.stderr)
    with pytest.raises(ZeroDivisionError):
        run_with_log_capture(lambda: 1 / 0)
    assert (root.level, list(root.handlers), sys.stderr) == before


def test_loggers_of_the_tools_are_left_out() -> None:
    def log() -> None:
        for name in ("mine", "urllib3.connectionpool", "vcr", "keboola.vcr.recorder", "urllib3x"):
            logging.getLogger(name).debug("said")

    assert [one.logger_name for one in run_with_log_capture(log).logs] == ["mine", "urllib3x"]
    chosen = run_with_log_capture(log, ignored_loggers={"mine"}, log_level=logging.INFO)
    assert chosen.logs == []


def test_stderr_is_kept_and_still_gets_there(capsys: pytest.CaptureFixture[str]) -> None:
    handler: list[logging.StreamHandler[Any]] = []

    def write() -> None:
        print("to stderr", file=sys.stderr)
        handler.append(logging.StreamHandler(sys.stderr))

    assert run_with_log_capture(write).stderr == "to stderr\n"
    handler[0].emit(logging.LogRecord("a", 20, "f", 1, "later", None, None))
    assert capsys.readouterr().err == "to stderr\nlater\n"


def test_python_warnings_are_not_captured() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = run_with_log_capture(lambda: warnings.warn("old", stacklevel=1))
    assert result.stderr == ""
    assert [str(one.message) for one in caught] == ["old"]


def test_logs_are_kept_as_they_were(tmp_path: Path) -> None:
    result = run_of("příliš žluťoučký", stderr="e", code=2)
    save_logs(result, tmp_path / "logs.json")
    assert load_logs(tmp_path / "logs.json") == result
    assert json.loads((tmp_path / "logs.json").read_text("utf-8"))["logs"][0]["logger"] == "a"
    with pytest.raises(FileNotFoundError):
        load_logs(tmp_path / "none.json")


def test_a_record_that_can_not_be_formatted_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    handler = LogCaptureHandler()
    handler.handle(logging.LogRecord("mine", 20, "f", 1, "%d", ("x",), None))
    assert handler.records == []
    assert "TypeError" in capsys.readouterr().err  # logging reports it itself


def test_secrets_are_masked_longest_first_and_short_ones_are_left() -> None:
    mask = LogSanitizer({"#a": "secret", "b": {"#c": "secretlonger"}, "#d": "1"})
    assert mask.sanitize_string("secretlonger and secret 1") == "*** and *** 1"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("run 0a0b0c0d-0000-1111-2222-333344445555 done", "run <UUID> done"),
        ("at 1700000000 and 1700000000123, not 12345", "at <EPOCH> and <EPOCH>, not 12345"),
        ('File "/srv/app/src/x.py", line 3', 'File "x.py", line 3'),
        (
            'a\nTraceback (most recent call last):\n  File "/x.py"\n    y\nValueError: no\nz',
            "a\nValueError: no\nz",
        ),
    ],
)
def test_what_differs_between_any_two_runs_is_taken_out(text: str, normal: str) -> None:
    assert normalize_message(text, DEFAULT_NORMALIZERS) == normal


def test_chained_tracebacks_collapse_one_by_one() -> None:
    frames = "Traceback (most recent call last):\n  File x\nKeyError: 1\n"
    assert collapse_tracebacks(frames + "\nDuring handling:\n\n" + frames) == (
        "KeyError: 1\n\nDuring handling:\n\nKeyError: 1\n"
    )


def test_messages_count_and_nothing_else_of_a_record() -> None:
    one = ComponentRunResult(0, [CapturedLog("INFO", "a", "m", "t")], "e\n")
    other = ComponentRunResult(3, [CapturedLog("ERROR", "b", "m", "u")], "e")
    assert compare_logs(one, other).success


def test_what_differs_is_told_line_by_line() -> None:
    found = compare_logs(run_of("m1", stderr="e1"), run_of("m1", "m2", stderr="e2"))
    assert not found.success
    assert "+m2" in found.diffs and "-e1" in found.diffs
    assert found.summary.startswith("Log messages differ") and "Stderr differs" in found.summary
    assert found.format_output().splitlines()[0] == found.summary


def test_given_normalizers_replace_the_default_ones() -> None:
    one, other = run_of("id 1 1700000000"), run_of("id 2 1700000001")
    assert not compare_logs(one, other, [(r"id \d ", "")]).success
    assert compare_logs(one, other, [(r"id \d \d+", "")]).success


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('{"a": 1}', '{"a":1}\n', True),
        ("text", " text\n", True),
        ("text", "more", False),
        ('{"a": 1}', "", False),
    ],
)
def test_sync_actions_are_compared_as_json_else_as_text(old: str, new: str, same: bool) -> None:
    assert compare_sync_action(old, new).success is same
