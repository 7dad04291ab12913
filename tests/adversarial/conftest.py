"""Fixtures of the attacks: a client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.drivers import Requests


@pytest.fixture
def client() -> Iterator[Requests]:
    made = Requests()
    yield made
    made.close()
