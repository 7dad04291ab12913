"""Known values come from files, the environment and configurations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hushtape.errors import OptionError
from hushtape.scan import known_values
from hushtape.scan.baseline import Baseline
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


@pytest.mark.parametrize(
    "text",
    [
        "[db]\nkey = VALUE\n",
        "  # indented comment\nKEY=VALUE\n",
        "set -a\nKEY=VALUE\n",
        "KEY=VALUE # of production\n",
        "KEY='VALUE' # of production\r\n",
        "my-key=VALUE\n",
        "key: VALUE\nport: 8080\n",
        "- key: 'VALUE'\n",
        "KEY=VALUE\nKEY=another-value\n",
        'KEY="\nOTHER=VALUE\n',
        '{"a": VALUE}\n'.replace("VALUE", '"VALUE"'),
        "a value\nKEY=VALUE",
        "VALUE\nKEY=another-value",
        "#VALUE\nKEY=another-value",
        "\tVALUE \n",
    ],
)
def test_a_value_is_found_however_its_file_is_written(tmp_path: Path, text: str) -> None:
    secret = "k-93b1c07e55"
    found = values(tmp_path, text.replace("VALUE", secret)).values()
    assert secret in {value.lstrip("#") for value in found}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("TOKEN: 'abcdef''s-Zk93mP'", "abcdef's-Zk93mP"),
        ("TOKEN: 'it''s-Zk93mP'  # it is", "it's-Zk93mP"),
        ("TOKEN='abcdef'\\''s-Zk93mP'", "abcdef's-Zk93mP"),
        ("TOKEN='it'\"'\"'s-Zk93mP'", "it's-Zk93mP"),
        ("TOKEN=\"abc\"'def gh'", "abcdef gh"),
        ('TOKEN="abc"def', "abcdef"),
        ("TOKEN='abcdef'; export TOKEN", "abcdef"),
    ],
)
def test_quotes_beside_each_other_are_one_value(tmp_path: Path, line: str, value: str) -> None:
    assert value in values(tmp_path, f"{line}\nB=another-value\n", ".env").values()


def test_a_value_over_several_lines_and_its_escapes(tmp_path: Path) -> None:
    text = 'PEM="first-line-1\nsecond-line-2"\nNEXT="third\\nfourth"\n'
    found = values(tmp_path, text).values()
    assert {"first-line-1\nsecond-line-2", "third\nfourth", "third\\nfourth"} <= set(found)


@pytest.mark.parametrize("value", ["aGVsbG8gMTIz+w==", "aGVsbG8gMTIzNA="])
def test_base64_that_ends_in_signs_is_a_value(tmp_path: Path, value: str) -> None:
    assert list(values(tmp_path, f"{value}\n").values()) == [value]


def test_settings_of_an_env_file_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBUG=true\nPORT=8080\nDB_PASSWORD=x1!\nEMPTY=\n")
    found, notes = known_values([tmp_path / ".env"])
    assert found == {".env:DB_PASSWORD": "x1!"}
    assert len(notes) == 1 and "DEBUG, PORT" in notes[0]


@pytest.mark.parametrize("text", ["", "\n\n", "# comment\nNAME=\n", "{}"])
def test_a_file_without_a_value_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(OptionError, match="no value in it"):
        values(tmp_path, text)


def test_values_of_one_name_are_all_kept(tmp_path: Path) -> None:
    for folder, value in (("a", "value-a"), ("b", "value-b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(json.dumps({"#token": value}))
    found, _ = known_values(configs=[tmp_path / "a" / "config.json", tmp_path / "b" / "config.json"])
    assert sorted(found.values()) == ["value-a", "value-b"]


def test_a_configuration_without_values_makes_nothing_else_secret(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"#token": "", "host": "api.example.com"}))
    found, notes = known_values(configs=[tmp_path / "config.json"])
    assert found == {} and "no value" in notes[0]


def test_a_json_file(tmp_path: Path) -> None:
    found = values(tmp_path, json.dumps({"a": {"#b": "x1!"}, "c": ["long-enough", "short"], "n": 1}))
    assert found == {"values.txt:a.#b": "x1!", "values.txt:c[0]": "long-enough"}


def test_environment_variables_by_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KBC_SECRET_A", "value-a")
    monkeypatch.setenv("KBC_SECRET_B", "")
    monkeypatch.setenv("OTHER", "value-o")
    assert known_values(variables=["KBC_SECRET_*"]) == ({"$KBC_SECRET_A": "value-a"}, [])
    assert set(known_values(variables=["KBC_SECRET_A", " OTHER"])[0].values()) == {"value-a", "value-o"}


@pytest.mark.parametrize("name", ["NO_SUCH", "NO_SUCH_*", "EMPTY", "BLANK"])
def test_a_variable_without_a_value_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("BLANK", " \n")
    with pytest.raises(OptionError, match=rf"{name.replace('*', '.')}: .*set"):
        known_values(variables=[name])


@pytest.mark.parametrize("value", ["ghp_0123456789abcdef", "hunter2-X", "a b", "k9Zq77w1k9Zq77w1"])
def test_a_value_in_place_of_a_name_is_not_repeated(value: str) -> None:
    with pytest.raises(OptionError, match="not its value") as caught:
        known_values(variables=[value])
    assert value not in str(caught.value) and caught.value.value != value
    with pytest.raises(OptionError) as caught:
        known_values(configs=[Path(f'{{"#token": "{value}"}}')])
    assert value not in str(caught.value)


def test_a_placeholder_among_the_values_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "dummy")
    found, notes = known_values(variables=["API_TOKEN"])
    assert found == {} and "$API_TOKEN" in notes[0]


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
    with pytest.raises(OptionError, match=r"missing\.env: No such file"):
        known_values([tmp_path / "missing.env"])


@pytest.mark.parametrize(
    "given",
    [
        "ghp_kT9xQm2vRw7LpZ4s8Yb1kT9xQm2vRw7LpZ4s",
        "TOKEN=kT9xQm2vRw7LpZ4s",
        "481920",
        "hxkqvbnmtrwplsdzhxkqvbnm",
        "kT9xQm2v/Rw7LpZ4s8Yb1",
        "swvz kcvf sckc swhn",
        "Crisply-Stubble-Abdomen-Dwindle7",
        "x" * 400,
    ],
)
def test_a_value_that_was_given_for_a_path_is_not_repeated(given: str) -> None:
    for take in (lambda: known_values([Path(given)]), lambda: known_values(configs=[Path(given)])):
        with pytest.raises(OptionError) as caught:
            take()
        assert given not in f"{caught.value} {caught.value.__dict__}"
    with pytest.raises(OptionError) as caught:
        Baseline.load(Path(given))
    assert given not in f"{caught.value} {caught.value.__dict__}"


@pytest.mark.parametrize("name", ["pwd", "user_passwd", "dbPasswd", "DB_PWD", "oauth2_secret", "smtp.passwd"])
def test_a_short_value_under_a_passwords_name_counts_under_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.write_text(f"{name}=x9K2m\n")
    assert known_values([path])[0] == {f"a.env:{name}": "x9K2m"}


@pytest.mark.parametrize(
    "value",
    [
        "kT9xQm2vRw7L=Zq8Yb1Wn4t",
        "Lp4vR8zT2k=Qm",
        "qZkTmWxR: abc1Zq",
        "xk7qv9mz2pl=w4rtz8",
        "XK7QV9MZ2PL=W4RTZ8",
        "zqvxkjwpt=w4rtz8kk",
        "kq_7xw9_zpv2=Bw4rtz8",
        "aKey7xq9Zp2=Bw4rtz8",
    ],
)
def test_a_password_with_a_sign_of_an_assignment_in_it_is_a_value_and_no_name(
    value: str, tmp_path: Path
) -> None:
    path = tmp_path / "values"
    path.write_text(f"first-of-them-0093\n{value}\n")
    values, notes = known_values([path])
    assert value in values.values()
    assert not any(half in f"{[*values]} {notes}" for half in (value[:8], value.partition("=")[0]))


def test_a_value_that_is_too_short_is_noted_and_left_out(tmp_path: Path) -> None:
    from hushtape.scan import Run

    task = Run({"#flag": "1", "#pin": "4711"})
    assert len(task.scanner.notes) == 2 and "4711" not in "".join(task.scanner.notes)
    (tmp_path / "a.txt").write_text("1 and 4711 and 47112")
    assert [one.rule for one in scan(tmp_path, **{"#pin": "4711"}).findings] == ["known value #pin"]
