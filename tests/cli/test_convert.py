"""`hushtape convert`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cassette.foreign.corpus import cassette, one, yaml

from hushtape.cassette import CassetteReader
from hushtape.cli import main


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(yaml())
    return path


def test_it_converts_by_suffix(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = source.with_name("b.json")
    assert main(["convert", str(source), str(target)]) == 0
    told = capsys.readouterr()
    assert told.out == f"wrote 1 interaction of vcrpy to {target}\n" and told.err == ""
    assert len(CassetteReader.open(target)) == 1


def test_json_is_one_document(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = source.with_name("old.json")
    old.write_text(cassette(one("/", {"string": "x"}), db_interactions=[]))
    assert main(["convert", str(old), str(source.with_name("b")), "--to", "har", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["interactions"], told["source"]) == ("har", 1, "vcrpy")
    assert told["lost"] == {'what stands under "db_interactions" at the top of the file': 1}


def test_what_goes_wrong_is_exit_code_1_or_2(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = source.with_name("b.json")
    target.write_text("mine")
    assert main(["convert", str(source), str(target)]) == 1
    assert "--replace" in capsys.readouterr().err and target.read_text() == "mine"
    assert main(["convert", str(source.with_name("none")), str(target), "--replace"]) == 1
    assert main(["convert", str(source), str(target), "--to", "toml"]) == 2
    assert main(["convert", str(source), str(target), "--replace"]) == 0


def test_the_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "--help"]) == 0
    assert "example: hushtape convert tests/cassettes/orders.yaml" in capsys.readouterr().out
