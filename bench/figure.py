"""What a row of the benchmark is made of: the points that are run and the figures read off them.

Types only, for `bench.rows` (which fills them), `bench.schedule` (which runs the points) and `bench.summary`
(which reads the figures). No numbers here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.contenders import BARE, HUSHTAPE, RECORDERS
from bench.task import LIVE, RECORD, REPLAY


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that is run: a tool ("" = the tool whose column it is), a mode, a variant of the job."""

    tool: str
    mode: str
    variant: str = ""


def bare(variant: str = "", mode: str = LIVE) -> Point:
    """The point without a recorder: live, or on a floor."""
    return Point(BARE, mode, variant)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: metric of a point, as it is or against another point.

    `how` says how the two make one number; `bound` is hushtape's limit in `unit` (None: shown only);
    `strict` excludes the bound itself. `allowance` lets a rival be that many times better before hushtape
    counts as behind. `rivals` False: a line of the client alone. `detail`: shown
    by the run, left out of the README. `more_is_better` is judged by the worst repetition, as counts should
    be; with `rate`, by the median.
    """

    name: str
    title: str
    metric: str
    point: Point
    against: Point | None = None
    how: Literal["value", "ratio", "difference"] = "value"
    unit: str = ""
    bound: float | None = None
    strict: bool = False
    more_is_better: bool = False
    rate: bool = False
    allowance: Mapping[str, float] = field(default_factory=dict)
    rivals: bool = True
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A job in its variants, the points to run, and the figures read from them.

    `sizes` maps a variant to the job's parameters, `quick_sizes` to those of a short run; `modes` are the
    recorders' modes, `floors` the bare client's, `own_modes` hushtape's alone. `options` are hushtape's own.
    `recorders`: who takes part, if not all. `rising`: the variants come from small to large, and who fails at
    one, or takes too long, is not asked for the larger ones.
    """

    name: str
    title: str
    job: str
    sizes: Mapping[str, Mapping[str, Any]]
    quick_sizes: Mapping[str, Mapping[str, Any]]
    figures: tuple[Figure, ...]
    modes: tuple[str, ...] = (RECORD, REPLAY)
    floors: tuple[str, ...] = (LIVE,)
    own_modes: tuple[str, ...] = ()
    recorders: tuple[str, ...] = RECORDERS
    rising: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    repetitions: int = 5
    quick_repetitions: int = 2

    def points(self, tools: tuple[str, ...]) -> list[Point]:
        """Everything to run once a repetition, the bare client's points first."""
        made = []
        taking_part = [tool for tool in tools if tool in self.recorders]
        for variant in self.sizes:
            made += [bare(variant, floor) for floor in self.floors]
            made += [Point(tool, mode, variant) for mode in self.modes for tool in taking_part]
            if HUSHTAPE in taking_part:
                made += [Point(HUSHTAPE, mode, variant) for mode in self.own_modes]
        return made
