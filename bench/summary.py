"""From raw runs to figures: paired ratios and differences, their spread, bounds met or missed, who is ahead.

Repetition i of a recorder is set against repetition i of what it is compared with, as both ran within seconds
of each other. Pure functions; called by `bench.cli`, shown by `bench.table`.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.contenders import BARE, HUSHTAPE, RIVALS
from bench.figure import Figure, Point
from bench.schedule import Outcome, Outcomes


@dataclass(frozen=True, slots=True)
class Spread:
    """Smallest, median and largest of the repetitions."""

    low: float
    median: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one value."""
        return cls(min(values), statistics.median(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of the table: a spread, or the reason why there is none."""

    spread: Spread | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure for every tool. `verdict` judges hushtape's bound, `standing` its place among the rivals."""

    row: str
    figure: Figure
    entries: Mapping[str, Entry]
    verdict: str
    standing: Mapping[str, str]


def pair(figure: Figure, ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Each repetition as the figure defines it; one without a partner is set against the last."""
    if figure.how == "value" or not theirs:
        return list(ours)
    partners = [theirs[min(number, len(theirs) - 1)] for number in range(len(ours))]
    if figure.how == "ratio":
        return [one / other for one, other in zip(ours, partners, strict=True)]
    return [one - other for one, other in zip(ours, partners, strict=True)]


def entry(figure: Figure, tool: str, outcomes: Outcomes) -> Entry:
    """The cell of `tool` in the line of `figure`."""
    measured = outcomes.get(_of(figure.point, tool))
    if measured is None:
        return Entry(reason="-")
    other = outcomes.get(_of(figure.against, tool)) if figure.against else None
    if measured.failure or not measured.runs:
        return Entry(reason=_reason(figure, measured, other))
    if figure.metric not in measured.runs[0]:
        return Entry(reason="-")
    if figure.against and (other is None or not other.runs):
        return Entry(reason=(other.failure if other else None) or "nothing to compare with")
    theirs = [run[figure.metric] for run in other.runs] if other else []
    return Entry(Spread.of(pair(figure, [run[figure.metric] for run in measured.runs], theirs)))


def _of(point: Point, tool: str) -> Point:
    return point if point.tool else Point(tool, point.mode, point.variant)


def _reason(figure: Figure, measured: Outcome, other: Outcome | None) -> str:
    """A run that was cut off still tells how many times longer than the bare one it was, at least."""
    timed = figure.how == "ratio" and figure.metric == "seconds"
    if timed and measured.over_seconds and other and other.runs:
        base = statistics.median(run["seconds"] for run in other.runs)
        return f"over {measured.over_seconds / base:.0f}"
    return measured.failure or "-"


def verdict(figure: Figure, found: Entry | None) -> str:
    """`met`, `missed` or nothing where there is no bound. Counts are judged by their worst repetition."""
    if figure.bound is None or found is None:
        return ""
    if found.spread is None:
        return "missed" if found.reason != "-" else "not run"
    if figure.more_is_better:
        reached = found.spread.median if figure.rate else found.spread.low
        return "met" if reached >= figure.bound else "missed"
    value = round(found.spread.median, 3)
    return "met" if value < figure.bound or (value == figure.bound and not figure.strict) else "missed"


def standing(figure: Figure, ours: Entry, rival: Entry, allowance: float = 1.0) -> str:
    """`ahead`, `level` (the repetitions overlap), `within N times` or `behind`."""
    if rival.reason == "-" or ours.reason == "-":
        return "-"
    if ours.spread is None:
        return "behind" if rival.spread else "-"
    if rival.spread is None:
        return "ahead"
    mine, other = ours.spread, rival.spread
    if figure.rate:
        return "ahead" if mine.median > other.median else "level" if mine.high >= other.low else "behind"
    if figure.more_is_better:
        return "ahead" if mine.low > other.low else "level" if mine.low == other.low else "behind"
    if mine.median < other.median:
        return "ahead"
    if allowance > 1 and mine.median <= allowance * other.median:
        return f"within {allowance:g} times"
    return "level" if mine.low <= other.high else "behind"


def line(row: str, figure: Figure, outcomes: Outcomes, tools: Sequence[str]) -> Line:
    """The whole line of one figure."""
    if not figure.rivals:
        return Line(row, figure, {BARE: entry(figure, BARE, outcomes)}, "", {})
    entries: dict[str, Entry] = {BARE: _bare_entry(figure, outcomes)}
    entries |= {tool: entry(figure, tool, outcomes) for tool in tools if tool != BARE}
    ours = entries.get(HUSHTAPE)
    places = {
        rival: standing(figure, ours, entries[rival], figure.allowance.get(rival, 1.0))
        for rival in RIVALS
        if ours and rival in entries
    }
    return Line(row, figure, entries, verdict(figure, ours), places)


def _bare_entry(figure: Figure, outcomes: Outcomes) -> Entry:
    """What stands in the column without a recorder: 1 for a ratio, what is subtracted for a difference."""
    base = figure.against
    if base is None or base.tool != BARE:
        return Entry(reason="-")
    if figure.how == "ratio":
        return Entry(Spread(1, 1, 1, 1))
    found = outcomes.get(base)
    values: list[Any] = [run[figure.metric] for run in found.runs] if found else []
    return Entry(Spread.of(values)) if values else Entry(reason="-")
