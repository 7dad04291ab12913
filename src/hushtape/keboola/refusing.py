"""A recorder that could not be made, and says so when it is used.

Lives here: the stand-in, and when it is handed out. Must not: record or replay. Called by: recorder.
Testers written for keboola.vcr catch whatever `from_test_dir` raises, and then run the component without a
recorder: live, and unscrubbed. So while `keboola.vcr` is an alias of ours, they get an object that raises
the error as soon as they ask it for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from hushtape.errors import HushtapeError

if TYPE_CHECKING:
    from hushtape.keboola.recorder import VCRRecorder

R = TypeVar("R", bound="VCRRecorder")

_late = False


def raise_late(late: bool) -> None:
    """Whether errors of `from_test_dir` wait until the recorder is used."""
    global _late
    _late = late


def guarded(make: Callable[[], R]) -> R:
    """What `make` gives; while errors wait, a stand-in for one that it can't make."""
    try:
        return make()
    except HushtapeError as error:
        if not _late:
            raise
        return cast(R, _Refusing(error))


class _Refusing:
    """Raises its error whatever is asked of it."""

    last_log_comparison = None
    last_sync_action_comparison = None

    def __init__(self, error: HushtapeError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._error
