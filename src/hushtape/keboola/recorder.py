"""VCRRecorder: a component's run, recorded with its HTTP, database calls, logs and exit code, and replayed.

Lives here: keboola.vcr's class, with its arguments, attributes, files and results. Must not: scrub or match
itself (the tape does), know a platform's container (debug_run does). Called by: tests, keboola.datadirtest.
Fail closed: a replay never reaches the network, a sanitizer that can't be loaded stops the run, and an
earlier cassette is replaced by a whole one or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from hushtape.api import MODE_VARIABLE, FrontEnd, Tape, open_for
from hushtape.errors import UnmatchedRequestError
from hushtape.keboola import case, choices, databases, headers, metadata
from hushtape.keboola.artefacts import Artefacts
from hushtape.keboola.errors import CassetteMissingError, SecretsLoadError, VCRRecorderError
from hushtape.keboola.jsontext import JsonIndentedSerializer
from hushtape.keboola.log_capture import (
    ComponentRunResult,
    LogComparisonResult,
    SyncActionComparisonResult,
    mapped,
)
from hushtape.keboola.masking import alike, masking
from hushtape.keboola.metadata import AUTO, RunClock
from hushtape.keboola.refusing import guarded
from hushtape.keboola.running import Ended, Runner, watch
from hushtape.keboola.secrets import placeholders, secret_values, usable
from hushtape.sanitize import BaseSanitizer, extract_values

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

RECORD_MODES = ("once", "none", "new_episodes", "all", "any")
MATCH_ON = ("method", "scheme", "host", "port", "path", "query")
MAX_CALLBACK_BODY = 64 * 1024 * 1024
"""Bytes. Component teams write callbacks over whole reports."""
INLINE = 2**62
"""Bytes up to which a body stands in the cassette: all do, as in keboola.vcr's files."""


