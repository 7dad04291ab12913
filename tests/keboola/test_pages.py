"""Every command that the pages on components show is run in the example, and prints what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.examples import examples
from tests.docs.test_cli_page import commands
from tests.keboola.test_example import example, python
from tests.support.environments import ROOT

__all__ = ["example", "python"]  # fixtures

PAGES = (ROOT / "docs" / "components.md", ROOT / "examples" / "marketing-extractor" / "README.md")
DEFINITIONS = re.compile(r"^\[\{\"name\".*$", re.MULTILINE)
PROGRAM = """#!/bin/sh
exec {python} -m hushtape "$@"
"""

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_shows(page: Path, python: Path, example: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "hushtape").write_text(PROGRAM.format(python=python))
    (programs / "hushtape").chmod(0o700)
    for definitions in DEFINITIONS.findall(page.read_text()):
        (example / "definitions.json").write_text(definitions)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KBC"))}
    kept |= {"PATH": f"{programs}:{python.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    shown = [one for block in examples(page, "console") for one in commands(block)]
    for command, code, text in shown:
        ended = subprocess.run(
            command, shell=True, cwd=example, env=kept, capture_output=True, text=True, check=False
        )
        assert ended.returncode == code, (command, ended.stdout, ended.stderr)
        assert plain(ended.stdout).startswith(plain(text)), command
    assert shown


def plain(text: str) -> str:
    """Without times, in the order of names: with `--jobs` cases end in any order."""
    lines = re.sub(r"\d+\.\d\d s\b", "0.00 s", text).splitlines()
    return "\n".join(
        sorted(lines) if all(line.startswith(("passed", "7 passed")) for line in lines) else lines
    )
