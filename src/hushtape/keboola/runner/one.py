"""One case: copied, run, compared; recorded or replayed on the way.

Lives here: the order of things in a case, and of the links of a chain. Must not: print, or write into the
tests' folder (publishing does, at the end). Called by: many, child, the pytest plugin.
Whatever goes wrong is a problem of the case's outcome, never an exception: the other cases run on.
"""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hushtape.api import Tape
from hushtape.errors import HushtapeError, interruption
from hushtape.keboola.outputs import UNPROVEN
from hushtape.keboola.runner.comparing import compare, files_in
from hushtape.keboola.runner.component_run import ComponentRun
from hushtape.keboola.runner.folders import SNAPSHOT, Case
from hushtape.keboola.runner.isolation import as_it_was
from hushtape.keboola.runner.outcome import Outcome, Problem
from hushtape.keboola.runner.printed import Printed, held
from hushtape.keboola.runner.publishing import (
    check_outputs,
    publish_cassettes,
    publish_outputs,
    with_acknowledged,
)
from hushtape.keboola.runner.scratch import scratch
from hushtape.keboola.runner.settings import Settings
from hushtape.keboola.runner.workspace import Handed, Workspace, workspace
from hushtape.keboola.secrets import has_recorded
from hushtape.keboola.validator import OutputSnapshot
from hushtape.sanitize.messages import NOTHING_SHOWN

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


def run_case(case: Case, settings: Settings, folder: Path | None = None) -> list[Outcome]:
    """Run a case, or a chain's links up to the first that does not pass.

    Args:
        folder: where working copies may stand, with real secrets in them; the caller removes it. None: one
            is made, and removed.
    """
    if folder is None:
        with scratch() as made:
            return run_case(case, settings, made)
    handed = _Chain(Handed(), Handed()) if case.links else None
    outcomes: list[Outcome] = []
    for link in case.links or (case,):
        outcomes.append(_Case(link, settings, folder, handed).outcome())
        if outcomes[-1].problems:
            break
    return outcomes


@dataclass
class _Chain:
    """What the next link is handed. Of a link that was recorded: `live` what the real run left, for the next
    real run; `proof` what its replay left, for the next replay, as every later replay will have it. `tapes`:
    those of all runs so far, which know what they have learned."""

    live: Handed
    proof: Handed
    tapes: list[Tape] = field(default_factory=list)