class VCRRecorder:
    """Records and replays a component's run.

    Args:
        cassette_dir: folder of the cassette and the files beside it.
        secrets: what must not be recorded: values under `#` keys and names of the credential kind, and
            strings at the mapping's top level.
        sanitizers: beside the default one.
        freeze_time_at: the time that the component sees: ISO 8601, None (the time as it goes on) or
            "auto": while recording as it goes on; at replay what the cassette says.
        record_mode: one of "once", "none", "new_episodes", "all". `record` always makes a new cassette.
        match_on: what has to match, as in `hushtape.use_cassette`.
        cassette_file: the cassette's name.
        decode_compressed_response: kept for compatibility: bodies are always stored decoded.
        capture_logs: keep and compare logs, stderr and the exit code.
        log_normalizers: pairs of a regular expression and a replacement, instead of the default ones.
        ignored_loggers: names, instead of the default ones.
        db_adapters: what records and replays database drivers (db_recorder).
        config: the component's configuration; None: read from the data folder when a run begins.
        sleep: "skip": a replay passes over the pauses between requests, as in `hushtape.use_cassette`.
        acknowledge: asked for each request that a replay could not answer and the component survived;
            True: it was right to. `expected_status.json` can list them, too.

    Attributes: cassette_dir, cassette_path, secrets, sanitizer, freeze_time_at, last_log_comparison,
    last_sync_action_comparison; tape: the open tape, while a run is on.
    """

    DEFAULT_CASSETTE_FILE: ClassVar = "requests.json"
    DEFAULT_SECRETS_FILE: ClassVar = "config.secrets.json"
    DEFAULT_FREEZE_TIME: ClassVar = metadata.DEFAULT_FREEZE_TIME

    def __init__(
        self,
        cassette_dir: str | Path,
        secrets: Mapping[str, Any] | None = None,
        sanitizers: Iterable[BaseSanitizer] | None = None,
        freeze_time_at: str | None = AUTO,
        record_mode: str = "new_episodes",
        match_on: Sequence[str | Callable[..., Any]] | None = None,
        cassette_file: str = DEFAULT_CASSETTE_FILE,
        decode_compressed_response: bool = True,
        capture_logs: bool = True,
        log_normalizers: Sequence[tuple[str, str]] | None = None,
        ignored_loggers: Iterable[str] | None = None,
        db_adapters: Sequence[Any] | None = None,
        *,
        config: Mapping[str, Any] | None = None,
        acknowledge: Callable[[UnmatchedRequestError], bool] | None = None,
        sleep: str | None = None,
    ) -> None:
        choices.check("record_mode", record_mode, RECORD_MODES)
        self.cassette_dir = Path(cassette_dir)
        self.cassette_file = cassette_file
        self.cassette_path = self.cassette_dir / cassette_file
        self.secrets = dict(secrets or {})
        self.freeze_time_at = freeze_time_at
        self.record_mode = record_mode
        self.match_on = list(MATCH_ON if match_on is None else match_on)
        self.decode_compressed_response = decode_compressed_response
        self.capture_logs = capture_logs
        self.log_normalizers = log_normalizers
        self.ignored_loggers = ignored_loggers
        self.db_adapters = list(db_adapters or ())
        self.sanitizer = case.chain(self.secrets, case.checked(sanitizers, "the argument sanitizers"))
        self.artefacts = Artefacts(self.cassette_dir)
        self.logs_path = self.artefacts.logs_path
        self.sync_action_result_path = self.artefacts.sync_action_result_path
        self.expected_status_path = self.artefacts.expected_status_path
        self.config = config
        self.acknowledge = acknowledge
        self.sleep = sleep
        self.last_log_comparison: LogComparisonResult | None = None
        self.last_sync_action_comparison: SyncActionComparisonResult | None = None
        self.tape: Tape | None = None

    @classmethod
    def from_test_dir(
        cls,
        test_data_dir: str | Path,
        cassette_subdir: str = "cassettes",
        secrets_file: str | None = None,
        secrets_override: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> VCRRecorder:
        """A recorder for a test's data folder: its cassettes, `config.secrets.json` and `sanitizers.py`.

        Args:
            secrets_file: path of the secrets file, instead of the folder's own; from the working folder, as
                paths are. secrets_override: instead of that file.
            **kwargs: as the class; `sanitizers` run beside those of `sanitizers.py`.

        Raises:
            SecretsLoadError: the secrets file can't be used.
            SanitizerError: `sanitizers.py` is there and can't be used.
        """

        sanitizers = kwargs.pop("sanitizers", None)

        def make() -> VCRRecorder:
            folder = Path(test_data_dir)
            path = secrets_file or folder / cls.DEFAULT_SECRETS_FILE
            given = case.of_test_dir(folder, path, secrets_override, sanitizers)
            return cls(folder / cassette_subdir, **given, **kwargs)

        return guarded(make, sanitizers)

    @classmethod
    def record_debug_run(
        cls, component_runner: Runner, sanitizers: Iterable[BaseSanitizer] | None = None, **options: Any
    ) -> None:
        """Record a run in the platform's container, into `out/files` of the data folder (debug_run)."""
        from hushtape.keboola.debug_run import record_debug_run

        record_debug_run(cls, component_runner, sanitizers, **options)

    # --- runs --------------------------------------------------------------------------------------

    def run(self, component_runner: Runner, mode: str = "auto") -> None:
        """Record or replay; "auto" replays where there is a cassette, and records where there is none."""
        choices.check("mode", mode, ("auto", "record", "replay"))
        if mode == "record" or (mode == "auto" and not self.has_cassette()):
            self.record(component_runner)
        else:
            self.replay(component_runner)

    def record(self, component_runner: Runner) -> None:
        """Run the component and record it: a new cassette, and the files beside it.

        Raises:
            RecordingFailedError: the recording can't be trusted; earlier files are untouched.
            VCRRecorderError: `HUSHTAPE_MODE=none` forbids recording.
        """
        if os.environ.get(MODE_VARIABLE) == "none":
            raise VCRRecorderError(
                f"record {self.cassette_path}",
                "HUSHTAPE_MODE=none forbids recording",
                "Unset it where the network may be used.",
            )
        self.cassette_dir.mkdir(parents=True, exist_ok=True)
        clock, frozen = RunClock(), None if self.freeze_time_at == AUTO else self.freeze_time_at or None
        about = partial(
            metadata.describe,
            run=clock,
            freeze_time=self.freeze_time_at,
            databases=databases.described(self.db_adapters),
        )
        front = FrontEnd(mode="all", drop_short=True, always=True, members=about)
        secrets = self._secret_values()
        with (
            self._open(front, frozen, secrets) as tape,
            databases.recording(self.db_adapters, tape, tuple(secrets.values())),
        ):
            ended = self._watch(component_runner, clock)
        clean = self._cleaner(tape)
        if ended.result is not None:
            output = None if ended.output is None else clean(ended.output)
            self.artefacts.save(mapped(ended.result, clean), output)
        if ended.stop is not None:
            raise ended.stop

    def replay(self, component_runner: Runner) -> None:
        """Run the component against the cassette; without one, every request is refused.

        Sets `last_log_comparison` and `last_sync_action_comparison`.

        Raises:
            UnmatchedRequestError: a request is not on the cassette, even where the component survives it.
            ExitCodeError: the component ended otherwise than it was recorded.
        """
        self.last_log_comparison = self.last_sync_action_comparison = None
        frozen = metadata.replay_time(self.freeze_time_at, self.cassette_path)
        front = FrontEnd(mode="none", drop_short=True, always=True)
        with self._open(front, frozen, usable(self._secret_values(), placeholders([self.sanitizer]))) as tape:
            with databases.replaying(self.db_adapters, self.cassette_path, tape):
                ended = self._watch(component_runner, RunClock())
            self._acknowledge(tape)
        if ended.result is not None:
            self._compare(ended.result, ended.output, self._cleaner(tape))
        if ended.stop is not None:
            raise ended.stop

    @contextmanager
    def _open(self, front: FrontEnd, frozen: str | None, secrets: Mapping[str, str]) -> Iterator[Tape]:
        """Open the cassette; it is `self.tape` meanwhile."""
        context = open_for(
            front,
            self.cassette_path.absolute(),
            match_on=self.match_on,
            secrets=dict(secrets),
            sanitizers=[self.sanitizer, headers.kept([self.sanitizer])],
            share_tls=True,
            max_inline_body=INLINE,
            max_callback_body=MAX_CALLBACK_BODY,
            freeze_time=frozen,
            sleep=self.sleep,
        )
        with context as tape:
            self.tape = tape
            try:
                yield tape
            finally:
                self.tape = None

    def _watch(self, runner: Runner, clock: RunClock) -> Ended:
        return watch(
            runner,
            clock,
            sync_action=case.action_of(self._configuration()) != "run",
            capture_logs=self.capture_logs,
            ignored_loggers=self.ignored_loggers,
        )

    # --- comparing ---------------------------------------------------------------------------------

    def _compare(self, result: ComponentRunResult, output: str | None, clean: Callable[[str], str]) -> None:
        def same(text: str) -> str:
            return alike(clean(text))

        kept = self.artefacts
        self.last_log_comparison = kept.compare_logs(result, same, self.log_normalizers)
        self.last_sync_action_comparison = kept.compare_output(output, same)
        kept.check_exit_code(result)

    def _acknowledge(self, tape: Tape) -> None:
        for error in tuple(tape.unmatched):
            if self.artefacts.acknowledges(error) or (
                self.acknowledge is not None and self.acknowledge(error)
            ):
                tape.acknowledge(error)

    def _cleaner(self, tape: Tape) -> Callable[[str], str]:
        """What makes a text safe to keep: without secrets, and without the other strings of their file."""
        values = self._secret_values().values()
        return masking(tape.ledger.ruleset, values, also=extract_values(self.secrets))

    # --- the data folder ---------------------------------------------------------------------------

    def _configuration(self) -> Mapping[str, Any]:
        """Read when a run begins: secrets are merged into it after the recorder was made."""
        if self.config is not None:
            return self.config
        beside = self.cassette_dir.parent
        return case.load_config(beside if (beside / case.CONFIG_FILE).exists() else case.data_folder())

    def _secret_values(self) -> dict[str, str]:
        return secret_values(self.secrets, self._configuration())

    # --- the cassette ------------------------------------------------------------------------------

    def has_cassette(self) -> bool:
        """Whether there is a cassette."""
        return self.cassette_path.exists()

    def clear_cassette(self) -> bool:
        """Delete the cassette; whether there was one."""
        there = self.has_cassette()
        self.cassette_path.unlink(missing_ok=True)
        return there

    @staticmethod
    def load_metadata(cassette_path: str | Path) -> dict[str, Any]:
        """The `_metadata` of a cassette; empty where there is none."""
        return metadata.load(Path(cassette_path))


__all__ = [
    "CassetteMissingError",
    "JsonIndentedSerializer",
    "SecretsLoadError",
    "VCRRecorder",
    "VCRRecorderError",
]
