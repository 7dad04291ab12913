"""Which interactions repeat others: only where the order of answers can't matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtape.cassette import CassetteReader
from hushtape.model import Interaction
from hushtape.viewing.repeats import duplicates
from tests.support.cassettes import interaction, seal

A = interaction("/job", {"state": "waiting"})
B = interaction("/job", {"state": "done"})
LATER = interaction("/job", {"state": "waiting"}, at="2027-01-01T00:00:00Z", headers=[("Date", "later")])
OTHER = interaction("/other", {"state": "waiting"})
SENT = [interaction("/log", b"ok", method="POST", sent=sent) for sent in (b"1", b"2", b"1")]
ANSWERED = [
    interaction("/q", answer, method="POST", sent=sent)
    for sent, answer in ((b"1", b"a"), (b"2", b"b"), (b"1", b"a"))
]
QUERY = [interaction("/q?a=1&b=2", b"x"), interaction("/q?b=2&a=1", b"y"), interaction("/q?a=1&b=2", b"x")]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([A, A, OTHER, A], [1, 3]),
        ([A, LATER], [1]),
        ([A, A, B], []),
        ([A, B, A], []),
        ([A, OTHER, B, OTHER], [3]),
        (SENT, [2]),
        (ANSWERED, []),
        (QUERY, []),
        ([], []),
    ],
)
def test_repeats(tmp_path: Path, found: list[Interaction], told: list[int]) -> None:
    path = seal(tmp_path / "a.json", found)
    steps: list[None] = []
    assert duplicates(CassetteReader.open(path), lambda: steps.append(None)) == told
    assert len(steps) == len(found)
