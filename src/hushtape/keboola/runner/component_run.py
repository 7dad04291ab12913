"""One run of the component in a working copy: live, recorded or replayed; what it left and what was wrong.

Lives here: the recorder's arguments, how a run ended, what is noted of it. Must not: compare outputs, write
into the tests' folder. Called by: one.
All that it notes is scrubbed: by the tape's rules, and of the values that only the working copy holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from hushtape.api import Tape
from hushtape.errors import HushtapeError, UnmatchedRequestError, interruption
from hushtape.keboola import case as cases
from hushtape.keboola.db_recorder import adapters_for
from hushtape.keboola.errors import CaseError, ExitCodeError
from hushtape.keboola.files import merged, read_object
from hushtape.keboola.log_capture import DEFAULT_NORMALIZERS, SHORTEST_MASKED
from hushtape.keboola.masking import masking
from hushtape.keboola.outputs import learned_by
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.folders import EXPECTED_CODE, SECRETS, Case
from hushtape.keboola.runner.isolation import isolated
from hushtape.keboola.runner.outcome import Problem
from hushtape.keboola.runner.printed import Printed, held
from hushtape.keboola.runner.settings import Settings
from hushtape.keboola.runner.workspace import Workspace, variables_in_secrets
from hushtape.keboola.secrets import STATE, remember, remembered, secret_values
from hushtape.sanitize import build
from hushtape.sanitize.messages import tell
from hushtape.sanitize.rules import REDACTED

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

UNANSWERED = (
    "a request is not on the cassette. If the component is right, record the case anew; if it was right "
    'to survive it, list it under "acknowledge" in cassettes/expected_status.json'
)
SHOWN = 5
"""Unused interactions that are named."""


@dataclass
class ComponentRun:
    """Runs of one case's component.

    Attributes:
        problems: what was wrong. facts: what is known of the last run (fields of Outcome).
        hidden: the values that stand in the working copy and not in the tests' folder.
        refused: the last request that no server answered, while recording. tapes: those of the runs so far.
    """

    case: Case
    settings: Settings
    problems: list[Problem] = field(default_factory=list, repr=False)
    facts: dict[str, Any] = field(default_factory=dict, repr=False)
    hidden: frozenset[str] = field(default=frozenset(), repr=False)
    refused: str = ""
    printed: Printed = field(default_factory=Printed, repr=False)
    tapes: list[Tape] = field(default_factory=list, repr=False)

    def run(self, space: Workspace, done: str, cassettes: Path) -> bool:
        """Run it. `done`: "live", "recorded", "replayed". False: there is nothing to be compared or kept."""
        self.printed, self.facts["exit_code"] = Printed(), 0
        secrets = cases.load_secrets(self.case.data / SECRETS)
        if done != "replayed":
            space.merge(secrets)
        secrets = {**secrets, **self._variables()}
        if done == "recorded" and space.handed_state:  # a link before may have left a new token in it
            secrets = {**secrets, STATE: space.handed_state}
        config = read_object(Path(space.source_config_path))
        self._hide(secrets, config)
        self.facts["action"] = self.masked(cases.action_of(config))
        script = Path(self.settings.component)
        try:
            with isolated(script, space.data) as component:
                if done == "live":
                    return self._ends(self._watched(component.run, None), expected_code(self.case) or 0)
                with component.probing():
                    recorder = self._recorder(script, cassettes, secrets, config)
                run = self._watched(component.run, recorder)
                if done == "recorded":
                    return self._ends(lambda: recorder.record(run), self._code_to_keep()) and self._answered()
                replayed = self._ends(lambda: recorder.replay(run), expected_code(self.case))
                if replayed:
                    self._compare_logs(recorder)
                return replayed
        finally:
            remember(self.private(), live=done != "replayed")

    def _recorder(
        self, script: Path, cassettes: Path, secrets: Mapping[str, Any], config: Mapping[str, Any]
    ) -> VCRRecorder:
        sanitizers = [
            *cases.load_vcr_sanitizers(script),
            *cases.load_sanitizers(self.case.data, merged(config, secrets)),
        ]
        return VCRRecorder(
            cassettes,
            secrets={**remembered(), **secrets},
            sanitizers=sanitizers,
            freeze_time_at=self.settings.freeze_time,
            log_normalizers=[(re.escape(f"{script.resolve().parent.parent}/"), ""), *DEFAULT_NORMALIZERS],
            config=config,
            sleep="skip" if self.settings.skip_pauses else None,
            db_adapters=adapters_for(script),
        )

    # --- secrets -----------------------------------------------------------------------------------

    def _hide(self, secrets: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        """What the configuration in the tests' folder says is no secret: it is committed."""
        committed = self._committed()
        # A replay of the link before leaves a placeholder in its state, in place of a token.
        texts = {REDACTED, *(text for tape in self.tapes for text in tape.ledger.ruleset.placeholders)}
        own = secret_values(secrets, config).values()
        values = {*own, *remembered().values(), *self.hidden} - texts
        self.hidden = frozenset(
            value for value in values if len(value) >= SHORTEST_MASKED and value not in committed
        )

    def _variables(self) -> dict[str, str]:
        return variables_in_secrets(self.case.data / cases.CONFIG_FILE)

    def _committed(self) -> str:
        path = self.case.data / cases.CONFIG_FILE
        return path.read_text("utf-8", "replace") if path.is_file() else ""

    def private(self) -> set[str]:
        """What no output may hold: these values, and what the tapes have learned."""
        committed = self._committed()
        learned = {value for tape in self.tapes for value in learned_by(tape.ledger.ruleset)}
        return {*self.hidden, *(value for value in learned if value not in committed)}

    def hide_secrets(self, space: Workspace | None = None) -> None:
        """Before a run: a case's own scripts may speak of what its secrets file holds, of the variables that
        the copy's configuration was filled in with, and of the state that a link before has left."""
        config = {} if space is None else read_object(Path(space.source_config_path))
        secrets = {**cases.load_secrets(self.case.data / SECRETS), **self._variables()}
        if space is not None and space.handed_state:
            secrets = {**secrets, STATE: space.handed_state}
        self._hide(secrets, config)

    def masked(self, text: str) -> str:
        """The text without these values, in whatever encoding, and as text that every file takes. What a live
        run prints may also hold tokens that it was just given: the default rules look for those. What is told
        of a recorded run may, too: its tape has learned them."""
        text = text.encode("utf-8", "backslashreplace").decode()
        live = self.settings.mode == "live"
        text = _masking(self.hidden, live)(text) if self.hidden or live else text
        for tape in self.tapes:
            ruleset = tape.ledger.ruleset
            if ruleset is not tape.ledger.chain.ruleset:  # it has learned
                text = tell(ruleset.learned, text)
        return text

    # --- the run -----------------------------------------------------------------------------------

    def _watched(self, component: Callable[[], None], recorder: VCRRecorder | None) -> Callable[[], None]:
        """The component's run, with its exit code, output and the tape's counts noted."""

        def run() -> None:
            try:
                component()
            except SystemExit as stop:
                self.facts["exit_code"] = _code(stop)
                raise
            except Exception:  # a component may raise anything, and it is raised on
                self.facts["exit_code"] = 1
                raise
            finally:
                self._note(recorder)

        return run

    def _note(self, recorder: VCRRecorder | None) -> None:
        tape = None if recorder is None else recorder.tape
        self.tapes += [tape] if tape is not None else []
        self.facts["printed"] = self.shown(self.printed)
        if tape is None:
            return
        self.facts["played"] = tape.played + tape.recorded
        self.facts["unused"] = len(tape.unused)
        first = islice(tape.unused, SHOWN)
        self.facts["unused_shown"] = tuple(
            tell(tape.ledger.ruleset, f"{one.request.method} {one.request.uri}") for one in first
        )
        self.refused = _refused(tape)

    def shown(self, printed: Printed) -> str:
        """The end of what was printed, without secrets: of the case, and what the tapes have learned."""
        text = printed.text(self.hidden)
        for tape in self.tapes:
            text = masking(tape.ledger.ruleset, self.hidden)(text)
        return printed.cut(text if self.tapes else self.masked(text))

    def _ends(self, run: Callable[[], object], expected: int | None) -> bool:
        """Whether the run ended as it should; `expected` None: only the recorder compares the exit code."""
        try:
            with held(self.printed, self.printed):
                run()
        except SystemExit:
            pass
        except UnmatchedRequestError as error:
            return self._wrong("requests", UNANSWERED, str(error))
        except ExitCodeError as error:
            self._wrong("exit code", str(error))
        except HushtapeError as error:
            return self._wrong("error", str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the component's own, CancelledError too; its text may hold anything
            if interruption(error) is not None:
                raise
            return self._wrong("error", f"the component raised {type(error).__name__}")
        code = self.facts.get("exit_code", 0)
        if expected is not None and code != expected:
            text = f"the component ended with exit code {code}, expected is {expected}"
            return self._wrong("exit code", text)
        return True

    def _wrong(self, kind: Any, text: str, detail: str = "") -> bool:
        self.problems.append(Problem(kind, text, detail))
        return False

    def _compare_logs(self, recorder: VCRRecorder) -> None:
        logs, printed = recorder.last_log_comparison, recorder.last_sync_action_comparison
        if logs is not None and not logs.success:
            detail = logs.format_output(verbose=self.settings.verbose)
            self._wrong("logs", "the logs differ from the recorded ones", detail)
        if printed is not None and not printed.success:
            self._wrong("sync action", "the sync action printed something else", printed.diff or "")

    # --- exit codes --------------------------------------------------------------------------------

    def _code_to_keep(self) -> int | None:
        """The exit code that a new recording must have; None: there is nothing yet that says so."""
        stated = expected_code(self.case)
        if stated is not None or not self.case.has_cassette or self.settings.update:
            return stated
        status = self.case.cassettes / "expected_status.json"
        return int(read_object(status).get("exit_code") or 0) if status.is_file() else 0

    def _answered(self) -> bool:
        """A run that fails because no server answered is no expected failure, unless the case says so."""
        if not self.facts.get("exit_code") or not self.refused or expected_code(self.case) is not None:
            return True
        code = self.facts["exit_code"]
        return self._wrong(
            "requests",
            f"the component ended with exit code {code} after a request that no server answered "
            f"({self.refused}); if that is what the case shows, write {code} into its file {EXPECTED_CODE}",
        )


@lru_cache(maxsize=4)
def _masking(values: frozenset[str], default: bool) -> Callable[[str], str]:
    return masking(build(default_sanitizer=default).ruleset, values)


def expected_code(case: Case) -> int | None:
    """What the case's own file says; None where there is none.

    Raises:
        CaseError: it holds no number.
    """
    for place in (case.folder, case.folder / "expected"):
        path = place / EXPECTED_CODE
        if path.is_file():
            text = path.read_text("utf-8", "replace").strip()
            if not text.isdecimal():
                raise CaseError(
                    f"read {path}", "it holds no exit code", "Write a number, such as 1.", name=case.name
                )
            return int(text)
    return None


def _refused(tape: Tape) -> str:
    """The last request that was recorded, if no server answered it."""
    journal = tape.ledger.started
    entries = journal.present() if journal is not None else ()
    last = journal.interaction(entries[-1]) if journal is not None and entries else None
    return f"{last.request.method} {last.request.uri}" if last is not None and last.response is None else ""


def _code(stop: SystemExit) -> int:
    if isinstance(stop.code, int):
        return stop.code
    return 0 if stop.code is None else 1
