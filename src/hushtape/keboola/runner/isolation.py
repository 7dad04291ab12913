"""Running a component's script in this process, as a process of its own would.

Lives here: sys.path, sys.argv, the environment, the working folder, streams, logging, the component's own
modules: set, and put back. Must not: record, judge. Called by: one, component_run, scaffold_recording.
What can't be put back (signal handlers, patched libraries, daemon threads) ends with the process: `run_cases`
gives each case its own.
"""

from __future__ import annotations

import gc
import logging
import os
import runpy
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType

from hushtape.keboola.alias import Alias, install_alias
from hushtape.keboola.errors import CaseError
from hushtape.keboola.own_modules import anew, project_of, put_back, set_aside

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

DATA_VARIABLE = "KBC_DATADIR"
RUN_MODE = "KBC_COMPONENT_RUN_MODE"
"""With "debug" in it keboola.component records by itself, into the outputs."""

PATIENCE = 10.0
"""Seconds that a component's threads get to end after it, as the interpreter's own end would wait."""


@contextmanager
def as_it_was() -> Iterator[None]:
    """What a case's scripts and the component change in this process is put back."""
    folder, environment = Path.cwd(), dict(os.environ)
    path, argv = sys.path.copy(), sys.argv.copy()
    streams = redirect_stdout(sys.stdout), redirect_stderr(sys.stderr)
    try:
        with _logging_as_it_was(), warnings.catch_warnings(), streams[0], streams[1]:
            yield
    finally:
        os.chdir(folder)
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
        sys.path[:], sys.argv[:] = path, argv


class Component:
    """A component's script on one data folder; see `isolated`."""

    def __init__(self, script: Path) -> None:
        self._script = script
        self._probed: dict[str, ModuleType] = {}
        self._path: list[str] | None = None
        self._project = project_of(script)
        self._before = set_aside(self._project, since=sys.modules)
        self._others = dict(sys.modules)

    @contextmanager
    def probing(self) -> Iterator[None]:
        """What is imported meanwhile, for lists of sanitizers, is imported anew by the run: no tape sees yet
        what a module asks as it is imported, or takes of a driver."""
        try:
            with as_it_was():
                yield
        finally:
            self._probed |= set_aside(self._project, since=self._others)

    def put_back(self) -> None:
        """Modules that were there before, of a unit test, say, are what their names give again."""
        set_aside(self._project, since=self._others, path=self._path)
        put_back(self._before)

    def run(self) -> None:
        """Run it as `__main__`.

        Raises:
            CaseError: threads are left that would keep a process from ending.
        """
        before = set(threading.enumerate())
        with as_it_was(), anew(self._probed):  # at once: what comes after the component imports, too
            _filters_of_a_process()
            try:
                runpy.run_path(str(self._script), run_name="__main__")
            finally:
                self._path = sys.path.copy()
                join_threads(before)


@contextmanager
def isolated(script: Path, data: Path) -> Iterator[Component]:
    """Gives what runs the script. Call it within `as_it_was`.

    `import keboola.vcr` gives hushtape.keboola meanwhile: a script's VCR_SANITIZERS come from there.
    """
    component = Component(script)
    ours = None if any(isinstance(one, Alias) for one in sys.meta_path) else install_alias()
    sys.path.insert(0, str(script.resolve().parent))
    sys.argv[:] = [str(script)]
    os.environ[DATA_VARIABLE] = str(data)
    os.environ.pop(RUN_MODE, None)
    _without_handlers()
    try:
        yield component
    finally:
        if ours is not None:
            ours.remove()
        component.put_back()


def _filters_of_a_process() -> None:
    """Those that Python begins with (its documentation, "Default Warning Filter"): pytest shows all warnings,
    and what is shown here is a part of the stderr that is compared. Not where `-W` was given."""
    if sys.warnoptions:
        return
    warnings.resetwarnings()
    for category in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


@contextmanager
def _logging_as_it_was() -> Iterator[None]:
    """keboola.component sets the root logger's handlers, and mutes it for a sync action; what is imported for
    the list of sanitizers may give any logger a handler, whose stream is that of this process."""
    root = logging.getLogger()
    level, filters, disabled = root.level, root.filters.copy(), root.manager.disable
    handlers = {one: one.handlers.copy() for one in _loggers(root)}
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.filters[:] = filters
        for one in _loggers(root):
            one.handlers[:] = handlers.get(one, [])


def _without_handlers() -> None:
    """As in a new process: pytest's would keep unscrubbed lines, and one that a module made for a unit test
    would show them. Those of libraries that say nothing stay."""
    root = logging.getLogger()
    for one in _loggers(root):
        silent = [] if one is root else [it for it in one.handlers if isinstance(it, logging.NullHandler)]
        one.handlers[:] = silent


def _loggers(root: logging.Logger) -> list[logging.Logger]:
    named = list(root.manager.loggerDict.values())
    return [root, *[one for one in named if isinstance(one, logging.Logger)]]


def join_threads(before: set[threading.Thread]) -> None:
    """Wait for the threads that a process would wait for: their requests belong to the run, too."""
    if not _left(before):
        return
    gc.collect()  # a thread pool that nobody holds any more tells its idle threads to end
    until = time.monotonic() + PATIENCE
    for thread in _left(before):
        thread.join(max(0.0, until - time.monotonic()))
    names = ", ".join(thread.name for thread in _left(before))
    if names:
        raise CaseError(
            "run the component to its end",
            f"it left threads that go on: {names}",
            "End them before it returns: as a process of its own it would not end.",
            name="",
        )


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one not in before and not one.daemon]
