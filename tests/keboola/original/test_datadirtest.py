"""The real keboola.datadirtest, unchanged, on this package through the alias.

In an environment of its own (requirements/component.txt), where keboola.vcr is installed too: both tools run
the same cases, and give the same verdicts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.keboola.conftest import SECRET, write
from tests.support.environments import ROOT, environment
from tests.support.servers import Server

COMPONENT = Path(__file__).with_name("component.py")
RUN = """
import json, sys
from keboola.datadirtest.vcr import VCRDataDirTester
mode, snapshots, *scripts = sys.argv[1:]
for script in scripts:
    options = {"vcr_mode": mode, "validate_snapshots": snapshots == "True"}
    try:
        VCRDataDirTester(data_dir="tests", component_script=script, **options).run()
    except AssertionError:
        sys.stderr.write(f"\\nverdict: {script} red\\n")
    else:
        sys.stderr.write(f"\\nverdict: {script} green\\n")
"""
CASES = ("full", "test_connection", "user_error")


class Workshop:
    """A component team's folder, and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The original takes snapshots of manifests that it has laid out anew: they never match a run.
        self.snapshots = True
        shutil.copyfile(COMPONENT, folder / "component.py")

    def run(self, *command: str, ours: bool) -> subprocess.CompletedProcess[str]:
        python = str(environment("component"))
        alias = [python, "-m", "hushtape", "component", "alias", "--"] if ours else []
        dropped = ("PYTEST", "HUSHTAPE", "KBC")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return subprocess.run(
            [*alias, python, *command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**clean, "PYTHONPATH": str(ROOT / "src")},
        )

    def scaffold(self, url: str, *, ours: bool) -> None:
        base = {"url": url, "#token": "dummy-token-00"}
        configs = [{"parameters": base}, {"parameters": base, "action": "testConnection"}]
        configs.append({"parameters": {**base, "fail": True}})
        named = [{"name": name, "config": config} for name, config in zip(CASES, configs, strict=True)]
        write(self.folder / "definitions.json", named)
        write(self.folder / "secrets.json", {"parameters": {"#token": SECRET}})
        options = ["--definitions", "definitions.json", "--output", "tests", "--secrets", "secrets.json"]
        ended = self.run(
            "-m", "keboola.datadirtest", "scaffold", *options, "--component", "component.py", ours=ours
        )
        assert ended.returncode == 0, ended.stderr[-3000:]

    def verdicts(self, *scripts: str, ours: bool, mode: str = "replay") -> dict[str, str]:
        """Script -> "green" or "red", of all cases run with it."""
        ended = self.run("-c", RUN, mode, str(self.snapshots), *scripts, ours=ours)
        assert ended.returncode == 0, ended.stderr[-3000:]
        assert ended.stderr.count("Ran 3 tests") == len(scripts), ended.stderr[-3000:]
        told = [line.split()[1:] for line in ended.stderr.splitlines() if line.startswith("verdict: ")]
        return dict(told)


@pytest.fixture(params=[True, False], ids=["recorded by us", "recorded by the original"])
def workshop(tmp_path: Path, request: pytest.FixtureRequest) -> Workshop:
    made = Workshop(tmp_path)
    with Server() as server:
        made.scaffold(server.url, ours=request.param)
    made.snapshots = request.param
    return made


@pytest.mark.timeout(240)
def test_verdicts_are_those_of_the_original(workshop: Workshop) -> None:
    text = COMPONENT.read_text()
    changes = {
        "component.py": text,
        "another_output.py": text.replace("WIDTH = 1", "WIDTH = 0"),
        "another_exit.py": text.replace("sys.exit(1)", "sys.exit(3)"),
        "another_answer.py": text.replace('"status": "success"', '"status": "error"'),
        "more_logs.py": text.replace("def run(self):", "def run(self):\n        logging.info('more')"),
        "more_requests.py": text.replace("(1, 2, 3)", "(1, 2, 3, 4)"),
    }
    for name, changed in changes.items():
        (workshop.folder / name).write_text(changed)
    expected = {name: "green" if changed == text else "red" for name, changed in changes.items()}
    assert workshop.verdicts(*changes, ours=True) == expected
    assert workshop.verdicts(*changes, ours=False) == expected


@pytest.mark.timeout(240)
def test_no_secret_is_in_what_we_scaffolded_and_auto_replays_it(tmp_path: Path) -> None:
    made = Workshop(tmp_path)
    with Server() as server:
        made.scaffold(server.url, ours=True)
    below = [path for path in (tmp_path / "tests").rglob("*") if path.is_file()]
    assert not [path for path in below if SECRET.encode() in path.read_bytes()]
    assert made.verdicts("component.py", ours=True, mode="auto") == {"component.py": "green"}


@pytest.mark.timeout(240)
def test_broken_sanitizers_stop_the_case_instead_of_running_it_live(tmp_path: Path) -> None:
    """The tester passes over what they raise, and goes on without a recorder, or without them."""
    made = Workshop(tmp_path)
    data = tmp_path / "tests" / "full" / "source" / "data"
    with Server() as server:
        made.scaffold(server.url, ours=True)
        (data / "cassettes" / "requests.json").unlink()
        write(data / "config.secrets.json", {"parameters": {"#token": SECRET}})
        server.reset()
        probed = "import sys\nif __name__ != '__main__':\n    raise ValueError(sys.argv)\n"
        (tmp_path / "probed.py").write_text(
            COMPONENT.read_text().replace("import csv\n", probed + "import csv\n")
        )
        assert made.verdicts("probed.py", ours=True, mode="record") == {"probed.py": "red"}
        (data / "sanitizers.py").write_text("raise ValueError\n")
        for mode in ("replay", "record", "auto"):
            assert made.verdicts("component.py", ours=True, mode=mode) == {"component.py": "red"}
        assert not [target for target in server.requests if "orders" in target]  # the other case records
