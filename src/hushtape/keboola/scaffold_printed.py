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
from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


def record_held(recorder: VCRRecorder, run: Callable[[], None], secrets: Iterable[str]) -> Ruleset | None:
    """Record the run; what it printed follows at its end, 64 KiB of each stream, without the secrets and what
    the tape has learned. Returns the tape's ruleset, which knows that; None: nothing was run.
    Raises what `VCRRecorder.record` does."""
    return _held(recorder, recorder.record, run, secrets)


def replay_held(recorder: VCRRecorder, run: Callable[[], None], secrets: Iterable[str]) -> None:
    """Replay the run; the same, and what `VCRRecorder.replay` raises."""
    _held(recorder, recorder.replay, run, secrets)


def _held(
    recorder: VCRRecorder,
    through: Callable[[Callable[[], None]], object],
    run: Callable[[], None],
    secrets: Iterable[str],
) -> Ruleset | None:
    output, errors = Printed(), Printed()
    rulesets: list[Callable[[], Ruleset]] = []

    def watched() -> None:
        tape = recorder.tape
        if tape is not None:
            ledger = tape.ledger
            rulesets.append(lambda: ledger.ruleset)
        run()

    try:
        with held(output, errors):
            through(watched)
    finally:
        hidden = list(secrets)
        for ruleset in rulesets:  # none: nothing was run
            clean = masking(ruleset(), hidden)
            _show(output, sys.stdout, hidden, clean)
            _show(errors, sys.stderr, hidden, clean)
    return rulesets[-1]() if rulesets else None


def _show(printed: Printed, stream: TextIO | None, hidden: list[str], clean: Callable[[str], str]) -> None:
    shown = printed.cut(clean(printed.text(hidden)))
    if shown and stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
