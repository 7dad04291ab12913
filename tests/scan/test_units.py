"""What stood in base64, redacted: a known value of which another rule would take a part goes as a whole."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hushtape.sanitize import build
from hushtape.scan import Run
from hushtape.scan.units import cleaned
from tests.adversarial.reading import readable
from tests.sanitize.test_torn import BACKSLASH, TORN, in_script, lines


def vcr(body: Any) -> dict[str, Any]:
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": body}
    return {"version": 1, "interactions": [{"request": {"method": "GET", "uri": "/"}, "response": response}]}


def har(text: str) -> dict[str, Any]:
    content = {"size": 1, "mimeType": "text/plain", "encoding": "base64", "text": text}
    return {"log": {"version": "1.2", "entries": [{"request": {}, "response": {"content": content}}]}}


FORMATS: dict[str, Callable[[bytes], str]] = {
    "vcrpy.yaml": lambda body: yaml.safe_dump(vcr({"string": body})),
    "vcrpy.json": lambda body: json.dumps(vcr({"base64_string": b64encode(body).decode()})),
    "hushtape.json": lambda body: json.dumps(vcr({"base64": b64encode(body).decode()})),
    "a.har": lambda body: json.dumps(har(b64encode(body).decode())),
    "urlsafe.json": lambda body: json.dumps(vcr({"base64": urlsafe_b64encode(body).decode().rstrip("=")})),
    "twice.json": lambda body: json.dumps(vcr({"base64": b64encode(b64encode(body)).decode()})),
    "a.txt": lambda body: "body:\n    " + lines(body.decode()) + "\n",
}


def body_in(path: Path) -> bytes:
    if path.suffix == ".txt":
        return b64decode(path.read_bytes().partition(b"\n")[2])
    document = yaml.safe_load(path.read_bytes())
    if path.suffix == ".har":
        return b64decode(document["log"]["entries"][0]["response"]["content"]["text"])
    (body,) = document["interactions"][0]["response"]["body"].values()
    inside = body if isinstance(body, bytes) else b64decode(body + "==", altchars=b"-_")
    if path.name != "twice.json" or inside == b"REDACTED!":
        return inside
    letters = inside.replace(b"!", b"")  # a placeholder stands in the inner base64 as it is
    return inside + b64decode(letters[: len(letters) // 4 * 4])


@pytest.mark.thinned(5)
@pytest.mark.parametrize("before", (0, 5_000))
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", TORN)
def test_nothing_of_a_torn_value_is_left_in_base64(case: str, name: str, before: int, tmp_path: Path) -> None:
    value, text = TORN[case]
    path = tmp_path / name
    path.write_text(FORMATS[name](("word " * (before // 5) + text + "\nthe end\n").encode()))
    assert Run({"KEY": value}).over([path]).code == 1
    assert Run({"KEY": value}, redact=True).over([path]).code == 0
    left = body_in(path)
    assert readable(left, "REDACTED")
    for at in range(0, len(value) - 7, 4):
        assert not readable(left, value[at : at + 8])


@pytest.mark.parametrize("coding", ("utf-16", "utf-16-be", "utf-32-le"))
def test_nor_in_a_wide_coding(coding: str, tmp_path: Path) -> None:
    value, text = TORN["a backslash behind its name"]
    path = tmp_path / "a.yaml"
    path.write_text(FORMATS["vcrpy.yaml"]((text + "\nthe end\n").encode(coding)))
    assert Run({"KEY": value}, redact=True).over([path]).code == 0
    assert body_in(path).decode(coding) == "REDACTED\nthe end\n"


@pytest.mark.parametrize("name", ("vcrpy.yaml", "vcrpy.json"))
def test_a_body_in_which_no_part_holds_the_value_goes_as_a_whole(name: str, tmp_path: Path) -> None:
    value = "Ka0Dm\\oG5ND{9rR6rXI8ayYx1Eu"
    path = tmp_path / name
    path.write_text(FORMATS[name](f"the state: {in_script('password=' + value + '&x=1')} end\n".encode()))
    assert Run({"KEY": value}, redact=True).over([path]).code == 0
    assert body_in(path).startswith(b"REDACTED") and len(body_in(path)) < 12


def test_values_are_redacted_each_for_itself_and_the_rest_stays() -> None:
    text = in_script("password=" + BACKSLASH + "&x=1")
    body = f"a={text} key=1&password=hunter-Zk93mP b={text} c=1\n".encode()
    clean, _, rule = cleaned(body, build(secrets={"k": BACKSLASH}).ruleset)
    assert (clean, rule) == (b"REDACTED key=1&password=REDACTED REDACTED c=1\n", "k")


@pytest.mark.parametrize("between", [0, 5, 30, 200])
def test_a_value_in_pieces_hides_nothing_that_can_be_redacted(between: int, tmp_path: Path) -> None:
    value, path = "q7Zunguess9able4Kx0093", tmp_path / "a.txt"
    plain = f"curl -u me:{value} x access_token=abcDEF123456ghi\n" + "a line of text here\n" * between
    pieces = f"{value[:10]}\\\n{value[10:]}\n"
    path.write_text(plain + pieces)
    told = Run({"KEY": value}).over([path])
    assert sum(finding.fixable for finding in told.findings) >= 2
    assert Run({"KEY": value}, redact=True).over([path]).code == 1
    left = path.read_text()
    assert value not in left and "abcDEF" not in left and left.endswith(pieces)
    assert left.count("a line of text here") == between
    assert [one.fixable for one in Run({"KEY": value}).over([path]).findings] == [False]


@pytest.mark.parametrize(
    "text",
    [
        'const password = "q7Zunguess9" +\n  "able4Kx0093";\n',
        "db.password=q7Zunguess9\\\n   able4Kx0093\n",
        'password = ("q7Zunguess9"\n            "able4Kx0093")\n',
        '{"password": "q7Zunguess9" + "able4Kx0093"}',
        'password = "q7Zunguess9" + "able4Kx0093"\nsome lines\nprint("q7Zunguess9" + "able4Kx0093")\n',
        'print("q7Zunguess9" + "able4Kx0093")\nsome lines\npassword = "q7Zunguess9" + "able4Kx0093"\n',
    ],
)
def test_no_piece_of_a_value_is_redacted_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    assert Run({"KEY": "q7Zunguess9able4Kx0093"}, redact=True).over([path]).code == 1
    assert path.read_text() == text
