"""The recording folder: what stays of it is told by an error of ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hushtape.cassette import Journal
from hushtape.errors import CassetteWriteError


def test_a_journal_that_can_t_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path / "c.json")

    unlink = os.unlink

    def refused(path: Any, **kwargs: Any) -> None:
        if os.path.basename(path) == "journal":
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, **kwargs)

    monkeypatch.setattr(os, "unlink", refused)
    with pytest.raises(CassetteWriteError, match="remove the recording folder"):
        journal.seal(complete=True)
    monkeypatch.undo()
    assert (tmp_path / "c.json").is_file()
    Journal.create(tmp_path / "d.json").discard()
    assert not (tmp_path / "d.json.recording").exists()
