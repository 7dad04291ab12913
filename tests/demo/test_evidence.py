"""The demonstration's own proof can fail: it finds a secret that stands in a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from hushtape.demo.evidence import PIECE, Place, leaks, places

SECRET = "aB3-_x/y+z=Qw9Er7Ty5Ui"
FORMS = {
    "plain": SECRET.encode(),
    "percent": quote(SECRET, safe="").encode(),
    "hex": SECRET.encode().hex().encode(),
    **{f"base64 after {n}": base64.b64encode(b"u" * n + SECRET.encode() + b"tail") for n in range(4)},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_in_any_form_is_found(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"before " + FORMS[form] + b" after")
    assert leaks([path], {"key": SECRET}) == ["key stands in x.json"]


def test_a_secret_across_two_pieces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"." * (PIECE - 5) + SECRET.encode() + b"." * PIECE)
    assert leaks([path], {"key": SECRET}) == ["key stands in x.bin"]


def test_a_clean_file_has_no_leak(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"REDACTED " * 1000)
    assert leaks([path], {"key": SECRET}) == []


def test_places_tell_where_placeholders_stand(tmp_path: Path) -> None:
    request = {
        "method": "POST", "uri": "https://h/p?api_key=REDACTED&page=1",
        "headers": {"Authorization": ["Bearer REDACTED"], "Accept": ["*/*"]},
        "body": "a=1&client_secret=REDACTED",
    }  # fmt: skip
    response = {"status": {}, "headers": {}, "body": {"string": '{"access_token": "REDACTED", "n": 1}'}}
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"interactions": [{"request": request, "response": response}] * 2}))
    assert places(path) == {
        Place("request", "query", "api_key", "api_key=REDACTED"): 2,
        Place("request", "header", "Authorization", "Bearer REDACTED"): 2,
        Place("request", "body", "client_secret", "REDACTED"): 2,
        Place("response", "body", "access_token", "REDACTED"): 2,
    }
