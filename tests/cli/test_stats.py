"""`hushtape stats`: the figures, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs
from tests.support.cassettes import interaction, seal, vcrpy

from hushtape.cli import main
from hushtape.model import ErrorLink, Failure

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    first = interaction("/a", b"x" * 10, elapsed=0.5)
    assert first.response is not None
    return seal(
        tmp_path / "orders.json",
        [
            first,
            interaction("/a", b"x" * 10, elapsed=0.1, at="2026-11-29T08:00:00.000000Z"),
            interaction("/a", b"y" * 20, elapsed=0.3),
            interaction(
                "https://cdn.example.org/b", b"", method="PUT", sent=b"z" * 300_000, status=404, elapsed=0
            ),
            structs.replace(first, response=None, failure=Failure("connect", (ErrorLink("OSError"),))),
            structs.replace(first, response=structs.replace(first.response, ending="short", shortfall=1)),
        ],
        complete=False,
    )


def test_programs_get_every_figure(cassette: Path, capsys: Captured) -> None:
    assert main(["stats", str(cassette), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("age") > 0 and found.pop("cassette") == str(cassette)
    largest = found.pop("largest")
    assert largest[0] == {
        "bytes": 300_000, "number": 3, "side": "request", "method": "PUT", "uri": "https://cdn.example.org/b",
    }  # fmt: skip
    assert [one["bytes"] for one in largest] == [300_000, 20, 10, 10, 10]
    assert found == {
        "version": 1,
        "format": 1,
        "source": "hushtape",
        "complete": False,
        "recorded_at": "2026-11-28T08:00:00.000000Z",
        "file_bytes": cassette.stat().st_size,
        "interactions": {"count": 6, "bytes": 300_050},
        "request_bytes": 300_000,
        "response_bytes": 50,
        "hosts": {
            "api.example.com": {"count": 5, "bytes": 50},
            "cdn.example.org": {"count": 1, "bytes": 300_000},
        },
        "methods": {"GET": {"count": 5, "bytes": 50}, "PUT": {"count": 1, "bytes": 300_000}},
        "statuses": {
            "200": {"count": 4, "bytes": 50},
            "404": {"count": 1, "bytes": 300_000},
            "failed": {"count": 1, "bytes": 0},
        },
        "failures": {"OSError": 1},
        "endings": {"short": 1},
        "body_files": {"count": 1, "bytes": 300_000},
        "repeated_requests": 4,
        "duplicates": {"count": 1, "bytes": 10},
        "oldest": "2026-11-28T08:00:00.000000Z",
        "newest": "2026-11-29T08:00:00.000000Z",
        "latency": {"minimum": 0.1, "median": 0.3, "p90": 0.5, "maximum": 0.5},
    }


def test_people_get_the_same_in_words(cassette: Path, capsys: Captured) -> None:
    assert main(["stats", str(cassette)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "complete no: its recording ended early" in out
    assert "4 requests, 1 with the same answer (10 B)" in out
    assert "median 0.300 s" in out and "1 OSError" in out and "1 short" in out
    assert "and 1 body file of 293.0 KB" in out and "cdn.example.org 1 293.0 KB" in out


def test_an_empty_cassette_has_figures_too(tmp_path: Path, capsys: Captured) -> None:
    path = str(vcrpy(tmp_path / "empty.json", []))
    assert main(["stats", path]) == 0
    out = capsys.readouterr().out
    assert "not stated" in out and "written by    vcrpy" in out
    assert main(["stats", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["age"], found["latency"], found["oldest"]) == (None, None, None)


def test_a_crowd_of_hosts_is_not_listed_without_end(tmp_path: Path, capsys: Captured) -> None:
    path = seal(tmp_path / "crowd.json", [interaction(f"https://h{n}.example/") for n in range(1_100)])
    assert main(["stats", str(path)]) == 0
    assert "and 991 more" in capsys.readouterr().out
    assert main(["stats", str(path), "--json"]) == 0
    hosts = json.loads(capsys.readouterr().out)["hosts"]
    assert len(hosts) == 1_001 and hosts["(others)"]["count"] == 100


def test_what_is_no_cassette_ends_with_1(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "bad.json").write_text("{")
    assert main(["stats", str(tmp_path / "bad.json")]) == 1
    assert main(["stats"]) == 2
    assert "Traceback" not in capsys.readouterr().err
