"""Blocks of base64 in several lines: rewritten as a whole, or told and left."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from hushtape.scan import Run

SECRET = "n037KxJ8Qw2LmzTv"


def body(pad: int, rest: int = 20) -> str:
    return json.dumps({"user": "u" * pad, "password": SECRET, "z": "end " * rest})


def upload(file: bytes) -> bytes:
    head = b'--8f\r\nContent-Disposition: form-data; name="f"; filename="a.json"\r\n\r\n'
    return head + file + b"\r\n--8f--\r\n"


def kept(path: Path, inside: bytes) -> None:
    response = {"body": {"string": inside}, "headers": {"Content-Length": [str(len(inside))]}}
    path.write_text(yaml.safe_dump({"interactions": [{"response": response}], "version": 1}))


@pytest.mark.thinned(5)
@pytest.mark.parametrize("rest", [0, 20, 9_000])
@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_a_body_in_a_wide_coding_keeps_all_but_its_secret(coding: str, rest: int, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for pad in range(0, 57, 7 if rest < 100 else 56):
        kept(path, body(pad, rest).encode(coding))
        assert Run(known={}, redact=True).over([path]).code == 0
        response = yaml.safe_load(path.read_bytes())["interactions"][0]["response"]
        assert response["body"]["string"].decode(coding) == body(pad, rest).replace(SECRET, "REDACTED")
        assert response["headers"]["Content-Length"] == [str(len(response["body"]["string"]))]


ONLY_AUDITED = {
    "hex": lambda text: text.encode().hex().encode() + b"\xff",
    "escaped name": lambda text: text.encode().replace(b"password", b"p\\u0061ssword") + b"\xff",
    "file in an upload": lambda text: upload(text.encode("utf-16")),
    "damaged UTF-16": lambda text: text.encode("utf-16") + b"\0",
}  # fmt: skip


@pytest.mark.parametrize("kind", ONLY_AUDITED)
def test_no_line_of_a_block_is_redacted_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for pad in range(0, 57, 3):
        kept(path, ONLY_AUDITED[kind](body(pad)))
        assert Run(known={}, redact=True).over([path]).code == 0
        response = yaml.safe_load(path.read_bytes())["interactions"][0]["response"]
        assert response["body"]["string"] == b"REDACTED!"
        assert response["headers"]["Content-Length"] == ["9"]


@pytest.mark.parametrize("kind", ["hex", "escaped name", "file in an upload"])
def test_a_block_longer_than_the_audits_window_is_told_and_left(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for pad in (3, 30_000, 60_000):
        kept(path, ONLY_AUDITED[kind](body(pad, 9_000)))
        before = path.read_bytes()
        result = Run(known={}, redact=True).over([path])
        assert result.code == 1 and not any(one.fixable for one in result.findings)
        assert path.read_bytes() == before


@pytest.mark.parametrize("width", [16, 60, 64, 76])
def test_lines_of_base64_in_a_text_go_together(width: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for pad in range(0, 57, 5):
        coded = b64encode(ONLY_AUDITED["hex"](body(pad))).decode()
        lines = [coded[at : at + width] for at in range(0, len(coded), width)]
        path.write_text("\n".join(["the body:", "", *lines, "", "its end"]))
        assert Run(known={}, redact=True).over([path]).code == 0
        assert path.read_text() == "the body:\n\nUkVEQUNURUQh\n\nits end"


def test_lines_that_are_padded_are_redacted_each_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    coded = [b64encode(json.dumps({"password": f"{SECRET}x{n}"}).encode()).decode() for n in range(4)]
    assert coded[0].endswith("=")
    path.write_text("\n".join(coded))
    assert Run(known={}, redact=True).over([path]).code == 0
    assert path.read_text() == "\n".join([b64encode(b'{"password": "REDACTED"}').decode()] * 4)
