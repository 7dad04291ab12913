"""The page that counts exchanges: a disk that ends in the middle of it is an error of ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hushtape.cassette import Journal
from hushtape.errors import CassetteWriteError


def test_a_page_that_is_written_in_part_is_told_as_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write

    def part(fd: int, data: bytes) -> int:
        return whole(fd, data[:3] if len(data) == 8 else data)

    monkeypatch.setattr(os, "write", part)
    with pytest.raises(CassetteWriteError, match="No space left"):
        Journal.create(tmp_path / "c.json")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
