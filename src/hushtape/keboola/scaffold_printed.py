"""What a component prints while a case of it is recorded and replayed: held, and shown without its secrets.

Lives here: holding both streams for one run, and writing the scrubbed text to the real ones. Must not:
record, know a case. Called by: scaffold_recording.
It is shown when the run has ended: only then is it known which tokens the API gave. A component may close its
streams: they are not the command's own. `component test`
does the same with what it shows of a case.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from hushtape.keboola.masking import masking
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.printed import Printed, held
from hushtape.sanitize import build
from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

Make = Callable[[], VCRRecorder]


def record_held(make: Make, run: Callable[[], None], secrets: Iterable[str]) -> Ruleset | None:
    """Record the run; what it printed follows at its end, 64 KiB of each stream, without the secrets and what
    the tape has learned. Returns the tape's ruleset, which knows that; None: nothing was run.
    Raises what `make` and `VCRRecorder.record` do."""
    return _held(make, VCRRecorder.record, run, secrets)


def replay_held(make: Make, run: Callable[[], None], secrets: Iterable[str]) -> None:
    """Replay the run; the same, and what `VCRRecorder.replay` raises."""
    _held(make, VCRRecorder.replay, run, secrets)


def _held(
    make: Make,
    through: Callable[[VCRRecorder, Callable[[], None]], object],
    run: Callable[[], None],
    secrets: Iterable[str],
) -> Ruleset | None:
    output, errors = Printed(), Printed()
    known: Callable[[], Ruleset] | None = None

    def watched() -> None:
        nonlocal known
        tape = recorder.tape
        if tape is not None:
            ledger = tape.ledger
            known = lambda: ledger.ruleset  # noqa: E731 - it learns while the component runs
        run()

    try:
        with held(output, errors):
            recorder = make()  # what is imported for the lists of sanitizers may print, too
            through(recorder, watched)
    finally:
        hidden = list(secrets)
        ruleset = None if known is None else known()
        clean = masking(build().ruleset if ruleset is None else ruleset, hidden)
        _show(output, sys.stdout, hidden, clean)
        _show(errors, sys.stderr, hidden, clean)
    return ruleset


def _show(printed: Printed, stream: TextIO | None, hidden: list[str], clean: Callable[[str], str]) -> None:
    shown = printed.cut(clean(printed.text(hidden)))
    if shown and stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
