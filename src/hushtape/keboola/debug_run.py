"""Recording a component inside the platform's container.

Lives here: where the artefact goes and what it is called, picking up what a killed run left, and the loggers
and the memory of the run. Must not: record itself (recorder does). Called by: VCRRecorder.record_debug_run.
A killed run leaves its journal in out/files, free of secrets; the next run, or `hushtape recover`, makes the
artefact of it. A run that raises leaves the artefact at once, marked `complete: false`.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape import clock, freeze
from hushtape.cassette import recover
from hushtape.errors import (
    CassetteError,
    CassetteInUseError,
    HushtapeWarning,
    MissingDependencyError,
    RecordingError,
)
from hushtape.keboola import case, memory
from hushtape.keboola.running import Runner
from hushtape.keboola.secrets import STATE
from hushtape.sanitize import BaseSanitizer, dedup_sanitizers

if TYPE_CHECKING:
    from hushtape.keboola.recorder import VCRRecorder

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

PREFIX = "vcr_debug_"
RECORDING = ".recording"
_QUIET = ("vcr", "urllib3")


def record_debug_run(
    kind: type[VCRRecorder],
    runner: Runner,
    sanitizers: Iterable[BaseSanitizer] | None = None,
    *,
    freeze_time_at: str | None = "",
    max_memory: str | int | None = None,
) -> None:
    """Run the component and write ``out/files/vcr_debug_{component}_{config}_{timestamp}.json``.

    Reads ``KBC_DATADIR`` (default ``/data``), ``KBC_COMPONENTID`` and ``KBC_CONFIGID``. Secrets are the
    configuration's `#` values, those of `config.secrets.json` and of the state that the run begins with.

    Args:
        sanitizers: beside the default one; those of one class are merged.
        freeze_time_at: the time that the component sees; "" (default): the second at which the run began,
            which stands still, as with keboola.vcr; None: the time as it goes on.
        max_memory: bytes, or text such as "256M", past which the run's peak is warned of. Default: the
            variable `HUSHTAPE_MAX_MEMORY`, else 80 % of the container's limit.

    A recording that can't be trusted is a warning, not an error: the component's work is done by then, and
    its journal is kept. So is a `time-machine` that is not installed: then time goes on.

    Raises:
        SanitizerError: a sanitizer can't be used. SecretsLoadError: the secrets file can't be used.
        OptionError: `max_memory` is no size. Nothing was run then. Otherwise what the component raises; its
        SystemExit, too, once all is written.
    """
    bound = memory.named_bound(max_memory)
    data = case.data_folder()
    config = case.require_config(data)
    secrets = {**case.load_secrets(data / kind.DEFAULT_SECRETS_FILE), **_state_of(data)}
    given = dedup_sanitizers(case.checked(sanitizers, "the argument sanitizers"))
    began = clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    files = data / "out" / "files"
    files.mkdir(parents=True, exist_ok=True)
    pick_up(files)
    recorder = kind(
        files,
        secrets=secrets,
        sanitizers=given,
        freeze_time_at=_frozen(began) if freeze_time_at == "" else freeze_time_at,
        cassette_file=artefact_name(files, began),
        config=config,
    )
    noted = _NotedExit(runner)
    try:
        with _quiet_loggers():
            recorder.record(noted)
    except RecordingError as error:
        warnings.warn(f"the run was not recorded: {error}", HushtapeWarning, stacklevel=3)
    finally:
        memory.warn_if_over(bound)
    if noted.stop is not None:
        raise noted.stop


def _state_of(data: Path) -> dict[str, Any]:
    """What `in/state.json` holds; a token of the run before, say. As Python reads it: a component that writes
    it with `json.dump` writes `NaN`. Nothing where it is no JSON: the component can't read it, either."""
    try:
        found = json.loads((data / "in" / "state.json").read_text("utf-8-sig", "surrogatepass"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {STATE: found}


class _NotedExit:
    """The component's run, and the SystemExit it ended with: `record` takes it for a case's expected end,
    but here it is the job's, and a job that failed must not end with 0."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.stop: SystemExit | None = None

    def __call__(self) -> None:
        try:
            self._runner()
        except SystemExit as error:
            self.stop = error
            raise


def _frozen(began: str) -> str | None:
    """The time to freeze at, where it can be frozen."""
    try:
        freeze.require()
    except MissingDependencyError as error:
        warnings.warn(f"time is not frozen in this run: {error}", HushtapeWarning, stacklevel=4)
        return None
    return began


def artefact_name(files: Path, began: str) -> str:
    """A name that is free: two runs may begin within a second."""
    component = (os.environ.get("KBC_COMPONENTID") or "component").replace(".", "-")
    config = os.environ.get("KBC_CONFIGID") or "unknown"
    stem = "".join(
        letter if letter.isalnum() or letter in "-_" else "-" for letter in f"{PREFIX}{component}_{config}"
    )
    stamp = began.replace("-", "").replace(":", "").replace("T", "_")
    name, number = f"{stem}_{stamp}.json", 1
    while os.path.lexists(files / name) or os.path.lexists(files / (name + RECORDING)):
        number += 1
        name = f"{stem}_{stamp}_{number}.json"
    return name


def pick_up(files: Path) -> list[Path]:
    """Make artefacts of the journals that killed runs left in this folder. Returns those that were made."""
    made = []
    for journal in sorted(files.glob(f"{PREFIX}*.json{RECORDING}")):
        try:
            recovery = recover(journal)
        except CassetteInUseError:
            continue  # that run is alive
        except CassetteError as error:
            warnings.warn(
                f"what a killed run left can't be recovered: {error}", HushtapeWarning, stacklevel=2
            )
            continue
        if recovery.path is not None:
            made.append(recovery.path)
        if recovery.unsearched or recovery.unsearched_lists:
            warnings.warn(
                f"{recovery.path} may hold a secret that was learned just before the run was killed: "
                "read it before you share it",
                HushtapeWarning,
                stacklevel=2,
            )
    return made


@contextmanager
def _quiet_loggers() -> Iterator[None]:
    """Loggers that speak of every request, silent below WARNING."""
    before = [(logger, logger.level) for logger in map(logging.getLogger, _QUIET)]
    for logger, _ in before:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)
