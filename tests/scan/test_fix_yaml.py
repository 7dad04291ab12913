"""YAML stays YAML when it is redacted: quoted names, blocks, tags, flow collections, no more."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hushtape.scan import Run
from hushtape.scan.way_back import WayBack
from tests.scan.support import scan

PASSWORD = "n037KxJ8Qw2LmzTv"
PART = '--8f\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + PASSWORD


def redacted(tmp_path: Path, text: str) -> object:
    """What the file says, once it was redacted and scanned again."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert scan(path).findings
    assert scan(path, redact=True).code == 0
    assert scan(path).findings == []
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize(
    "name", ["password", '"password"', "'password'", '"#password"', '"db_password"', "api_key"]
)
@pytest.mark.parametrize(
    "value",
    [
        "|-\n    @",
        "|2-\n      @",
        ">-\n    @",
        "|  # a remark\n    @",
        "!!str @",
        "&first @",
        '!!str "@"',
        "&a !!str |-\n    @",
        "@",
        "@ # a remark",
        "'@'",
    ],
)
def test_a_value_goes_and_its_marks_stay(tmp_path: Path, name: str, value: str) -> None:
    text = f"a:\n  {name}: {value}\n  z: 1\n".replace("@", PASSWORD)
    value = redacted(tmp_path, text)["a"][yaml.safe_load(name)]  # type: ignore[index]  # a mapping
    assert value.strip().strip("\"'") == "REDACTED"


@pytest.mark.parametrize("name", ["password", '"password"'])
@pytest.mark.parametrize(
    "value", ["@ two", ">-\n    @\n    two", "|-\n    @\n    two", "@\n    two", "@ two # it"]
)
def test_a_value_of_several_words_goes_whole_under_a_default_field(
    tmp_path: Path, name: str, value: str
) -> None:
    said = redacted(tmp_path, f"a:\n  {name}: {value}\n  z: 1\n".replace("@", PASSWORD))
    assert said == {"a": {"password": "REDACTED", "z": 1}}


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("below", ['"cookie": "x"', "- value: a b\n    cookie: x", '- "cookie": x'])
def test_names_and_dashes_below_a_name_are_no_value(tmp_path: Path, quote: str, below: str) -> None:
    text = f"a:\n  {quote}api_key{quote}:\n  {below}\nclient_secret: {PASSWORD}\n"
    assert redacted(tmp_path, text) == yaml.safe_load(text) | {"client_secret": "REDACTED"}


@pytest.mark.parametrize(
    "text",
    [
        "a: {headers: {authorization: Bearer @}, z: 1}\n",
        "- {headers: {authorization: Bearer @},\n   z: 1}\n",
        "a: {headers: {cookie: sid=@; b=1}, z: 1}\n",
        "a: {z: 1,\n  token: @}\n",
        "a: {z: 1,\n  token: !!str '@', y: 2}\n",
        "a: {'z': 1, 'password': ['@'], \"y\": 2}\n",
        'a:\n  "api_key": ["@"]\n  z: 1\n',
        'a: {body: "user: x\\n\\\n    password: @\\n"}\n',
        "a:\n  b: 'user: x\n\n    password: @'\n  z: 1\n",
        'a: "' + PART.replace("\r\n", "\\r\\n").replace('"', '\\"') + '"\nz: 1\n',
        'a: {b: "' + PART.replace("\r\n", "\\r\\n").replace('"', '\\"') + '", z: 1}\n',
    ],
)
def test_a_value_ends_where_its_scalar_does(tmp_path: Path, text: str) -> None:
    text = text.replace("@", PASSWORD)
    said, before = str(redacted(tmp_path, text)), str(yaml.safe_load(text))
    start = next(at for at, (one, other) in enumerate(zip(said, before, strict=False)) if one != other)
    end = next(
        at for at, (one, other) in enumerate(zip(said[::-1], before[::-1], strict=False)) if one != other
    )
    assert "REDACTED" in said[start : len(said) - end] or said[start : len(said) - end] in "REDACTED"
    assert before[start : len(before) - end].strip("[]'").removesuffix("\\n") in f"sid={PASSWORD}; b=1"


def test_a_file_that_would_be_yaml_no_more_is_told_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f'a: "b"\npassword: {PASSWORD}\n')
    before = path.read_bytes()
    monkeypatch.setattr(WayBack, "written", lambda self, offset, text: b'"')
    monkeypatch.setattr("hushtape.scan.keyed.FILLER", b'"')
    monkeypatch.setattr("hushtape.scan.yaml_values.FILLER", b'"')
    result = Run(known={}, redact=True).over([path])
    assert result.code == 1
    assert path.read_bytes() == before
    assert "YAML" in str(result.unfixed)