@dataclass
class _Case:
    """One case on its way."""

    case: Case
    settings: Settings
    folder: Path
    chain: _Chain | None = None
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        tapes = [] if self.chain is None else self.chain.tapes
        self.runs = ComponentRun(self.case, self.settings, self.problems, tapes=tapes)

    def outcome(self) -> Outcome:
        """Run the case to its end. What its own scripts print is shown when it is over, without secrets."""
        begun, done, printed = time.perf_counter(), "", Printed()
        try:
            with held(printed, printed), as_it_was():
                logging.getLogger().handlers.clear()  # pytest's would keep what the case's scripts log
                self.runs.hide_secrets()
                done = _what_to_do(self.case, self.settings)
                self._do(done)
                gc.collect()  # what finalizers say is held, too
        except HushtapeError as error:
            self.problems.append(Problem("error", str(error)))
        except BaseException as error:  # noqa: BLE001 - a case's scripts may raise anything; the others go on
            if isinstance(error, KeyboardInterrupt) or interruption(error) is not None:
                raise _bared(error) from None
            self.problems.append(Problem("error", f"{type(error).__name__}: {error}"))
        masked = self.runs.masked
        if text := self.runs.shown(printed):
            sys.stderr.write(text)
        return Outcome(
            name=masked(self.case.name),
            done=done,
            problems=tuple(Problem(one.kind, masked(one.text), _shown(one, masked)) for one in self.problems),
            seconds=time.perf_counter() - begun,
            **self.runs.facts,
        )

    def _do(self, done: str) -> None:
        if done == "recorded":
            self._record()
            return
        chain = self.chain
        with self._space(chain.proof if chain else None) as space:
            if self.runs.run(space, done, self.case.cassettes):
                space.script("post_run")
                takes = self.settings.update and done == "replayed" and not self.problems
                if takes and not (has_recorded() and self._left_unused()):
                    check_outputs(space.out, self.runs.private(), snapshot=self._takes_snapshot())
                    self._publish_outputs(space)
                self._compare(space)
            if chain is not None:
                chain.proof = space.left(self.folder / self.case.folder.name / "replayed")
                chain.live = chain.proof

    def _record(self) -> None:
        """Record the case, and replay it at once: what the replay writes is compared, and expected from now
        on. So a recording that does not replay is not kept, and no secret of a live run is, either."""
        with TemporaryDirectory(prefix="cassettes-", dir=self.folder) as name:
            fresh = Path(name)
            with_acknowledged(self.case.cassettes, fresh)
            chain = self.chain
            with self._space(chain.live if chain else None) as space:
                if not self.runs.run(space, "recorded", fresh):
                    return
                space.script("post_run")
                if chain is not None:
                    chain.live = space.left(self.folder / self.case.folder.name / "recorded")
            with self._space(chain.proof if chain else None) as space:
                if not self.runs.run(space, "replayed", fresh) or self.problems:
                    return
                space.script("post_run")
                if chain is not None:
                    chain.proof = space.left(self.folder / self.case.folder.name / "replayed")
                self._keep(space, fresh)
                if not self.problems:
                    self._compare(space)

    def _keep(self, space: Workspace, fresh: Path) -> None:
        """Put what was recorded and proven into the tests' folder."""
        if self._left_unused():
            publish_cassettes(fresh, self.case.cassettes, said=False)
            return
        out = self.case.expected
        expected = self.settings.update or not (files_in(out / "tables") or files_in(out / "files"))
        if expected:
            check_outputs(space.out, self.runs.private(), snapshot=self._takes_snapshot())
        publish_cassettes(fresh, self.case.cassettes)
        if expected:
            self._publish_outputs(space)

    def _left_unused(self) -> bool:
        """Whether the replay asked less than was recorded, which is a problem then."""
        unused = self.runs.facts.get("unused", 0)
        if unused:
            self.problems.append(Problem("outputs", UNPROVEN.format(unused)))
        return bool(unused)

    def _takes_snapshot(self) -> bool:
        return self.settings.validate_snapshots or (self.case.data / SNAPSHOT).is_file()

    def _publish_outputs(self, space: Workspace) -> None:
        publish_outputs(self.case, space.out, snapshot=self.settings.validate_snapshots)

    @contextmanager
    def _space(self, handed: Handed | None) -> Iterator[Workspace]:
        """A working copy, with the case's own scripts around it."""
        with workspace(self.case, self.settings.component, self.folder, handed) as space:
            self.runs.hide_secrets(space)
            space.script("set_up")
            try:
                yield space
            finally:
                space.note_state()
                space.script("tear_down")

    # --- comparing ---------------------------------------------------------------------------------

    def _compare(self, space: Workspace) -> None:
        verbose, tell = self.settings.verbose, self.runs.masked
        self.problems += compare(self.case.expected, space.out, verbose=verbose, tell=tell)
        if self.settings.validate_snapshots and (self.case.data / SNAPSHOT).is_file():
            self._validate(space)

    def _validate(self, space: Workspace) -> None:
        snapshots = OutputSnapshot()
        wanted = snapshots.load(self.case.data / SNAPSHOT)
        verbose, tell = self.settings.verbose, self.runs.masked
        found = snapshots.validate(space.out, wanted, self.case.expected, verbose=verbose, tell=tell)
        if not found.success:
            text = f"the outputs differ from {SNAPSHOT}"
            self.problems.append(Problem("snapshot", text, found.format_output(verbose=verbose)))


def _bared(error: BaseException) -> BaseException:
    """A time limit's or Ctrl-C's exception without what it came upon, and without the component's frames: a
    tool prints their texts and arguments."""
    error.__cause__ = error.__context__ = None
    error.__suppress_context__ = True
    return error.with_traceback(None)


def _shown(problem: Problem, masked: Callable[[str], str]) -> str:
    """The detail of a problem without secrets. The signs of a diff stand before its lines, where they belong
    to base64 and break hex: so each side of it is looked at without them, too."""
    shown = masked(problem.detail)
    for sign in "-+":
        lines = (line.lstrip(" ") for line in shown.split("\n"))
        side = "\n".join([line[1:] for line in lines if line[:1] == sign and line[:3] != sign * 3])
        if masked(side) != side:
            return NOTHING_SHOWN
    return shown


def _what_to_do(case: Case, settings: Settings) -> str:
    if settings.mode == "record":
        return "recorded"
    if settings.mode in ("replay", "live"):
        return "replayed" if settings.mode == "replay" else "live"
    if case.has_cassette:
        return "recorded" if settings.update and case.has_secrets else "replayed"
    return "recorded" if case.has_secrets else "live"
