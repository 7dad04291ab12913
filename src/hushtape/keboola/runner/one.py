"""One case: copied, run, compared; recorded or replayed on the way.

Lives here: the order of things in a case, and of the links of a chain. Must not: print, or write into the
tests' folder (publishing does, at the end). Called by: many, child, the pytest plugin.
Whatever goes wrong is a problem of the case's outcome, never an exception: the other cases run on.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hushtape.errors import HushtapeError, UnmatchedRequestError, interruption
from hushtape.keboola import case as cases
from hushtape.keboola.errors import ExitCodeError
from hushtape.keboola.files import merged, read_object
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.comparing import compare
from hushtape.keboola.runner.folders import EXPECTED_CODE, SECRETS, SNAPSHOT, Case
from hushtape.keboola.runner.isolation import isolated
from hushtape.keboola.runner.outcome import Outcome, Problem
from hushtape.keboola.runner.publishing import publish_cassettes, publish_outputs, with_acknowledged
from hushtape.keboola.runner.settings import Settings
from hushtape.keboola.runner.workspace import Handed, Workspace, workspace
from hushtape.keboola.validator import OutputSnapshot
from hushtape.sanitize.messages import tell

SHOWN = 5
"""Unused interactions that are named."""

PRINTED = 64 * 1024
"""Characters of what a component prints that are kept, the last ones."""


def run_case(case: Case, settings: Settings) -> list[Outcome]:
    """Run a case, or a chain's links up to the first that does not pass."""
    if not case.links:
        with TemporaryDirectory(prefix="hushtape-chain-") as keep:
            return [_Run(case, settings).outcome(Path(keep))]
    outcomes: list[Outcome] = []
    handed = Handed()
    with TemporaryDirectory(prefix="hushtape-chain-") as keep:
        for link in case.links:
            outcomes.append(_Run(link, settings, handed).outcome(Path(keep)))
            if outcomes[-1].problems:
                break
    return outcomes


