"""Known values come from files, the environment and configurations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hushtape.errors import OptionError
from hushtape.scan import known_values
from tests.scan.support import scan


def values(tmp_path: Path, text: str, name: str = "values.txt") -> dict[str, str]:
    (tmp_path / name).write_text(text)
    return known_values([tmp_path / name])[0]


def test_a_file_of_lines(tmp_path: Path) -> None:
    assert values(tmp_path, "first value\n\nsecond#1\r\n") == {
        "values.txt:1": "first value",
        "values.txt:3": "second#1",
    }


def test_a_file_of_assignments(tmp_path: Path) -> None:
    text = "# comment\nexport A=one-value\nB='two value'\nC=\nD=REDACTED\n"
    assert values(tmp_path, text, ".env") == {".env:A": "one-value", ".env:B": "two value"}


def test_a_json_file(tmp_path: Path) -> None:
    found = values(tmp_path, json.dumps({"a": {"#b": "x1!"}, "c": ["long-enough", "short"], "n": 1}))
    assert found == {"values.txt:a.#b": "x1!", "values.txt:c[0]": "long-enough"}


def test_environment_variables_by_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KBC_SECRET_A", "value-a")
    monkeypatch.setenv("KBC_SECRET_B", "")
    monkeypatch.setenv("OTHER", "value-o")
    found, notes = known_values(variables=["KBC_SECRET_*", "NO_SUCH_*"])
    assert found == {"$KBC_SECRET_A": "value-a"}
    assert len(notes) == 1 and "NO_SUCH_*" in notes[0]


def test_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps({"parameters": {"#token": "tok-1", "host": "api.test", "deep": [{"#p": "pw-22"}]}})
    )
    assert set(known_values(configs=[path])[0].values()) == {"tok-1", "pw-22"}
    path = tmp_path / "config.secrets.json"
    path.write_text(json.dumps({"token": "long-value"}))
    assert set(known_values(configs=[path])[0].values()) == {"long-value"}


@pytest.mark.parametrize("text", ["{", "[1,", b"\xff\xfe{"])
def test_what_can_not_be_read_is_an_error_without_its_text(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(OptionError, match=r"c\.json"):
        known_values(configs=[path])
    with pytest.raises(OptionError, match="No such file"):
        known_values([tmp_path / "missing"])


def test_a_value_that_is_too_short_is_noted_and_left_out(tmp_path: Path) -> None:
    from hushtape.scan import Run

    task = Run({"#flag": "1", "#pin": "4711"})
    assert len(task.scanner.notes) == 2 and "4711" not in "".join(task.scanner.notes)
    (tmp_path / "a.txt").write_text("1 and 4711 and 47112")
    assert [one.rule for one in scan(tmp_path, **{"#pin": "4711"}).findings] == ["known value #pin"]
