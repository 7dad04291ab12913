"""What a component prints while a case of it is recorded: held, and shown without its secrets.

Lives here: holding both streams for one recording, and writing the scrubbed text to the real ones. Must not:
record, know a case. Called by: scaffold_recording.
It is shown when the recording has ended: only then is it known which tokens the API gave. `component test`
does the same with what it shows of a case.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from hushtape.keboola.log_capture import MASK, SHORTEST_MASKED
from hushtape.keboola.recorder import VCRRecorder
from hushtape.keboola.runner.printed import Printed, held
from hushtape.sanitize.messages import tell
from hushtape.sanitize.ruleset import Ruleset


def record_held(recorder: VCRRecorder, run: Callable[[], None], secrets: Iterable[str]) -> None:
    """Record the run; what it printed follows at its end, 64 KiB of each stream, without the secrets and what
    the tape has learned. Raises what `VCRRecorder.record` does."""
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
            recorder.record(watched)
    finally:
        hidden = [value for value in secrets if len(value) >= SHORTEST_MASKED]
        for ruleset in rulesets:  # none: nothing was run
            _show(output, sys.stdout, hidden, ruleset())
            _show(errors, sys.stderr, hidden, ruleset())


def _show(printed: Printed, stream: TextIO | None, hidden: list[str], ruleset: Ruleset) -> None:
    text = printed.text(hidden)
    for value in sorted(hidden, key=len, reverse=True):
        text = text.replace(value, MASK)
    clean = printed.cut(tell(ruleset, text))
    if clean and stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(clean.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
