"""What a recorded case leaves in the tests' folder: cassette, outputs, snapshot.

Lives here: the only writes into the tests' folder. Must not: judge, or hold a file in memory. Called by: one.
Each file is replaced whole or not at all; the cassette comes last, so that it never stands beside older logs.
What is published was scrubbed and audited by the recorder, or is the component's own output.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from hushtape.keboola.artefacts import EXPECTED_STATUS, LOGS, SYNC_ACTION
from hushtape.keboola.errors import CaseError
from hushtape.keboola.files import read_object, write_json
from hushtape.keboola.outputs import holds, sought
from hushtape.keboola.runner.comparing import SECTIONS, files_in
from hushtape.keboola.runner.folders import CASSETTE, SNAPSHOT, Case
from hushtape.keboola.validator import OutputSnapshot

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_HALF = ".hushtape-tmp"
_BESIDE = (LOGS, SYNC_ACTION, EXPECTED_STATUS)


def with_acknowledged(old: Path, fresh: Path) -> None:
    """Requests that the case may survive are its author's: a new recording keeps them."""
    path = old / EXPECTED_STATUS
    listed = read_object(path).get("acknowledge") if path.is_file() else None
    if listed:
        write_json(fresh / EXPECTED_STATUS, {"acknowledge": listed})


def publish_cassettes(fresh: Path, place: Path, *, said: bool = True) -> None:
    """Put a new recording in the place of the earlier one. `said`: with what the component said, its logs and
    the result of a sync action."""
    place.mkdir(parents=True, exist_ok=True)
    _remove_left(place)
    for name in (*_BESIDE, CASSETTE):
        if (fresh / name).is_file() and (said or name not in (LOGS, SYNC_ACTION)):
            _put(fresh / name, place / name)
        else:
            (place / name).unlink(missing_ok=True)


def check_outputs(out: Path, hidden: Iterable[str], *, snapshot: bool) -> None:
    """Look for values that nothing committed holds: an output with one in it is not published. `snapshot`:
    one will be taken, which tells names and columns of hidden files, too.

    Raises:
        CaseError: one does.
    """
    ruleset = sought(hidden)
    for section in SECTIONS:
        for name, path in files_in(out / section, hidden=snapshot).items():
            if ruleset is not None and holds(path, name, ruleset):
                raise CaseError(
                    f"take out/{section}/{name} for the expected one",
                    "it holds a value of the secrets file, of a variable in the configuration, or a token",
                    "Let the component not write it, or redact it before it is read.",
                    name=name,
                )


def publish_outputs(case: Case, out: Path, *, snapshot: bool) -> None:
    """Make the outputs the expected ones. `snapshot`: take one; an existing one is always made anew."""
    for section in SECTIONS:
        place = case.expected / section
        place.mkdir(parents=True, exist_ok=True)
        _remove_left(place)
        wanted = files_in(out / section)
        for name, path in files_in(place).items():
            if name not in wanted:
                path.unlink()
        for folder in sorted((one for one in place.rglob("*") if one.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
        for name, path in wanted.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            _put(path, place / name)
    path = case.data / SNAPSHOT
    if snapshot or path.is_file():
        snapshots = OutputSnapshot()
        snapshots.save(snapshots.capture(out), path)


def _remove_left(place: Path) -> None:
    """Half copies of a run that was killed."""
    for path in place.rglob(f".*{_HALF}"):
        path.unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    """Copy a file whole or not at all; it follows the umask."""
    beside = target.with_name(f".{target.name}.{os.getpid()}{_HALF}")
    try:
        with source.open("rb") as text, beside.open("xb") as copy:
            shutil.copyfileobj(text, copy)
            copy.flush()
            os.fsync(copy.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
