"""Known values are found in every encoding, and no sample gives one away."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.scan.support import SECRET, scan, vcrpy_json, written

RAW = SECRET.encode()
ENCODINGS: dict[str, Callable[[], str]] = {
    "plain": lambda: SECRET,
    "percent": lambda: quote(SECRET, safe=""),
    "every byte percent": lambda: "".join(f"%{byte:02X}" for byte in RAW),
    "json": lambda: "".join(f"\\u{ord(char):04x}" for char in SECRET),
    "html": lambda: "".join(f"&#{ord(char)};" for char in SECRET),
    "base64": lambda: b64encode(b"user:" + RAW).decode(),
    "url base64": lambda: urlsafe_b64encode(b"?>" + RAW).decode(),
    "twofold base64": lambda: b64encode(b64encode(b"ab" + RAW)).decode(),
    "hex": lambda: RAW.hex(),
    "gzip in base64": lambda: b64encode(gzip.compress(RAW * 3)).decode(),
    "zlib in base64": lambda: b64encode(zlib.compress(b"x" * 40 + RAW, 9)).decode(),
    "JSON in JSON": lambda: json.dumps(json.dumps({"a": SECRET})),
    "base64 of JSON with escapes": lambda: b64encode(json.dumps({"a": quote(SECRET)}).encode()).decode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("before", [0, 32_760, 65_530])
def test_a_known_value_is_found(tmp_path: Path, encoding: str, before: int) -> None:
    path = written(tmp_path / "a.json", vcrpy_json("- " * (before // 2) + ENCODINGS[encoding]()))
    result = scan(path, key=SECRET)
    assert {one.rule for one in result.findings} <= {"known value key", "known value, spelled out"}
    assert {one.pointer for one in result.findings} == {"/interactions/0/response/body/string"}


TOKENS = [
    "ghp_" + "a1B2" * 9,
    "AKIA" + "ABCDEFGH12345678",
    "glpat-" + "x1y2z3w4" * 3,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
]


@pytest.mark.parametrize("token", TOKENS)
def test_token_shapes_are_found_and_masked(tmp_path: Path, token: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"see {token} here")
    (finding,) = scan(path).findings
    assert finding.sample.startswith(token[:3]) and token[4:] not in finding.sample


@pytest.mark.parametrize(("size", "told"), [(8, "under 16"), (15, "under 16"), (16, "16 to 63"), (64, "64")])
def test_a_sample_tells_about_how_long_a_value_is(tmp_path: Path, size: int, told: str) -> None:
    path = written(tmp_path / "a.json", {"password": "hunter22" * 8})
    path.write_text(path.read_text().replace("hunter22" * 8, ("hunter22" * 8)[:size]))
    assert [one.sample for one in scan(path).findings] == [f"*** ({told} bytes)"]


def test_a_token_that_yaml_breaks_is_found(tmp_path: Path) -> None:
    token = "ghp_" + "A1b2C3d4E5" * 3 + "F6g7h8"
    path = tmp_path / "a.yaml"
    path.write_text(f'a: "see {token[:20]}\\\n  {token[20:]}"\n')
    assert [one.rule for one in scan(path).findings] == ["shape ghp_"]
    assert scan(path, redact=True).findings == []
    assert path.read_text() == 'a: "see REDACTED"\n'


def test_a_sample_shows_nothing_of_a_value(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", vcrpy_json(json.dumps({"password": "hunter22", "x": SECRET})))
    for finding in scan(path, key=SECRET).findings:
        assert finding.sample.startswith("*** (")
        assert "hunter" not in repr(finding) and SECRET not in repr(finding)
