"""A case's working copy: a temporary folder in which the component runs.

Lives here: copying a case, filling in environment variables and secrets, handing on state and artifacts,
running the case's own scripts. Must not: write into the tests' folder, record. Called by: one.
Secrets are merged into the copy alone; it stands in a private folder (scratch) and
goes when the case ends, whatever happens.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hushtape.keboola.errors import CaseError
from hushtape.keboola.files import merged, read_object
from hushtape.keboola.runner.folders import CASSETTES, SECRETS, SNAPSHOT, Case
from hushtape.sanitize.sanitizers_values import hash_values
from hushtape.sanitize.words import looks_made

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

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
        source_config_path: its configuration. result_state: what the component left as state. handed_state:
            what the link before it left.
    """

    orig_dir: str
    data_dir: str
    component_script: str
    context_parameters: dict[str, Any] = field(default_factory=dict)
    result_state: dict[str, Any] = field(default_factory=dict)
    handed_state: dict[str, Any] = field(default_factory=dict)

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

    def note_state(self) -> None:
        """Read the state that the component left, if it can be read; the case's scripts look at it."""
        with suppress(ValueError):
            self.result_state = self._state()

    def _state(self) -> dict[str, Any]:
        state = self.out / "state.json"
        return read_object(state) if state.is_file() else {}

    def left(self, keep: Path) -> Handed:
        """What the next link of a chain is handed. `keep`: a free place that outlives this copy."""
        state = self._state()
        place = self.data / "artifacts" / "out"
        if not place.is_dir() or not any(place.iterdir()):
            return Handed(state)
        return Handed(state, Path(shutil.copytree(place, keep)))


@contextmanager
def workspace(case: Case, component: str, folder: Path, handed: Handed | None = None) -> Iterator[Workspace]:
    """A copy of the case, ready to be run in.

    Args:
        folder: where the copy may stand. handed: what the link before it left; it takes the place of the
            case's own `in/state.json`.

    Raises:
        CaseError: the folder is no case, can't be copied, has no configuration, or that names an environment
            variable that is not set.
    """
    with TemporaryDirectory(prefix=f"{case.folder.name[:40]}-", dir=folder) as place:
        copy = Path(place) / "case"
        _copy(case, copy / "source")
        made = Workspace(str(case.folder), str(copy), component)
        for inner in ("in/tables", "in/files", "out/tables", "out/files"):
            (made.data / inner).mkdir(parents=True, exist_ok=True)
        _fill_in(Path(made.source_config_path), case.name)
        state = made.data / "in" / "state.json"
        if not state.exists():
            state.write_text("{}", "utf-8")  # as the platform and keboola.datadirtest do at a first run
        if handed is not None:
            made.handed_state = handed.state
            _receive(made.data, handed)
        yield made


def _copy(case: Case, target: Path) -> None:
    source, found = case.folder / "source", ""
    if not source.is_dir():
        found = "it has no folder source/"
    elif not (case.data / "config.json").is_file():
        found = "it has no source/data/config.json"
    else:
        try:
            shutil.copytree(source, target, ignore=_ignored(case.data))
        except shutil.Error as error:  # a list of (source, target, text), one for each file
            first = error.args[0][0]
            found = f"{first[0]} can't be copied: {first[2]}"
        except (OSError, RecursionError) as error:
            found = f"it can't be copied: {error}"
    if found:
        remedy = "A case is a folder with source/data/config.json; names that begin with _ don't count."
        raise CaseError(f"run the case {case.name}", found, remedy, name=case.name)


def _ignored(data: Path) -> Any:
    """For copytree: leave out what stands beside the configuration, and only there."""
    return lambda folder, names: [name for name in names if name in _NOT_COPIED and Path(folder) == data]


def _fill_in(path: Path, name: str) -> None:
    """Environment variables in a configuration: `{{env.NAME}}`."""
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


def variables_in_secrets(path: Path) -> dict[str, str]:
    """What `{{env.NAME}}` within values under `#` keys of a configuration stands for: secrets by themselves,
    too, unless it may be an ordinary word (a database's name in a URL). Of a file that is no JSON before it
    is filled in (`"size": {{env.SIZE}}`) all variables count so."""
    try:
        texts = [value for _, value in hash_values(read_object(path))]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        texts = [path.read_text("utf-8", "replace")]
    names = sorted({name for text in texts for name in _VARIABLE.findall(text)})
    return {f"#env_{name}": os.environ[name] for name in names if looks_made(os.environ.get(name, ""))}


def _receive(data: Path, handed: Handed) -> None:
    (data / "in" / "state.json").write_text(json.dumps(handed.state), "utf-8")
    if handed.artifacts is not None:
        place = data / "artifacts" / "in"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(handed.artifacts, place)
        if (place / "current").is_dir():
            (place / "runs").mkdir(exist_ok=True)
            (place / "current").rename(place / "runs" / _JOB)
