"""Values of YAML under credentials' names, whatever style a writer chose: found, and gone to their ends."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hushtape.scan import Run
from hushtape.scan.yaml_marks import Marked
from tests.scan.support import scan

NAMES = ["password", "client_secret", "token", "DB_PASSWORD", "#password", "passphrase"]
SIGNS = [
    *"!@&*%\\'\"\n\t{}[]-|",
    "it's ",
    'say "so" ',
    ": ",
    " #",
    ", ",
    "? ",
    "''",
    "é漢",
    "\u2028",
    "words " * 9,
]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("password: '!p''@'", "password: 'REDACTED'"),
        ('password: "it\\"s @"', 'password: "REDACTED"'),
        ("password: '''@'", "password: 'REDACTED'"),
        ("api_key: '!p''@'", "api_key: 'REDACTED'"),
        ("c: {client_secret: '&x''@', b: 1}", "c: {client_secret: 'REDACTED', b: 1}"),
        ("c: {password: hunter-two, a: b}", "c: {password: REDACTED, a: b}"),
        ('c: [{"password": hunter two}]', 'c: [{"password": REDACTED}]'),
        ("c: [{token: Zk93é漢mP0}, é]", "c: [{token: REDACTED}, é]"),
        ("c:\n  ? password\n  : hunter-two", "c:\n  ? password\n  : REDACTED"),
        ("password: # it is\n  !!str hunter\n  two", "password: # it is\n  !!str REDACTED"),
        ("password: &p hunter two\nb: *p", "password: &p REDACTED\nb: *p"),
        ("password: true story", "password: REDACTED"),
        ("DB_PASSWORD: hunter-two-3", "DB_PASSWORD: REDACTED"),
        ("--- {DB_PASSWORD: hunter-two-3, a: b}", "--- {DB_PASSWORD: REDACTED, a: b}"),
        ("password: ['a, @', \"]@\", 12345678]", "password: ['REDACTED', \"REDACTED\", REDACTED]"),
        ("- password: |\n    a @ b\u2028- c: 1", "- password: |\n    REDACTED\u2028- c: 1"),
        ("password: !!binary |\n  aHVudGVyLXR3bw==", "password: !!binary |\n  UkVEQUNURUQh"),
        ("h:\n- password:\n  - a b\n- - []\n  - b", "h:\n- password:\n  - REDACTED\n- - []\n  - b"),
        (
            "{headers: {Set-Cookie: ['a=@; Path=/', 'b=@'], c: d}}",
            "{headers: {Set-Cookie: ['a=REDACTED; Path=/', 'b=REDACTED'], c: d}}",
        ),
        (
            '{headers: {Authorization: \'Digest u="b", r="@"\', c: d}}',
            "{headers: {Authorization: 'Digest REDACTED\"', c: d}}",
        ),
        (
            "headers:\n  X-Auth-Token:\n\n    -\n      @\n    - @",
            "headers:\n  X-Auth-Token:\n\n    -\n      REDACTED\n    - REDACTED",
        ),
        ("--- {headers: {Cookie: sid=@}, m: 'O: K'}", "--- {headers: {Cookie: REDACTED}, m: 'O: K'}"),
        (
            '--- {"a": "{\\"password\\": \\\n   \\"hunter\\"}"}',
            '--- {"a": "{\\"password\\": \\\n   \\"REDACTED\\"}"}',
        ),
    ],
)
def test_a_value_goes_to_its_end_and_nothing_else_does(tmp_path: Path, text: str, after: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"{text.replace('@', 'Zk93mP0qX7vL2nR8')}\n")
    assert scan(path).code == 1
    assert scan(path, redact=True).code == 0
    assert path.read_text() == f"{after}\n"


@pytest.mark.parametrize("text", ["password: 1234", "password: null", "{password: ~, token: true}", "token:"])
def test_what_is_no_text_is_no_finding(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert scan(path).findings == []


def made(chance: random.Random, depth: int, planted: list[str]) -> Any:
    """A nested document with secrets under credentials' names."""
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(["plain", 7, None, "null", "", " lead", "l1\nl2\n", *SIGNS])
    if chance.random() < 0.3:
        return [made(chance, depth - 1, planted) for _ in range(chance.randrange(4))]
    document: dict[str, Any] = {}
    for _ in range(chance.randrange(1, 5)):
        if chance.random() < 0.5:
            document[chance.choice(["a", "it's", "x: y", "é key"])] = made(chance, depth - 1, planted)
            continue
        planted.append(f"Zk{chance.randrange(1000):03}q")
        parts = [*chance.choices(SIGNS, k=chance.randrange(5)), planted[-1]]
        chance.shuffle(parts)
        name = chance.choice(NAMES)
        document[name] = "".join(parts) if chance.random() < 0.7 else ["".join(parts), "b"]
    return document


def others(value: Any, name: str = "") -> Any:
    """The document without what stands under credentials' names."""
    if isinstance(value, dict):
        return {key: others(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [others(one, name) for one in value]
    return "-" if name in NAMES else value


@pytest.mark.parametrize("seed", range(60))
def test_whatever_style_a_writer_chose_the_values_go_and_the_rest_stays(seed: int, tmp_path: Path) -> None:
    chance, planted = random.Random(seed), list[str]()
    document = {"root": made(chance, 4, planted), "z": 1}
    path = tmp_path / "a.yaml"
    text = yaml.safe_dump(
        document,
        default_style=chance.choice([None, '"', "'", "|", ">"]),
        default_flow_style=chance.choice([None, True, False]),
        width=chance.choice([20, 80, 1000]),
        indent=chance.choice([2, 4, 7]),
        explicit_start=chance.choice([None, True]),
        allow_unicode=chance.choice([None, True]),
    )
    path.write_text(text, encoding="utf-8", newline="")
    before = yaml.safe_load(path.read_bytes())  # PyYAML reads some texts otherwise than it was given them
    result = Run(known={}, redact=True).over([path])
    after = yaml.safe_load(path.read_bytes())
    assert others(after) == others(before)
    if result.code == 0:
        left = f"{after}{path.read_text('utf-8')}"
        assert not [one for one in planted if one in left]
    else:
        assert result.findings


def test_without_pyyaml_what_the_text_tells_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    path = tmp_path / "a.yaml"
    path.write_text("a: {token: 'it''s two', b: 1}\npassword: hunter two\ntoken: \"a\\\"b\"\nz: 1\n")
    assert scan(path, redact=True).code == 0
    assert path.read_text() == "a: {token: 'REDACTED', b: 1}\npassword: REDACTED\ntoken: \"REDACTED\"\nz: 1\n"
    path.write_text("password: 'it''s " + "two\n  " * 50_000 + "'\n")  # its end comes chunks later
    assert scan(path, redact=True).code == 1


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_characters_lead_to_bytes_behind_a_mark_however_it_is_read(size: int) -> None:
    marked = Marked([b"\xef\xbb\xbfa\xc3", b"\xa9\xe6\xbc", b"\xa2\xf0\x9f\x98\x80b"])
    while marked.read(size):
        pass
    assert marked.drop(2) == 6
    assert marked.text(2) == "漢😀".encode()
    assert marked.drop(4) == 13
    assert marked.text(9) == b"b"
