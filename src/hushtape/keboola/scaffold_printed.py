"""What a component prints while a case of it is recorded and replayed: held, and shown without its secrets.

Lives here: holding both streams for one run, and writing the scrubbed text to the real ones. Must not:
record, know a case. Called by: scaffold_recording.
It is shown when the run has ended: only then is it known which tokens the API gave. A component may close its
streams: they are not the command's own. `component test`
does the same with what it shows of a case.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from hushtape.api import Tape
from hushtape.keboola.masking import masking
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.printed import Printed, held
from hushtape.sanitize import build

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

Make = Callable[[], VCRRecorder]


def record_held(make: Make, run: Callable[[], None], secrets: Iterable[str]) -> Tape | None:
    """Record the run; what it printed follows at its end, 64 KiB of each stream, without the secrets and what
    the tape has learned. Returns the tape, which knows that; None: nothing was run.
    Raises what `make` and `VCRRecorder.record` do."""
    return _held(make, VCRRecorder.record, run, secrets)


def replay_held(make: Make, run: Callable[[], None], secrets: Iterable[str]) -> Tape | None:
    """Replay the run; the same, and what `VCRRecorder.replay` raises."""
    return _held(make, VCRRecorder.replay, run, secrets)


def _held(
    make: Make,
    through: Callable[[VCRRecorder, Callable[[], None]], object],
    run: Callable[[], None],
    secrets: Iterable[str],
) -> Tape | None:
    output, errors = Printed(), Printed()
    tape: Tape | None = None

    def watched() -> None:
        nonlocal tape
        tape = recorder.tape
        run()

    try:
        with held(output, errors):
            try:
                recorder = make()  # what is imported for the lists of sanitizers may print, too
                through(recorder, watched)
            finally:
                gc.collect()  # what finalizers say is held, too: later it would stand beside other secrets
    finally:
        hidden = list(secrets)
        clean = masking(build().ruleset if tape is None else tape.ledger.ruleset, hidden)
        _show(output, sys.stdout, hidden, clean)
        _show(errors, sys.stderr, hidden, clean)
    return tape


def _show(printed: Printed, stream: TextIO | None, hidden: list[str], clean: Callable[[str], str]) -> None:
    shown = printed.cut(clean(printed.text(hidden)))
    if shown and stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
