"""The scan for lines finds what the parser finds, wherever its windows end and whatever bodies hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtape.cassette import Journal, linescan
from hushtape.cassette.bodies import Pinned
from hushtape.cassette.linescan import find_lines
from hushtape.cassette.stream import find_values
from tests.cassette.samples import exchange

TRAP = b'{"request": 1}\n  },\n  {\n   "request": {\n    "body": "x"\n'


@pytest.mark.parametrize("window", [64, 1000, 4096, 256 * 1024])
@pytest.mark.parametrize("sizes", [[10] * 40, [100_000] * 4, [5000, 10, 10, 90_000, 0, 10, 70_000, 10]])
def test_lines_and_parser_find_the_same_interactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], window: int
) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    for number, size in enumerate(sizes):
        journal.commit(journal.begin(), exchange(number, TRAP * (size // len(TRAP) + 1)))
    file = Pinned(journal.seal(complete=True))
    parsed = find_values(file)
    monkeypatch.setattr(linescan, "_PIECE", window)
    found = find_lines(file)
    assert found is not None
    assert len(found.starts) == len(sizes)
    texts = [file.read(start, 11) for start in found.starts]
    assert texts == [b'  {\n   "req'] * len(sizes)
    assert [start + 2 for start in found.starts] == list(parsed.starts)
    assert list(found.ends) == list(parsed.ends)


def test_an_interaction_laid_out_by_hand_after_a_long_body_is_seen(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "orders.json")
    for number in range(3):
        journal.commit(journal.begin(), exchange(number, b"x" * 100_000))
    path = journal.seal(complete=True)
    text = path.read_bytes()
    path.write_bytes(text.replace(b'  },\n  {\n   "request"', b'  }, {\n   "request"', 1))
    file = Pinned(path)
    assert find_lines(file) is None
    assert len(find_values(file).starts) == 3