@dataclass
class _Run:
    """One case on its way."""

    case: Case
    settings: Settings
    handed: Handed | None = None
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    printed: io.StringIO = field(default_factory=io.StringIO)

    def outcome(self, keep: Path) -> Outcome:
        """Run the case to its end. `keep`: a folder for what the next link of a chain is handed."""
        begun = time.perf_counter()
        try:
            with workspace(self.case, self.settings.component, self.handed) as space:
                space.script("set_up")
                try:
                    self._judge(space)
                finally:
                    if self.handed is not None:
                        space.collect(self.handed, keep)
                    space.script("tear_down")
        except HushtapeError as error:
            self.problems.append(Problem("error", str(error)))
        except Exception as error:  # a case's own scripts may raise anything; the other cases go on
            if interruption(error) is not None:
                raise
            self.problems.append(Problem("error", f"{type(error).__name__}: {error}"))
        seconds = time.perf_counter() - begun
        return Outcome(name=self.case.name, problems=tuple(self.problems), seconds=seconds, **self.facts)

    def _judge(self, space: Workspace) -> None:
        done = _what_to_do(self.case, self.settings)
        self.facts["done"] = done
        if done == "recorded":
            self._record(space)
        elif self._run(space, done, self.case.cassettes):
            space.script("post_run")
            self._compare(space)

    def _record(self, space: Workspace) -> None:
        """Record the case, and replay it at once: what the replay writes is compared, and expected from now
        on. So a recording that does not replay is not kept, and no secret of a live run is/."""
        with TemporaryDirectory(prefix="hushtape-cassettes-") as folder:
            fresh = Path(folder)
            if not self._run(space, "recorded", fresh):
                return
            space.script("post_run")
            with workspace(self.case, self.settings.component, self.handed) as again:
                again.script("set_up")
                if not self._run(again, "replayed", fresh) or self.problems:
                    return
                again.script("post_run")
                publish_cassettes(fresh, self.case.cassettes)
                if self.settings.update or not any(self.case.expected.glob("*/*")):
                    publish_outputs(self.case, again.out, snapshot=self.settings.validate_snapshots)
                self._compare(again)

    def _compare(self, space: Workspace) -> None:
        self.problems += compare(self.case.expected, space.out, verbose=self.settings.verbose)
        if self.settings.validate_snapshots and (self.case.data / SNAPSHOT).is_file():
            self._validate(space)

    def _validate(self, space: Workspace) -> None:
        snapshots = OutputSnapshot()
        wanted = snapshots.load(self.case.data / SNAPSHOT)
        verbose = self.settings.verbose
        found = snapshots.validate(space.out, wanted, self.case.expected, verbose=verbose)
        if not found.success:
            text = f"the outputs differ from {SNAPSHOT}"
            self.problems.append(Problem("snapshot", text, found.format_output(verbose=verbose)))

    # --- the run itself ----------------------------------------------------------------------------

    def _run(self, space: Workspace, done: str, cassettes: Path) -> bool:
        """Run the component. False: there is nothing to be compared, or to be kept."""
        secrets = cases.load_secrets(self.case.data / SECRETS)
        if done != "replayed":
            space.merge(secrets)
        config = read_object(Path(space.source_config_path))
        self.facts["action"] = cases.action_of(config)
        script = Path(self.settings.component)
        with isolated(script, space.data) as component:
            if done == "live":
                run = self._watched(component, None)
                return self._ends(run, _expected_code(self.case) or 0)
            if done == "recorded":
                with_acknowledged(self.case.cassettes, cassettes)
            sanitizers = [
                *cases.load_vcr_sanitizers(script),
                *cases.load_sanitizers(self.case.data, merged(config, secrets)),
            ]
            recorder = VCRRecorder(
                cassettes,
                secrets=secrets,
                sanitizers=sanitizers,
                freeze_time_at=self.settings.freeze_time,
                log_normalizers=[(re.escape(f"{script.resolve().parent.parent}/"), "")],
                config=config,
            )
            run = self._watched(component, recorder)
            if done == "recorded":
                return self._ends(lambda: recorder.record(run), self._code_to_keep())
            replayed = self._ends(lambda: recorder.replay(run), None)
            if replayed:
                self._compare_logs(recorder)
            return replayed

    def _watched(self, component: Callable[[], None], recorder: VCRRecorder | None) -> Callable[[], None]:
        """The component's run, with its exit code, output and the tape's counts noted."""

        def run() -> None:
            try:
                component()
            except SystemExit as stop:
                self.facts["exit_code"] = _code(stop)
                raise
            except Exception:
                self.facts["exit_code"] = 1
                raise
            finally:
                self._note(recorder)

        return run

    def _note(self, recorder: VCRRecorder | None) -> None:
        printed = self.printed.getvalue()[-PRINTED:]
        tape = None if recorder is None else recorder.tape
        if tape is None:
            self.facts["printed"] = printed
            return
        self.facts["printed"] = tell(tape.ledger.ruleset, printed)
        self.facts["played"] = tape.played + tape.recorded
        self.facts["unused"] = len(tape.unused)
        first = islice(tape.unused, SHOWN)
        self.facts["unused_shown"] = tuple(f"{one.request.method} {one.request.uri}" for one in first)

    def _ends(self, run: Callable[[], object], expected: int | None) -> bool:
        """Whether the run ended as it should; `expected` None: the recorder compares the exit code."""
        try:
            with redirect_stdout(self.printed), redirect_stderr(self.printed):
                run()
        except SystemExit:
            pass
        except UnmatchedRequestError as error:
            self.problems.append(Problem("requests", "a request is not on the cassette", str(error)))
            return False
        except ExitCodeError as error:
            self.problems.append(Problem("exit code", str(error)))
        except HushtapeError as error:
            self.problems.append(Problem("error", str(error)))
            return False
        except (
            Exception
        ) as error:  # the component's own: its type says what it is, its text may hold anything
            if interruption(error) is not None:
                raise
            self.problems.append(Problem("error", f"the component raised {type(error).__name__}"))
            return False
        code = self.facts.get("exit_code", 0)
        if expected is not None and code != expected:
            text = f"the component ended with exit code {code}, expected is {expected}"
            self.problems.append(Problem("exit code", text))
            return False
        return True

    def _code_to_keep(self) -> int | None:
        """The exit code that a new recording must have; None: there is nothing yet that says so."""
        stated = _expected_code(self.case)
        if stated is not None or not self.case.has_cassette or self.settings.update:
            return stated
        status = self.case.cassettes / "expected_status.json"
        return int(read_object(status).get("exit_code") or 0) if status.is_file() else 0

    def _compare_logs(self, recorder: VCRRecorder) -> None:
        logs, printed = recorder.last_log_comparison, recorder.last_sync_action_comparison
        if logs is not None and not logs.success:
            detail = logs.format_output(verbose=self.settings.verbose)
            self.problems.append(Problem("logs", "the logs differ from the recorded ones", detail))
        if printed is not None and not printed.success:
            text = "the sync action printed something else"
            self.problems.append(Problem("sync action", text, printed.diff or ""))


def _what_to_do(case: Case, settings: Settings) -> str:
    if settings.mode == "record":
        return "recorded"
    if settings.mode in ("replay", "live"):
        return "replayed" if settings.mode == "replay" else "live"
    if case.has_cassette:
        return "recorded" if settings.update and case.has_secrets else "replayed"
    return "recorded" if case.has_secrets else "live"


def _expected_code(case: Case) -> int | None:
    """What the case's own file says; None where there is none."""
    for place in (case.folder, case.folder / "expected"):
        path = place / EXPECTED_CODE
        if path.is_file():
            return int(path.read_text("utf-8").strip() or 0)
    return None


def _code(stop: SystemExit) -> int:
    if isinstance(stop.code, int):
        return stop.code
    return 0 if stop.code is None else 1
