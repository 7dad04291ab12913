"""Recording, killed at random moments: the tests' tree is whole, holds no secret, and records on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.keboola.runner.conftest import SECRET, Project


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_leaves_whole_files_without_secrets(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for name in ("first", "second"):
        project.case(name, targets=[f"/number/{number}" for number in range(20)])
    command = [
        sys.executable,
        "-m",
        "hushtape",
        "component",
        "test",
        str(project.cases),
        "--record",
        "--update",
    ]
    command += ["--component", str(project.script)]
    begun = time.monotonic()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    whole, chance = time.monotonic() - begun, random.Random(7)
    for number in range(kills):
        words = [] if number % 2 else ["--in-process"]
        with subprocess.Popen(
            [*command, *words], stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            # Where in the run it strikes is chance; whatever it hits, the same has to hold.
            with_time = chance.uniform(0, 1.1 * whole)
            try:
                process.wait(with_time)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        check(project)
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    assert left == [], "the next run removes what killed ones left"


def check(project: Project) -> None:
    for path in project.cases.rglob("*"):
        if not path.is_file() or path.name == "config.secrets.json":
            continue
        text = path.read_bytes()
        assert SECRET.encode() not in text, path
        if path.name == "requests.json":
            assert len(json.loads(text)["interactions"]) == 20
        elif path.suffix == ".json":
            json.loads(text)
        elif path.suffix == ".csv":
            assert text.count(b"\n") == 21
