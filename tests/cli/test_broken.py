"""Broken cassettes of every format through the commands: an answer or a line, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.cassette.test_mutations import SAMPLES, taken

SHORT = 6
LONG = 2_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the memory bound is read from /proc")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_mutated_cassette_is_shown_or_refused(sample: Path, tmp_path: Path) -> None:
    assert taken(sample, tmp_path, 0, SHORT, way="commands") == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_thousands_of_mutated_cassettes_are_shown_or_refused(sample: Path, tmp_path: Path) -> None:
    assert taken(sample, tmp_path, SHORT, LONG, way="commands") == []
