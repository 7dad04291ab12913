"""Odd tests' folders: what can't be run is told as its own case's problem, and the others run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hushtape.cli import main
from hushtape.keboola.errors import CaseError
from hushtape.keboola.runner import find_cases
from tests.keboola.runner.conftest import Project


def test_a_folder_that_is_no_case_fails_alone(project: Project) -> None:
    project.case("1 good léto 夏", targets=[])
    (project.cases / "2_empty").mkdir()
    (project.cases / "3_no_config" / "source" / "data").mkdir(parents=True)
    (project.cases / "4_chain" / "1_link").mkdir(parents=True)
    (project.cases / "_notes").mkdir()
    (project.cases / "5_loop").mkdir()
    (project.cases / "5_loop" / "again").symlink_to("..")
    good, *bad = project.run()
    assert (good.name, good.problems) == ("1 good léto 夏", ())
    assert [(one.name, one.verdict) for one in bad] == [
        ("2_empty", "error"),
        ("3_no_config", "error"),
        ("4_chain/1_link", "error"),
        ("5_loop/again", "error"),
    ]
    assert "no folder source/" in bad[0].problems[0].text and "config.json" in bad[1].problems[0].text


@pytest.mark.parametrize("odd", ["dangling link", "loop", "pipe"])
def test_what_cannot_be_copied_is_named(project: Project, odd: str) -> None:
    data = project.case("first", targets=[])
    place = data / "in" / "odd"
    place.parent.mkdir()
    if odd == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("nowhere" if odd == "dangling link" else "..")
    [outcome] = project.run()
    assert outcome.verdict == "error" and "copied" in outcome.problems[0].text
    assert len(outcome.problems[0].text) < 6000 and not (data / "cassettes").exists()


def test_a_case_may_be_a_link_and_hold_links(project: Project, tmp_path: Path) -> None:
    data = project.case("first", targets=[])
    (tmp_path / "rows.csv").write_text("1\n")
    (data / "in" / "tables").mkdir(parents=True)
    (data / "in" / "tables" / "rows.csv").symlink_to(tmp_path / "rows.csv")
    (project.cases / "second").symlink_to(project.cases / "first")
    assert [(one.name, one.problems) for one in project.run()] == [("first", ()), ("second", ())]


def test_names_that_are_no_text_are_shown_and_reported(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.case(os.fsdecode(b"bad \xff\x1b[31m"), targets=[])
    words = ["component", "test", str(project.cases), "--component", str(project.script)]
    for more in ([], ["--json"], ["--in-process"]):
        assert main([*words, *more, "--junit", str(tmp_path / "report.xml")]) == 0
        printed = capsys.readouterr().out
        assert "bad" in printed and "\x1b" not in printed
        assert "bad" in (tmp_path / "report.xml").read_text("utf-8")


def test_a_name_that_nothing_has_and_a_folder_that_is_not_there_are_errors(project: Project) -> None:
    project.case("first")
    with pytest.raises(CaseError, match="there are: first"):
        find_cases(project.cases, ["frist"])
    with pytest.raises(CaseError, match="no such folder"):
        find_cases(project.cases / "first" / "nowhere")
    assert [case.name for case in find_cases(project.cases, ["f*"])] == ["first"]


def test_a_cases_own_folder_is_that_case(project: Project) -> None:
    project.case("first")
    assert [case.name for case in find_cases(project.cases / "first")] == ["first"]
