"""A case's working copy: a temporary folder in which the component runs.

Lives here: copying a case, filling in environment variables and secrets, handing on state and artifacts,
running the case's own scripts. Must not: write into the tests' folder, record. Called by: one.
Secrets are merged into the copy alone, which is private (0700) and goes when the case ends, whatever happens.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hushtape.keboola.errors import CaseError
from hushtape.keboola.files import merged, read_object
from hushtape.keboola.runner.folders import CASSETTES, SECRETS, SNAPSHOT, Case

_VARIABLE = re.compile(r"\{\{env\.(\w+)\}\}")
_JOB = "jobId-1122334455"
"""The job's name under which the platform hands on artifacts, as keboola.datadirtest has it."""
_NOT_COPIED = (CASSETTES, SECRETS, SNAPSHOT, "sanitizers.py")
"""What tells about a case and is no part of the component's data folder: with a cassette in it,
keboola.component would begin a replay of its own."""


@dataclass
class Handed:
    """What one link of a chain hands to the next."""

    state: dict[str, Any] = field(default_factory=dict)
    artifacts: Path | None = None


@dataclass
class Workspace:
    """The copy; a case's own scripts get it as their argument, with keboola.datadirtest's names.

    Attributes:
        orig_dir: the case's folder. data_dir: the copy. source_data_dir: the component's data folder in it.
        source_config_path: its configuration. result_state: what the component left as state.
    """

    orig_dir: str
    data_dir: str
    component_script: str
    context_parameters: dict[str, Any] = field(default_factory=dict)
    result_state: dict[str, Any] = field(default_factory=dict)

    @property
    def source_data_dir(self) -> str:
        return str(Path(self.data_dir) / "source" / "data")

    @property
    def source_config_path(self) -> str:
        return str(Path(self.source_data_dir) / "config.json")

    @property
    def data(self) -> Path:
        """The component's data folder."""
        return Path(self.source_data_dir)

    @property
    def out(self) -> Path:
        """What the component writes to."""
        return self.data / "out"

    def script(self, name: str) -> None:
        """Run one of the case's scripts (`set_up`, `post_run`, `tear_down`), if it has it.

        Raises:
            CaseError: it has no function `run`.
        """
        path = Path(self.orig_dir) / "source" / f"{name}.py"
        if not path.is_file():
            return
        run = runpy.run_path(str(path), run_name="custom_scripts").get("run")
        if not callable(run):
            remedy = "Write `def run(context): ...` in it."
            raise CaseError(f"run {path}", "it has no function run(context)", remedy, name=self.orig_dir)
        run(self)

    def merge(self, secrets: Mapping[str, Any]) -> None:
        """Put real secrets into the copy's configuration."""
        path = Path(self.source_config_path)
        path.write_text(json.dumps(merged(read_object(path), secrets)), "utf-8")

    def collect(self, handed: Handed, keep: Path) -> None:
        """Take what the next link of a chain needs. `keep`: a folder that outlives this copy."""
        state = self.out / "state.json"
        self.result_state = handed.state = read_object(state) if state.is_file() else {}
        left = self.data / "artifacts" / "out"
        handed.artifacts = None
        if left.is_dir() and any(left.iterdir()):
            handed.artifacts = keep / Path(self.orig_dir).name
            shutil.copytree(left, handed.artifacts, dirs_exist_ok=True)


@contextmanager
def workspace(case: Case, component: str, handed: Handed | None = None) -> Iterator[Workspace]:
    """A copy of the case, ready to be run in.

    Args:
        handed: what the link before it left; it takes the place of the case's own `in/state.json`.

    Raises:
        CaseError: the configuration names an environment variable that is not set.
    """
    with TemporaryDirectory(prefix=f"hushtape-{case.folder.name}-") as folder:
        copy = Path(folder) / "case"
        shutil.copytree(case.folder / "source", copy / "source", ignore=_ignored(case.data))
        made = Workspace(str(case.folder), str(copy), component)
        for place in ("in/tables", "in/files", "out/tables", "out/files"):
            (made.data / place).mkdir(parents=True, exist_ok=True)
        _fill_in(Path(made.source_config_path), case.name)
        state = made.data / "in" / "state.json"
        if not state.exists():
            state.write_text("{}", "utf-8")  # as the platform and keboola.datadirtest do at a first run
        if handed is not None:
            _receive(made.data, handed)
        yield made


def _ignored(data: Path) -> Any:
    """For copytree: leave out what stands beside the configuration, and only there."""
    return lambda folder, names: [name for name in names if name in _NOT_COPIED and Path(folder) == data]


def _fill_in(path: Path, name: str) -> None:
    """Environment variables in a configuration: `{{env.NAME}}`."""
    if not path.is_file():
        return
    text = path.read_text("utf-8")
    missing = sorted({one for one in _VARIABLE.findall(text) if not os.environ.get(one)})
    if missing:
        raise CaseError(
            f"run the case {name}",
            f"its configuration names variables that are not set: {', '.join(missing)}",
            "Set them, or write their values into config.secrets.json.",
            name=name,
        )
    filled = _VARIABLE.sub(lambda one: json.dumps(os.environ[one[1]])[1:-1], text)
    if filled != text:
        path.write_text(filled, "utf-8")


def _receive(data: Path, handed: Handed) -> None:
    (data / "in" / "state.json").write_text(json.dumps(handed.state), "utf-8")
    if handed.artifacts is not None:
        place = data / "artifacts" / "in"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(handed.artifacts, place)
        if (place / "current").is_dir():
            (place / "runs").mkdir(exist_ok=True)
            (place / "current").rename(place / "runs" / _JOB)
