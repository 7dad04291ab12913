"""Test folders for a component, made from configurations and recorded.

Lives here: TestScaffolder: which cases there are, in which order, and what each hands to the next. One case's
recording is in scaffold_recording, texts of configurations in scaffold_config. Must not: write a secret
anywhere below the tests' folder. Called by: `hushtape component scaffold`, keboola.datadirtest.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from hushtape.keboola import case
from hushtape.keboola.errors import ScaffolderError
from hushtape.keboola.files import merged, read_object, write_json
from hushtape.keboola.scaffold_config import (
    PLACEHOLDER,
    committed,
    filled,
    input_destinations,
    is_raw,
    name_for,
    unfilled,
)
from hushtape.keboola.scaffold_recording import Recording, record_case

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

DATA = Path("source") / "data"
OUT = Path("expected") / "data" / "out"
CASSETTE = Path("cassettes") / "requests.json"


class TestScaffolder:
    """Makes test folders from definitions: ``{"name", "config", "secrets"?}``, or raw configurations."""

    __test__: ClassVar = False
    """Not a test class, whatever its name says to pytest."""
    SECRET_PLACEHOLDER_PATTERN: ClassVar[re.Pattern[str]] = PLACEHOLDER

    def scaffold_from_json(
        self,
        definitions_file: str | Path,
        output_dir: str | Path,
        component_script: str | Path | None = None,
        record: bool = True,
        freeze_time_at: str | None = None,
        secrets_file: str | Path | None = None,
        chain_state: bool = False,
        regenerate: bool = False,
        input_files_dir: str | Path | None = None,
        db_adapter: Any = None,
    ) -> list[Path]:
        """A folder for each definition in a JSON file. Returns the folders.

        Args:
            output_dir: the tests' folder. component_script: the component; needed to record.
            record: record each case. freeze_time_at: the time that the component sees; None: now.
            secrets_file: JSON, merged into each configuration for the recording alone.
            chain_state: each case's `out/state.json` is the next one's `in/state.json`.
            regenerate: record cases that have a cassette, too.
            input_files_dir: where the inputs stand that configurations name.

        Raises:
            ScaffolderError: definitions or secrets can't be used, or a recording failed.
        """
        definitions = read_definitions(Path(definitions_file))
        over = _secrets_of(Path(secrets_file)) if secrets_file is not None else None
        made: list[Path] = []
        state: dict[str, Any] | None = None
        for index, entry in enumerate(definitions):
            definition = _named(entry, index)
            recording = Recording(
                component_script=_script(component_script, record),
                freeze_time_at=freeze_time_at,
                regenerate=regenerate,
                db_adapter=db_adapter,
            )
            folder = _make(definition, Path(output_dir), over, recording, state, input_files_dir)
            made.append(folder)
            state = _state_of(folder) if chain_state else None
        return made

    def scaffold_from_dict(
        self,
        definition: Mapping[str, Any],
        output_dir: str | Path,
        component_script: str | Path | None = None,
        record: bool = True,
        freeze_time_at: str | None = None,
        secrets_override: Mapping[str, Any] | None = None,
        regenerate: bool = False,
    ) -> Path:
        """The folder for one definition; arguments as `scaffold_from_json`."""
        recording = Recording(
            component_script=_script(component_script, record),
            freeze_time_at=freeze_time_at,
            regenerate=regenerate,
        )
        return _make(_named(definition, 0), Path(output_dir), secrets_override, recording, None, None)


def scaffold_tests(
    definitions: Sequence[Mapping[str, Any]],
    output_dir: str | Path,
    component_script: str | Path | None = None,
    record: bool = True,
    freeze_time_at: str | None = None,
    secrets_override: Mapping[str, Any] | None = None,
) -> list[Path]:
    """The folders for several definitions; arguments as `TestScaffolder.scaffold_from_json`."""
    maker = TestScaffolder()
    return [
        maker.scaffold_from_dict(
            _named(definition, index), output_dir, component_script, record, freeze_time_at, secrets_override
        )
        for index, definition in enumerate(definitions)
    ]


def read_definitions(path: Path) -> list[dict[str, Any]]:
    """The definitions in a JSON file. Raises ScaffolderError."""
    asked, found, problem = f"read the definitions of {path}", None, ""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise _error(asked, error.strerror or "it can't be read", "Check the path.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"it is no JSON: {error}"
    if problem:
        raise _error(asked, problem, "Mend the file.")  # outside the handler: the error may hold a text
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise _error(asked, "it is no JSON array of objects", 'Write [{"name": ..., "config": ...}].')
    return found


def _named(entry: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The entry as name, config and secrets."""
    if is_raw(entry):
        return {"name": name_for(entry, index), "config": dict(entry), "secrets": {}}
    name, config = entry.get("name"), entry.get("config")
    asked = f"make a test folder of definition {index + 1}"
    if not isinstance(name, str) or not name.strip() or Path(name).name != name:
        raise _error(asked, "it has no usable `name`", "Give it a name that can name a folder.")
    if not isinstance(config, Mapping):
        raise _error(asked, f"{name!r} has no `config` object", "Give it a configuration.", name)
    secrets = entry.get("secrets") or {}
    if not isinstance(secrets, Mapping):
        raise _error(asked, f"the `secrets` of {name!r} are no object", "Give names and values.", name)
    return {"name": name, "config": dict(config), "secrets": dict(secrets)}


