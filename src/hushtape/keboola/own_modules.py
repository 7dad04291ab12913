"""The modules of a component: those that stand beside its script.

Lives here: which have come since, and dropping them from `sys.modules`. Must not: import or run one. Called
by: case, runner.isolation. Installed ones are none of them, also where the environment lies beside the
script.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


def forget(folder: Path, before: Mapping[str, object]) -> None:
    """Drop what has come: it is imported anew, as in a new process. `before`: `sys.modules` as it was."""
    for name in own(folder, before):
        del sys.modules[name]


def own(folder: Path, before: Mapping[str, object]) -> list[str]:
    """Names of the component's own modules that have come."""
    return [
        name
        for name in sys.modules.keys() - before.keys()
        if any(
            place.is_relative_to(folder) and "site-packages" not in place.parts
            for place in _places(sys.modules[name])
        )
    ]


def _places(module: object) -> list[Path]:
    """Where a module stands; of a namespace package, its folders."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [Path(file)]
    try:
        return [Path(str(one)) for one in getattr(module, "__path__", ())]
    except TypeError:  # a module may put anything into sys.modules
        return []
