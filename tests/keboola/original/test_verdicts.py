"""What keboola.vcr 0.7.1 recorded replays here with its verdicts, and the other way round.

The original runs in an environment of its own (requirements/component.txt); there, too, ours is the alias.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import ROOT, environment

NAMES = Path(__file__).with_name("names.py")
DRIVER = Path(__file__).with_name("driver.py")
ALIAS = ["-m", "hushtape", "component", "alias", "--"]


def drive(ours: bool, what: str, folder: Path) -> list[dict[str, Any]]:
    """Run the driver with the original or with the alias; its verdicts."""
    python = str(environment("component"))
    command = [python, str(DRIVER), what, str(folder)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HUSHTAPE"))}
    ended = subprocess.run(
        [python, *ALIAS, *command] if ours else command,
        capture_output=True,
        text=True,
        env={**clean, "PYTHONPATH": str(ROOT / "src")},
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return [json.loads(line) for line in ended.stderr.splitlines() if line.startswith('{"case"')]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("recorded_by_us", [False, True], ids=["by the original", "by us"])
def test_the_same_cassettes_have_the_same_verdicts(tmp_path: Path, recorded_by_us: bool) -> None:
    drive(recorded_by_us, "record", tmp_path)
    for secrets in tmp_path.glob("*/config.secrets.json"):
        secrets.unlink()
    theirs, ours = drive(False, "replay", tmp_path), drive(True, "replay", tmp_path)
    assert len(ours) == len(theirs) == 50
    differences = [(mine, other) for mine, other in zip(ours, theirs, strict=True) if mine != other]
    assert differences == []
    assert {one["ended"] for one in ours} == {"green", "exit", "ValueError", "unmatched"}


def public_names(ours: bool) -> dict[str, dict[str, dict[str, list[str] | None]]]:
    """Module -> name -> member ("" is the callable itself) -> its parameters."""
    python = str(environment("component"))
    command = [*([python, *ALIAS] if ours else []), python, str(NAMES)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    return dict(json.loads(ended.stdout))


def test_every_public_name_is_here_and_takes_the_same_arguments() -> None:
    theirs, ours = public_names(False), public_names(True)
    wrong = [
        f"{module}.{name}.{member}"
        for module, names in theirs.items()
        for name, members in names.items()
        for member, parameters in members.items()
        if not fits(parameters, ours.get(module, {}).get(name, {}).get(member, ["missing"]))
    ]
    assert wrong == []


def fits(theirs: list[str] | None, ours: list[str] | None) -> bool:
    """Ours takes their parameters in their order, and may take more."""
    if ours == ["missing"]:
        return False
    wanted = [name for name in theirs or [] if name != "kwargs"]
    return (ours or [])[: len(wanted)] == wanted
