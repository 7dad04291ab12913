"""A tiny run of the benchmark's machinery, with real server and client processes. Nothing is timed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.figure import Figure, Point, Row, bare
from bench.schedule import Schedule
from bench.service import Service
from bench.task import CANNED, LIVE, MEMORY, RECORD, REPLAY

FIGURES = (Figure("record", "recorded", "seconds", Point("", RECORD), bare(), "ratio"),)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.start(Path(sys.executable), tmp_path_factory.mktemp("server")) as running:
        yield running


def schedule(service: Service, work: Path, **others: Any) -> Schedule:
    python = Path(sys.executable)
    return Schedule(
        service=service,
        pythons={"hushtape": python, "hushtape-fast": python, "vcrpy": python},
        tools=others.get("tools", ("bare", "vcrpy")),
        work=work,
        quick=True,
        say=lambda _: None,
        timeout=others.get("timeout", 60),
        long=others.get("long", 30),
        repetitions=1,
    )


def row(job: str, floors: tuple[str, ...], modes: tuple[str, ...] = (), **size: object) -> Row:
    return Row("tiny", "a tiny row", job, {"": size}, {"": size}, FIGURES, modes=modes, floors=floors)


def test_the_live_client_and_both_floors_give_the_same_figures(service: Service, tmp_path: Path) -> None:
    before = service.served()
    tiny = row("keep_alive", (LIVE, MEMORY, CANNED), count=3, size=2_000)
    outcomes = schedule(service, tmp_path).run(tiny)
    assert [outcome.failure for outcome in outcomes.values()] == [None, None, None]
    assert {frozenset(outcome.runs[0]) for outcome in outcomes.values()} == {
        frozenset({"seconds", "cpu", "opening", "closing", "opening_percent", "request_ms", "request_cpu_ms"})
    }
    assert service.served() - before == 20 + 3, "the floors ask the server for nothing"


def test_a_recorder_that_is_not_there_is_told_with_its_reason_and_so_is_its_replay(
    service: Service, tmp_path: Path
) -> None:
    tiny = row("keep_alive", (), (RECORD, REPLAY), count=3, size=2_000)
    outcomes = schedule(service, tmp_path).run(tiny)
    reason = "fails: ModuleNotFoundError: No module named 'vcr'"
    assert outcomes[Point("vcrpy", RECORD)].failure == reason
    assert outcomes[Point("vcrpy", REPLAY)].failure == f"its recording {reason}"


def test_a_process_over_its_time_is_ended_and_told(service: Service, tmp_path: Path) -> None:
    tiny = row("events", (LIVE,), count=50, gap_ms=200)
    outcome = schedule(service, tmp_path, timeout=1).run(tiny)[bare()]
    assert (outcome.failure, outcome.over_seconds) == ("over 1 s", 1)


def test_who_fails_at_a_small_size_is_not_asked_for_a_larger_one(service: Service, tmp_path: Path) -> None:
    sizes = {name: {"count": 3, "size": 2_000} for name in ("few", "more", "most")}
    rising = Row("tiny", "a tiny row", "keep_alive", sizes, sizes, FIGURES, floors=(), rising=True)
    outcomes = schedule(service, tmp_path).run(rising)
    reason = "fails: ModuleNotFoundError: No module named 'vcr'"
    assert [outcomes[Point("vcrpy", RECORD, name)].failure for name in sizes] == [
        reason,
        f"{reason} at few",
        f"{reason} at few",
    ]


def test_the_marketing_job_is_recorded_and_replays_without_the_server(
    service: Service, tmp_path: Path
) -> None:
    figures = (Figure("record", "recorded", "rise_mb", Point("", RECORD), bare(), "ratio"),)
    size = {"count": 30}
    tiny = Row("tiny", "", "marketing", {"": size}, {"": size}, figures, recorders=("hushtape",))
    measured = schedule(service, tmp_path, tools=("bare", "hushtape")).run(tiny)
    assert {outcome.failure for outcome in measured.values()} == {None}, measured
    assert measured[Point("hushtape", RECORD)].runs[0]["cassette_mb"] > 0.05
