"""pytest shows the report with colours where it has them, and plain elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CASSETTE = {
    "version": 1,
    "interactions": [
        {
            "request": {"method": "GET", "uri": "http://localhost:9/a?page=1", "headers": {}, "body": None},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "x"}},
        }
    ],
}
TEST = """
import urllib.request
import hushtape

def test_another_page():
    with hushtape.use_cassette("a.json", mode="none"):
        urllib.request.urlopen("http://localhost:9/a?page=2")
"""


@pytest.fixture
def run(tmp_path: Path) -> object:
    (tmp_path / "a.json").write_text(json.dumps(CASSETTE))
    (tmp_path / "test_it.py").write_text(TEST)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HUSHTAPE"))}

    def made(*words: str) -> str:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *words]
        ended = subprocess.run(command, cwd=tmp_path, env=kept, capture_output=True, text=True, check=False)
        assert "1 failed" in ended.stdout, ended.stdout + ended.stderr
        return ended.stdout

    return made


def test_the_report_has_colours_where_pytest_has_them(run: object) -> None:
    told = run("--color=yes")  # type: ignore[operator]
    assert "\x1b[33mquery page\x1b[0m: \x1b[31masked '2'\x1b[0m, \x1b[32mrecorded '1'\x1b[0m" in told


def test_the_report_is_plain_in_a_log_and_in_junit_xml(run: object, tmp_path: Path) -> None:
    told = run("--color=no")  # type: ignore[operator]
    assert "query page: asked '2', recorded '1'" in told and "\x1b" not in told
    run("--color=yes", "--junitxml=report.xml")  # type: ignore[operator]
    report = (tmp_path / "report.xml").read_text()
    assert "query page: asked" in report and "#x1B" not in report and "\x1b" not in report


MISTAKES = """
import os
import hushtape

def test_a_string_for_a_list():
    hushtape.TokenSanitizer(os.environ["TOK"])

def test_a_name_that_does_not_exist():
    hushtape.use_cassette("a.json", secret={"#t": os.environ["TOK"]})

def test_a_string_for_a_mapping():
    with hushtape.use_cassette("a.json", secrets=os.environ["TOK"]):
        pass
"""


def test_a_mistake_in_the_options_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest prints the arguments of a traceback's last frame: it is the test's, not one of hushtape's."""
    (tmp_path / "test_it.py").write_text(MISTAKES)
    monkeypatch.setenv("TOK", "q7-Unguessable-0093")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HUSHTAPE"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=long"]
    told = subprocess.run(command, cwd=tmp_path, env=kept, capture_output=True, text=True, check=False).stdout
    assert "3 failed" in told and "TokenSanitizer" in told and "q7-Unguess" not in told
