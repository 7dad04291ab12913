"""One test case, recorded in a temporary copy.

Lives here: the copy with the real secrets (a folder of its own, 0700, outside the tests), the recording, the
replay whose outputs become the expected ones, and what is taken over. Must not: bring a secret back.
Called by: scaffolder. The replay runs with the configuration as it is committed, so its outputs are those
that every later replay gives; they are searched for the secrets all the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hushtape import clock
from hushtape.errors import HushtapeError, interruption
from hushtape.keboola import case
from hushtape.keboola.db_recorder import adapter_for
from hushtape.keboola.errors import ScaffolderError
from hushtape.keboola.files import read_object, write_atomically, write_json
from hushtape.keboola.outputs import UNPROVEN, holds, learned_by, sought
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.isolation import Component, as_it_was, isolated
from hushtape.keboola.runner.scratch import scratch
from hushtape.keboola.scaffold_printed import record_held, replay_held
from hushtape.keboola.secrets import remember, remembered, secret_values
from hushtape.keboola.validator import save_output_snapshot
from hushtape.sanitize.messages import tell

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_DATA, _OUT = Path("source") / "data", Path("expected") / "data" / "out"


class Recording(Struct, frozen=True):
    """How cases are recorded. `component_script` None: they are not. `db_adapter` None: that of the driver
    that the component imports."""

    component_script: Path | None
    freeze_time_at: str | None = None
    regenerate: bool = False
    db_adapter: Any = None


def record_case(
    folder: Path, name: str, config: Mapping[str, Any], secrets: Mapping[str, Any], how: Recording
) -> None:
    """Record a case whose folder stands, and take over cassette, outputs and snapshot.

    Args:
        config: the configuration with the real secrets. secrets: their names and values.

    Raises:
        ScaffolderError: the component failed, the recording did, or an output holds a secret. The folder is
            as it was.
    """
    data = folder / _DATA
    frozen = how.freeze_time_at or clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    try:
        with scratch() as temporary:
            recorded, replayed = temporary / "recorded", temporary / "replayed"
            for copy in (recorded, replayed):
                shutil.copytree(data, copy)
                _empty(copy / "out")
            shutil.rmtree(recorded / "cassettes", ignore_errors=True)
            write_json(recorded / case.CONFIG_FILE, config)
            hidden = {**remembered(), **secret_values(secrets, config)}
            with _component(how, recorded) as component:
                make = partial(_recorder, component, recorded, secrets, how, frozen)
                live = record_held(make, component.run, hidden.values())
            ruleset = None if live is None else live.ledger.ruleset
            remember([*hidden.values(), *learned_by(ruleset)], live=True)
            shutil.rmtree(replayed / "cassettes", ignore_errors=True)
            shutil.copytree(recorded / "cassettes", replayed / "cassettes")
            with _component(how, replayed) as component:
                make = partial(_recorder, component, replayed, {}, how, None)
                proof = replay_held(make, component.run, hidden.values())
            if proof is not None and proof.unused:
                raise _failed(name, UNPROVEN.format(len(proof.unused)))
            taken = _taken(replayed / "out", temporary / "outputs", name)
            _search(taken, {*hidden.values(), *learned_by(ruleset)}, name)
            _take_over(replayed, taken, folder)
    except ScaffolderError:
        raise
    except HushtapeError as error:
        raise _failed(name, str(error).rstrip(".")) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the component's own; its text may hold a secret that it was given
        if interruption(error) is not None:
            raise
        raise _failed(name, f"the component raised {type(error).__name__}") from None


def _recorder(
    component: Component, data: Path, secrets: Mapping[str, Any], how: Recording, frozen: str | None
) -> VCRRecorder:
    assert how.component_script is not None
    adapter = how.db_adapter or adapter_for(how.component_script)
    with component.probing():
        return VCRRecorder.from_test_dir(
            data,
            secrets_override={**remembered(), **secrets},
            sanitizers=case.load_vcr_sanitizers(how.component_script),
            db_adapters=[adapter] if adapter is not None else None,
            freeze_time_at=frozen or "auto",
        )


@contextmanager
def _component(how: Recording, data: Path) -> Iterator[Component]:
    """Gives what runs the component on this data folder, as a process of its own would: what its modules keep
    of a live run, a token, is forgotten."""
    assert how.component_script is not None
    with as_it_was(), own_layer_off(), isolated(how.component_script, data) as component:
        yield component


@contextmanager
def own_layer_off() -> Iterator[None]:
    """keboola.component starts a recorder of its own where a cassette stands: not inside ours."""
    from hushtape.patching import PatchSet

    patches = PatchSet()
    try:
        from keboola.component.base import ComponentBase
    except ImportError:
        ComponentBase = None
    for name in ("_should_vcr_replay", "_should_vcr_record"):
        if ComponentBase is not None and hasattr(ComponentBase, name):
            patches.replace(ComponentBase, name, lambda genuine: lambda: False)
    try:
        yield
    finally:
        patches.remove()


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("tables", "files"):
        (folder / name).mkdir(parents=True)


def _taken(out: Path, place: Path, name: str) -> Path:
    """A copy of the outputs, with what links lead to."""
    try:
        shutil.copytree(out, place)
    except OSError:  # shutil.Error, too: its text lists paths
        raise _failed(
            name, "its outputs can't be copied (a link to nowhere or around, a pipe, no folder)"
        ) from None
    for part in ("tables", "files"):
        (place / part).mkdir(exist_ok=True)
    return place


def _search(out: Path, secrets: Iterable[str], name: str) -> None:
    """Raises ScaffolderError if a secret stands in an output, or in a name."""
    ruleset = sought(secrets)
    for path in sorted(out.rglob("*")):
        place = str(path.relative_to(out))
        if ruleset is not None and holds(path, place, ruleset):
            raise _failed(name, f"its output {tell(ruleset, place)} holds a secret")


def _take_over(replayed: Path, out: Path, folder: Path) -> None:
    """Cassette, outputs and snapshot into the test's folder."""
    data, expected = folder / _DATA, folder / _OUT
    save_output_snapshot(replayed)
    for old in (data / "cassettes", data / "out", expected):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(replayed / "cassettes", data / "cassettes")
    shutil.copytree(out, data / "out")
    for part in ("tables", "files"):
        shutil.copytree(out / part, expected / part)
    shutil.copyfile(replayed / "output_snapshot.json", data / "output_snapshot.json")
    for manifest in expected.rglob("*.manifest"):
        _lay_out(manifest)


def _lay_out(manifest: Path) -> None:
    """A manifest as people read it; one that is no JSON object stays as it is."""
    try:
        found = read_object(manifest)
    except (OSError, ValueError):
        return
    write_atomically(manifest, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def _failed(name: str, found: str) -> ScaffolderError:
    return ScaffolderError(
        f"record {name}", found, "Nothing was taken over. Mend it, and scaffold again.", name=name
    )
