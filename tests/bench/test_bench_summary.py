"""Statistics and judgement of the benchmark: pairs, spreads, bounds, standings. Nothing is timed here."""

import pytest
from bench.contenders import CONTENDERS
from bench.figure import Figure, Point, bare
from bench.rows import ROWS
from bench.schedule import Outcome
from bench.summary import Entry, Spread, entry, line, pair, standing, verdict
from bench.task import RECORD

RATIO = Figure("record", "recorded", "seconds", Point("", RECORD), bare(), "ratio", "x bare", 1.3)
LOSSLESS = Figure("count", "recorded", "recorded", Point("", RECORD), bound=1_000, more_is_better=True)


def outcomes(**seconds: list[float]) -> dict[Point, Outcome]:
    """Outcomes of recordings by tool; `bare` is the live point."""
    return {
        bare() if tool == "bare" else Point(tool, RECORD): Outcome([{"seconds": value} for value in values])
        for tool, values in seconds.items()
    }


def found(*values: float) -> Entry:
    return Entry(Spread.of(values))


def test_each_repetition_is_set_against_its_own_partner() -> None:
    assert pair(RATIO, [2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_a_repetition_without_a_partner_is_set_against_the_last() -> None:
    assert pair(RATIO, [2.0, 6.0, 12.0], [1.0, 3.0]) == [2.0, 2.0, 4.0]


def test_a_difference_subtracts_what_it_is_compared_with() -> None:
    figure = Figure("record", "kept", "kept_kb", Point("", RECORD), bare(), "difference", "KB", 2.0)
    assert pair(figure, [5.0], [3.5]) == [1.5]


def test_a_spread_shows_smallest_median_and_largest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(1.0, 2.0, 3.0, 3)


@pytest.mark.parametrize(
    ("figure", "measured", "expected"),
    [
        (RATIO, found(1.2, 1.3, 1.9), "met"),
        (RATIO, found(1.31), "missed"),
        (Figure("a", "a", "seconds", Point("", RECORD), bound=1.0, strict=True), found(1.0), "missed"),
        (LOSSLESS, found(1_000, 1_000, 999), "missed"),
        (LOSSLESS, found(1_000), "met"),
        (RATIO, Entry(reason="over 180 s"), "missed"),
        (RATIO, Entry(reason="-"), "not run"),
        (RATIO, None, ""),
    ],
)
def test_a_bound_is_judged_by_the_median_and_a_count_by_its_worst_run(
    figure: Figure, measured: Entry | None, expected: str
) -> None:
    assert verdict(figure, measured) == expected


@pytest.mark.parametrize(
    ("ours", "rival", "allowance", "expected"),
    [
        (found(1.1), found(1.4), 1.0, "ahead"),
        (found(1.5), found(1.4), 1.0, "behind"),
        (found(1.5), found(1.4), 1.2, "within 1.2 times"),
        (found(1.3, 1.45, 1.5), found(1.2, 1.4, 1.6), 1.0, "level"),
        (found(1.1), Entry(reason="fails: x"), 1.0, "ahead"),
        (Entry(reason="fails: x"), found(9.0), 1.0, "behind"),
        (found(1.1), Entry(reason="-"), 1.0, "-"),
    ],
)
def test_standings_among_the_rivals(ours: Entry, rival: Entry, allowance: float, expected: str) -> None:
    assert standing(RATIO, ours, rival, allowance) == expected


def test_a_count_is_ahead_when_its_worst_run_is_larger() -> None:
    assert standing(LOSSLESS, found(1_000, 1_000), found(380, 560)) == "ahead"
    assert standing(LOSSLESS, found(999), found(1_000)) == "behind"


def test_a_run_that_was_cut_off_says_how_many_times_the_bare_one_it_took() -> None:
    measured = outcomes(bare=[2.0])
    measured[Point("vcrpy", RECORD)] = Outcome(failure="over 180 s", over_seconds=180.0)
    assert entry(RATIO, "vcrpy", measured) == Entry(reason="over 90")


def test_a_line_holds_every_tool_that_ran_and_judges_hushtape() -> None:
    measured = outcomes(bare=[1.0, 1.0], hushtape=[1.2, 1.2], cassetter=[1.6, 1.6])
    made = line("speed", RATIO, measured, ("bare", "hushtape", "cassetter"))
    assert made.verdict == "met"
    assert made.standing == {"cassetter": "ahead"}
    assert made.entries["bare"].spread == Spread(1, 1, 1, 1)


def test_every_figure_reads_points_that_its_row_runs() -> None:
    for row in ROWS:
        points = set(row.points(tuple(CONTENDERS)))
        for figure in row.figures:
            for point in filter(None, (figure.point, figure.against)):
                assert Point(point.tool or "hushtape", point.mode, point.variant) in points, (
                    row.name,
                    figure,
                )


def test_quick_sizes_name_the_same_variants_and_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.sizes.keys() == row.quick_sizes.keys()
        assert len({figure.name for figure in row.figures}) == len(row.figures)
