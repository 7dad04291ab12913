"""The report of replays: what several of them left unplayed together, of this state of a cassette only."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hushtape.cassette import usage
from hushtape.errors import CassetteFormatError, CassetteNotFoundError
from hushtape.session.unplayed import REPORT_VARIABLE


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "orders.json"
    path.write_text("any text")
    return path


def loaded(report: Path, cassette: Path, count: int = 6) -> usage.Usage:
    return usage.load(report, cassette, usage.digest_of(cassette), count)


def test_unused_is_what_no_replay_played(tmp_path: Path, cassette: Path) -> None:
    report = tmp_path / "used.jsonl"
    usage.append(report, cassette, 6, [0, 1, 2, 4], clean=True)
    usage.append(report, cassette, 6, [1, 2, 3, 4, 5], clean=True)
    found = loaded(report, cassette)
    assert (found.replays, found.unclean, found.unplayed) == (2, 0, {1, 2, 4})


def test_replays_of_another_state_or_cassette_do_not_count(tmp_path: Path, cassette: Path) -> None:
    report, other = tmp_path / "used.jsonl", tmp_path / "other.json"
    other.write_text("any text")
    usage.append(report, cassette, 6, [0], clean=True)
    usage.append(report, other, 6, [0], clean=True)
    cassette.write_text("recorded anew")
    assert loaded(report, cassette).replays == 0
    usage.append(report, cassette, 7, [0], clean=True)
    assert loaded(report, cassette).replays == 0


def test_a_replay_that_failed_is_counted_as_one(tmp_path: Path, cassette: Path) -> None:
    report = tmp_path / "used.jsonl"
    usage.append(report, cassette, 6, [], clean=False)
    assert (loaded(report, cassette).unclean, loaded(report, cassette).unplayed) == (1, set())


@pytest.mark.parametrize(
    "text", ["{}", "x", '{"version":2}', "[]\n", "\xff", '{"version":1,"cassette":"","digest":"","count":-1}']
)
def test_what_is_no_report_is_refused(tmp_path: Path, cassette: Path, text: str) -> None:
    report = tmp_path / "used.jsonl"
    report.write_text(text, "latin-1")
    with pytest.raises(CassetteFormatError, match="not a report"):
        loaded(report, cassette)


def test_a_report_that_is_not_there_is_told(tmp_path: Path, cassette: Path) -> None:
    with pytest.raises(CassetteNotFoundError):
        loaded(tmp_path / "none", cassette)


def test_ranges_of_other_cassettes_are_bounded(tmp_path: Path, cassette: Path) -> None:
    report = tmp_path / "used.jsonl"
    digest = usage.digest_of(cassette)
    line = usage.Line(1, str(cassette), digest, 6, [(7, 10**12)], True)
    report.write_bytes(msgspec.json.encode(line) + b"\n")
    assert loaded(report, cassette).unplayed == set()


def test_the_variable_has_one_name() -> None:
    assert usage.VARIABLE == REPORT_VARIABLE


def test_numbers_are_kept_as_ranges() -> None:
    assert usage.ranges([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
