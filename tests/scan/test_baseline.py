"""Accepted findings stay accepted when lines move, and the file tells nobody what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtape.errors import OptionError
from hushtape.scan import Baseline, Run

TEXT = 'a\n"password": "hunter22"\n"client_secret": "second-1"\n'


def run(path: Path, baseline: Baseline) -> Run:
    task = Run({}, baseline)
    task.over([path])
    return task


def accepted(tmp_path: Path) -> tuple[Path, Path]:
    path, file = tmp_path / "sub" / "a.txt", tmp_path / "baseline.json"
    path.parent.mkdir()
    path.write_text(TEXT)
    baseline = Baseline.load(file, new=True)
    task = run(path, baseline)
    assert baseline.update(task.result.findings, task.result.scanned) == 2
    return path, file


def test_accepted_findings_are_not_told_when_lines_move(tmp_path: Path) -> None:
    path, file = accepted(tmp_path)
    path.write_text("x\n\n\n" + TEXT)
    result = run(path, Baseline.load(file)).result
    assert (result.findings, result.accepted, result.code) == ([], 2, 0)


def test_another_value_is_told(tmp_path: Path) -> None:
    path, file = accepted(tmp_path)
    path.write_text(TEXT.replace("hunter22", "hunter23"))
    (finding,) = run(path, Baseline.load(file)).result.findings
    assert (finding.line, finding.rule) == (2, "field password")


def test_the_file_holds_no_value(tmp_path: Path) -> None:
    _, file = accepted(tmp_path)
    text = file.read_text()
    assert "hunter" not in text and "second" not in text and '"sub/a.txt"' in text


def test_fingerprints_of_two_baselines_differ(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    _, first = accepted(tmp_path / "1")
    _, second = accepted(tmp_path / "2")
    prints = [{one for one in file.read_text().split('"') if len(one) == 32} for file in (first, second)]
    assert len(prints[0]) == 3 and not prints[0] & prints[1]


def test_an_update_keeps_files_that_were_not_scanned(tmp_path: Path) -> None:
    path, file = accepted(tmp_path)
    other = tmp_path / "b.txt"
    other.write_text('"password": "third-3"')
    baseline = Baseline.load(file)
    task = run(other, baseline)
    assert baseline.update(task.result.findings, task.result.scanned) == 3
    path.write_text("clean")
    task = run(path, baseline)
    assert baseline.update([*task.result.findings, *task.known], task.result.scanned) == 1


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"version": 2, "salt": "00"}', '{"version": 1, "salt": "zz"}']
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(OptionError, match="baseline"):
        Baseline.load(tmp_path / "b.json")


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no such file"):
        Baseline.load(tmp_path / "b.json")
