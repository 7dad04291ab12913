"""A recorder that could not be made, and says so when it is used.

Lives here: the stand-in, and when it is handed out. Must not: record or replay. Called by: recorder.
Testers written for keboola.vcr catch whatever `from_test_dir` raises, and then run the component without a
recorder: live, and unscrubbed. So while `keboola.vcr` is an alias of ours, they get an object that raises
the error as soon as they ask it for anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, cast

from hushtape.keboola.case import load_vcr_sanitizers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

R = TypeVar("R")

_FRAMES = 8  # from_test_dir is called by the tester itself
_late = False


def raise_late(late: bool) -> None:
    """Whether errors of `from_test_dir` wait until the recorder is used."""
    global _late
    _late = late


def guarded(make: Callable[[], R], sanitizers: object = None) -> R:
    """What `make` gives; while errors wait, a stand-in for one that it can't make.

    Args:
        sanitizers: what the caller gave. A tester that gives none may have failed to load the script's
            VCR_SANITIZERS, which it passes over, too: then they are loaded here.
    """
    if not _late:
        return make()
    try:
        script = _script_of_the_caller() if not sanitizers else None
        if script is not None:
            load_vcr_sanitizers(script)
        return make()
    except Exception as error:  # noqa: BLE001 - whatever it is, the tester would run the component live
        return cast(R, _Refusing(error))


def _script_of_the_caller() -> Path | None:
    """The component script of the tester that asks for a recorder (keboola.datadirtest's VCRTestDataDir)."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_FRAMES):
        if frame is None:
            return None
        script = getattr(frame.f_locals.get("self"), "component_script", None)
        if isinstance(script, (str, Path)):
            return Path(script)
        frame = frame.f_back
    return None


class _Refusing:
    """Raises its error whatever is asked of it."""

    last_log_comparison = None
    last_sync_action_comparison = None

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._error
