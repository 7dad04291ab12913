"""What people read about a run of functional tests.

Lives here: lines for one outcome, and the closing line. Must not: print, know colours' codes (the caller
paints). Called by: cli.component, the pytest plugin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hushtape.keboola.runner.outcome import Outcome

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

LINES = 15
"""Lines of a failed component's output that are shown."""


def head(outcome: Outcome) -> str:
    """One line: the case, its verdict, what was done, and how long it took."""
    done = f"{outcome.done}, " if outcome.done else ""
    calls = f"{outcome.played} interactions" if outcome.played != 1 else "1 interaction"
    code = f", exit code {outcome.exit_code}" if outcome.exit_code else ""
    action = f", sync action {outcome.action}" if outcome.action != "run" else ""
    return f"{outcome.verdict:6}  {outcome.name}  ({done}{calls}{action}{code}, {outcome.seconds:.2f} s)"


def details(outcome: Outcome) -> Iterator[str]:
    """What is wrong, what was not used, and the end of what the component printed."""
    for problem in outcome.problems:
        yield f"  {problem.kind}: {problem.text}"
        yield from (f"    {line}" for line in problem.detail.splitlines())
    if outcome.unused:
        some = "s were" if outcome.unused != 1 else " was"
        yield f"  {outcome.unused} recorded interaction{some} not used:"
        yield from (f"    {line}" for line in outcome.unused_shown)
        if outcome.unused > len(outcome.unused_shown):
            yield "    ..."
    if outcome.problems and outcome.printed.strip():
        yield "  the component printed:"
        yield from (f"    {line}" for line in outcome.printed.strip().splitlines()[-LINES:])


def closing(outcomes: Sequence[Outcome]) -> str:
    """How many passed, failed, could not be judged."""
    counts = {
        verdict: sum(one.verdict == verdict for one in outcomes) for verdict in ("passed", "failed", "error")
    }
    told = [f"{number} {verdict}" for verdict, number in counts.items() if number]
    return ", ".join(told) or "no cases"
