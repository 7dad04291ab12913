"""Snapshots of outputs: what they state, and how differences are told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from hushtape.keboola import (
    OutputSnapshot,
    capture_output_snapshot,
    save_output_snapshot,
    validate_output_snapshot,
)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    (out / "tables" / "parts.csv").mkdir(parents=True)
    (out / "files").mkdir()
    (out / "tables" / "a.csv").write_text('x,y\n1,"2\n3"\n4,5\n')
    (out / "tables" / "a.csv.manifest").write_text("{}")
    (out / "tables" / "parts.csv" / "part1").write_text("1,2\n")
    (out / "tables" / ".gitkeep").touch()
    (out / "files" / "b.bin").write_bytes(b"\0\1\xff")
    (out / "state.json").write_text("{}")
    return tmp_path


def test_a_snapshot_states_hash_size_rows_and_columns(outputs: Path) -> None:
    found = capture_output_snapshot(outputs)
    data = (outputs / "out" / "tables" / "a.csv").read_bytes()
    assert found["tables"]["a.csv"] == {
        "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
        "row_count": 3,
        "columns": ["x", "y"],
    }
    assert sorted(found["tables"]) == ["a.csv", "a.csv.manifest", "parts.csv/part1"]
    assert found["tables"]["a.csv.manifest"]["columns"] is None
    assert set(found["files"]["b.bin"]) == {"hash", "size_bytes"}
    assert (found["version"], found["hash_algorithm"]) == ("1.0", "sha256")


def test_outputs_that_did_not_change_are_valid(outputs: Path) -> None:
    path = save_output_snapshot(outputs)
    assert path == outputs / "output_snapshot.json"
    assert list(json.loads(path.read_text())) == ["files", "hash_algorithm", "tables", "version"]
    assert validate_output_snapshot(outputs).success


def test_differences_are_told(outputs: Path) -> None:
    save_output_snapshot(outputs)
    expected = outputs / "expected"
    (expected / "tables").mkdir(parents=True)
    (expected / "tables" / "a.csv").write_text((outputs / "out" / "tables" / "a.csv").read_text())
    (outputs / "out" / "tables" / "a.csv").write_text("x\n1\n")
    (outputs / "out" / "files" / "b.bin").unlink()
    (outputs / "out" / "files" / "new").write_text("n")
    result = validate_output_snapshot(outputs, expected_dir=expected, verbose=True)
    assert [(diff.file_path, diff.diff_type) for diff in result.diffs] == [
        ("tables/a.csv", "hash_mismatch"),
        ("files/b.bin", "missing"),
        ("files/new", "unexpected"),
    ]
    assert result.summary == "Validation failed: 1 file changed, 1 file missing, 1 unexpected file"
    told = result.format_output(verbose=True)
    assert "rows: 3 -> 2" in told and "size: 16 -> 4 bytes" in told and "MISSING" in told
    assert "    -4,5" in told
    assert "    -4,5" not in result.format_output()


def test_what_is_no_csv_text_has_no_rows(outputs: Path) -> None:
    (outputs / "out" / "tables" / "a.csv").write_bytes(b"\xff\xfe\x00")
    assert capture_output_snapshot(outputs)["tables"]["a.csv"]["row_count"] is None


def test_another_hash_is_taken_from_the_snapshot(outputs: Path) -> None:
    snapshot = OutputSnapshot("md5")
    snapshot.save(snapshot.capture(outputs / "out"), outputs / "deep" / "s.json")
    assert validate_output_snapshot(outputs, snapshot_file="deep/s.json").success


def test_without_outputs_or_snapshot(tmp_path: Path) -> None:
    assert capture_output_snapshot(tmp_path)["tables"] == {}
    with pytest.raises(FileNotFoundError):
        validate_output_snapshot(tmp_path)
    (tmp_path / "output_snapshot.json").write_text("[]")
    with pytest.raises(ValueError, match="no snapshot"):
        validate_output_snapshot(tmp_path)
