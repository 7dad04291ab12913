"""What is held to the letter goes from random documents, and they stay documents."""

from __future__ import annotations

import random

import pytest
from tests.sanitize.corpus.documents import fault


@pytest.mark.parametrize("seed", range(4))
def test_of_random_documents_credentials_go_and_json_stays(seed: int) -> None:
    dice = random.Random(seed)
    assert [found for _ in range(400) if (found := fault(dice))] == []
