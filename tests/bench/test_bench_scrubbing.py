"""The rows about scrubbing: exports, the count of faults, and the jobs on tiny exports. Nothing is timed."""

import json
from pathlib import Path

import pytest
from bench.figure import Figure, Point, bare
from bench.schedule import Outcome
from bench.scrub_rows import SCRUB_ROWS
from bench.summary import Entry, Spread, standing, verdict
from bench.task import FAST, HYPERSCAN, SCRUB, Task

from bench import exports, measure, planted, results, scrubbing

SIZE = 60_000
RATE = Figure("rate", "rate", "rate", Point("", SCRUB), bound=250, more_is_better=True, rate=True)


@pytest.fixture(autouse=True)
def small_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rates nor memory are looked at here: nothing has to be warm, or given back before."""
    monkeypatch.setattr(scrubbing, "WARM_UP", SIZE)
    monkeypatch.setattr(measure, "settle", lambda: None)


def task(folder: Path, kind: str, job: str = "scrub", mode: str = SCRUB, **params: object) -> Task:
    sizes = {"kind": kind, "bytes": SIZE, **params}
    return Task(job, "hushtape", mode, "", "", str(folder / "hushtape"), sizes)


@pytest.mark.parametrize("kind", exports.KINDS)
def test_an_export_is_json_of_its_size_and_the_same_each_time(tmp_path: Path, kind: str) -> None:
    first = exports.source(tmp_path / "a", kind, SIZE)
    data = first.read_bytes()
    assert SIZE - 1_000 < len(data) <= SIZE
    assert data == exports.source(tmp_path / "b", kind, SIZE).read_bytes()
    rows = json.loads(data)["rows"]
    planted = exports.leaks(first)
    assert planted == (2 * (len(rows) // exports.EVERY) if kind.endswith("dirty") else 0)
    assert exports.leaks(exports.expected(first)) == 0


@pytest.mark.parametrize("kind", ["clean", "rich-dirty"])
def test_a_changed_byte_outside_planted_values_is_counted(tmp_path: Path, kind: str) -> None:
    source = exports.source(tmp_path, kind, SIZE)
    result = exports.expected(source)
    assert exports.changed(result, kind, SIZE) == 0
    result.write_bytes(result.read_bytes().replace(b'"A. Customer"', b'"A. Custumer"', 1))
    assert exports.changed(result, kind, SIZE) > 0


@pytest.mark.parametrize("mode", [SCRUB, FAST])
@pytest.mark.parametrize("kind", exports.KINDS)
def test_a_scrubbed_export_holds_no_planted_value_and_is_else_unchanged(
    tmp_path: Path, kind: str, mode: str
) -> None:
    figures = scrubbing.scrub(task(tmp_path, kind, mode=mode))
    assert (figures["leaks"], figures["changed"], figures["unexpected"]) == (0, 0, 0)
    assert figures["rate"] > 0


def test_the_engines_agree_and_the_audit_finds_nothing_in_what_they_wrote(tmp_path: Path) -> None:
    for kind in exports.KINDS:
        assert scrubbing.engines(task(tmp_path, kind))["different"] == 0
        assert scrubbing.audit(task(tmp_path, kind, mode="audit"))["rate"] > 0


@pytest.mark.parametrize("count", [1, 10, 100])
def test_many_sanitizers_leave_a_clean_export_as_it_is(tmp_path: Path, count: int) -> None:
    assert scrubbing.sanitizers(task(tmp_path, "clean", count=count))["seconds"] > 0


def test_a_rate_is_judged_by_its_median() -> None:
    def found(*values: float) -> Entry:
        return Entry(Spread.of(values))

    assert verdict(RATE, found(200, 251, 300)) == "met"
    assert verdict(RATE, found(200, 249, 300)) == "missed"
    assert standing(RATE, found(250), found(18)) == "ahead"
    assert standing(RATE, found(10), found(18)) == "behind"


def test_only_hushtape_and_its_rival_run_the_rows_about_scrubbing() -> None:
    for row in SCRUB_ROWS:
        points = row.points(("bare", "hushtape", "vcrpy", "keboola.vcr"))
        assert {point.tool for point in points} <= {"hushtape", "keboola.vcr"}
        assert {point.tool for point in points if point.mode == FAST} <= {"hushtape"}


def test_results_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    rows = {"speed": {bare(): Outcome([{"seconds": 1.5}])}}
    kept = results.save(results.Results.here(rows, quick=True), tmp_path / "new" / "kept.json")
    assert results.load([kept]).rows == rows
    assert [path.name for path in kept.parent.iterdir()] == ["kept.json"]


def test_no_planted_secret_is_left_by_either_engine(tmp_path: Path) -> None:
    for mode in (SCRUB, HYPERSCAN):
        figures = planted.planted(Task("planted", "hushtape", mode, "", "", str(tmp_path), {"every": 47}))
        assert figures["planted"] > 70
        assert figures["left"] == 0
