"""What a test's data folder says about recording: secrets, configuration, sanitizers, the action.

Lives here: reading `config.secrets.json`, `config.json`, `sanitizers.py` and a script's VCR_SANITIZERS. Must
not: write anything, record. Called by: recorder, debug_run, runners.
Whatever is there and can't be used stops the run: recording on without a sanitizer publishes what it hides.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hushtape.clients import guard
from hushtape.errors import NetworkBlockedError, SanitizerError, interruption
from hushtape.keboola.errors import SecretsLoadError
from hushtape.keboola.files import merged, read_object
from hushtape.keboola.own_modules import set_aside
from hushtape.sanitize import BaseSanitizer, CompositeSanitizer, create_default_sanitizer
from hushtape.sanitize.loading import load
from hushtape.sanitize.sanitizers_base import what_it_is

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

CONFIG_FILE = "config.json"
SANITIZERS_FILE = "sanitizers.py"
VARIABLE = "VCR_SANITIZERS"
PROBE = "__vcr_probe__"
"""The name under which a component script runs when it is only asked for its VCR_SANITIZERS."""
ASKED = "the network is asked as the script is imported, where no tape could see it"


def chain(secrets: Mapping[str, Any], given: list[BaseSanitizer]) -> BaseSanitizer:
    """The default sanitizer with the secrets, and the given ones beside it."""
    default = create_default_sanitizer(secrets)
    return CompositeSanitizer([default, *given]) if given else default


def load_secrets(path: Path) -> dict[str, Any]:
    """The secrets file's mapping; empty where there is no file.

    Raises:
        SecretsLoadError: it can't be read, or is no JSON object. The message holds nothing of the file.
    """
    try:
        return read_object(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) else str(error)
        raise SecretsLoadError(
            f"load the secrets of {path}", str(found), "Write a JSON object of secrets.", path=str(path)
        ) from None


def load_config(folder: Path) -> dict[str, Any]:
    """The configuration in a data folder; empty where there is none or it is no JSON object."""
    try:
        return read_object(folder / CONFIG_FILE)
    except (OSError, ValueError):
        return {}


def require_config(folder: Path) -> dict[str, Any]:
    """The same for a folder whose configuration tells the secrets: one that can't be read is an error.

    Raises:
        SecretsLoadError: it is there and is no JSON object.
    """
    path = folder / CONFIG_FILE
    try:
        return read_object(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) else str(error)
        raise SecretsLoadError(
            f"read the configuration {path}",
            f"{found}: which values are secret is not known",
            "Write a JSON object.",
            path=str(path),
        ) from None


def action_of(config: Mapping[str, Any]) -> str:
    """The configuration's action; "run" where it names none."""
    action = config.get("action")
    return action if isinstance(action, str) and action else "run"


def data_folder() -> Path:
    """The component's data folder: ``KBC_DATADIR``, or ``/data``."""
    return Path(os.environ.get("KBC_DATADIR") or "/data")


def load_sanitizers(folder: Path, config: Mapping[str, Any]) -> list[BaseSanitizer]:
    """What `get_sanitizers(config)` of the folder's `sanitizers.py` returns; nothing where there is no file.

    The network is closed meanwhile, as for a script's list.

    Raises:
        SanitizerError: the file is there and can't be used.
    """
    path = folder / SANITIZERS_FILE
    if not os.path.lexists(path):
        return []
    with _unconnected([]):
        return load(path, config)


def of_test_dir(
    folder: Path, secrets_file: str | Path, secrets: Mapping[str, Any] | None, sanitizers: object
) -> dict[str, Any]:
    """The recorder's arguments `secrets` and `sanitizers` for a test's data folder.

    Args:
        secrets_file: a path. secrets: instead of the file's. sanitizers: they run beside those of
            `sanitizers.py`.
    """
    known = dict(secrets) if secrets is not None else load_secrets(Path(secrets_file))
    given = checked(sanitizers, "the argument sanitizers")
    # Merged: get_sanitizers(config) usually reads a secret out of the configuration.
    own = load_sanitizers(folder, merged(load_config(folder), known))
    return {"secrets": known, "sanitizers": [*given, *own]}


def load_vcr_sanitizers(script: Path) -> list[BaseSanitizer]:
    """The list VCR_SANITIZERS that a component script states at its top; nothing where it states none.

    A script that names the list is run under a probe name, so that what stands below
    ``if __name__ == "__main__"`` is not; one that does not name it is not run. The network is closed
    meanwhile, for no tape is open yet: what a module asks as it is imported would be neither recorded nor
    replayed, and what it learned of a token would be known to none. Modules that tried are forgotten.

    Raises:
        SanitizerError: the script can't be run, or the list holds something else than sanitizers.
    """
    if not _names_sanitizers(script):
        return []
    before, modules, asked = sys.path.copy(), dict(sys.modules), list[str]()
    sys.path.insert(0, str(Path(script).absolute().parent))
    failure: SanitizerError | None = None
    found: object = None
    try:
        with _unconnected(asked):
            found = runpy.run_path(str(script), run_name=PROBE).get(VARIABLE)
    except (Exception, SystemExit, GeneratorExit) as error:  # a component's script may raise anything
        if interruption(error) is not None:
            raise
        lines = [
            one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == str(script)
        ]
        found_out = ASKED if asked else f"it raised {type(error).__name__}"
        failure = _unusable(script, found_out, lines[-1] if lines else None)
    finally:
        sys.path[:] = before
        if asked:
            set_aside(Path(script).resolve().parent, modules)
    if failure is not None:  # outside the handler: its text may hold a value of the configuration
        raise failure
    return checked(found, f"{VARIABLE} of {script}")


@contextmanager
def _unconnected(asked: list[str]) -> Iterator[None]:
    """The network is closed meanwhile; `asked`: a list of what tried."""

    def refuse(event: str, host: str, port: int | None) -> NetworkBlockedError:
        asked.append(event)
        return NetworkBlockedError(
            "load sanitizers", ASKED, "Ask it in a function that runs later.", event=event, address=host
        )

    closed = guard.block(refuse)
    try:
        yield
    finally:
        closed.remove()


def _names_sanitizers(script: Path) -> bool:
    try:
        return VARIABLE.encode() in Path(script).read_bytes()
    except OSError as error:
        failure = _unusable(script, error.strerror or "it can't be read", None)
    raise failure


def checked(given: object, where: str) -> list[BaseSanitizer]:
    """A list of sanitizers, or None for none at all.

    Raises:
        SanitizerError: it is something else.
    """
    if given is None:
        return []
    if isinstance(given, BaseSanitizer):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes, Mapping)):
        raise _wrong(where, f"it is a {type(given).__name__}")
    items = list(given)
    for index, item in enumerate(items):
        if not isinstance(item, BaseSanitizer):
            raise _wrong(where, f"item {index} is {what_it_is(item)}")
    return items


def _wrong(where: str, found: str) -> SanitizerError:
    return SanitizerError(f"use {where}", found, "Give a list of sanitizers.", sanitizer=where)


def _unusable(script: Path, found: str, line: int | None) -> SanitizerError:
    place = f"{script}, line {line}" if line else str(script)
    return SanitizerError(
        f"load {VARIABLE} from {place}",
        found,
        f"Mend the script, or move the list to the case's {SANITIZERS_FILE}: nothing is recorded without it.",
        sanitizer=VARIABLE,
    )