def _script(given: str | Path | None, record: bool) -> Path | None:
    """The component that records; None: nothing is recorded."""
    if not record:
        return None
    if given is None:
        raise _error(
            "record test folders", "no component was named", "Give component_script, or record=False."
        )
    return Path(given)


def _secrets_of(path: Path) -> dict[str, Any]:
    try:
        return read_object(path)
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) else str(error)
        raise _error(f"read the secrets of {path}", str(found), "Write a JSON object.") from None


def _make(
    definition: Mapping[str, Any],
    output: Path,
    over: Mapping[str, Any] | None,
    recording: Recording,
    state: Mapping[str, Any] | None,
    inputs: str | Path | None,
) -> Path:
    """One case: its folder, its inputs, its recording."""
    name, secrets = definition["name"], definition["secrets"]
    folder: Path = output / name
    data = folder / DATA
    config = committed(definition["config"], secrets, over or {})
    for part in (data / "in", data / "out" / "tables", data / "out" / "files", folder / OUT / "tables"):
        part.mkdir(parents=True, exist_ok=True)
    (folder / OUT / "files").mkdir(exist_ok=True)
    write_json(data / case.CONFIG_FILE, config)
    if state is not None or not (data / "in" / "state.json").exists():
        write_json(data / "in" / "state.json", dict(state or {}))
    if inputs is not None:
        _copy_inputs(config, data, Path(inputs))
    if recording.component_script is not None and (recording.regenerate or not (data / CASSETTE).exists()):
        real = merged(filled(definition["config"], {**(over or {}), **secrets}), over or {})
        if missing := unfilled(real):
            raise _error(
                f"record {name}",
                f"{missing} in its configuration has no value",
                "Give it in the definition's `secrets`, or in the file of secrets.",
                name,
            )
        # The file may have another value of a name: the configuration was filled in with the definition's.
        own = {f"definition_{key}": value for key, value in secrets.items() if isinstance(value, str)}
        record_case(folder, name, real, {**own, **merged(secrets, over or {})}, recording)
    return folder


def _copy_inputs(config: Mapping[str, Any], data: Path, inputs: Path) -> None:
    for kind, destination in input_destinations(config):
        source = inputs / destination
        if source.is_file():
            target = data / "in" / kind / destination
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _state_of(folder: Path) -> dict[str, Any] | None:
    try:
        return read_object(folder / DATA / "out" / "state.json")
    except (OSError, ValueError):
        return None


def _error(asked: str, found: str, remedy: str, name: str = "") -> ScaffolderError:
    return ScaffolderError(asked, found, remedy, name=name)


__all__ = ["ScaffolderError", "TestScaffolder", "scaffold_tests"]
