"""What the tests of this room share. Must not: test anything."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def quick_disk(request: pytest.FixtureRequest) -> Iterator[None]:
    """No waiting for the disk, but in the tests of recovery: hundreds of cassettes are sealed here."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.module.__name__.endswith("test_recover"):
            patch.setattr(os, "fsync", os.fstat)  # a closed descriptor is an error still
        yield
