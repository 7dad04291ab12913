"""Running a component's script in this process, as a process of its own would.

Lives here: sys.path, sys.argv, KBC_DATADIR, the root logger, the component's own modules: set, and put back.
Must not: record, judge. Called by: one.
"""

from __future__ import annotations

import logging
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hushtape.keboola.alias import Alias, install_alias

DATA_VARIABLE = "KBC_DATADIR"


@contextmanager
def isolated(script: Path, data: Path) -> Iterator[Callable[[], None]]:
    """Gives what runs the script as `__main__` on this data folder; whatever it changed is put back.

    `import keboola.vcr` gives hushtape.keboola meanwhile: a script's VCR_SANITIZERS come from there.
    """
    folder = str(script.resolve().parent)
    path, argv, modules = sys.path.copy(), sys.argv.copy(), set(sys.modules)
    variable = os.environ.get(DATA_VARIABLE)
    ours = None if any(isinstance(one, Alias) for one in sys.meta_path) else install_alias()
    sys.path.insert(0, folder)
    sys.argv[:] = [str(script)]
    os.environ[DATA_VARIABLE] = str(data)

    def run() -> None:
        runpy.run_path(str(script), run_name="__main__")

    try:
        with _logging_as_it_was():
            yield run
    finally:
        sys.path[:], sys.argv[:] = path, argv
        if variable is None:
            os.environ.pop(DATA_VARIABLE, None)
        else:
            os.environ[DATA_VARIABLE] = variable
        _forget(folder, modules)
        if ours is not None:
            ours.remove()


@contextmanager
def _logging_as_it_was() -> Iterator[None]:
    """keboola.component sets the root logger's handlers, and mutes it for a sync action."""
    root = logging.getLogger()
    level, handlers, filters = root.level, root.handlers.copy(), root.filters.copy()
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:], root.filters[:] = handlers, filters


def _forget(folder: str, before: set[str]) -> None:
    """Drop the component's own modules: the next case imports them anew, as a new process does."""
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(folder):
            del sys.modules[name]
