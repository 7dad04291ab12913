"""Broken cassettes by the hundred (`make soak`: 10,000): declared errors only, in bounded time and memory."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.mutating import open_all

SAMPLES = sorted(path for path in (Path(__file__).parent / "data").glob("*/*.*") if path.is_file())
SHORT = 40
LONG = 10_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the memory bound is read from /proc")


def taken(sample: Path, folder: Path, first: int, last: int, *, way: str = "replay") -> list[str]:
    """What went wrong with mutants of a sample, its body files beside them."""
    bodies = sample.with_suffix(".bodies")
    if bodies.is_dir():
        shutil.copytree(bodies, folder / bodies.name)
    return open_all(sample, folder, first, last, way=way)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_mutated_cassette_is_read_or_is_one_declared_error(sample: Path, tmp_path: Path) -> None:
    assert taken(sample, tmp_path, 0, SHORT) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_ten_thousand_mutated_cassettes_are_read_or_are_declared_errors(sample: Path, tmp_path: Path) -> None:
    assert taken(sample, tmp_path, SHORT, LONG) == []
