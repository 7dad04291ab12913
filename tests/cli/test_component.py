"""`hushtape component`: exit codes, and what is printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hushtape.cli import main

SCRIPT = """
import os
from pathlib import Path
if __name__ == "__main__":
    Path(os.environ["KBC_DATADIR"], "out", "tables", "rows.csv").write_text("a\\n1\\n")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A component with one case, in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KBC_DATADIR", raising=False)
    script = tmp_path / "src" / "component.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    for name, text in (("good", "a\n1\n"), ("wrong", "a\n2\n")):
        case = tmp_path / "tests" / "functional" / name
        data, out = case / "source" / "data", case / "expected" / "data" / "out" / "tables"
        data.mkdir(parents=True)
        out.mkdir(parents=True)
        (data / "config.json").write_text("{}")
        (out / "rows.csv").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("names", "code"), [("good", 0), ("wrong", 1), ("g*,wrong", 1)])
def test_the_exit_code_says_whether_all_passed(project: Path, names: str, code: int) -> None:
    assert main(["component", "test", "--tests", names]) == code


def test_a_folder_without_cases_is_no_success(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "empty").mkdir()
    assert main(["component", "test", "empty"]) == 1
    assert "no cases" in capsys.readouterr().out


def test_a_failed_case_shows_its_difference(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["component", "test"]) == 1
    told = capsys.readouterr().out
    assert "passed  good" in told and "failed  wrong" in told and "1 passed, 1 failed" in told
    assert "out/tables/rows.csv differs" in told and "-2" in told and "+1" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["test", "--junit", "src"], "write src: that is a folder"),
        (["test", "--junit", "none/report.xml"], "write none/report.xml: there is no folder none"),
        (["alias", "--max-memory", "lots", "--", "touch", "ran"], "'lots' is no size"),
    ],
)
def test_what_can_not_be_used_is_told_before_anything_runs(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["component", *words]) == 2
    output = capsys.readouterr()
    assert told in output.err and output.out == "" and not Path("ran").exists()


def test_json_and_junit_say_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["component", "test", "--json", "--junit", "report.xml"]) == 1
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert {one["name"]: one["verdict"] for one in cases} == {"good": "passed", "wrong": "failed"}
    report = (project / "report.xml").read_text()
    assert 'tests="2" failures="1" errors="0"' in report and 'type="outputs"' in report


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--tests", "none"], "there are: good, wrong"),
        (["--component", "src/nothing.py"], "no such file"),
        (["--jobs", "0"], "no number of processes"),
    ],
)
def test_wrong_usage_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["component", "test", *words]) != 0
    assert told in capsys.readouterr().err


def test_snapshot_writes_hashes_of_the_outputs(project: Path) -> None:
    data = project / "tests" / "functional" / "good" / "source" / "data"
    (data / "out" / "tables").mkdir(parents=True)
    (data / "out" / "tables" / "rows.csv").write_text("a\n1\n")
    assert main(["component", "snapshot", "tests/functional/good", "--output-subdir", "out"]) == 0
    snapshot = json.loads((data / "output_snapshot.json").read_text())
    assert snapshot["tables"]["rows.csv"]["row_count"] == 2
    assert main(["component", "snapshot", "tests/functional/nothing"]) == 2


def test_scaffold_without_recording_makes_the_folders(project: Path) -> None:
    (project / "configs.json").write_text(json.dumps([{"name": "made", "config": {"parameters": {}}}]))
    words = ["--definitions", "configs.json", "--output", "made", "--no-record"]
    assert main(["component", "scaffold", *words]) == 0
    assert (project / "made" / "made" / "source" / "data" / "config.json").is_file()


def test_alias_hands_the_bound_of_memory_to_its_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUSHTAPE_MAX_MEMORY", "")
    told = tmp_path / "told"
    word = f"import os; open({str(told)!r}, 'w').write(os.environ['HUSHTAPE_MAX_MEMORY'])"
    assert main(["component", "alias", "--max-memory", "512M", "--", sys.executable, "-c", word]) == 0
    assert told.read_text() == "512M"
